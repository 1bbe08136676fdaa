//! Whether a release stays: one verdict per rule over plain facts, and the worst of them.
//!
//! Every instant of the facts is one of the database's clock, and none is asked for here: what the clocks of other
//! machines say cannot change a decision.

mod facts;
mod rules;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

pub use self::facts::{
    Access, CheckFact, DecisionFacts, Look, NewAlert, Readiness, Refused, Standing, Verified,
};
use crate::{ReleaseId, ledger::Place};

/// What to do about a release. Ordered: the worst is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Decision {
    /// It stays.
    Pass,
    /// It stays for now, and nothing more is deployed until somebody has looked.
    Hold,
    /// Not known: not everything was looked at since.
    Inconclusive,
    /// It goes back.
    Rollback,
}

impl Decision {
    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Hold => "HOLD",
            Self::Inconclusive => "INCONCLUSIVE",
            Self::Rollback => "ROLLBACK",
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a rule comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It has something to go by.
    Decides(Decision),
    /// It has nothing to go by, since nobody has set up what would tell it; it does not decide.
    NotConfigured,
    /// The room that would tell it is not installed; it does not decide.
    NotInstalled,
}

impl Outcome {
    /// What it says, where it says anything.
    #[must_use]
    pub fn decision(self) -> Option<Decision> {
        match self {
            Self::Decides(decision) => Some(decision),
            Self::NotConfigured | Self::NotInstalled => None,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Decides(decision) => decision.as_str(),
            Self::NotConfigured => "not configured",
            Self::NotInstalled => "not installed",
        })
    }
}

/// A word in JSON, as the texts print it.
impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One rule, and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// Its name, such as `critical_alerts`.
    pub rule: &'static str,
    /// What it says.
    pub outcome: Outcome,
    /// What was measured, with its unit.
    pub value: String,
    /// What would have been right.
    pub threshold: String,
    /// What shows it.
    pub evidence: Vec<String>,
}

/// From where on a rule objects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// How long after a deployment a new alert is put down to it.
    pub attributed_within: Duration,
    /// How many times their baseline WARN alerts and refused requests may come to.
    pub times_baseline: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            attributed_within: Duration::from_hours(1),
            times_baseline: 3.0,
        }
    }
}

/// What to do about a release, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The worst that a rule says.
    pub decision: Decision,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// About which release.
    pub release: ReleaseId,
    /// Since when it is live.
    pub deployed_at: DateTime<Utc>,
    /// As of when.
    pub at: DateTime<Utc>,
    /// Every rule, those that roll back first.
    pub rules: Vec<Judged>,
}

/// Judges a release.
#[must_use]
pub fn decide(facts: &DecisionFacts, thresholds: &Thresholds) -> Verdict {
    let rules = rules::all(facts, thresholds);
    let worst = rules.iter().filter_map(|judged| judged.outcome.decision()).max();
    Verdict {
        // Nothing that decides has proved nothing.
        decision: worst.unwrap_or(Decision::Inconclusive),
        place: facts.place.clone(),
        release: facts.release.clone(),
        deployed_at: facts.deployed_at,
        at: facts.at,
        rules,
    }
}
