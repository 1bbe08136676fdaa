//! Why a database could not be reached or did not answer, in words.

use std::{error::Error, io, time::Duration};

use alerts_store::postgres::sqlx;
use integrity_core::postgres::error_code;

/// How long a database may take to answer a connection.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The database answers; what was asked did not come through.
pub const HELD_UP: &str = "it was held up by somebody else's transaction; try again";

/// Why a database cannot be reached, without anything that must not be shown.
pub fn of(error: &(dyn Error + 'static)) -> String {
    let Some(error) = error.downcast_ref::<sqlx::Error>() else {
        return "the connection was lost".to_owned();
    };
    if let Some(code) = error_code(error) {
        return match code.as_str() {
            "53300" => "the server has no connection left".to_owned(),
            "57P01" | "57P02" => "the server is shutting down".to_owned(),
            "57014" => "it took longer than its time limit".to_owned(),
            "40001" | "40P01" | "55P03" => HELD_UP.to_owned(),
            "55000" => "the database takes no connections".to_owned(),
            "25006" => "the database can only be read".to_owned(),
            "57P03" => "the server is starting up or shutting down".to_owned(),
            other => format!("the server answers SQLSTATE {other}"),
        };
    }
    match error {
        sqlx::Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused => "nothing listens there (connection refused)".to_owned(),
            io::ErrorKind::UnexpectedEof => "the server closed the connection".to_owned(),
            _ => error.to_string(),
        },
        sqlx::Error::PoolTimedOut => format!("no answer within {} s", PATIENCE.as_secs()),
        sqlx::Error::Protocol(_) => "what answers there is no PostgreSQL server".to_owned(),
        _ => "the connection was lost".to_owned(),
    }
}
