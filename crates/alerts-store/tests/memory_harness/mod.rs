//! A memory store with its people and a clock that moves.

use std::sync::Arc;

use alerts_store::{AlertStore, Leases, MemoryAlertStore, MemoryLeases};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Clock, ManualClock, Role};

use crate::contract::Harness;

pub(crate) struct Memory {
    clock: Arc<ManualClock>,
    store: MemoryAlertStore,
    leases: MemoryLeases,
}

impl Memory {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::new("2026-01-31T08:00:00Z".parse().expect("a time")));
        let store = MemoryAlertStore::new(clock.clone())
            .with_member("amina", Role::Admin)
            .with_member("didier", Role::Directeur)
            .with_member("patricia", Role::Pca);
        let leases = MemoryLeases::new(clock.clone());
        Self { clock, store, leases }
    }
}

#[async_trait]
impl Harness for Memory {
    fn service(&self) -> &dyn AlertStore {
        &self.store
    }

    fn people(&self) -> &dyn AlertStore {
        &self.store
    }

    fn leases(&self) -> &dyn Leases {
        &self.leases
    }

    async fn now(&self) -> DateTime<Utc> {
        // One step before and one after: an act in between has an instant of its own.
        self.clock.advance(TimeDelta::seconds(1));
        let now = self.clock.now();
        self.clock.advance(TimeDelta::seconds(1));
        now
    }

    async fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }
}
