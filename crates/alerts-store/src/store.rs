//! The trait behind which alerts are kept.
//!
//! Every operation is one method, however many statements it takes, so that no transaction is ever handed out.

use async_trait::async_trait;
use integrity_core::{Caller, Evaluation};

use crate::{
    Acted, Alert, AlertEvent, AlertFilter, AlertId, Applied, CheckInfo, CheckState, Command, Error, Run,
    Summary, Verification,
};

/// Keeps alerts and their history.
///
/// Every method takes the caller first and fails with `Forbidden` where the caller may not, and with
/// `Unavailable` when the store does not answer.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AlertStore: Send + Sync {
    /// Applies one check's evaluation to its alerts, in one transaction. An evaluation whose snapshot is no
    /// newer than the last applied one changes nothing and says so. For the service.
    ///
    /// Cancel safe: it is applied whole or not at all.
    ///
    /// # Errors
    /// `Invalid` when the snapshot lies in the future or the code is one of the store's own.
    async fn apply(&self, caller: &Caller, evaluation: &Evaluation) -> Result<Applied, Error>;

    /// Does what a person asks. For people.
    ///
    /// Cancel safe: it is done whole or not at all; ask again with the same `request_id` to learn which.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Invalid`, and `Conflict` with the alert as it is when it has changed since or
    /// its state does not allow the act.
    async fn act(&self, caller: &Caller, command: &Command) -> Result<Acted, Error>;

    /// Records which alerts are past due since the last call, and how many. For the service.
    ///
    /// Cancel safe.
    async fn record_breaches(&self, caller: &Caller) -> Result<u64, Error>;

    /// Says which checks of a watched database there are; others it had are kept, no longer active. For the
    /// service.
    ///
    /// Cancel safe.
    async fn register_checks(
        &self,
        caller: &Caller,
        database: &str,
        checks: &[CheckInfo],
    ) -> Result<(), Error>;

    /// Writes a finished run into the book and forgets runs older than 90 days. For the service.
    ///
    /// Cancel safe.
    async fn record_run(&self, caller: &Caller, run: &Run) -> Result<(), Error>;

    /// One alert, if there is one that the caller may see.
    ///
    /// Cancel safe.
    async fn find(&self, caller: &Caller, id: AlertId) -> Result<Option<Alert>, Error>;

    /// Alerts, the most severe first, then those past due, then the oldest, then by identifier.
    ///
    /// Cancel safe.
    async fn list(&self, caller: &Caller, filter: &AlertFilter) -> Result<Vec<Alert>, Error>;

    /// The events of an alert, the first one first; none when there is no alert that the caller may see.
    ///
    /// Cancel safe.
    async fn events(&self, caller: &Caller, id: AlertId) -> Result<Vec<AlertEvent>, Error>;

    /// How each check of a watched database stands, by code.
    ///
    /// Cancel safe.
    async fn check_states(&self, caller: &Caller, database: &str) -> Result<Vec<CheckState>, Error>;

    /// The numbers at a glance.
    ///
    /// Cancel safe.
    async fn summary(&self, caller: &Caller, database: &str) -> Result<Summary, Error>;

    /// Walks every chain of events and rebuilds every alert.
    ///
    /// Cancel safe.
    async fn verify(&self, caller: &Caller) -> Result<Verification, Error>;

    /// One alert.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `NotFound` when there is none that the caller may see.
    async fn get(&self, caller: &Caller, id: AlertId) -> Result<Alert, Error> {
        self.find(caller, id).await?.ok_or(Error::NotFound)
    }
}

const _: fn(&dyn AlertStore) = |_| ();
