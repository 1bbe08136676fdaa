//! A journal in memory and a clock that moves.

use std::sync::Arc;

use access_journal::{
    AccessEvent, Source,
    integrity_core::{Clock as _, ManualClock, Role},
    journal::{AccessJournal, MemoryAccessJournal},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::contract::Harness;

pub(crate) struct Memory {
    clock: Arc<ManualClock>,
    journal: Arc<MemoryAccessJournal>,
}

impl Memory {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T08:00:00Z".parse().expect("a time")));
        let journal = MemoryAccessJournal::new(clock.clone())
            .with_member("amina", Role::Admin)
            .with_member("didier", Role::Directeur)
            .with_member("patricia", Role::Pca);
        Self {
            journal: Arc::new(journal),
            clock,
        }
    }
}

#[async_trait]
impl Harness for Memory {
    fn recorder(&self) -> Arc<dyn AccessJournal> {
        self.journal.clone()
    }

    fn service(&self) -> Arc<dyn AccessJournal> {
        self.journal.clone()
    }

    fn people(&self) -> Arc<dyn AccessJournal> {
        self.journal.clone()
    }

    async fn settle(&self) {}

    async fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    async fn kept(&self) -> Vec<AccessEvent> {
        let mut events = self.journal.events();
        events.sort_by(|one, other| one.dedup_key.cmp(&other.dedup_key));
        events
    }

    async fn heard(&self, source: Source) -> Option<[u64; 3]> {
        self.journal.heard(source)
    }
}
