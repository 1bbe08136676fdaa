//! How a check itself stands, and the alerts about it.
//!
//! A check that cannot be evaluated, or whose silence proves nothing, is an anomaly like any other: it becomes
//! an alert of one of two meta checks, about the entity `CHECK/<code>`, by the same machine.

use chrono::{DateTime, SubsecRound as _, Utc};
use integrity_core::{
    CheckCode, Evaluation, Finding, Language, Outcome, Payload, Severity, Suspicion, Terms, is_mass_clear,
};
use serde_json::{Map, Value};

use crate::{CheckState, Error};

/// The meta check that finds checks which fail.
pub const CHECK_FAILING: &str = CheckCode::FAILING;
/// The meta check that finds checks whose silence proves nothing.
pub const CHECK_SUSPECT: &str = CheckCode::SUSPECT;

/// The kind of thing that a meta check is about.
pub(crate) const ENTITY_TYPE: &str = "CHECK";

/// How far ahead of the store's clock a snapshot may be before it is refused: applied, it would make every
/// later evaluation look old.
const MAX_SKEW: chrono::TimeDelta = chrono::TimeDelta::minutes(1);

/// How long a person's word is good for; the same in `vigie.confirm_check`.
pub(crate) const CONFIRMED_FOR: chrono::TimeDelta = chrono::TimeDelta::hours(24);

fn is_storable(finding: &Finding) -> bool {
    let texts = [
        Some(&finding.entity_type),
        Some(&finding.entity_id),
        finding.entity_label.as_ref(),
        Some(&finding.message),
        finding.scope.as_ref(),
    ];
    (1..=Finding::MAX_ENTITY_TYPE).contains(&finding.entity_type.len())
        && (1..=Finding::MAX_ENTITY_ID).contains(&finding.entity_id.len())
        && finding.payload.as_json().len() <= Payload::MAX_BYTES
        && !finding.payload.as_json().contains("\\u0000")
        && !texts.into_iter().flatten().any(|text| text.contains('\0'))
}

/// The instant of the snapshot as PostgreSQL keeps it, in whole microseconds.
pub(crate) fn snapshot_at(evaluation: &Evaluation) -> DateTime<Utc> {
    evaluation.snapshot_at.trunc_subsecs(6)
}

/// Whether the evaluation is no newer than the last applied one, of which this is the snapshot.
///
/// # Errors
/// `Invalid` when that one lies in the future: the clock was set back, and taking every evaluation for an old one
/// would look like health for as long.
pub(crate) fn is_stale(
    seen_at: Option<DateTime<Utc>>,
    evaluation: &Evaluation,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let Some(seen_at) = seen_at else { return Ok(false) };
    if seen_at > now + MAX_SKEW {
        return Err(Error::invalid(
            "seen_at",
            format!(
                "the last snapshot of {} lies {} s in the future: the database's clock was set back; set it right",
                evaluation.code,
                (seen_at - now).num_seconds()
            ),
        ));
    }
    Ok(snapshot_at(evaluation) <= seen_at)
}

/// Whether applying the evaluation would move the check on from its last snapshot, that of `seen_at`.
pub(crate) fn moves_on(seen_at: DateTime<Utc>, evaluation: &Evaluation, now: DateTime<Utc>) -> bool {
    refuse_future(evaluation, now).is_ok() && matches!(is_stale(Some(seen_at), evaluation, now), Ok(false))
}

/// Refuses what no check can yield.
pub(crate) fn refuse_malformed(evaluation: &Evaluation) -> Result<(), Error> {
    if CheckCode::RESERVED.contains(&evaluation.code.as_str()) {
        return Err(Error::invalid(
            "code",
            format!("{} is one of the store's own", evaluation.code),
        ));
    }
    if let Some(finding) = evaluation.findings.iter().find(|finding| !is_storable(finding)) {
        return Err(Error::invalid(
            "findings",
            format!(
                "entity_type must have 1 to {} bytes, entity_id 1 to {}, the payload at most \
                 16 KiB, none a NUL; one of {} about a {:.63} breaks this",
                Finding::MAX_ENTITY_TYPE,
                Finding::MAX_ENTITY_ID,
                evaluation.code,
                finding.entity_type
            ),
        ));
    }
    Ok(())
}

/// Refuses a snapshot that cannot have been taken yet.
pub(crate) fn refuse_future(evaluation: &Evaluation, now: DateTime<Utc>) -> Result<(), Error> {
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

/// Whether nearly everything that is live was not found.
pub(crate) fn is_mass(live: u64, vanishing: u64) -> bool {
    let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    is_mass_clear(count(live), count(vanishing))
}

/// What the outcome counts as. A mass clear is believed when the next evaluation shows it again, and whatever makes a
/// check suspect is believed once after a person has confirmed it.
pub(crate) fn judge(before: Option<&CheckState>, evaluation: &Evaluation, mass: bool) -> Outcome {
    let shown_before = before.is_some_and(|state| state.suspected_at.is_some());
    let judged = match &evaluation.outcome {
        Outcome::Complete if mass && !shown_before => Outcome::Suspect(Suspicion::MassClear),
        outcome => outcome.clone(),
    };
    match judged {
        Outcome::Suspect(suspicion) if is_confirmed(before, evaluation, suspicion) => Outcome::Complete,
        judged => judged,
    }
}

/// Whether a person has confirmed what this evaluation shows: one of a snapshot taken before says nothing about it, and
/// what makes the check suspect now must be what did so then.
fn is_confirmed(before: Option<&CheckState>, evaluation: &Evaluation, suspicion: Suspicion) -> bool {
    let at = snapshot_at(evaluation);
    before.is_some_and(|state| {
        let in_time = |confirmed| confirmed < at && at <= confirmed + CONFIRMED_FOR;
        state.suspicion == Some(suspicion) && state.confirmed_at.is_some_and(in_time)
    })
}

/// How the check stands after an evaluation that counts as `outcome`.
pub(crate) fn advance(before: Option<&CheckState>, evaluation: &Evaluation, outcome: &Outcome) -> CheckState {
    let at = snapshot_at(evaluation);
    let suspicion = match outcome {
        Outcome::Suspect(suspicion) => Some(*suspicion),
        Outcome::Complete | Outcome::Truncated => None,
        Outcome::Failed(_) | Outcome::Skipped => before.and_then(|state| state.suspicion),
    };
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
        // Only the very next evaluation shows it again: one in between that was not whole is no second showing.
        suspected_at: (*outcome == Outcome::Suspect(Suspicion::MassClear)).then_some(at),
        suspicion,
        confirmed_at: before.and_then(|state| {
            // Believed once, and of one suspicion. What could not be evaluated, or was seen before, has used nothing up.
            let unused = matches!(outcome, Outcome::Failed(_))
                || state.confirmed_at.is_some_and(|confirmed| at <= confirmed);
            state
                .confirmed_at
                .filter(|_| unused && suspicion == state.suspicion)
        }),
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
