//! What stands between this program and the server.
//!
//! A pooler in transaction mode hands every transaction to whichever server connection is free. Prepared statements
//! belong to a connection and are known by a name that the driver gives, the same names on every connection; so a
//! pooler that does not keep them apart makes queries fail, or answers with *another query's rows*. The probe provokes
//! that on two connections before anything depends on it.
//!
//! Refused: asking the pooler what it is. Poolers are many, most of them answer nothing, and what matters is what they
//! do. Refused too: `persistent(false)`, which through such a pooler silently returns other queries' rows.

use std::collections::BTreeSet;

use sqlx::{Executor as _, PgConnection, Row as _};

use super::{error_code, failure};
use crate::Error;

/// What two connections showed about the way to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pooling {
    /// Each connection keeps its own server process: direct, or a pooler in session mode. Everything works.
    Session,
    /// A pooler in transaction mode that keeps prepared statements apart. Everything works but what lives longer than
    /// a transaction: migrations (their lock), `LISTEN`.
    Transaction,
    /// A pooler in transaction mode that loses prepared statements or confuses them. Nothing can be believed.
    Lossy,
}

/// How often each connection's statement is run through a pooler in transaction mode, to see it keep them.
const ROUNDS: usize = 6;

/// Finds out on two fresh connections, on which nothing was prepared yet and which nobody needs afterwards. It waits
/// for six answers of the server, where there is no pooler in transaction mode.
///
/// Cancel safe: close both connections afterwards, whatever happened.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn probe(first: &mut PgConnection, second: &mut PgConnection) -> Result<Pooling, Error> {
    let mut seen = Seen::default();
    // Without names first: where the connections are seen to be shared, the names are tried with care.
    seen.first.insert(backend(first).await?);
    seen.second.insert(backend(second).await?);
    seen.first.insert(backend(first).await?);

    match named(first, second, &mut seen).await {
        Ok(pooling) => Ok(pooling),
        Err(error) if is_loss(&error) => {
            forget(first, second).await;
            Ok(Pooling::Lossy)
        }
        Err(error) => Err(failure(error)),
    }
}

/// Which server processes answered.
#[derive(Debug, Default)]
struct Seen {
    first: BTreeSet<i32>,
    second: BTreeSet<i32>,
}

impl Seen {
    /// One connection, more than one process; or one process, more than one connection.
    fn is_shared(&self) -> bool {
        self.first.len() > 1 || self.second.len() > 1 || !self.first.is_disjoint(&self.second)
    }
}

/// The same name for two statements, each in several transactions, interleaved.
async fn named(
    first: &mut PgConnection,
    second: &mut PgConnection,
    seen: &mut Seen,
) -> Result<Pooling, sqlx::Error> {
    if !seen.is_shared() {
        for _ in 0..2 {
            let (one, other) = tokio::join!(ask_first(&mut *first), ask_second(&mut *second));
            seen.first.insert(one?);
            seen.second.insert(other?);
        }
        if !seen.is_shared() {
            return Ok(Pooling::Session);
        }
    }
    let mut ran = Seen::default();
    for _ in 0..ROUNDS {
        ran.first.insert(ask_first(first).await?);
        ran.second.insert(ask_second(second).await?);
        // A process that ran both, or two that ran one which was prepared once: the pooler must have seen to it.
        if ran.is_shared() {
            return Ok(Pooling::Transaction);
        }
    }
    // Shared, and never seen to keep them: no proof is no.
    Ok(Pooling::Lossy)
}

async fn backend(connection: &mut PgConnection) -> Result<i32, Error> {
    let script = sqlx::raw_sql(include_str!("../../../../sql/integrity-core/pooler_backend.sql"));
    let row = connection.fetch_one(script).await.map_err(failure)?;
    row.try_get(0).map_err(failure)
}

async fn ask_first(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    let answer = sqlx::query_file!("../../sql/integrity-core/pooler_first.sql")
        .fetch_one(connection)
        .await?;
    believed(answer.backend, &answer.mark, "first")
}

async fn ask_second(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    let answer = sqlx::query_file!("../../sql/integrity-core/pooler_second.sql")
        .fetch_one(connection)
        .await?;
    believed(answer.backend, &answer.mark, "second")
}

/// The worst of all: an answer to somebody else's question.
fn believed(backend: i32, mark: &str, expected: &str) -> Result<i32, sqlx::Error> {
    if mark == expected {
        Ok(backend)
    } else {
        Err(sqlx::Error::Protocol(
            "the answer to another statement".to_owned(),
        ))
    }
}

/// Whether an error is one of those that only a confusion of prepared statements brings about.
fn is_loss(error: &sqlx::Error) -> bool {
    match error_code(error).as_deref() {
        // no such statement; one of that name is there; a protocol violation; its result type has changed
        Some(code) => ["26000", "42P05", "08P01", "0A000"].contains(&code),
        None => matches!(
            error,
            sqlx::Error::Protocol(_)
                | sqlx::Error::Decode(_)
                | sqlx::Error::ColumnDecode { .. }
                | sqlx::Error::ColumnIndexOutOfBounds { .. }
                | sqlx::Error::RowNotFound
        ),
    }
}

/// Takes what the probe prepared out of the shared server connections. Twice on each, since each time another one may
/// answer; what is missed hurts only who uses the same names through the same pooler, which does not work anyway.
async fn forget(first: &mut PgConnection, second: &mut PgConnection) {
    for _ in 0..2 {
        for connection in [&mut *first, &mut *second] {
            let script = sqlx::raw_sql(include_str!("../../../../sql/integrity-core/pooler_forget.sql"));
            let _ = connection.execute(script).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(first: &[i32], second: &[i32]) -> Seen {
        Seen {
            first: first.iter().copied().collect(),
            second: second.iter().copied().collect(),
        }
    }

    #[test]
    fn connections_with_a_process_each_are_not_shared() {
        assert!(!seen(&[1, 1, 1], &[2, 2]).is_shared());
        assert!(seen(&[1, 1], &[1]).is_shared(), "one process for both");
        assert!(seen(&[1, 3], &[2]).is_shared(), "two processes for one");
        assert!(seen(&[1], &[2, 3]).is_shared(), "two processes for the other");
    }

    #[test]
    fn another_statements_answer_is_not_believed() {
        assert_eq!(believed(7, "first", "first").expect("its own"), 7);
        let wrong = believed(7, "second", "first").expect_err("another's");
        assert!(is_loss(&wrong));
        assert!(!is_loss(&sqlx::Error::PoolTimedOut), "silence proves nothing");
    }
}
