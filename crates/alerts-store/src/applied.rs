use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use integrity_core::{CheckCode, Evaluation, Finding, Outcome, Severity, Suspicion, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::meta::CONFIRMED_FOR;

/// What applying one evaluation has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The outcome the evaluation was treated as: a complete one that would clear nearly everything at once is
    /// [`integrity_core::Suspicion::MassClear`].
    #[serde(flatten)]
    pub outcome: Outcome,
    /// New alerts.
    pub opened: u64,
    /// Resolved alerts that are open again: they came back, or their suppression ended.
    pub reopened: u64,
    /// Alerts changed in any other way.
    pub changed: u64,
    /// Alerts the system resolved.
    pub cleared: u64,
    /// Alerts a person had called fixed, and which are still there.
    pub refuted: u64,
    /// Alerts that were not found and were kept all the same: the evaluation proves nothing about them, or a
    /// person has acted since its snapshot.
    pub kept: u64,
    /// Alerts about the check itself that were written: `CHECK_FAILING`, `CHECK_SUSPECT`. Not among the others.
    #[serde(default)]
    pub about_check: u64,
    /// The evaluation was no newer than one applied before; nothing was changed.
    pub stale: bool,
}

impl Applied {
    /// Nothing changed.
    #[must_use]
    pub fn nothing(outcome: Outcome) -> Self {
        Self {
            outcome,
            opened: 0,
            reopened: 0,
            changed: 0,
            cleared: 0,
            refuted: 0,
            kept: 0,
            about_check: 0,
            stale: false,
        }
    }

    /// What a store that has never seen anything does with a first evaluation: everything found opens an alert.
    #[must_use]
    pub fn first(evaluation: &Evaluation) -> Self {
        Self {
            opened: Finding::distinct(&evaluation.findings).len() as u64,
            about_check: u64::from(match &evaluation.outcome {
                Outcome::Failed(_) => evaluation.terms.severity == Severity::Critical,
                Outcome::Suspect(_) => true,
                Outcome::Complete | Outcome::Truncated | Outcome::Skipped => false,
            }),
            ..Self::nothing(evaluation.outcome.clone())
        }
    }

    /// How many alerts of the check were written.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.opened + self.reopened + self.changed + self.cleared + self.refuted
    }

    pub(crate) fn count(&mut self, kind: crate::EventKind) {
        use crate::EventKind::{Cleared, Expired, Opened, Refuted, Reopened, Voided};
        *match kind {
            Opened => &mut self.opened,
            Reopened | Expired | Voided => &mut self.reopened,
            Cleared => &mut self.cleared,
            Refuted => &mut self.refuted,
            _ => &mut self.changed,
        } += 1;
    }
}

/// What time alone has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PassedDates {
    /// Alerts found to be past due.
    pub breached: u64,
    /// Alerts open again since their suppression ended.
    pub expired: u64,
}

/// A check as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckInfo {
    /// Its code.
    pub code: CheckCode,
    /// The pack it belongs to.
    pub pack: String,
    /// Its severity.
    pub severity: Severity,
    /// What people call it.
    pub title: Text,
    /// Where the end of its days is measured.
    pub time_zone: Tz,
    /// How often it is evaluated, in seconds.
    pub every_seconds: u32,
    /// Whether it is evaluated at all.
    pub enabled: bool,
    /// Whether fixtures show that it can fire and that it can be silent.
    pub proved: bool,
}

impl CheckInfo {
    /// Whether a check whose last complete snapshot is that of `complete_at` can still be believed: for
    /// max(3 × `every`, `every` + 5 min). What lies in the future, after the clock was set back, cannot.
    #[must_use]
    pub fn is_fresh(&self, complete_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        crate::vitals::is_fresh(self.every_seconds, complete_at, now)
    }
}

/// How a check stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckState {
    /// Its code.
    pub code: CheckCode,
    /// The last applied snapshot.
    pub seen_at: DateTime<Utc>,
    /// The last one that was complete.
    pub complete_at: Option<DateTime<Utc>>,
    /// The outcome of the last one, without its reason.
    pub outcome: String,
    /// The reason, empty for a complete one.
    pub reason: String,
    /// How often it has failed in a row.
    pub failures: u32,
    /// When a mass clear was first seen that is not yet believed.
    pub suspected_at: Option<DateTime<Utc>>,
    /// What makes it suspect, as long as no evaluation says otherwise.
    #[serde(default)]
    pub suspicion: Option<Suspicion>,
    /// When a person confirmed what makes it suspect; `None` once an evaluation has been believed for it.
    #[serde(default)]
    pub confirmed_at: Option<DateTime<Utc>>,
}

impl CheckState {
    /// Whether a person may confirm at `now` what makes it suspect: nobody has yet, or the word is no longer good. That it
    /// is suspect still, its alert says.
    #[must_use]
    pub fn awaits_confirmation(&self, now: DateTime<Utc>) -> bool {
        let in_force = |confirmed| now <= confirmed + CONFIRMED_FOR;
        self.suspicion.is_some() && !self.confirmed_at.is_some_and(in_force)
    }
}

/// When the checks of a watched database were last looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastSeen {
    /// The store's clock.
    pub at: DateTime<Utc>,
    /// When the last run finished; `None` while the book knows of none.
    pub run_at: Option<DateTime<Utc>>,
    /// How long ago that was; without a run, since a check was last completely seen, or since the store was made.
    pub age_seconds: f64,
    /// The last applied snapshot of each check that ever had one.
    pub seen: BTreeMap<CheckCode, DateTime<Utc>>,
}

/// One run of the checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Which watched database.
    pub database: String,
    /// When it began, by the store's clock.
    pub started_at: DateTime<Utc>,
    /// Everything, something, or nothing was evaluated.
    pub status: RunStatus,
    /// What came of each check, by code: at least the word `outcome`, see [`PastOutcome`](crate::PastOutcome).
    pub outcomes: Value,
    /// The parameters each check was evaluated with, by code.
    pub parameters: Value,
}

/// How much of a run was evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RunStatus {
    /// Everything.
    Ok,
    /// Something.
    Partial,
    /// Nothing.
    Failed,
}

impl RunStatus {
    /// The word in the database and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Partial => "PARTIAL",
            Self::Failed => "FAILED",
        }
    }
}
