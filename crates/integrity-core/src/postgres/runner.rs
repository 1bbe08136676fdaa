//! Checks on PostgreSQL: one read-only snapshot on a connection of its own.
//!
//! Every check runs behind a savepoint that is always rolled back, also after success: whatever it set (role,
//! timeouts, search path) is gone before the next one. The connection is closed after the run and never goes
//! back to the pool, since READ ONLY does not stop a check from taking a session lock.
//! Refused: `Acquire::begin`, whose nested rollback is silent; tokio's timeout as the limit of a statement,
//! since only the server can end one.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool, Row as _, postgres::PgRow};

use super::{
    failure,
    look::{Found, Look},
    trouble::{Limit, Trouble, budget_used_up},
};
use crate::{Check, CheckRunner, Error, Evaluation, Explanation, Failure, Outcome, Snapshot};

/// Evaluates checks on a PostgreSQL database, with the login of a pool.
///
/// The login should be one of its own that can only SELECT: a check can undo a `SET ROLE`, so the login is
/// the barrier.
#[derive(Debug, Clone)]
pub struct PgCheckRunner {
    pool: PgPool,
    database: String,
    budget: Duration,
}

impl PgCheckRunner {
    /// A runner for the database `main` whose snapshots may be held for 60 seconds.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            database: "main".to_owned(),
            budget: Duration::from_mins(1),
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

    /// Bounds how long one snapshot is held; what cannot be evaluated within it is `Failed(Timeout)`.
    #[must_use]
    pub fn with_budget(self, budget: Duration) -> Self {
        Self { budget, ..self }
    }
}

impl PgCheckRunner {
    /// Runs a check on a snapshot of its own and tells how PostgreSQL did it, or why it could not be run.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    pub async fn explain(&self, check: &Check) -> Result<Result<Explanation, Failure>, Error> {
        let mut snapshot = self.snapshot().await?;
        let explain = async |look: &mut Look<'_>| look.explain().await;
        let explained = snapshot.isolated(check, Instant::now(), explain).await?;
        Box::new(snapshot).end().await;
        Ok(explained)
    }

    async fn snapshot(&self) -> Result<PgSnapshot, Error> {
        let mut connection = self.pool.acquire().await.map_err(failure)?.detach();
        let held_since = Instant::now();
        let script = sqlx::raw_sql(concat!(
            include_str!("../../../../sql/integrity-core/open_snapshot.sql"),
            include_str!("../../../../sql/integrity-core/settle_snapshot.sql")
        ));
        let row: PgRow = connection.fetch_one(script).await.map_err(failure)?;
        let taken_at = row.try_get(0).map_err(failure)?;
        let silence = self
            .budget
            .saturating_add(GRACE)
            .as_millis()
            .min(MAX_MILLISECONDS)
            .to_string();
        let process = sqlx::query_file!("../../sql/integrity-core/limit_snapshot.sql", silence)
            .fetch_one(&mut connection)
            .await
            .map_err(failure)?;
        Ok(PgSnapshot {
            connection: Some(connection),
            process: Process {
                pool: self.pool.clone(),
                pid: process.pid,
                since: process.since,
            },
            database: self.database.clone(),
            taken_at,
            held_since,
            budget: self.budget,
        })
    }
}

#[async_trait]
impl CheckRunner for PgCheckRunner {
    async fn begin(&self) -> Result<Box<dyn Snapshot>, Error> {
        Ok(Box::new(self.snapshot().await?))
    }
}

/// Beyond a statement's own limit, how long the server may take to say that it was reached.
pub(super) const GRACE: Duration = Duration::from_secs(10);
/// How long taking leave may take.
const FAREWELL: Duration = Duration::from_secs(1);
/// The largest value of PostgreSQL's timeouts.
const MAX_MILLISECONDS: u128 = i32::MAX as u128;

/// The server's process behind a snapshot, and the way to end it from beside.
#[derive(Debug)]
struct Process {
    pool: PgPool,
    pid: i32,
    since: Option<DateTime<Utc>>,
}

impl Process {
    async fn end(&self) {
        let end = sqlx::query_file!(
            "../../sql/integrity-core/abandon_snapshot.sql",
            self.pid,
            self.since
        )
        .fetch_optional(&self.pool);
        // Where the server does not answer either, its own limits end what it does.
        let _ = tokio::time::timeout(FAREWELL, end).await;
    }
}

#[derive(Debug)]
struct PgSnapshot {
    /// None once it was lost.
    connection: Option<PgConnection>,
    process: Process,
    database: String,
    taken_at: DateTime<Utc>,
    held_since: Instant,
    budget: Duration,
}

#[async_trait]
impl Snapshot for PgSnapshot {
    fn taken_at(&self) -> DateTime<Utc> {
        self.taken_at
    }

    fn left(&self) -> Duration {
        self.budget.saturating_sub(self.held_since.elapsed())
    }

    async fn evaluate(&mut self, check: &Check) -> Result<Evaluation, Error> {
        let started = Instant::now();
        let result = if check.is_enabled() {
            let find = async |look: &mut Look<'_>| look.find().await;
            self.isolated(check, started, find).await?
        } else {
            Ok(Found::nothing(Outcome::Skipped))
        };
        let found = result.unwrap_or_else(|failure| Found::nothing(Outcome::Failed(failure)));
        Ok(Evaluation {
            database: self.database.clone(),
            code: check.code().clone(),
            snapshot_at: self.taken_at,
            outcome: found.outcome,
            findings: found.findings,
            merged: found.merged,
            terms: check.terms(),
            elapsed: started.elapsed(),
        })
    }

    async fn end(mut self: Box<Self>) {
        if let Some(connection) = self.connection.take() {
            // The server rolls back by itself, and a farewell that fails changes nothing.
            let _ = tokio::time::timeout(FAREWELL, connection.close()).await;
        }
    }

    async fn abandon(mut self: Box<Self>) {
        drop(self.connection.take());
        self.process.end().await;
    }
}

impl PgSnapshot {
    /// Evaluates behind a savepoint. The outer error means that the snapshot is gone.
    async fn isolated<T>(
        &mut self,
        check: &Check,
        started: Instant,
        work: impl AsyncFnOnce(&mut Look<'_>) -> Result<T, Trouble>,
    ) -> Result<Result<T, Failure>, Error> {
        let left = self.left();
        if left.is_zero() {
            return Ok(Err(budget_used_up(self.budget)));
        }
        let limit = if left < check.timeout() {
            Limit::Budget {
                left,
                whole: self.budget,
            }
        } else {
            Limit::Timeout(check.timeout())
        };
        // While it is away, a cancelled or lost evaluation leaves nothing that could be used again.
        let mut connection = self
            .connection
            .take()
            .ok_or_else(|| Error::Unavailable("the snapshot is gone".into()))?;
        let mut look = Look {
            connection: &mut connection,
            check,
            as_of: self.taken_at,
            limit,
            started,
        };
        let result = match tokio::time::timeout(limit.duration() + GRACE, look.behind_savepoint(work)).await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(Trouble::Check(failure))) => Err(failure),
            Ok(Err(Trouble::Lost(error))) => return Err(Error::Unavailable(Box::new(error))),
            Err(silence) => return Err(Error::Unavailable(Box::new(silence))),
        };
        self.connection = Some(connection);
        Ok(result)
    }
}
