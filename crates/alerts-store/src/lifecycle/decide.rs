//! A person's act, decided in memory. PostgreSQL decides the same in `vigie.act_on_alert`; the promises of
//! `AlertStore` and random lives are played on both.

use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::Role;

use super::{Transition, Until, transitions};
use crate::{Accepted, Alert, Command, Condition, Error, EventKind, Verb};

/// How long a suppression may last.
const MAX_SUPPRESSION: TimeDelta = TimeDelta::days(180);
/// How long a false positive is one unless somebody says otherwise.
const DEFAULT_SUPPRESSION: TimeDelta = TimeDelta::days(30);
/// The longest comment, in characters.
const MAX_COMMENT: usize = 4000;

/// Whether someone of that role may do this to any alert at all: asked before the alert is looked for, so
/// that a stranger learns nothing.
pub(crate) fn permit(verb: Verb, role: Option<Role>) -> Result<Role, Error> {
    role.filter(|&role| transitions().any(|step| step.verb == verb && step.role == role))
        .ok_or_else(|| Error::forbidden("your role may not do this"))
}

/// Whether someone of that role may confirm what makes a check suspect: an admin alone, for nothing else
/// clears alerts without proof.
pub(crate) fn permit_confirmation(role: Option<Role>) -> Result<Role, Error> {
    role.filter(|role| *role == Role::Admin)
        .ok_or_else(|| Error::forbidden("your role may not do this"))
}

/// Decides an act of someone whom [`permit`] let through. Pure: the order of the refusals is the contract.
pub(crate) fn decide(
    alert: &Alert,
    command: &Command,
    role: Role,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<(Alert, EventKind), Error> {
    let conflict = |reason: String| Error::Conflict {
        reason,
        current: Box::new(alert.clone()),
    };
    let for_severity =
        |step: &Transition| step.verb == command.verb && step.role == role && step.severity == alert.severity;
    if !transitions().any(|step| for_severity(&step)) {
        return Err(Error::forbidden(format!(
            "your role may not do this to a {} alert",
            alert.severity
        )));
    }
    if command
        .expected_version
        .is_some_and(|version| version != alert.version)
    {
        return Err(conflict("the alert has changed since".to_owned()));
    }
    let step = transitions()
        .find(|step| for_severity(step) && step.from == alert.status)
        .ok_or_else(|| {
            conflict(format!(
                "not possible while the alert is {}",
                alert.status.as_str()
            ))
        })?;
    check_comment(step.comment_required, command.comment.as_deref())?;
    let until = end_of_suppression(step, command.until, now)?;

    let mut after = alert.clone();
    match command.verb {
        Verb::Comment => return Ok((after, step.event)),
        Verb::Ack => {
            after.acknowledged_by = Some(actor.to_owned());
            after.acknowledged_at = Some(now);
        }
        Verb::Unack => {
            after.acknowledged_by = None;
            after.acknowledged_at = None;
        }
        Verb::Resolve | Verb::Accept | Verb::FalsePositive | Verb::Retire => {
            after.resolution = step.resolution;
            after.resolved_by = Some(actor.to_owned());
            after.resolved_at = Some(now);
        }
    }
    after.status = step.to;
    after.acted_at = Some(now);
    if command.verb == Verb::Resolve && alert.condition == Condition::Absent {
        after.verified_at = Some(now);
    }
    if until.is_some() {
        after.accepted_until = until;
        after.accepted = Some(Accepted {
            severity: alert.severity,
            payload: alert.payload.clone(),
        });
    }
    if command.verb == Verb::Retire {
        after.condition = Condition::Absent;
        after.missing_count = 0;
    }
    Ok((after, step.event))
}

pub(crate) fn check_comment(required: bool, comment: Option<&str>) -> Result<(), Error> {
    let comment = comment
        .map(|text| text.trim_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']))
        .unwrap_or_default();
    if required && comment.is_empty() {
        return Err(Error::invalid("comment", "is required"));
    }
    if comment.chars().count() > MAX_COMMENT {
        return Err(Error::invalid("comment", "at most 4000 characters"));
    }
    Ok(())
}

fn end_of_suppression(
    step: Transition,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Error> {
    let until = match (step.until, until) {
        (Until::None, None) => return Ok(None),
        (Until::None, Some(_)) => return Err(Error::invalid("until", "does not go with this act")),
        (Until::Required, None) => return Err(Error::invalid("until", "is required")),
        (Until::Default, None) => now + DEFAULT_SUPPRESSION,
        (Until::Required | Until::Default, Some(until)) => until,
    };
    if until <= now || until > now + MAX_SUPPRESSION {
        return Err(Error::invalid(
            "until",
            "must be in the future, at most 180 days away",
        ));
    }
    Ok(Some(until))
}
