//! Checks without a database: what each one finds is scripted by whoever tests.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    Check, CheckCode, CheckRunner, Clock, Error, Evaluation, Failure, FailureKind, Finding, Outcome, Snapshot,
};

/// What each check will say: its outcome, and its rows as they come.
type Script = BTreeMap<CheckCode, (Outcome, Vec<Finding>)>;

/// A runner whose checks find what they are told to. Like a database, it merges findings with the same key,
/// keeps the most severe of too many, and shows each snapshot what was true when it was taken.
///
/// A check that nothing was scripted for is `Failed(MissingObject)`, so that no test mistakes it for healthy.
#[derive(Debug)]
pub struct MemoryCheckRunner {
    clock: Arc<dyn Clock>,
    database: String,
    script: Mutex<Script>,
}

impl MemoryCheckRunner {
    /// A runner for the database `main` that finds nothing yet; `clock` dates its snapshots.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            database: "main".to_owned(),
            script: Mutex::default(),
        }
    }

    /// Names the watched database in every evaluation.
    #[must_use]
    pub fn with_database(self, name: impl Into<String>) -> Self {
        Self {
            database: name.into(),
            ..self
        }
    }

    /// From the next snapshot on, the check finds these rows.
    pub fn finds(&self, code: &CheckCode, rows: Vec<Finding>) {
        self.ends(code, Outcome::Complete, rows);
    }

    /// From the next snapshot on, the check fails.
    pub fn fails(&self, code: &CheckCode, kind: FailureKind, message: &str) {
        self.ends(
            code,
            Outcome::Failed(Failure {
                kind,
                message: message.to_owned(),
            }),
            Vec::new(),
        );
    }

    /// From the next snapshot on, the check ends in this outcome with these rows.
    pub fn ends(&self, code: &CheckCode, outcome: Outcome, rows: Vec<Finding>) {
        self.script().insert(code.clone(), (outcome, rows));
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CheckRunner for MemoryCheckRunner {
    async fn begin(&self) -> Result<Box<dyn Snapshot>, Error> {
        let script = self.script().clone();
        Ok(Box::new(MemorySnapshot {
            taken_at: self.clock.now(),
            database: self.database.clone(),
            script,
        }))
    }
}

#[derive(Debug)]
struct MemorySnapshot {
    taken_at: DateTime<Utc>,
    database: String,
    script: Script,
}

#[async_trait]
impl Snapshot for MemorySnapshot {
    fn taken_at(&self) -> DateTime<Utc> {
        self.taken_at
    }

    fn left(&self) -> Duration {
        Duration::MAX
    }

    async fn evaluate(&mut self, check: &Check) -> Result<Evaluation, Error> {
        let (outcome, rows) = if check.is_enabled() {
            self.script.get(check.code()).cloned().unwrap_or_else(|| {
                let message = format!("nothing is scripted for {}", check.code());
                (
                    Outcome::Failed(Failure {
                        kind: FailureKind::MissingObject,
                        message,
                    }),
                    Vec::new(),
                )
            })
        } else {
            (Outcome::Skipped, Vec::new())
        };
        let mut findings: Vec<Finding> = Finding::distinct(&rows).into_iter().cloned().collect();
        let merged = rows.len() - findings.len();
        findings.sort_by_key(|finding| Reverse(finding.severity));
        let outcome = match outcome {
            Outcome::Complete if findings.len() > check.max_rows() => Outcome::Truncated,
            outcome => outcome,
        };
        findings.truncate(check.max_rows());
        Ok(Evaluation {
            database: self.database.clone(),
            code: check.code().clone(),
            snapshot_at: self.taken_at,
            outcome,
            findings,
            merged,
            terms: check.terms(),
            elapsed: Duration::ZERO,
        })
    }

    async fn end(self: Box<Self>) {}

    async fn abandon(self: Box<Self>) {}
}
