//! The journal in memory, for the tests of those who embed this crate: the same promises as PostgreSQL's, no server.

mod change;
mod detect;
mod roll;
mod seal;
mod state;
mod summary;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use integrity_core::{Caller, Clock, Role};

use self::state::State;
use super::{
    AccessJournal, Around, Change, Error, Heartbeat, Recorded, Rolled, Scope, Seal, SensitiveRelations,
    Summary, SummaryRange, Verification, form, seal::hash_of,
};
use crate::{
    AccessEvent, Source,
    privacy::{KeyCheck, Keyed, Month, Salt},
    rules::{Detection, Watch},
};

/// The journal in memory.
#[derive(Debug)]
pub struct MemoryAccessJournal {
    clock: Arc<dyn Clock>,
    members: HashMap<String, Role>,
    state: Mutex<State>,
}

impl MemoryAccessJournal {
    /// An empty journal that tells the time by `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            members: HashMap::new(),
            state: Mutex::default(),
        }
    }

    /// With a person who may read numbers.
    #[must_use]
    pub fn with_member(mut self, user_id: impl Into<String>, role: Role) -> Self {
        self.members.insert(user_id.into(), role);
        self
    }

    /// What is kept, in the order in which it was recorded.
    #[must_use]
    pub fn events(&self) -> Vec<AccessEvent> {
        self.state().events.clone()
    }

    /// What was seen of a source, what of it was bad, and what was lost.
    #[must_use]
    pub fn heard(&self, source: Source) -> Option<[u64; 3]> {
        let state = self.state();
        let heard = state.sources.get(&source)?;
        Some([heard.seen, heard.bad, heard.dropped])
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The service, and people with a role.
    fn as_reader(&self, caller: &Caller) -> Result<MutexGuard<'_, State>, Error> {
        let is_member = caller
            .subject()
            .is_some_and(|person| self.members.contains_key(person));
        if *caller == Caller::Service || is_member {
            Ok(self.state())
        } else {
            Err(Error::forbidden("you have no role in Vigie"))
        }
    }

    /// The service only; people read numbers.
    fn as_service(&self, caller: &Caller) -> Result<MutexGuard<'_, State>, Error> {
        match caller {
            Caller::Service => Ok(self.state()),
            Caller::Claims { .. } => Err(Error::forbidden("only the service may do this")),
        }
    }
}

#[async_trait]
impl AccessJournal for MemoryAccessJournal {
    async fn salt(
        &self,
        caller: &Caller,
        month: Month,
        check: Option<KeyCheck>,
    ) -> Result<Option<Salt>, Error> {
        self.as_service(caller)?.salt(month, check, self.clock.now())
    }

    async fn keyed(&self, caller: &Caller) -> Result<Vec<Keyed>, Error> {
        let state = self.as_service(caller)?;
        let is_kept = |keyed: &Keyed| matches!(state.months.get(&keyed.month), Some(Some(_)));
        Ok(state.keyed.values().copied().filter(is_kept).collect())
    }

    async fn record(&self, caller: &Caller, events: &[AccessEvent]) -> Result<Recorded, Error> {
        form::refuse_malformed(events)?;
        self.as_service(caller)?.record(events, self.clock.now())
    }

    async fn beat(&self, caller: &Caller, heartbeat: &Heartbeat) -> Result<(), Error> {
        self.as_service(caller)?.beat(heartbeat, self.clock.now());
        Ok(())
    }

    async fn tell_sensitive(
        &self,
        caller: &Caller,
        database: &str,
        sensitive: &SensitiveRelations,
    ) -> Result<(), Error> {
        self.as_service(caller)?.tell_sensitive(database, sensitive);
        Ok(())
    }

    async fn sensitive(&self, caller: &Caller, database: &str) -> Result<Option<SensitiveRelations>, Error> {
        Ok(self.as_service(caller)?.sensitive.get(database).cloned())
    }

    async fn detect(&self, caller: &Caller, watch: &Watch) -> Result<Detection, Error> {
        let state = self.as_service(caller)?;
        Ok(state.detect(watch, watch.as_of.unwrap_or_else(|| self.clock.now())))
    }

    async fn is_used(&self, caller: &Caller) -> Result<bool, Error> {
        Ok(self.as_service(caller)?.is_in_use())
    }

    async fn roll(&self, caller: &Caller, retention: Duration) -> Result<Rolled, Error> {
        self.as_service(caller)?.roll(retention, self.clock.now())
    }

    async fn seal(&self, caller: &Caller) -> Result<Option<Seal>, Error> {
        Ok(self.as_service(caller)?.seal(self.clock.now()))
    }

    async fn verify(
        &self,
        caller: &Caller,
        scope: Scope,
        expected: Option<String>,
    ) -> Result<Verification, Error> {
        let expected = expected.as_deref().map(hash_of).transpose()?;
        Ok(self
            .as_service(caller)?
            .verify(scope, expected.as_ref(), self.clock.now()))
    }

    async fn verified(&self, caller: &Caller) -> Result<Option<Verification>, Error> {
        Ok(self.as_service(caller)?.verified.clone())
    }

    async fn summary(&self, caller: &Caller, range: SummaryRange) -> Result<Summary, Error> {
        Ok(self.as_reader(caller)?.summary(range, self.clock.now()))
    }

    async fn change(&self, caller: &Caller, around: Around) -> Result<Change, Error> {
        self.as_reader(caller)?.change(around, self.clock.now())
    }
}
