//! Alerts in memory, for the tests of those who embed this crate: the same rules and the same table of roles as
//! in PostgreSQL, no server.

mod apply;
mod heartbeat;
mod lease;
mod past;
mod read;
mod state;
mod steady;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use integrity_core::{Caller, CheckCode, Clock, Door, Evaluation, Role, Severity};
pub use lease::MemoryLeases;

use crate::{
    Acted, Alert, AlertEvent, AlertFilter, AlertId, AlertStore, Applied, CheckCommand, CheckInfo, CheckState,
    Command, Count, Error, KnownCheck, LastSeen, Page, PassedDates, PastOutcome, PastRun, Run, Summary,
    Times, TrendDay, Unchanged, Verification, Vitals, trend::LastDays,
};
use state::State;

/// Alerts in memory.
#[derive(Debug)]
pub struct MemoryAlertStore {
    clock: Arc<dyn Clock>,
    made_at: DateTime<Utc>,
    door: Door,
    members: HashMap<String, Role>,
    state: Mutex<State>,
}

impl MemoryAlertStore {
    /// An empty store that tells the time by `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            made_at: clock.now(),
            clock,
            door: Door::Api,
            members: HashMap::new(),
            state: Mutex::default(),
        }
    }

    /// With a person who may act or read.
    #[must_use]
    pub fn with_member(mut self, user_id: impl Into<String>, role: Role) -> Self {
        self.members.insert(user_id.into(), role);
        self
    }

    /// The runs in the book.
    #[must_use]
    pub fn runs(&self) -> Vec<Run> {
        self.state().runs.iter().map(|(run, _)| run.clone()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn role_of(&self, caller: &Caller) -> Option<Role> {
        self.members.get(caller.subject()?).copied()
    }

    /// Who may read: members, and the service.
    fn reading(&self, caller: &Caller) -> Result<MutexGuard<'_, State>, Error> {
        if *caller == Caller::Service || self.role_of(caller).is_some() {
            Ok(self.state())
        } else {
            Err(Error::forbidden(
                "you have no role in Vigie; ask an administrator for one",
            ))
        }
    }

    /// Who may write what was seen: the service.
    fn serving(&self, caller: &Caller) -> Result<MutexGuard<'_, State>, Error> {
        crate::store::refuse_people(caller)?;
        Ok(self.state())
    }
}

#[async_trait]
impl AlertStore for MemoryAlertStore {
    async fn apply(&self, caller: &Caller, evaluation: &Evaluation) -> Result<Applied, Error> {
        self.serving(caller)?
            .apply(evaluation, self.clock.now(), self.door)
    }

    async fn preview(&self, caller: &Caller, evaluation: &Evaluation) -> Result<Applied, Error> {
        let consequence = self.reading(caller)?.consequence(evaluation, self.clock.now())?;
        Ok(consequence.applied)
    }

    async fn unchanged(&self, caller: &Caller, evaluation: &Evaluation) -> Result<Option<Unchanged>, Error> {
        Ok(self.serving(caller)?.unchanged(evaluation, self.clock.now()))
    }

    async fn advance(&self, caller: &Caller, unchanged: &[Unchanged]) -> Result<Vec<CheckCode>, Error> {
        Ok(self.serving(caller)?.advance(unchanged))
    }

    async fn act(&self, caller: &Caller, command: &Command) -> Result<Acted, Error> {
        let role = self.role_of(caller);
        let actor = caller.subject().unwrap_or_default();
        self.state()
            .act(command, role, actor, self.clock.now(), self.door)
    }

    async fn act_on_check(&self, caller: &Caller, command: &CheckCommand) -> Result<u64, Error> {
        let role = self.role_of(caller);
        let actor = caller.subject().unwrap_or_default();
        self.state()
            .act_on_check(command, role, actor, self.clock.now(), self.door)
    }

    async fn confirm(
        &self,
        caller: &Caller,
        database: &str,
        code: &str,
        comment: &str,
    ) -> Result<Alert, Error> {
        let role = self.role_of(caller);
        let actor = caller.subject().unwrap_or_default();
        let now = self.clock.now();
        self.state()
            .confirm((database, code), comment, role, actor, now, self.door)
    }

    async fn record_dates(&self, caller: &Caller) -> Result<PassedDates, Error> {
        self.serving(caller)?.record_dates(self.clock.now(), self.door)
    }

    async fn register_checks(
        &self,
        caller: &Caller,
        database: &str,
        checks: &[CheckInfo],
    ) -> Result<(), Error> {
        self.serving(caller)?.register_checks(database, checks);
        Ok(())
    }

    async fn record_run(&self, caller: &Caller, run: &Run) -> Result<(), Error> {
        self.serving(caller)?.runs.push((run.clone(), self.clock.now()));
        Ok(())
    }

    async fn role(&self, caller: &Caller) -> Result<Option<Role>, Error> {
        crate::store::refuse_service(caller)?;
        Ok(self.role_of(caller))
    }

    async fn find(&self, caller: &Caller, id: AlertId) -> Result<Option<Alert>, Error> {
        Ok(self.reading(caller)?.find(id))
    }

    async fn list(&self, caller: &Caller, filter: &AlertFilter) -> Result<Page, Error> {
        let state = self.reading(caller)?;
        filter.refuse_malformed()?;
        Ok(state.list(filter, self.clock.now()))
    }

    async fn events(&self, caller: &Caller, id: AlertId) -> Result<Vec<AlertEvent>, Error> {
        Ok(self.reading(caller)?.events.get(&id).cloned().unwrap_or_default())
    }

    async fn checks(&self, caller: &Caller, database: &str) -> Result<Vec<KnownCheck>, Error> {
        Ok(self.reading(caller)?.known_checks(database, self.clock.now()))
    }

    async fn check_states(&self, caller: &Caller, database: &str) -> Result<Vec<CheckState>, Error> {
        Ok(self.reading(caller)?.check_states(database))
    }

    async fn last_seen(&self, caller: &Caller, database: &str) -> Result<LastSeen, Error> {
        Ok(self
            .reading(caller)?
            .last_seen(database, self.made_at, self.clock.now()))
    }

    async fn summary(&self, caller: &Caller, database: &str) -> Result<Summary, Error> {
        Ok(self
            .reading(caller)?
            .summary(database, self.made_at, self.clock.now()))
    }

    async fn vitals(&self, caller: &Caller, database: &str) -> Result<Vitals, Error> {
        let state = self.serving(caller)?;
        let summary = state.summary(database, self.made_at, self.clock.now());
        let is_critical = |count: &&Count| count.severity == Severity::Critical;
        Ok(Vitals {
            at: summary.at,
            age_seconds: summary.heartbeat.age_seconds,
            silent_after_seconds: summary.heartbeat.silent_after_seconds,
            silent: summary.heartbeat.silent,
            enabled: summary.coverage.enabled,
            covered: summary.coverage.covered,
            failing: summary.failing.len() as u64,
            suspect: summary.suspect.len() as u64,
            critical: summary
                .live
                .iter()
                .filter(is_critical)
                .map(|count| count.count)
                .sum(),
        })
    }

    async fn times(&self, caller: &Caller, database: &str, code: Option<String>) -> Result<Times, Error> {
        Ok(self
            .reading(caller)?
            .times(database, code.as_deref(), self.clock.now()))
    }

    async fn trend(
        &self,
        caller: &Caller,
        database: &str,
        days: u32,
        zone: Tz,
    ) -> Result<Vec<TrendDay>, Error> {
        let state = self.reading(caller)?;
        let last = LastDays::of(self.clock.now(), days, zone)?;
        Ok(state.trend(database, last))
    }

    async fn runs(
        &self,
        caller: &Caller,
        database: &str,
        before: Option<DateTime<Utc>>,
        limit: u32,
    ) -> Result<Vec<PastRun>, Error> {
        let state = self.reading(caller)?;
        crate::past::refuse_malformed(before, limit)?;
        Ok(state.runs(database, before, limit))
    }

    async fn outcomes(
        &self,
        caller: &Caller,
        database: &str,
        code: &str,
        limit: u32,
    ) -> Result<Vec<PastOutcome>, Error> {
        let state = self.reading(caller)?;
        crate::past::refuse_malformed(None, limit)?;
        state.outcomes(database, code, limit)
    }

    async fn verify(&self, caller: &Caller) -> Result<Verification, Error> {
        self.serving(caller)?.verify()
    }
}
