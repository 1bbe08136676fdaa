use std::time::Duration;

use async_trait::async_trait;
use integrity_core::Caller;

use super::{
    Drills, Entry, Error, EventPage, Place, Recorded, Release, ReleaseEvent, ReleaseFilter, ReleasePage,
};
use crate::ReleaseId;

/// Keeps what happens to releases.
///
/// Every method takes the caller first and fails with `Forbidden` where the caller may not, and with `Unavailable` when
/// the store does not answer. Members of Vigie read.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ReleaseLedger: Send + Sync {
    /// Records an event, in one transaction. For admins and directeurs; the service records what is
    /// [found by looking](super::EventKind::is_found_by_looking).
    ///
    /// An event with a key that was recorded before is answered as it was, whatever has happened since, and not recorded
    /// again.
    ///
    /// Cancel safe: it is recorded whole or not at all; record it again with the same key to learn which.
    ///
    /// # Errors
    /// `OutOfOrder` where it may not come now, `Forbidden` also where the service finds well what a failed rollback left, `Occupied` where it would open a second deployment or rollback at its
    /// place, `Conflict` where its key names another event, `Invalid` where it is not well formed or returns to a release
    /// that cannot be returned to.
    async fn record(&self, caller: &Caller, entry: &Entry) -> Result<Recorded, Error>;

    /// A release at a place, if something of it was recorded there.
    ///
    /// Cancel safe.
    async fn find(
        &self,
        caller: &Caller,
        place: &Place,
        release: &ReleaseId,
    ) -> Result<Option<Release>, Error>;

    /// A page of releases, the one of which something was recorded last first.
    ///
    /// Whoever asks for what comes after [`ReleasePage::next`] until there is none gets each release exactly once, as long
    /// as nothing is recorded meanwhile. One that is moves to the front, and can be missed.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Invalid` for a limit of 0 or more than 200, and for what is no target.
    async fn list(&self, caller: &Caller, filter: &ReleaseFilter) -> Result<ReleasePage, Error>;

    /// What happened to a release at all places, and where it was returned to, the first event first: so many after the
    /// one of that number, or from the beginning.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Invalid` for a limit of 0 or more than 200.
    async fn events(
        &self,
        caller: &Caller,
        release: &ReleaseId,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ReleaseEvent>, Error>;

    /// A page of what happened, whatever the release, the last event first.
    ///
    /// Whoever asks for what comes after [`EventPage::next`] until there is none gets each event exactly once; what is
    /// recorded meanwhile comes before.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Invalid` for a limit of 0 or more than 200, and for what is no target.
    async fn history(&self, caller: &Caller, filter: &ReleaseFilter) -> Result<EventPage, Error>;

    /// What is live and what is being deployed at each place where anything is, by environment and target, what is live
    /// first.
    ///
    /// Cancel safe.
    async fn current(&self, caller: &Caller) -> Result<Vec<Release>, Error>;

    /// The release that a rollback would best return to: of those that [can be](Release::can_be_returned_to), the one that
    /// was verified last, since it went live last.
    ///
    /// Cancel safe.
    async fn last_verified(&self, caller: &Caller, place: &Place) -> Result<Option<Release>, Error>;

    /// What has been live and not proved, or being deployed, for at least so long by the store's clock; the longest first.
    ///
    /// Cancel safe.
    async fn unverified(&self, caller: &Caller, for_: Duration) -> Result<Vec<Release>, Error>;

    /// The last rehearsals of a rollback at a place.
    ///
    /// Cancel safe.
    async fn last_drills(&self, caller: &Caller, place: &Place) -> Result<Drills, Error>;
}

const _: fn(&dyn ReleaseLedger) = |_| ();

/// Who reads and has no role is told so.
pub(crate) fn no_role() -> Error {
    Error::forbidden("you have no role in Vigie; ask an administrator for one")
}
