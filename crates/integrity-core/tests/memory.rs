//! The memory runner keeps the promises of every runner.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::DateTime;
use integrity_core::{CheckCode, CheckRunner, FailureKind, Finding, ManualClock, MemoryCheckRunner, Outcome};

mod contract;

struct Memory(Arc<MemoryCheckRunner>);

#[async_trait]
impl contract::World for Memory {
    fn runner(&self) -> Arc<dyn CheckRunner> {
        Arc::clone(&self.0) as Arc<dyn CheckRunner>
    }

    async fn put(&self, code: &CheckCode, rows: &[Finding]) {
        self.0.finds(code, rows.to_vec());
    }

    async fn spoil(&self, code: &CheckCode) {
        self.0.fails(code, FailureKind::Sql, "division by zero");
    }
}

fn memory() -> Memory {
    let clock = ManualClock::new(DateTime::UNIX_EPOCH);
    Memory(Arc::new(MemoryCheckRunner::new(Arc::new(clock))))
}

contract::keep_contract!(tokio::test, memory());

#[tokio::test]
async fn a_check_that_nothing_was_scripted_for_is_not_healthy() {
    let mut snapshot = memory().0.begin().await.expect("a snapshot");
    let evaluation = snapshot
        .evaluate(&contract::check("LEAKS"))
        .await
        .expect("an evaluation");
    let Outcome::Failed(failure) = evaluation.outcome else {
        panic!("{:?}", evaluation.outcome)
    };
    assert_eq!(failure.to_string(), "nothing is scripted for LEAKS");
}
