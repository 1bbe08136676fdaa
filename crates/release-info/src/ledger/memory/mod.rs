//! The ledger in memory, for the tests of those who embed this crate: the same table of steps and the same roles as in
//! PostgreSQL, no server.

mod state;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::TimeDelta;
use integrity_core::{Caller, Clock, Role};

use self::state::State;
use super::{
    Drills, Entry, Error, EventKind, EventPage, Place, Recorded, Release, ReleaseEvent, ReleaseFilter,
    ReleaseLedger, ReleasePage, Stage, page, release_ledger::no_role,
};
use crate::{AppEnv, ReleaseId};

/// The ledger in memory.
#[derive(Debug)]
pub struct MemoryReleaseLedger {
    clock: Arc<dyn Clock>,
    members: HashMap<String, Role>,
    state: Mutex<State>,
}

impl MemoryReleaseLedger {
    /// An empty ledger that tells the time by `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            members: HashMap::new(),
            state: Mutex::default(),
        }
    }

    /// With a person who may record or read.
    #[must_use]
    pub fn with_member(mut self, user_id: impl Into<String>, role: Role) -> Self {
        self.members.insert(user_id.into(), role);
        self
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
            Err(no_role())
        }
    }

    /// Who may record: admins and directeurs, and of what is found by looking the service.
    fn permit(&self, caller: &Caller, kind: EventKind) -> Result<(), Error> {
        match caller {
            Caller::Service if kind.is_found_by_looking() => Ok(()),
            Caller::Service => Err(Error::forbidden("only a person may record this")),
            Caller::Claims { .. } => match self.role_of(caller) {
                Some(Role::Admin | Role::Directeur) => Ok(()),
                Some(Role::Pca) | None => Err(Error::forbidden("your role may not do this")),
            },
        }
    }
}

#[async_trait]
impl ReleaseLedger for MemoryReleaseLedger {
    async fn record(&self, caller: &Caller, entry: &Entry) -> Result<Recorded, Error> {
        entry.refuse_malformed()?;
        self.permit(caller, entry.kind)?;
        let actor = caller.subject().map(str::to_owned);
        self.state().record(actor, entry, self.clock.now())
    }

    async fn find(
        &self,
        caller: &Caller,
        place: &Place,
        release: &ReleaseId,
    ) -> Result<Option<Release>, Error> {
        let state = self.reading(caller)?;
        Ok(state.at(place).find(|found| found.release == *release).cloned())
    }

    async fn list(&self, caller: &Caller, filter: &ReleaseFilter) -> Result<ReleasePage, Error> {
        filter.refuse_malformed()?;
        let state = self.reading(caller)?;
        let is_wanted = |release: &&Release| filter.wants(&release.place, release.last_event);
        let mut releases: Vec<_> = state.releases.iter().filter(is_wanted).cloned().collect();
        releases.sort_by_key(|release| -release.last_event);
        Ok(ReleasePage::cut(self.clock.now(), releases, filter.limit))
    }

    async fn events(
        &self,
        caller: &Caller,
        release: &ReleaseId,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ReleaseEvent>, Error> {
        page::refuse_limit(limit)?;
        let state = self.reading(caller)?;
        let is_wanted = |event: &&ReleaseEvent| {
            (event.entry.release == *release || event.entry.returns_to.as_ref() == Some(release))
                && after.is_none_or(|after| event.id > after)
        };
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(state
            .events
            .iter()
            .filter(is_wanted)
            .take(most)
            .cloned()
            .collect())
    }

    async fn history(&self, caller: &Caller, filter: &ReleaseFilter) -> Result<EventPage, Error> {
        filter.refuse_malformed()?;
        let state = self.reading(caller)?;
        let is_wanted = |event: &&ReleaseEvent| filter.wants(&event.entry.place, event.id);
        let events = state.events.iter().rev().filter(is_wanted).cloned().collect();
        Ok(EventPage::cut(self.clock.now(), events, filter.limit))
    }

    async fn current(&self, caller: &Caller) -> Result<Vec<Release>, Error> {
        let state = self.reading(caller)?;
        let is_current = |release: &&Release| release.stage.is_live() || release.stage.is_open();
        let mut current: Vec<_> = state.releases.iter().filter(is_current).cloned().collect();
        let rank = |release: &Release| {
            let environment = release.place.environment;
            AppEnv::ALL.iter().position(|env| *env == environment)
        };
        current.sort_by_key(|release| {
            let is_live = release.stage.is_live();
            (rank(release), release.place.target.clone(), !is_live)
        });
        Ok(current)
    }

    async fn last_verified(&self, caller: &Caller, place: &Place) -> Result<Option<Release>, Error> {
        let state = self.reading(caller)?;
        let candidates = state
            .at(place)
            .filter(|release| release.can_be_returned_to() && release.verified_at >= release.deployed_at);
        Ok(candidates.max_by_key(|release| release.verified_at).cloned())
    }

    async fn unverified(&self, caller: &Caller, for_: Duration) -> Result<Vec<Release>, Error> {
        let state = self.reading(caller)?;
        let seconds = i64::from(u32::try_from(for_.as_secs()).unwrap_or(u32::MAX));
        let latest = self.clock.now() - TimeDelta::seconds(seconds);
        let since = |release: &Release| match release.stage {
            Stage::Started => Some(release.started_at),
            live if live.is_live() && !live.is_proved() => release.deployed_at,
            _ => None,
        };
        let is_wanted = |release: &&Release| since(release).is_some_and(|at| at <= latest);
        let mut found: Vec<_> = state.releases.iter().filter(is_wanted).cloned().collect();
        found.sort_by_key(|release| (since(release), release.last_event));
        Ok(found)
    }

    async fn last_drills(&self, caller: &Caller, place: &Place) -> Result<Drills, Error> {
        let state = self.reading(caller)?;
        let last = |kind| {
            let of_kind = |event: &&ReleaseEvent| event.entry.kind == kind && event.entry.place == *place;
            state.events.iter().rev().find(of_kind).cloned()
        };
        Ok(Drills {
            at: self.clock.now(),
            passed: last(EventKind::DrillPassed),
            failed: last(EventKind::DrillFailed),
        })
    }
}
