//! Sealing and comparing, by `vigie.seal_access` and `vigie.verify_access`.

use integrity_core::postgres::CallerTransaction;
use serde::de::DeserializeOwned;

use super::{failure, record};
use crate::journal::{Error, Scope, Seal, Summary, SummaryRange, Verification};

/// Draws where a generation begins, where one is due.
pub(super) async fn open(mut transaction: CallerTransaction) -> Result<(), Error> {
    sqlx::query_file_scalar!("../../sql/access-journal/open_generation.sql")
        .fetch_one(transaction.connection())
        .await
        .map_err(refused)?;
    transaction.commit().await?;
    Ok(())
}

pub(super) async fn seal(mut transaction: CallerTransaction) -> Result<Option<Seal>, Error> {
    be_patient(&mut transaction).await?;
    let sealed = sqlx::query_file_scalar!("../../sql/access-journal/seal.sql")
        .fetch_one(transaction.connection())
        .await
        .map_err(refused)?;
    transaction.commit().await?;
    sealed.map(|json| parse(&json)).transpose()
}

pub(super) async fn verify(
    mut transaction: CallerTransaction,
    scope: Scope,
    expected: Option<&[u8; 32]>,
) -> Result<Verification, Error> {
    be_patient(&mut transaction).await?;
    let newest = match scope {
        Scope::Whole => None,
        Scope::Newest(newest) => Some(i32::try_from(newest).unwrap_or(i32::MAX)),
    };
    let found = sqlx::query_file_scalar!(
        "../../sql/access-journal/verify.sql",
        newest,
        expected.map(|hash| &hash[..])
    )
    .fetch_one(transaction.connection())
    .await
    .map_err(refused)?;
    transaction.commit().await?;
    parse(&found)
}

pub(super) async fn verified(mut transaction: CallerTransaction) -> Result<Option<Verification>, Error> {
    let found = sqlx::query_file_scalar!("../../sql/access-journal/verified.sql")
        .fetch_optional(transaction.connection())
        .await
        .map_err(refused)?;
    found.map(|json| parse(&json)).transpose()
}

pub(super) async fn summary(
    mut transaction: CallerTransaction,
    is_person: bool,
    range: SummaryRange,
) -> Result<Summary, Error> {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let (seconds, step) = (number(range.seconds()), number(range.step()));
    let summary = if is_person {
        sqlx::query_file_scalar!("../../sql/access-journal/summary_for_person.sql", seconds, step)
            .fetch_one(transaction.connection())
            .await
    } else {
        sqlx::query_file_scalar!("../../sql/access-journal/summary.sql", seconds, step)
            .fetch_one(transaction.connection())
            .await
    };
    parse(&summary.map_err(refused)?)
}

async fn be_patient(transaction: &mut CallerTransaction) -> Result<(), Error> {
    sqlx::query_file_scalar!("../../sql/access-journal/seal_patience.sql")
        .fetch_one(transaction.connection())
        .await
        .map_err(failure)?;
    Ok(())
}

pub(super) fn parse<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    // The parser's own message may quote a value.
    serde_json::from_str(json).map_err(|error| Error::Corrupt {
        reason: format!("JSON that this program cannot read, at byte {}", error.column()),
    })
}

/// What the database raised.
pub(super) fn refused(error: sqlx::Error) -> Error {
    match error.as_database_error() {
        Some(raised) if raised.code().as_deref() == Some("PT403") => Error::forbidden(raised.message()),
        _ => record::refused(error),
    }
}
