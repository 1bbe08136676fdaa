//! Audits in memory, for the tests of those who embed this crate: the same roles as in PostgreSQL.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use integrity_core::Caller;

use super::{AuditStore, KEPT, no_role, refuse_people};
use crate::{Audit, Error};

/// Audits in memory.
#[derive(Debug, Default)]
pub struct MemoryAuditStore {
    members: HashSet<String>,
    audits: Mutex<BTreeMap<(String, DateTime<Utc>), Audit>>,
}

impl MemoryAuditStore {
    /// The same store, which knows one more person with a role.
    #[must_use]
    pub fn with_member(mut self, user_id: impl Into<String>) -> Self {
        self.members.insert(user_id.into());
        self
    }

    fn last(
        &self,
        caller: &Caller,
        database: &str,
        wanted: fn(&Audit) -> bool,
    ) -> Result<Option<Audit>, Error> {
        let is_member = caller
            .subject()
            .is_some_and(|subject| self.members.contains(subject));
        if *caller != Caller::Service && !is_member {
            return Err(no_role());
        }
        let audits = self.audits();
        let mut own = audits.iter().rev().filter(|((own, _), _)| own == database);
        Ok(own
            .find(|(_, audit)| wanted(audit))
            .map(|(_, audit)| audit.clone()))
    }

    fn audits(&self) -> MutexGuard<'_, BTreeMap<(String, DateTime<Utc>), Audit>> {
        self.audits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl AuditStore for MemoryAuditStore {
    async fn save(&self, caller: &Caller, database: &str, audit: &Audit) -> Result<(), Error> {
        refuse_people(caller)?;
        let mut audits = self.audits();
        let key = (database.to_owned(), audit.looked.at);
        audits.entry(key).or_insert_with(|| audit.clone());
        let own = || audits.iter().rev().filter(|((own, _), _)| own == database);
        let last_complete = own().find(|(_, audit)| audit.is_complete()).map(|(key, _)| key);
        let forgotten: Vec<_> = own()
            .skip(KEPT)
            .map(|(key, _)| key)
            .filter(|key| Some(*key) != last_complete)
            .cloned()
            .collect();
        for key in forgotten {
            audits.remove(&key);
        }
        Ok(())
    }

    async fn latest(&self, caller: &Caller, database: &str) -> Result<Option<Audit>, Error> {
        self.last(caller, database, |_| true)
    }

    async fn latest_complete(&self, caller: &Caller, database: &str) -> Result<Option<Audit>, Error> {
        self.last(caller, database, Audit::is_complete)
    }
}
