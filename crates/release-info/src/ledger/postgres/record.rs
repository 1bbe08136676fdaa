//! Recording, decided by `vigie.append_release_event`.

use integrity_core::{Caller, postgres::CallerTransaction};
use sqlx::postgres::PgDatabaseError;

use super::{failure, read::parse};
use crate::ledger::{Entry, Error, Recorded, UnknownKind};

/// What comes of recording, where nothing forbids it.
pub(super) enum Outcome {
    /// It stands in the ledger.
    Recorded(Box<Recorded>),
    /// The key is that of another event, of this number.
    KeyOf(i64),
}

pub(super) async fn record(
    mut transaction: CallerTransaction,
    caller: &Caller,
    entry: &Entry,
) -> Result<Outcome, Error> {
    let asked = serde_json::to_value(entry).expect("plain data is JSON");
    let recorded = match caller {
        Caller::Claims { .. } => {
            sqlx::query_file_scalar!("../../sql/release-info/record.sql", asked)
                .fetch_one(transaction.connection())
                .await
        }
        Caller::Service => {
            sqlx::query_file_scalar!("../../sql/release-info/record_finding.sql", asked)
                .fetch_one(transaction.connection())
                .await
        }
    };
    let recorded = match recorded {
        Ok(json) => parse(&json)?,
        Err(error) => {
            return match taken(&error) {
                Some(event) => Ok(Outcome::KeyOf(event)),
                None => Err(refused(error)),
            };
        }
    };
    transaction.commit().await?;
    Ok(Outcome::Recorded(Box::new(recorded)))
}

/// The number of the event that has the key already.
fn taken(error: &sqlx::Error) -> Option<i64> {
    let raised: &PgDatabaseError = error.as_database_error()?.try_downcast_ref()?;
    match (raised.code(), raised.constraint()) {
        ("PT409", Some("release_events_key_key")) => raised.detail()?.parse().ok(),
        _ => None,
    }
}

/// What the database raised, by its code and by the name of what it is about.
fn refused(error: sqlx::Error) -> Error {
    let Some(raised) = error.as_database_error() else {
        return failure(error);
    };
    let raised: &PgDatabaseError = raised.downcast_ref();
    let reason = raised.message().to_owned();
    let detail = raised.detail().unwrap_or_default();
    match (raised.code(), raised.constraint()) {
        ("PT403", _) => Error::forbidden(reason),
        ("PT422", _) => Error::invalid(detail, reason),
        ("PT409", Some("releases_one_open_key")) => Error::Occupied { reason },
        ("PT409", _) => match legal(detail) {
            Ok(legal) => Error::OutOfOrder { reason, legal },
            Err(error) => Error::Corrupt {
                reason: error.to_string(),
            },
        },
        ("23514", Some(constraint)) => Error::invalid(field(constraint), "is not what the ledger can hold"),
        _ => failure(error),
    }
}

fn legal(detail: &str) -> Result<Vec<crate::ledger::EventKind>, UnknownKind> {
    detail.split(',').map(str::parse).collect()
}

/// Which input a constraint is about: the tables' constraints are named after their columns.
fn field(constraint: &str) -> &str {
    let column = constraint
        .strip_prefix("releases_")
        .or_else(|| constraint.strip_prefix("release_events_"));
    match column.and_then(|column| column.strip_suffix("_check")) {
        Some("schema" | "facts") => "manifest",
        Some("clean") => "release",
        Some(column) => column,
        None => constraint,
    }
}
