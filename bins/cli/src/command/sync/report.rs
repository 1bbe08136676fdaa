//! What came of a run, for people and for programs.

use std::time::Duration;

use alerts_store::{Applied, Count, Coverage, RunStatus};
use integrity_core::{CheckCode, Evaluation, Outcome};
use serde::Serialize;

/// What came of a run. Its JSON is what `vigie sync --json` and `vigie demo --once --json` print.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Everything, something or nothing was evaluated.
    pub(crate) status: RunStatus,
    /// Which login ran the checks' SQL.
    pub(crate) evaluated_by: Evaluator,
    /// By code.
    pub(crate) checks: Vec<Row>,
    /// How far the checks can be believed now.
    pub(crate) coverage: Coverage,
    /// Live alerts now.
    pub(crate) alerts: Vec<Count>,
    /// Alerts newly found to be past due.
    pub(crate) breached: u64,
    /// Alerts open again since their suppression ended.
    pub(crate) expired: u64,
}

/// The login that ran the checks' SQL, which is the barrier around them.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Evaluator {
    pub(crate) login: String,
    /// Whether it is there for that alone; otherwise a check may do whatever the connecting login may.
    pub(crate) is_own: bool,
}

/// What came of one check.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) code: CheckCode,
    /// `Complete`, `Truncated`, `Suspect`, `Failed` or `Skipped`.
    pub(crate) outcome: &'static str,
    /// Which failure or suspicion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Why its result could not be applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    pub(crate) findings: usize,
    pub(crate) merged: usize,
    pub(crate) opened: u64,
    pub(crate) reopened: u64,
    pub(crate) changed: u64,
    pub(crate) cleared: u64,
    pub(crate) refuted: u64,
    pub(crate) kept: u64,
    /// Alerts about the check itself.
    pub(crate) about_check: u64,
    pub(crate) stale: bool,
    pub(crate) elapsed_ms: u64,
}

impl Row {
    /// A check whose evaluation was applied, or could not be.
    pub(crate) fn new(evaluation: &Evaluation, applied: Result<Applied, String>) -> Self {
        let (applied, error) = match applied {
            Ok(applied) => (applied, None),
            Err(error) => (Applied::nothing(evaluation.outcome.clone()), Some(error)),
        };
        let reason = match &applied.outcome {
            Outcome::Truncated => "more findings than its max_rows; the most severe were kept".to_owned(),
            outcome => outcome.reason(),
        };
        Self {
            code: evaluation.code.clone(),
            outcome: applied.outcome.as_str(),
            kind: match &applied.outcome {
                Outcome::Failed(failure) => Some(format!("{:?}", failure.kind)),
                Outcome::Suspect(suspicion) => Some(format!("{suspicion:?}")),
                _ => None,
            },
            reason: Some(reason).filter(|reason| !reason.is_empty()),
            error,
            findings: evaluation.findings.len(),
            merged: evaluation.merged,
            opened: applied.opened,
            reopened: applied.reopened,
            changed: applied.changed,
            cleared: applied.cleared,
            refuted: applied.refuted,
            kept: applied.kept,
            about_check: applied.about_check,
            stale: applied.stale,
            elapsed_ms: u64::try_from(evaluation.elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// How long its evaluation took.
    pub(crate) fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed_ms)
    }

    /// `Complete`, or `Failed(Timeout)`.
    pub(crate) fn outcome_in_words(&self) -> String {
        match &self.kind {
            Some(kind) => format!("{}({kind})", self.outcome),
            None => self.outcome.to_owned(),
        }
    }

    /// Whether everything there was to see was seen and kept. A check that is disabled was not asked for.
    pub(crate) fn is_whole(&self) -> bool {
        self.error.is_none() && matches!(self.outcome, "Complete" | "Skipped")
    }

    /// Why it could not be looked at whole, where that is so.
    pub(crate) fn trouble(&self) -> Option<String> {
        if self.is_whole() {
            return None;
        }
        Some(match &self.error {
            Some(error) => format!("evaluated, but not applied: {error}"),
            None => format!(
                "{}: {}",
                self.outcome_in_words(),
                self.reason.as_deref().unwrap_or_default()
            ),
        })
    }

    fn was_evaluated(&self) -> bool {
        self.error.is_none() && self.outcome != "Failed"
    }
}

/// Everything, something or nothing.
pub(crate) fn status(rows: &[Row]) -> RunStatus {
    if rows.iter().all(Row::is_whole) {
        RunStatus::Ok
    } else if rows.iter().any(Row::was_evaluated) {
        RunStatus::Partial
    } else {
        RunStatus::Failed
    }
}
