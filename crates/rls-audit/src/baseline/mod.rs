//! What was so when somebody last looked and agreed: a file beside the code, one object a line, so that a change of it is
//! read in a review like any other.

mod causes;
mod drift;
mod file;
mod suppression;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub use self::{
    drift::{Change, Direction, Drift},
    suppression::Suppression,
};
use crate::{
    Access, Command, Name,
    audit::{Audit, Reopening, Reported, Standing, Who},
    catalog::RelationKind,
    definition::Definition,
    rules::Level,
};
use serde::{Deserialize, Serialize};

/// What was so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Who was tried.
    pub personas: Vec<Who>,
    /// What was written down.
    pub definitions: Vec<Definition>,
    /// What each persona could do.
    pub access: Vec<AccessLine>,
    /// What was wrong.
    pub findings: Vec<Accepted>,
    /// What was let be, and by whom.
    pub suppressions: Vec<Suppression>,
}

/// What one persona could do with one relation, in classes: numbers of rows and of candidates are left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessLine {
    /// Who.
    pub persona: String,
    /// With what.
    pub relation: Name,
    /// What each command came to.
    pub access: BTreeMap<Command, String>,
    /// By the command, the columns that it could name, where those were not all.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<Command, Vec<String>>,
}

/// A finding that was there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// Rule and object.
    pub fingerprint: String,
    /// The hash of what decided it.
    pub evidence: String,
    /// How bad it was.
    pub level: Level,
}

impl Baseline {
    /// What the file is called, unless somebody calls it otherwise.
    pub const FILE: &'static str = "vigie-audit.json";

    /// What is so now; suppressions are kept as long as what they suppress is there.
    #[must_use]
    pub fn of(audit: &Audit, before: &Self) -> Self {
        let is_there = |own: &&Suppression| {
            audit
                .findings
                .iter()
                .any(|found| found.fingerprint == own.fingerprint)
        };
        let suppressions: Vec<Suppression> = before.suppressions.iter().filter(is_there).cloned().collect();
        let is_suppressed = |found: &&Reported| {
            !suppressions
                .iter()
                .any(|own| own.fingerprint == found.fingerprint)
        };
        let accepted = audit.findings.iter().filter(is_suppressed).map(|found| Accepted {
            fingerprint: found.fingerprint.clone(),
            evidence: found.evidence_hash.clone(),
            level: found.level,
        });
        let access = audit.access.iter().map(|row| AccessLine {
            persona: row.persona.clone(),
            relation: row.relation.clone(),
            access: row
                .access
                .iter()
                .map(|(command, access)| (*command, Access::class(access).to_owned()))
                .collect(),
            columns: row.columns.clone(),
        });
        let mut baseline = Self {
            personas: audit.looked.personas.clone(),
            definitions: audit.definitions.clone(),
            access: access.collect(),
            findings: accepted.collect(),
            suppressions,
        };
        baseline.findings.sort();
        baseline.access.sort();
        baseline
    }

    /// Lets a finding be, in place of what was said of it before.
    pub fn suppress(&mut self, suppression: Suppression) {
        self.suppressions
            .retain(|own| own.fingerprint != suppression.fingerprint);
        self.findings
            .retain(|own| own.fingerprint != suppression.fingerprint);
        self.suppressions.push(suppression);
        self.suppressions.sort();
    }

    /// What this says of a finding, on this day.
    #[must_use]
    pub fn standing(&self, found: &Reported, today: NaiveDate) -> Standing {
        if let Some(own) = self
            .suppressions
            .iter()
            .find(|own| own.fingerprint == found.fingerprint)
        {
            return own.standing(found, today);
        }
        // One rule may say several things of one object.
        let accepted = || {
            self.findings
                .iter()
                .filter(|own| own.fingerprint == found.fingerprint)
        };
        if accepted().next().is_none() {
            Standing::New
        } else if accepted().any(|own| own.evidence == found.evidence_hash && own.level >= found.level) {
            Standing::Known
        } else if accepted().all(|own| own.level < found.level) {
            Standing::Reopened {
                because: Reopening::Worse,
            }
        } else {
            Standing::Reopened {
                because: Reopening::EvidenceChanged,
            }
        }
    }

    /// What has changed since.
    #[must_use]
    pub fn drift(&self, audit: &Audit) -> Drift {
        drift::between(self, audit)
    }
}

/// What definitions of this relation may be about, whatever its kind.
fn abouts(relation: &Name) -> impl Iterator<Item = String> + '_ {
    RelationKind::ALL
        .into_iter()
        .map(move |kind| format!("{} {relation}", kind.as_str()))
}
