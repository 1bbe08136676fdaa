//! PostgreSQL behind the traits of this crate, and the identity and schema that every room shares.
//!
//! The only place of this crate that knows sqlx.

mod case;
mod case_definitions;
mod case_leftovers;
mod columns;
mod compose;
pub mod examination;
pub mod identity;
pub mod installation;
pub mod lint;
mod look;
pub mod pooler;
mod runner;
pub mod schema;
mod trouble;
pub mod view;

pub use case::{CaseResult, CaseRun, CaseRunner};
pub use identity::{CallerTransaction, pool_options};
pub use runner::PgCheckRunner;
pub use schema::{ROLES, ROOM, Room, SchemaState, close_schema};
pub use sqlx;

use crate::Error;

/// The SQLSTATE of a database error.
#[must_use]
pub fn error_code(error: &sqlx::Error) -> Option<String> {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .map(std::borrow::Cow::into_owned)
}

/// What an error of the driver means to a caller; never its text, which may quote data.
#[must_use]
pub fn failure(error: sqlx::Error) -> Error {
    match error_code(&error) {
        Some(code) => match code.as_bytes() {
            b"42501" => Error::Forbidden {
                reason: "this login lacks a privilege (SQLSTATE 42501)".to_owned(),
            },
            // what PostgreSQL cannot store: a NUL, in text or in JSON
            b"22021" | b"22P05" => Error::invalid("text", "a character that PostgreSQL cannot store (NUL)"),
            // time limits, deadlocks, locks; read-only for now: a standby, a failover, a switch somebody turned
            b"25006" | b"57014" | b"40001" | b"40P01" | b"55P03" => Error::Unavailable(Box::new(error)),
            // connection failures, too many connections, shutdown, and server start
            [b'0', b'8', ..] | [b'5', b'3', ..] | b"57P01" | b"57P02" | b"57P03" | b"57P05" | b"25P03" => {
                Error::Unavailable(Box::new(error))
            }
            _ => Error::Corrupt {
                reason: format!("SQLSTATE {code}"),
            },
        },
        None => match error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => {
                Error::Corrupt {
                    reason: "a row that this program cannot read".to_owned(),
                }
            }
            other => Error::Unavailable(Box::new(other)),
        },
    }
}
