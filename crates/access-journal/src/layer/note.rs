use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use integrity_core::Severity;
use uuid::Uuid;

use crate::{EventKind, Outcome};

/// What a service knows of a request and its status does not say: an extension of the answer, or told by a [`Note`] on the
/// way there. It cannot be printed, for an account may be somebody's address.
#[derive(Clone, Default)]
pub struct Noted {
    /// What happened; else the status says it, where it says anything.
    pub event: Option<EventKind>,
    /// Whether it got what it wanted; else the event says it.
    pub outcome: Option<Outcome>,
    /// How bad it is by itself; else the event says it.
    pub severity: Option<Severity>,
    /// The account's name: only its pseudonym is kept.
    pub account: Option<String>,
    /// Who, as the application numbers people.
    pub actor_id: Option<Uuid>,
    /// In which role.
    pub actor_role: Option<String>,
    /// What it was about, where that is a name and nobody's: a relation.
    pub resource: Option<String>,
    /// The error's code.
    pub error_code: Option<String>,
    /// How many rows were given.
    pub rows_returned: Option<u64>,
}

impl fmt::Debug for Noted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Noted")
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

impl Noted {
    /// That this happened.
    #[must_use]
    pub fn event(event: EventKind) -> Self {
        Self {
            event: Some(event),
            ..Self::default()
        }
    }

    /// To whose account.
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// This, and what it leaves open by the other.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            event: self.event.or(other.event),
            outcome: self.outcome.or(other.outcome),
            severity: self.severity.or(other.severity),
            account: self.account.or(other.account),
            actor_id: self.actor_id.or(other.actor_id),
            actor_role: self.actor_role.or(other.actor_role),
            resource: self.resource.or(other.resource),
            error_code: self.error_code.or(other.error_code),
            rows_returned: self.rows_returned.or(other.rows_returned),
        }
    }
}

/// An extension of each request that is looked at: what is found out on the way is noted here, whatever becomes of the answer.
#[derive(Debug, Clone, Default)]
pub struct Note(Arc<Mutex<Noted>>);

impl Note {
    /// Notes something more.
    pub fn add(&self, change: impl FnOnce(&mut Noted)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What was noted so far.
    pub(super) fn noted(&self) -> Noted {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
