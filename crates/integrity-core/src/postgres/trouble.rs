//! What an error of PostgreSQL says about a check, in words that are safe to store.
//!
//! The server's own message is repeated only where it can name nothing but objects: raised by the server
//! itself, not from within a function, in a class of errors that quotes no values.

use std::time::Duration;

use sqlx::postgres::{PgDatabaseError, PgErrorPosition};

use crate::{Failure, FailureKind, check::Statement, duration};

/// Why an evaluation did not go through.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Something about the check.
    Check(Failure),
    /// The connection is gone.
    Lost(sqlx::Error),
}

/// The SQL that was running, and how long it was allowed to.
pub(super) struct Running<'a> {
    pub(super) file: &'a str,
    /// Where the server's positions count from, if they can be told.
    pub(super) statement: Option<&'a Statement>,
    pub(super) limit: Limit,
    pub(super) spent: Duration,
}

/// What bounds the time of a statement.
#[derive(Debug, Clone, Copy)]
pub(super) enum Limit {
    /// The check's timeout.
    Timeout(Duration),
    /// What was left of the run's budget; the whole budget stands here too.
    Budget {
        /// What was left.
        left: Duration,
        /// All there was.
        whole: Duration,
    },
}

impl Limit {
    pub(super) fn duration(self) -> Duration {
        match self {
            Self::Timeout(limit) => limit,
            Self::Budget { left, .. } => left,
        }
    }

    fn exceeded(self) -> Trouble {
        match self {
            Self::Timeout(limit) => failed(
                FailureKind::Timeout,
                format!("it took longer than its timeout of {}", duration::text(limit)),
            ),
            Self::Budget { whole, .. } => Trouble::Check(budget_used_up(whole)),
        }
    }
}

/// Why the checks at the end of a long run are not evaluated.
pub(super) fn budget_used_up(whole: Duration) -> Failure {
    let message = format!("the run's budget of {} is used up", duration::text(whole));
    Failure {
        kind: FailureKind::Timeout,
        message,
    }
}

pub(super) fn failed(kind: FailureKind, message: impl Into<String>) -> Trouble {
    Trouble::Check(Failure {
        kind,
        message: message.into(),
    })
}

impl Trouble {
    /// Judges an error by its SQLSTATE (PostgreSQL manual, appendix "Error Codes").
    pub(super) fn new(error: sqlx::Error, running: &Running<'_>) -> Self {
        let database_error = match error {
            sqlx::Error::Database(error) => error,
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                return failed(
                    FailureKind::Contract,
                    format!("{}: a value that cannot be read", running.file),
                );
            }
            lost => return Self::Lost(lost),
        };
        let Some(error) = database_error.try_downcast_ref::<PgDatabaseError>() else {
            return Self::Lost(sqlx::Error::Database(database_error));
        };
        let said = || said(error, running);
        match error.code() {
            "57014" if running.spent >= running.limit.duration().mul_f64(0.9) => running.limit.exceeded(),
            "57014" => failed(FailureKind::Timeout, "it was cancelled from outside"),
            "55P03" => failed(
                FailureKind::Timeout,
                "it waited 2s for a lock: another session is changing something that it reads",
            ),
            "42P01" | "42703" | "42883" | "42704" | "3F000" => failed(FailureKind::MissingObject, said()),
            "42501" if error.routine() == Some("check_enable_rls") => failed(
                FailureKind::Privilege,
                format!(
                    "{}: Row Level Security hides rows from this login; give it BYPASSRLS",
                    said()
                ),
            ),
            "42501" => failed(FailureKind::Privilege, said()),
            code if is_lost(code) => Self::Lost(sqlx::Error::Database(database_error)),
            _ => failed(FailureKind::Sql, said()),
        }
    }
}

/// Errors after which the server closes the connection.
fn is_lost(code: &str) -> bool {
    code.starts_with("08")
        || matches!(
            code,
            "57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "25P03" | "25P04"
        )
}

fn said(error: &PgDatabaseError, running: &Running<'_>) -> String {
    let code = error.code();
    let by_the_server = error.r#where().is_none();
    let words = match &code[..2] {
        "42" | "3F" | "0A" | "25" if by_the_server => error.message(),
        _ => condition(code),
    };
    let line = match (error.position(), running.statement) {
        (Some(PgErrorPosition::Original(at)), Some(statement)) => format!(" line {}", statement.line_of(at)),
        _ => String::new(),
    };
    format!("{words} (SQLSTATE {code}, {}{line})", running.file)
}

/// What a SQLSTATE means, where its message may quote data.
fn condition(code: &str) -> &'static str {
    match code {
        "21000" => "a subquery that should return one row returned more",
        "22003" => "a number out of range",
        "22007" | "22008" => "an invalid date or time",
        "22012" => "division by zero",
        "22023" => "an invalid value of a parameter",
        "22P02" => "text that is no value of the type it is cast to",
        "22P05" | "22021" => "a character that cannot be converted",
        "42501" => "permission denied within a function",
        "53100" => "the server's disk is full",
        "53200" => "the server is out of memory",
        "53400" => "a configured limit of the server is exceeded",
        "54001" => "the statement is too deep for the server",
        "P0001" => "an exception raised by a function",
        _ => match &code[..2] {
            "22" => "a value that an operation cannot take",
            "23" => "a constraint is violated",
            "40" => "the transaction was rolled back by the server",
            "42" | "3F" => "an error within a function",
            "53" => "the server lacks resources",
            "54" => "a limit of the server is exceeded",
            "P0" => "an error in a function",
            "XX" => "an internal error of the server",
            _ => "an error",
        },
    }
}
