//! One case of a fixture on a real database: filled in a transaction, looked at exactly as a run looks, rolled back.
//!
//! Refused: to evaluate through a [`Snapshot`](crate::Snapshot) of another connection, which could see the case's rows
//! only once they were committed, and then every later case would see them too.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sqlx::{
    Connection as _, Executor as _, PgConnection, PgPool, Row as _,
    postgres::{PgDatabaseError, PgErrorPosition, PgRow},
};

use super::{
    case_definitions::Definitions,
    case_leftovers::Things,
    compose, failure,
    look::{Found, Look},
    runner::GRACE,
    trouble::{Limit, Trouble},
};
use crate::{Case, Check, Error, FailureKind, Outcome, Script, check::statements};

/// Runs the cases of fixtures, as a superuser, on a throw-away database that holds nothing but the schema.
#[derive(Debug, Clone)]
pub struct CaseRunner {
    pool: PgPool,
    definitions: Definitions,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaseRun {
    /// One per check that was looked through, in their order.
    pub results: Vec<CaseResult>,
    /// Whether the case wrote outside its transaction: the next case needs a new database.
    pub leaves_traces: bool,
    /// How long all of it took.
    pub elapsed: Duration,
}

/// What came of one check in a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaseResult {
    /// What is wrong, in words; nothing: it passed.
    pub objections: Vec<String>,
    /// Whether PostgreSQL refuses the check's SQL as such, whatever the data.
    pub is_refused: bool,
}

impl CaseRunner {
    /// A runner on the database of that pool, which holds the schema and nothing else yet.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    pub async fn new(pool: PgPool) -> Result<Self, Error> {
        let mut connection = pool.acquire().await.map_err(failure)?;
        let definitions = Definitions::read(&mut connection).await.map_err(failure)?;
        drop(connection);
        Ok(Self { pool, definitions })
    }

    /// The runner on a new copy of its database.
    pub fn renew(&mut self, pool: PgPool) {
        self.pool = pool;
    }

    /// Runs a case of the file `check_file` and looks through each of the checks, which are the one of that file and
    /// variations of it.
    ///
    /// Not cancel safe: the database is then to be thrown away.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer; `Invalid` when the case changes the server in a way that cannot
    /// be undone. Whatever else is wrong with the case is an objection.
    pub async fn run(&self, checks: &[Check], check_file: &str, case: &Case) -> Result<CaseRun, Error> {
        let started = Instant::now();
        let known = Things::read(&self.pool).await?;
        let mut shared = Vec::new();
        let mut leaves_traces = case.before.is_some() || case.after.is_some();
        if let Some(before) = &case.before {
            shared.extend(self.in_autocommit("before", before).await?.err());
        }
        let mut results = vec![CaseResult::default(); checks.len()];
        if shared.is_empty() {
            match self.in_transaction(checks, check_file, case).await? {
                Ok(found) => results = found,
                Err(broken) => {
                    leaves_traces |= broken.leaves_traces;
                    shared.push(broken.what);
                }
            }
        }
        if let Some(after) = &case.after {
            shared.extend(self.in_autocommit("after", after).await?.err());
        }
        if leaves_traces {
            shared.extend(known.left_behind(&self.pool).await?);
        }
        for result in &mut results {
            result.objections.extend(shared.iter().cloned());
        }
        Ok(CaseRun {
            results,
            leaves_traces,
            elapsed: started.elapsed(),
        })
    }

    async fn in_transaction(
        &self,
        checks: &[Check],
        check_file: &str,
        case: &Case,
    ) -> Result<Result<Vec<CaseResult>, Broken>, Error> {
        let mut connection = self.pool.acquire().await.map_err(failure)?.detach();
        let mut found = filled(&mut connection, case).await?;
        let mut results = Vec::new();
        if let Ok(as_of) = &found {
            let changes = self
                .definitions
                .changes(&mut connection, case.alters_schema)
                .await;
            let altered = changes
                .unwrap_or_else(|error| Some(format!("after given, its schema cannot be read: {error}")));
            for check in checks {
                match looked(&mut connection, check, check_file, case, *as_of).await {
                    Ok(mut result) => {
                        result.objections.extend(altered.clone());
                        results.push(result);
                    }
                    Err(error) => {
                        let what = format!("the connection was lost while it was evaluated: {error}");
                        found = Err(Broken::within(what));
                        break;
                    }
                }
            }
        }
        // What the session may still hold ends with it; the server rolls back by itself.
        let _ = tokio::time::timeout(Duration::from_secs(5), connection.close()).await;
        Ok(found.map(|_| results))
    }

    /// Runs statements one by one, each in a transaction of its own unless they say otherwise.
    async fn in_autocommit(&self, key: &str, script: &Script) -> Result<Result<(), String>, Error> {
        let mut connection = self.pool.acquire().await.map_err(failure)?.detach();
        connection
            .execute("set statement_timeout = '60s'; set lock_timeout = '5s'")
            .await
            .map_err(failure)?;
        let mut outcome = Ok(());
        for (at, sql) in statements(&script.sql) {
            let line = script.line + script.sql[..at].matches('\n').count();
            if let Err(error) = connection.execute(sqlx::raw_sql(compose::case_script(sql))).await {
                outcome = Err(said(key, line, sql, &error));
                break;
            }
        }
        let _ = tokio::time::timeout(Duration::from_secs(5), connection.close()).await;
        Ok(outcome)
    }
}

/// Why a case could not be set up.
struct Broken {
    what: String,
    leaves_traces: bool,
}

impl Broken {
    fn within(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            leaves_traces: false,
        }
    }
}

/// Opens the transaction and fills the tables; gives the instant that the case takes for now.
async fn filled(connection: &mut PgConnection, case: &Case) -> Result<Result<DateTime<Utc>, Broken>, Error> {
    let open = sqlx::raw_sql(include_str!("../../../../sql/integrity-core/open_case.sql"));
    let row: PgRow = connection.fetch_one(open).await.map_err(failure)?;
    let transaction: String = row.try_get(0).map_err(failure)?;
    if let Some(given) = &case.given {
        let script = sqlx::raw_sql(compose::case_script(&given.sql));
        let filled = connection.execute(script).await;
        // Asked first: a script can end its transaction and fail after that.
        let close = sqlx::raw_sql(include_str!("../../../../sql/integrity-core/close_given.sql"));
        let now: Option<String> = match connection.fetch_one(close).await {
            Ok(row) => row.try_get(0).ok(),
            // Aborted: whether it is the one that was opened cannot be asked.
            Err(_) => None,
        };
        let left = now.is_none_or(|now| now != transaction);
        if let Err(error) = filled {
            return Ok(Err(Broken {
                what: said("given", given.line, &given.sql, &error),
                leaves_traces: left,
            }));
        }
        if left {
            return Ok(Err(Broken {
                what: "given leaves the case's transaction; take its begin, commit and rollback out"
                    .to_owned(),
                leaves_traces: true,
            }));
        }
    }
    let settle = sqlx::raw_sql(concat!(
        include_str!("../../../../sql/integrity-core/settle_case.sql"),
        include_str!("../../../../sql/integrity-core/settle_snapshot.sql")
    ));
    let settled: Result<PgRow, _> = connection.fetch_one(settle).await;
    Ok(match settled.and_then(|row| row.try_get(0)) {
        Ok(now) => Ok(case.as_of.unwrap_or(now)),
        Err(error) => Err(Broken::within(format!("after given: {error}"))),
    })
}

/// Looks through one check and judges what it finds.
async fn looked(
    connection: &mut PgConnection,
    check: &Check,
    check_file: &str,
    case: &Case,
    as_of: DateTime<Utc>,
) -> Result<CaseResult, Error> {
    let check = match check.for_case(case) {
        Ok(check) => check,
        Err(error) => {
            return Ok(CaseResult {
                objections: vec![error.to_string()],
                is_refused: false,
            });
        }
    };
    let limit = Limit::Timeout(check.timeout());
    let mut look = Look {
        connection,
        check: &check,
        as_of,
        limit,
        started: Instant::now(),
    };
    let found = match tokio::time::timeout(limit.duration() + GRACE, look.behind_savepoint(Look::find)).await
    {
        Ok(Ok(found)) => found,
        Ok(Err(Trouble::Check(failure))) => Found::nothing(Outcome::Failed(failure)),
        Ok(Err(Trouble::Lost(error))) => return Err(Error::Unavailable(Box::new(error))),
        Err(silence) => return Err(Error::Unavailable(Box::new(silence))),
    };
    let mut objections = case.objections(&found.outcome, &found.findings);
    if let Some(other) = found.file.filter(|file| file != check_file) {
        objections.insert(
            0,
            format!("{other} is the file for this schema, not {check_file}; change the schema in `given`"),
        );
    }
    let is_refused = match &found.outcome {
        // What PostgreSQL says before it has read a row: syntax, types, names.
        Outcome::Failed(failure) => {
            failure.kind == FailureKind::MissingObject || failure.message.contains("(SQLSTATE 42")
        }
        _ => false,
    };
    Ok(CaseResult {
        objections,
        is_refused,
    })
}

/// What the server says about a script of a case, and where. A fixture's data are nobody's, so they may be quoted.
fn said(key: &str, first_line: usize, sql: &str, error: &sqlx::Error) -> String {
    let refusal = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    let Some(refusal) = refusal else {
        return format!("{key}: {error}");
    };
    let line = match refusal.position() {
        Some(PgErrorPosition::Original(at)) => {
            let lines = sql.chars().take(at.saturating_sub(1)).filter(|c| *c == '\n');
            format!("{}", first_line + lines.count())
        }
        _ => format!("{first_line} or below"),
    };
    let detail = refusal
        .detail()
        .map(|detail| format!(": {detail}"))
        .unwrap_or_default();
    let message = refusal.message().trim_end_matches('.');
    format!(
        "{key}, line {line}: {message}{detail} (SQLSTATE {})",
        refusal.code()
    )
}
