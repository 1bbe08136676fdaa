//! What people may do: the same rows as the table `vigie.transitions`.

use integrity_core::{Role, Severity};

use crate::{EventKind, Resolution, Status, Verb};

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

/// Whether the act ends what it is done to: what may be done to a whole check at once.
#[cfg(feature = "memory")]
pub(crate) fn ends(verb: Verb) -> bool {
    transitions()
        .any(|step| step.verb == verb && step.from != Status::Resolved && step.to == Status::Resolved)
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
