//! A ledger in memory with its people and a clock that moves.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use release_info::{
    integrity_core::{ManualClock, Role},
    ledger::{MemoryReleaseLedger, ReleaseLedger},
};

use crate::contract::Harness;

pub(crate) struct Memory {
    clock: Arc<ManualClock>,
    ledger: Arc<MemoryReleaseLedger>,
}

impl Memory {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T08:00:00Z".parse().expect("a time")));
        let ledger = MemoryReleaseLedger::new(clock.clone())
            .with_member("amina", Role::Admin)
            .with_member("didier", Role::Directeur)
            .with_member("patricia", Role::Pca);
        Self {
            clock,
            ledger: Arc::new(ledger),
        }
    }
}

#[async_trait]
impl Harness for Memory {
    fn service(&self) -> Arc<dyn ReleaseLedger> {
        self.ledger.clone()
    }

    fn people(&self) -> Arc<dyn ReleaseLedger> {
        self.ledger.clone()
    }

    async fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }
}
