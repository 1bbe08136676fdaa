//! What people may do.

use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Role, Severity};

use crate::{Accepted, Alert, Command, Condition, Error, EventKind, Resolution, Status, Verb};

/// How long a suppression may last.
const MAX_SUPPRESSION: TimeDelta = TimeDelta::days(180);
/// How long a false positive is one unless somebody says otherwise.
const DEFAULT_SUPPRESSION: TimeDelta = TimeDelta::days(30);
/// The longest comment, in characters.
const MAX_COMMENT: usize = 4000;

/// One act that is allowed: the row of `vigie.transitions` of the same fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// What the person does.
    pub verb: Verb,
    /// As what.
    pub role: Role,
    /// To an alert of which severity.
    pub severity: Severity,
    /// In which status.
    pub from: Status,
    /// What its status becomes.
    pub to: Status,
    /// And its resolution.
    pub resolution: Option<Resolution>,
    /// What the event is called.
    pub event: EventKind,
    /// Whether the person has to say something.
    pub comment_required: bool,
    /// Whether it has an end.
    pub until: Until,
}

/// Whether an act has an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// It has none.
    None,
    /// The person has to say it.
    Required,
    /// 30 days unless the person says it.
    Default,
}

impl Until {
    /// The word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Required => "required",
            Self::Default => "default",
        }
    }
}

/// Every act that is allowed.
pub fn transitions() -> impl Iterator<Item = Transition> {
    Verb::ALL.into_iter().flat_map(|verb| {
        Role::ALL.into_iter().flat_map(move |role| {
            Severity::ALL.into_iter().flat_map(move |severity| {
                Status::ALL
                    .into_iter()
                    .filter_map(move |from| transition(verb, role, severity, from))
            })
        })
    })
}

/// What becomes of an alert, or `None` where the act is not allowed.
fn transition(verb: Verb, role: Role, severity: Severity, from: Status) -> Option<Transition> {
    use Status::{Ack, Open, Resolved};
    let live = matches!(from, Open | Ack);
    let permitted = match role {
        Role::Admin => true,
        Role::Directeur => verb != Verb::Retire && !(verb == Verb::Accept && severity == Severity::Critical),
        Role::Pca => false,
    };
    let (possible, to, resolution, event, comment_required, until) = match verb {
        Verb::Ack => (
            from == Open,
            Ack,
            None,
            EventKind::Acknowledged,
            false,
            Until::None,
        ),
        Verb::Unack => (
            from == Ack,
            Open,
            None,
            EventKind::Unacknowledged,
            false,
            Until::None,
        ),
        Verb::Resolve => (
            live,
            Resolved,
            Some(Resolution::Fixed),
            EventKind::Resolved,
            true,
            Until::None,
        ),
        Verb::Accept => (
            live,
            Resolved,
            Some(Resolution::Accepted),
            EventKind::Accepted,
            true,
            Until::Required,
        ),
        Verb::FalsePositive => (
            live,
            Resolved,
            Some(Resolution::FalsePositive),
            EventKind::FalsePositive,
            true,
            Until::Default,
        ),
        Verb::Comment => (true, from, None, EventKind::Commented, true, Until::None),
        Verb::Retire => (
            live,
            Resolved,
            Some(Resolution::Retired),
            EventKind::Retired,
            false,
            Until::None,
        ),
    };
    (permitted && possible).then_some(Transition {
        verb,
        role,
        severity,
        from,
        to,
        resolution,
        event,
        comment_required,
        until,
    })
}

/// Whether someone of that role may do this to any alert at all: asked before the alert is looked for, so
/// that a stranger learns nothing.
pub(crate) fn permit(verb: Verb, role: Option<Role>) -> Result<Role, Error> {
    role.filter(|&role| transitions().any(|step| step.verb == verb && step.role == role))
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
    check_comment(step, command.comment.as_deref())?;
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

fn check_comment(step: Transition, comment: Option<&str>) -> Result<(), Error> {
    let comment = comment.map(|text| text.trim_matches(' ')).unwrap_or_default();
    if step.comment_required && comment.is_empty() {
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
