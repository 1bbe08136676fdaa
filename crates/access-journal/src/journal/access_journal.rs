use std::time::Duration;

use async_trait::async_trait;
use integrity_core::Caller;

use super::{
    Around, Change, Error, Heartbeat, Scope, Seal, SensitiveRelations, Summary, SummaryRange, Verification,
};
use crate::{
    AccessEvent,
    privacy::{KeyCheck, Keyed, Month, Salt},
    rules::{Detection, Watch},
};

/// Keeps what happened.
///
/// Every method takes the caller first and fails with `Forbidden` where the caller may not, and with `Unavailable` when
/// the store does not answer.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AccessJournal: Send + Sync {
    /// The salt that the pseudonyms of a month are made with, made where there is none yet; `None` for a month whose
    /// events are no longer kept, and one that is still to come. `check` is of the secret with which the caller makes them;
    /// the first one given is the month's. For whoever records.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `OtherSecret` where the month has another secret, or one and the caller none.
    async fn salt(
        &self,
        caller: &Caller,
        month: Month,
        check: Option<KeyCheck>,
    ) -> Result<Option<Salt>, Error>;

    /// With what the pseudonyms of the months are made that are kept and used, the oldest first. For the service.
    ///
    /// Cancel safe.
    async fn keyed(&self, caller: &Caller) -> Result<Vec<Keyed>, Error>;

    /// Records events, all in one transaction, and leaves out those that are known. For whoever records.
    ///
    /// Cancel safe: all are recorded or none; record them again to make sure.
    ///
    /// # Errors
    /// `Invalid` for an event that is not well formed, or of a time that is not kept; it names all of them
    /// ([`Error::refused_events`]).
    async fn record(&self, caller: &Caller, events: &[AccessEvent]) -> Result<Recorded, Error>;

    /// Says that a source is heard, and what was lost of it. For whoever records.
    ///
    /// Cancel safe.
    async fn beat(&self, caller: &Caller, heartbeat: &Heartbeat) -> Result<(), Error>;

    /// Says what an audit of that database calls sensitive, in place of what an earlier one did. For the service.
    ///
    /// Cancel safe.
    async fn tell_sensitive(
        &self,
        caller: &Caller,
        database: &str,
        sensitive: &SensitiveRelations,
    ) -> Result<(), Error>;

    /// What the last audit of that database calls sensitive; `None` where no audit has said, which is not the same as an
    /// audit that names none. For whoever reads logs.
    ///
    /// Cancel safe.
    async fn sensitive(&self, caller: &Caller, database: &str) -> Result<Option<SensitiveRelations>, Error>;

    /// What the rules say of the events of the last day, and of those that were read in it. A rule that cannot be looked
    /// at leaves the others. For the service.
    ///
    /// Cancel safe: it only reads.
    async fn detect(&self, caller: &Caller, watch: &Watch) -> Result<Detection, Error>;

    /// Whether anything was ever recorded or heard: whether anybody uses the journal. For the service.
    ///
    /// Cancel safe.
    async fn is_used(&self, caller: &Caller) -> Result<bool, Error>;

    /// Lets months begin and end: the current one and the two after it are there, and those that are wholly older than the
    /// retention go, with all that is needed to make their pseudonyms; one that somebody reads goes later. Nothing is written where nothing is due. For the
    /// service.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Invalid` for a retention that is not from 30 to 365 days.
    async fn roll(&self, caller: &Caller, retention: Duration) -> Result<Rolled, Error>;

    /// Seals what can no longer be joined by an earlier event, and which months went; `None` where there is nothing new, and
    /// where nothing may be sealed yet, which [`Verification::unsealed_since`] tells apart. For the service; several
    /// at once seal one after the other.
    ///
    /// Cancel safe: it is sealed or not; seal again to make sure.
    async fn seal(&self, caller: &Caller) -> Result<Option<Seal>, Error>;

    /// Compares the journal with its seals. `expected` is the hash of a seal that was once written down elsewhere. For the
    /// service. Takes as long as looking at every row takes.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Invalid` where `expected` is not 64 hexadecimal digits.
    async fn verify(
        &self,
        caller: &Caller,
        scope: Scope,
        expected: Option<String>,
    ) -> Result<Verification, Error>;

    /// What came of it when all was compared last; `None` where it never was. For the service.
    ///
    /// Cancel safe.
    async fn verified(&self, caller: &Caller) -> Result<Option<Verification>, Error>;

    /// What happened lately, in numbers. For the service, and for people with a role.
    ///
    /// Cancel safe.
    async fn summary(&self, caller: &Caller, range: SummaryRange) -> Result<Summary, Error>;

    /// What a change came to: what was refused, and read without signing in, before it and since. For the service, and for
    /// people with a role.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Invalid` for a baseline out of bounds, and for an end before the beginning.
    async fn change(&self, caller: &Caller, around: Around) -> Result<Change, Error>;
}

const _: fn(&dyn AccessJournal) = |_| ();

/// What came of recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recorded {
    /// So many are new.
    pub added: u64,
    /// So many were known already.
    pub known: u64,
}

/// What came of rolling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rolled {
    /// So many months were begun.
    pub made: u32,
    /// So many months were destroyed, with their events and their keys.
    pub dropped: u32,
    /// So many should have been, and somebody reads them: roll again.
    pub overdue: u32,
}
