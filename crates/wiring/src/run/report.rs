//! What came of a run, for people and for programs.

use std::time::Duration;

use alerts_store::{Applied, Count, Coverage, RunStatus, Summary};
use integrity_core::{CheckCode, Evaluation, Outcome};
use serde::Serialize;
use serde_json::{Value, json};

/// What came of a run. Its JSON is what `vigie sync --json` and `vigie demo --once --json` print.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Everything, something or nothing was evaluated.
    pub status: RunStatus,
    /// Which login ran the checks' SQL.
    pub evaluated_by: Evaluator,
    /// By code.
    pub checks: Vec<Row>,
    /// How many checks were left out, because the run was asked to end.
    pub left: usize,
    /// How long the run took, without the program's start.
    pub elapsed_ms: u64,
    /// How far the checks can be believed now.
    pub coverage: Coverage,
    /// Live alerts now.
    pub alerts: Vec<Count>,
    /// Alerts newly found to be past due.
    pub breached: u64,
    /// Alerts open again since their suppression ended.
    pub expired: u64,
    /// The numbers at a glance, of which the above is a part.
    #[serde(skip)]
    pub summary: Summary,
}

impl Report {
    /// How long the run took, without the program's start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed_ms)
    }
}

/// The login that ran the checks' SQL, which is the barrier around them.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluator {
    /// Its name.
    pub login: String,
    /// Whether it is there for that alone; otherwise a check may do whatever the connecting login may.
    pub is_own: bool,
}

/// What came of one check.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Which check.
    pub code: CheckCode,
    /// `Complete`, `Truncated`, `Suspect`, `Failed` or `Skipped`.
    pub outcome: &'static str,
    /// Which failure or suspicion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why its result could not be applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What it found.
    pub findings: usize,
    /// Rows merged into those, since they were about the same thing.
    pub merged: usize,
    /// Alerts opened.
    pub opened: u64,
    /// Alerts opened again.
    pub reopened: u64,
    /// Alerts that tell something new.
    pub changed: u64,
    /// Alerts whose anomaly is gone.
    pub cleared: u64,
    /// Alerts that were said to be fixed and are not.
    pub refuted: u64,
    /// Alerts that were not found and stay.
    pub kept: u64,
    /// Alerts about the check itself.
    pub about_check: u64,
    /// Somebody else's evaluation was applied before, and stands.
    pub stale: bool,
    /// How long its evaluation took.
    pub elapsed_ms: u64,
}

impl Row {
    /// A check whose evaluation was applied, or could not be.
    #[must_use]
    pub fn new(evaluation: &Evaluation, applied: Result<Applied, String>) -> Self {
        let (applied, error) = match applied {
            Ok(applied) => (applied, None),
            Err(error) => (Applied::nothing(evaluation.outcome.clone()), Some(error)),
        };
        let reason = match &applied.outcome {
            Outcome::Truncated => {
                "more findings than its max_rows, or not all could be looked at; what was not found is kept"
                    .to_owned()
            }
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
            elapsed_ms: milliseconds(evaluation.elapsed),
        }
    }

    /// How long its evaluation took.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed_ms)
    }

    /// What is written down of it at every run: what is not nothing. The code stands before it.
    pub(super) fn for_the_book(&self) -> Value {
        let mut fields = json!(self);
        if let Some(fields) = fields.as_object_mut() {
            fields.remove("code");
            fields.retain(|_, value| *value != json!(0) && *value != json!(false));
        }
        fields
    }

    /// `Complete`, or `Failed(Timeout)`.
    #[must_use]
    pub fn outcome_in_words(&self) -> String {
        match &self.kind {
            Some(kind) => format!("{}({kind})", self.outcome),
            None => self.outcome.to_owned(),
        }
    }

    /// Whether everything there was to see was seen and kept. A check that is disabled was not asked for.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.error.is_none() && matches!(self.outcome, "Complete" | "Skipped")
    }

    /// Why it could not be looked at whole, where that is so.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
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
        self.error.is_none() && !matches!(self.outcome, "Failed" | "Skipped")
    }
}

/// Everything, something or nothing.
pub(super) fn status(rows: &[Row], left: usize) -> RunStatus {
    if !rows.iter().any(Row::was_evaluated) {
        RunStatus::Failed
    } else if left == 0 && rows.iter().all(Row::is_whole) {
        RunStatus::Ok
    } else {
        RunStatus::Partial
    }
}

pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use integrity_core::{Evaluation, Outcome};

    use super::*;

    fn ended(outcome: Outcome) -> Row {
        let evaluation = Evaluation {
            outcome: outcome.clone(),
            ..Evaluation::sample()
        };
        Row::new(&evaluation, Ok(Applied::nothing(outcome)))
    }

    #[test]
    fn a_run_that_evaluated_nothing_has_failed() {
        let whole = || ended(Outcome::Complete);
        let skipped = || ended(Outcome::Skipped);
        let held_up = || Row {
            error: Some("held up".to_owned()),
            ..whole()
        };
        for (rows, left, expected) in [
            (vec![whole()], 0, RunStatus::Ok),
            (vec![whole(), skipped()], 0, RunStatus::Ok),
            (vec![whole()], 1, RunStatus::Partial),
            (vec![whole(), held_up()], 0, RunStatus::Partial),
            (vec![held_up(), skipped()], 0, RunStatus::Failed),
            (vec![skipped()], 0, RunStatus::Failed),
            (vec![], 0, RunStatus::Failed),
        ] {
            assert_eq!(status(&rows, left), expected, "{rows:?}, {left} left");
        }
    }
}
