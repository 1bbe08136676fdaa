use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    audit::{Reopening, Reported, Standing},
    rules::Level,
};

/// A finding that somebody has looked at and lets be, for a while.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// Which: rule and object.
    pub fingerprint: String,
    /// The hash of what decided it then.
    pub evidence: String,
    /// How bad it was then.
    pub level: Level,
    /// Why.
    pub reason: String,
    /// Who has decided that.
    pub author: String,
    /// The last day on which it holds.
    pub until: NaiveDate,
}

impl Suppression {
    /// What it says of its finding, on this day.
    pub(super) fn standing(&self, found: &Reported, today: NaiveDate) -> Standing {
        if found.level > self.level {
            Standing::Reopened {
                because: Reopening::Worse,
            }
        } else if self.evidence != found.evidence_hash {
            Standing::Reopened {
                because: Reopening::EvidenceChanged,
            }
        } else if today > self.until {
            Standing::Reopened {
                because: Reopening::Expired,
            }
        } else {
            Standing::Suppressed {
                reason: self.reason.clone(),
                author: self.author.clone(),
                until: self.until,
            }
        }
    }
}
