use std::{fmt, time::Duration};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::{CheckCode, Finding, Language, Severity};

/// One check's result on one snapshot: the only thing that alerts are ever changed by, besides people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Which watched database it is about; `main` unless configured.
    pub database: String,
    /// Which check.
    pub code: CheckCode,
    /// The watched database's clock when the snapshot was taken.
    pub snapshot_at: DateTime<Utc>,
    /// How much of the truth the findings are.
    pub outcome: Outcome,
    /// What was found, one per key.
    pub findings: Vec<Finding>,
    /// How many findings had the key of another and were merged into it.
    pub merged: usize,
    /// What the check says about the life of its alerts.
    pub terms: Terms,
    /// How long the evaluation took.
    pub elapsed: Duration,
}

/// What a check says about the life of its alerts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The check's own severity; a finding may carry another.
    pub severity: Severity,
    /// Who clears an alert whose finding is gone.
    pub clearing: Clearing,
    /// Complete evaluations without the finding before it clears; at least 1.
    pub resolve_after: u32,
    /// When an accepted finding stops being acceptable.
    pub accept: Option<AcceptRule>,
    /// Payload keys that are shown but whose change alone is no change.
    pub volatile: Vec<String>,
    /// Where the end of the day is measured for due dates.
    pub time_zone: Tz,
    /// The language of what Vigie itself says about the check.
    pub language: Language,
}

impl Terms {
    /// The terms of a check of that severity which says nothing else.
    #[must_use]
    pub fn new(severity: Severity) -> Self {
        Self {
            severity,
            clearing: Clearing::Auto,
            resolve_after: 2,
            accept: None,
            volatile: Vec::new(),
            time_zone: Tz::UTC,
            language: Language::En,
        }
    }
}

/// Who clears an alert whose finding is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clearing {
    /// The system.
    Auto,
    /// A person.
    Manual,
    /// A person for CRITICAL alerts, the system for the others.
    ManualWhenCritical,
}

/// An accepted finding is void when the payload's `key` gets worse by more than `tolerance`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptRule {
    /// A numeric key of the payload.
    pub key: String,
    /// Which way is worse.
    pub worse: Worse,
    /// In thousandths of a percent of the accepted value: `2%` is 2000. Integer, so that it compares exactly.
    pub tolerance_millipercent: u32,
}

impl AcceptRule {
    /// Whether `now` is worse than what was `accepted` by more than the tolerance.
    #[must_use]
    pub fn is_worse(&self, accepted: f64, now: f64) -> bool {
        let slack = accepted.abs() * f64::from(self.tolerance_millipercent) / 100_000.0;
        match self.worse {
            Worse::Up => now > accepted + slack,
            Worse::Down => now < accepted - slack,
        }
    }
}

/// Which way a figure gets worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Worse {
    /// Larger is worse.
    Up,
    /// Smaller is worse.
    Down,
}

/// How an evaluation ended. Only [`Outcome::Complete`] can ever lead to a resolve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "reason")]
pub enum Outcome {
    /// Every finding is here.
    Complete,
    /// Not all there is to find is here: more than `max_rows`, of which the most severe are here, or not everything could be
    /// looked at. What is not here is kept as it was.
    Truncated,
    /// What was found is here, what was not found proves nothing.
    Suspect(Suspicion),
    /// Not evaluated.
    Failed(Failure),
    /// Not due, or disabled.
    Skipped,
}

impl Outcome {
    /// The outcome without its reason: `Complete`, `Truncated`, `Suspect`, `Failed` or `Skipped`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Complete => "Complete",
            Self::Truncated => "Truncated",
            Self::Suspect(_) => "Suspect",
            Self::Failed(_) => "Failed",
            Self::Skipped => "Skipped",
        }
    }

    /// Whether the check was looked at: anything but `Failed` and `Skipped`.
    #[must_use]
    pub fn was_evaluated(&self) -> bool {
        matches!(self, Self::Complete | Self::Truncated | Self::Suspect(_))
    }

    /// The reason, for people: empty for `Complete`, `Truncated` and `Skipped`.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Suspect(suspicion) => suspicion.to_string(),
            Self::Failed(failure) => failure.to_string(),
            _ => String::new(),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(failure) => write!(f, "Failed({:?})", failure.kind),
            Self::Suspect(suspicion) => write!(f, "Suspect({suspicion:?})"),
            other => f.write_str(other.as_str()),
        }
    }
}

/// Why an evaluation that ran may clear nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Suspicion {
    /// The check's guard is false: its source looks empty.
    Guard,
    /// At least 80 % (and at least 5) of the check's live alerts would vanish at once.
    MassClear,
}

impl fmt::Display for Suspicion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Guard => "the guard is false: the source looks empty",
            Self::MassClear => "nearly all live alerts would vanish at once",
        })
    }
}

/// A mass clear: at least 5 live alerts and at least 80 % of them would vanish in one evaluation.
#[must_use]
pub fn is_mass_clear(live: usize, vanishing: usize) -> bool {
    vanishing >= 5 && vanishing * 5 >= live * 4
}

/// Why a check was not evaluated, in words that are safe to store and to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Which kind of failure.
    pub kind: FailureKind,
    /// What is wrong; never a value from the data.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The kinds of failure, by what mends them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FailureKind {
    /// The SQL raised an error.
    Sql,
    /// It took longer than its `timeout`, or the run's budget was used up.
    Timeout,
    /// The file or the columns it returns break the contract.
    Contract,
    /// A table, view, column or function it needs is not there.
    MissingObject,
    /// The evaluating role may not read something, or Row Level Security would have filtered it.
    Privilege,
}
