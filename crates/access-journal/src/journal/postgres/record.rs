//! Recording, decided by `vigie.access_salt`, `vigie.record_access` and `vigie.access_heard`.

use chrono::NaiveTime;
use integrity_core::postgres::CallerTransaction;
use sqlx::postgres::PgDatabaseError;

use super::failure;
use crate::{
    AccessEvent,
    journal::{Blind, Error, Heartbeat, Recorded},
    privacy::{KeyCheck, Keyed, Month, Salt},
};

pub(super) async fn salt(
    mut transaction: CallerTransaction,
    month: Month,
    check: Option<KeyCheck>,
) -> Result<Option<Salt>, Error> {
    let salt = sqlx::query_file_scalar!(
        "../../sql/access-journal/salt.sql",
        month.first_day(),
        check.as_ref().map(KeyCheck::as_bytes)
    )
    .fetch_one(transaction.connection())
    .await
    .map_err(refused)?;
    transaction.commit().await?;
    let bytes = salt.map(<[u8; 32]>::try_from).transpose();
    let bytes = bytes.map_err(|_| Error::Corrupt {
        reason: "a salt that is not of 32 bytes".to_owned(),
    })?;
    Ok(bytes.map(Salt::from_bytes))
}

pub(super) async fn keyed(mut transaction: CallerTransaction) -> Result<Vec<Keyed>, Error> {
    let rows = sqlx::query_file!("../../sql/access-journal/keyed.sql")
        .fetch_all(transaction.connection())
        .await
        .map_err(failure)?;
    let keyed = rows.into_iter().map(|row| {
        let check = row.key_check.map(<[u8; 32]>::try_from).transpose();
        let check = check.map_err(|_| Error::Corrupt {
            reason: "a check of a secret that is not of 32 bytes".to_owned(),
        })?;
        Ok(Keyed {
            month: Month::of(row.month.and_time(NaiveTime::MIN).and_utc()),
            check: check.map(KeyCheck::from_bytes),
            is_bare: row.is_bare,
        })
    });
    keyed.collect()
}

pub(super) async fn record(
    mut transaction: CallerTransaction,
    events: &[AccessEvent],
) -> Result<Recorded, Error> {
    let events = serde_json::to_value(events).expect("plain data is JSON");
    let row = sqlx::query_file!("../../sql/access-journal/record.sql", events)
        .fetch_one(transaction.connection())
        .await
        .map_err(refused)?;
    transaction.commit().await?;
    Ok(Recorded {
        added: row.added.unsigned_abs(),
        known: row.known.unsigned_abs(),
    })
}

pub(super) async fn beat(mut transaction: CallerTransaction, heartbeat: &Heartbeat) -> Result<(), Error> {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    sqlx::query_file_scalar!(
        "../../sql/access-journal/beat.sql",
        heartbeat.source.as_str(),
        number(heartbeat.seen),
        number(heartbeat.bad),
        number(heartbeat.dropped),
        number(heartbeat.unjudged),
        heartbeat.blind.map(Blind::as_str),
        heartbeat.stream.map(|stream| stream.to_string())
    )
    .fetch_one(transaction.connection())
    .await
    .map_err(refused)?;
    Ok(transaction.commit().await?)
}

pub(super) async fn is_used(mut transaction: CallerTransaction) -> Result<bool, Error> {
    sqlx::query_file_scalar!("../../sql/access-journal/is_used.sql")
        .fetch_one(transaction.connection())
        .await
        .map_err(failure)
}

/// What the database raised, by its code and by the name of what it is about.
pub(super) fn refused(error: sqlx::Error) -> Error {
    let Some(raised) = error.as_database_error() else {
        return failure(error);
    };
    let raised: &PgDatabaseError = raised.downcast_ref();
    match (raised.code(), raised.constraint()) {
        ("PT409", Some("access_keys_key_check")) => Error::OtherSecret {
            reason: raised.message().to_owned(),
        },
        ("PT422", _) => Error::invalid(raised.detail().unwrap_or_default(), raised.message()),
        ("23514", Some(constraint)) => {
            let column = constraint.strip_prefix("access_events_").unwrap_or(constraint);
            let column = column.strip_suffix("_check").unwrap_or(column);
            Error::invalid(column, "is not what the journal can hold")
        }
        _ => failure(error),
    }
}
