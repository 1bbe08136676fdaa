//! The trait behind which alerts are kept.
//!
//! Every operation is one method, however many statements it takes, so that no transaction is ever handed out.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use integrity_core::{Caller, CheckCode, Evaluation, Role};

use crate::{
    Acted, Alert, AlertEvent, AlertFilter, AlertId, Applied, CheckCommand, CheckInfo, CheckState, Command,
    Error, KnownCheck, LastSeen, Page, PassedDates, PastOutcome, PastRun, Run, Summary, Times, TrendDay,
    Unchanged, Verification, Vitals,
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

    /// Says what [`apply`](Self::apply) would do now, and writes nothing. For everybody who may read.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// As `apply`.
    async fn preview(&self, caller: &Caller, evaluation: &Evaluation) -> Result<Applied, Error>;

    /// Whether applying the evaluation would do nothing but move its check on: no alert, no event, nothing about the
    /// check itself. `None` is no news: it has to be applied to know. Reads, and holds nothing. For the service.
    ///
    /// Cancel safe.
    async fn unchanged(&self, caller: &Caller, evaluation: &Evaluation) -> Result<Option<Unchanged>, Error>;

    /// Moves the checks of these evaluations on, in one transaction, and says which were overtaken: somebody else is
    /// applying an evaluation of them, or has done so since. Those were not moved; [`apply`](Self::apply) decides about
    /// them. At most one of each check. For the service.
    ///
    /// What was looked at is compared, not held: between the look at the first check and the last, a run takes as
    /// long as its checks, and nobody is to wait for it. Every evaluation that is applied moves its check's snapshot
    /// forward, so that a check which still has the one that was compared has not been touched. An act of a person
    /// in between is no matter: it came after this evaluation, and the next one looks at it.
    ///
    /// Cancel safe: all of them are moved on or none.
    async fn advance(&self, caller: &Caller, unchanged: &[Unchanged]) -> Result<Vec<CheckCode>, Error>;

    /// Does what a person asks. For people.
    ///
    /// Cancel safe: it is done whole or not at all; ask again with the same `request_id` to learn which.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Invalid`, and `Conflict` with the alert as it is when it has changed since or
    /// its state does not allow the act.
    async fn act(&self, caller: &Caller, command: &Command) -> Result<Acted, Error>;

    /// Does the same to every live alert of one check, in one transaction, and says to how many. For people.
    ///
    /// Cancel safe: it is done to all of them or to none.
    ///
    /// # Errors
    /// `NotFound` when the check has no live alert, `Forbidden` and `Invalid` as [`act`](Self::act) when one of
    /// the alerts refuses.
    async fn act_on_check(&self, caller: &Caller, command: &CheckCommand) -> Result<u64, Error>;

    /// Says that what makes a check suspect is true, and gives its alert `CHECK_SUSPECT`, which keeps that as an
    /// event. For people who may act.
    ///
    /// The next evaluation on a later snapshot is then believed, and only that one: it counts as one complete
    /// evaluation, so that an alert it does not find clears when `resolve_after` is 1, and is missing once when it
    /// is more. A guard that stays false is suspect again at the evaluation after. An evaluation that fails uses
    /// nothing up.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` without a comment, `NotFound` when no such check was ever evaluated,
    /// `NothingToConfirm` when it is not suspect or was confirmed already.
    async fn confirm(
        &self,
        caller: &Caller,
        database: &str,
        code: &str,
        comment: &str,
    ) -> Result<Alert, Error>;

    /// Records what time alone has changed since the last call: due dates that passed, and suppressions that ended
    /// while nothing shows that the anomaly is gone. For the service.
    ///
    /// Cancel safe.
    async fn record_dates(&self, caller: &Caller) -> Result<PassedDates, Error>;

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

    /// Writes a finished run into the book and forgets those of the same database older than 90 days. For the service.
    ///
    /// Cancel safe.
    async fn record_run(&self, caller: &Caller, run: &Run) -> Result<(), Error>;

    /// What a person may do in Vigie; `None` for a stranger, who is nobody there. For people.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Invalid` for the service, which is no person.
    async fn role(&self, caller: &Caller) -> Result<Option<Role>, Error>;

    /// One alert, if there is one.
    ///
    /// Cancel safe.
    async fn find(&self, caller: &Caller, id: AlertId) -> Result<Option<Alert>, Error>;

    /// A page of alerts, the most severe first, then those past due, then the oldest, then by identifier.
    ///
    /// Whoever asks for what comes after [`Page::next`] until there is none gets each alert exactly once, as long as
    /// nothing changes meanwhile. What moves in the order between two pages can be missed, or come twice.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Invalid` for a limit of 0, a text longer than [`AlertFilter::MAX_TEXT`], or a place that no list can have.
    async fn list(&self, caller: &Caller, filter: &AlertFilter) -> Result<Page, Error>;

    /// The events of an alert, the first one first; none when there is no such alert.
    ///
    /// Cancel safe.
    async fn events(&self, caller: &Caller, id: AlertId) -> Result<Vec<AlertEvent>, Error>;

    /// The checks that were registered for a watched database, also those no longer active, by code.
    ///
    /// Cancel safe.
    async fn checks(&self, caller: &Caller, database: &str) -> Result<Vec<KnownCheck>, Error>;

    /// How each check of a watched database stands, by code.
    ///
    /// Cancel safe.
    async fn check_states(&self, caller: &Caller, database: &str) -> Result<Vec<CheckState>, Error>;

    /// When the checks of a watched database were last looked at: what says which are due. Reads only.
    ///
    /// Cancel safe.
    async fn last_seen(&self, caller: &Caller, database: &str) -> Result<LastSeen, Error>;

    /// The numbers at a glance.
    ///
    /// Cancel safe.
    async fn summary(&self, caller: &Caller, database: &str) -> Result<Summary, Error>;

    /// How the checks are, in numbers alone. For the service, and for the login that serves people.
    ///
    /// Cancel safe.
    async fn vitals(&self, caller: &Caller, database: &str) -> Result<Vitals, Error>;

    /// How long alerts take to be taken up and to be resolved, those of one check or of all; no measurement where there
    /// is no such check. Reads every alert opened in the last 90 days: not for every look at a screen.
    ///
    /// Cancel safe.
    async fn times(&self, caller: &Caller, database: &str, code: Option<String>) -> Result<Times, Error>;

    /// How many alerts were live at the end of each of the last local days of `zone`, by severity, the first day first;
    /// the last one is today, and its number that of now. Told by the events.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Invalid` for no days, or more than [`TrendDay::MAX_DAYS`].
    async fn trend(
        &self,
        caller: &Caller,
        database: &str,
        days: u32,
        zone: Tz,
    ) -> Result<Vec<TrendDay>, Error>;

    /// The last runs, or the last that finished before an instant, the latest first: so many, and those that finished
    /// at the very instant of the last one. Whoever asks again with `before` that instant misses none.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Invalid` for a limit of 0 or more than [`PastRun::MAX`].
    async fn runs(
        &self,
        caller: &Caller,
        database: &str,
        before: Option<DateTime<Utc>>,
        limit: u32,
    ) -> Result<Vec<PastRun>, Error>;

    /// What came of one check, of the last runs that looked at it, the latest first; among the last
    /// [`PastOutcome::RUNS`] runs.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Invalid` for a limit of 0 or more than [`PastRun::MAX`]; `Corrupt` where the book holds something else than
    /// what [`Run::outcomes`] says.
    async fn outcomes(
        &self,
        caller: &Caller,
        database: &str,
        code: &str,
        limit: u32,
    ) -> Result<Vec<PastOutcome>, Error>;

    /// Walks every chain of events and rebuilds every alert. For the service. An alert that was deleted together
    /// with all its events leaves no trace here.
    ///
    /// Cancel safe.
    async fn verify(&self, caller: &Caller) -> Result<Verification, Error>;

    /// One alert.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    async fn get(&self, caller: &Caller, id: AlertId) -> Result<Alert, Error> {
        self.find(caller, id).await?.ok_or(Error::NotFound)
    }
}

const _: fn(&dyn AlertStore) = |_| ();

/// What only a person has.
#[cfg(any(feature = "memory", feature = "postgres"))]
pub(crate) fn refuse_service(caller: &Caller) -> Result<(), Error> {
    match caller {
        Caller::Claims { .. } => Ok(()),
        Caller::Service => Err(Error::invalid(
            "caller",
            "the service is no person and has no role",
        )),
    }
}

/// What only the service may do is not for people.
#[cfg(any(feature = "memory", feature = "postgres"))]
pub(crate) fn refuse_people(caller: &Caller) -> Result<(), Error> {
    match caller {
        Caller::Service => Ok(()),
        Caller::Claims { .. } => Err(Error::forbidden("only the service may do this")),
    }
}
