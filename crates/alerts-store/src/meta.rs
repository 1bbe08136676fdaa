//! How a check itself stands, and the alerts about it.
//!
//! A check that cannot be evaluated, or whose silence proves nothing, is an anomaly like any other: it becomes
//! an alert of one of two meta checks, about the entity `CHECK/<code>`, by the same machine.

use chrono::{DateTime, Utc};
use integrity_core::{
    Evaluation, Finding, Language, Outcome, Payload, Severity, Suspicion, Terms, is_mass_clear,
};
use serde_json::{Map, Value};

use crate::{CheckState, Error};

/// The meta check that finds checks which fail.
pub const CHECK_FAILING: &str = "CHECK_FAILING";
/// The meta check that finds checks whose silence proves nothing.
pub const CHECK_SUSPECT: &str = "CHECK_SUSPECT";

/// The kind of thing that a meta check is about.
pub(crate) const ENTITY_TYPE: &str = "CHECK";

/// How far ahead of the store's clock a snapshot may be before it is refused: applied, it would make every
/// later evaluation look old.
const MAX_SKEW: chrono::TimeDelta = chrono::TimeDelta::minutes(1);

/// Refuses what no check can yield.
pub(crate) fn refuse_malformed(evaluation: &Evaluation, now: DateTime<Utc>) -> Result<(), Error> {
    if [CHECK_FAILING, CHECK_SUSPECT].contains(&evaluation.code.as_str()) {
        return Err(Error::invalid(
            "code",
            format!("{} is one of the store's own", evaluation.code),
        ));
    }
    if evaluation.snapshot_at > now + MAX_SKEW {
        return Err(Error::invalid(
            "snapshot_at",
            format!(
                "the watched database's clock is {} s ahead of the alerts' database; set the clocks right",
                (evaluation.snapshot_at - now).num_seconds()
            ),
        ));
    }
    Ok(())
}

/// What the outcome counts as, once it is known how many live alerts would vanish. A mass clear is believed
/// when the next evaluation shows it again.
pub(crate) fn judge(before: Option<&CheckState>, outcome: &Outcome, live: u64, vanishing: u64) -> Outcome {
    let is_mass = usize::try_from(live)
        .and_then(|live| usize::try_from(vanishing).map(|vanishing| is_mass_clear(live, vanishing)))
        .unwrap_or(true);
    let shown_before = before.is_some_and(|state| state.suspected_at.is_some());
    if *outcome == Outcome::Complete && is_mass && !shown_before {
        Outcome::Suspect(Suspicion::MassClear)
    } else {
        outcome.clone()
    }
}

/// How the check stands after an evaluation that counts as `outcome`.
pub(crate) fn advance(before: Option<&CheckState>, evaluation: &Evaluation, outcome: &Outcome) -> CheckState {
    let at = evaluation.snapshot_at;
    CheckState {
        code: evaluation.code.clone(),
        seen_at: at,
        complete_at: match outcome {
            Outcome::Complete => Some(at),
            _ => before.and_then(|state| state.complete_at),
        },
        outcome: outcome.as_str().to_owned(),
        reason: match outcome {
            Outcome::Failed(failure) => format!("{:?}: {}", failure.kind, failure.message),
            other => other.reason(),
        },
        failures: match outcome {
            Outcome::Failed(_) => before.map_or(0, |state| state.failures) + 1,
            _ => 0,
        },
        suspected_at: match outcome {
            Outcome::Suspect(Suspicion::MassClear) => Some(at),
            Outcome::Complete => None,
            _ => before.and_then(|state| state.suspected_at),
        },
    }
}

/// What a meta check says about a check.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is wrong.
    Wrong(Box<Finding>),
    /// It is right again.
    Right,
    /// This evaluation says neither.
    Unknown,
}

/// Both meta checks' verdicts on a check in `state`.
pub(crate) fn verdicts(
    evaluation: &Evaluation,
    outcome: &Outcome,
    state: &CheckState,
) -> [(&'static str, Verdict); 2] {
    let critical = evaluation.terms.severity == Severity::Critical;
    let patience = if critical { 1 } else { 3 };
    let failing = match outcome {
        Outcome::Failed(_) if state.failures >= patience => {
            let severity = if critical {
                Severity::Critical
            } else {
                Severity::Warn
            };
            Verdict::Wrong(Box::new(finding(evaluation, outcome, severity)))
        }
        Outcome::Failed(_) | Outcome::Skipped => Verdict::Unknown,
        Outcome::Complete | Outcome::Truncated | Outcome::Suspect(_) => Verdict::Right,
    };
    let suspect = match outcome {
        Outcome::Suspect(_) => Verdict::Wrong(Box::new(finding(evaluation, outcome, Severity::Warn))),
        Outcome::Complete | Outcome::Truncated => Verdict::Right,
        Outcome::Failed(_) | Outcome::Skipped => Verdict::Unknown,
    };
    [(CHECK_FAILING, failing), (CHECK_SUSPECT, suspect)]
}

/// The terms of the meta checks: they look at the store itself, so one look is enough.
pub(crate) fn terms(evaluation: &Evaluation) -> Terms {
    Terms {
        resolve_after: 1,
        time_zone: evaluation.terms.time_zone,
        ..Terms::new(Severity::Warn)
    }
}

fn finding(evaluation: &Evaluation, outcome: &Outcome, severity: Severity) -> Finding {
    let code = &evaluation.code;
    let message = match (outcome, evaluation.terms.language) {
        (Outcome::Failed(failure), Language::Fr) => {
            format!("Le contrôle {code} ne peut pas être évalué : {}", failure.message)
        }
        (Outcome::Failed(failure), Language::En) => {
            format!("The check {code} cannot be evaluated: {}", failure.message)
        }
        (_, Language::Fr) => {
            format!("Le contrôle {code} ne prouve rien : sa source paraît vide ou s'est vidée d'un coup")
        }
        (_, Language::En) => {
            format!("The check {code} proves nothing: its source looks empty or emptied at once")
        }
    };
    let fields = [("outcome", outcome.to_string()), ("reason", outcome.reason())];
    Finding {
        entity_type: ENTITY_TYPE.to_owned(),
        entity_id: code.to_string(),
        entity_label: Some(code.to_string()),
        severity,
        message,
        payload: Payload::from(
            fields
                .map(|(key, value)| (key.to_owned(), Value::from(value)))
                .into_iter()
                .collect::<Map<_, _>>(),
        ),
        occurred_at: None,
        scope: None,
    }
}
