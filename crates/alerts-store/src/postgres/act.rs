//! A person's act, decided by `vigie.act_on_alert`.

use integrity_core::{Caller, postgres::CallerTransaction};
use sqlx::postgres::PgDatabaseError;

use super::{PgAlertStore, failure, read};
use crate::{Acted, Alert, AlertId, AlertStore as _, CheckCommand, Command, Error};

pub(super) async fn act(store: &PgAlertStore, caller: &Caller, command: &Command) -> Result<Acted, Error> {
    let mut transaction = store.begin(caller).await?;
    match run(&mut transaction, command).await {
        Ok(replayed) => {
            let alert = read::find(&mut transaction, command.alert)
                .await?
                .ok_or(Error::NotFound)?;
            transaction.commit().await?;
            Ok(Acted { alert, replayed })
        }
        Err(error) => {
            // Any error ends the transaction; what the alert is now is read in the next.
            drop(transaction);
            Err(refusal(store, caller, command, error).await)
        }
    }
}

async fn run(transaction: &mut CallerTransaction, command: &Command) -> Result<bool, sqlx::Error> {
    // A version no alert can have, where the given one is beyond the column's range.
    let expected = command
        .expected_version
        .map(|version| i32::try_from(version).unwrap_or(-1));
    sqlx::query_file_scalar!(
        "../../sql/alerts-store/act.sql",
        command.alert.0,
        command.verb.as_str(),
        command.args(),
        expected,
        command.request_id
    )
    .fetch_one(transaction.connection())
    .await
}

pub(super) async fn act_on_check(
    mut transaction: CallerTransaction,
    command: &CheckCommand,
) -> Result<u64, Error> {
    sqlx::query_file_scalar!("../../sql/alerts-store/act_on_check_patience.sql")
        .fetch_one(transaction.connection())
        .await
        .map_err(failure)?;
    let acted = sqlx::query_file_scalar!(
        "../../sql/alerts-store/act_on_check.sql",
        command.database,
        command.code,
        command.verb.as_str(),
        command.args()
    )
    .fetch_one(transaction.connection())
    .await
    .map_err(refused)?;
    transaction.commit().await?;
    Ok(acted.unsigned_abs())
}

pub(super) async fn confirm(
    mut transaction: CallerTransaction,
    database: &str,
    code: &str,
    comment: &str,
) -> Result<Alert, Error> {
    let suspect = sqlx::query_file_scalar!("../../sql/alerts-store/confirm.sql", database, code, comment)
        .fetch_one(transaction.connection())
        .await
        .map_err(|error| match raised(&error) {
            Some(raised) if raised.code() == "PT409" => Error::NothingToConfirm {
                reason: raised.message().to_owned(),
            },
            _ => refused(error),
        })?;
    let alert = read::find(&mut transaction, AlertId(suspect))
        .await?
        .ok_or(Error::NotFound)?;
    transaction.commit().await?;
    Ok(alert)
}

async fn refusal(store: &PgAlertStore, caller: &Caller, command: &Command, error: sqlx::Error) -> Error {
    match raised(&error) {
        Some(raised) if raised.code() == "PT409" => match store.get(caller, command.alert).await {
            Ok(current) => Error::Conflict {
                reason: raised.message().to_owned(),
                current: Box::new(current),
            },
            Err(error) => error,
        },
        Some(raised) if raised.constraint() == Some("alert_events_request_key") => {
            Error::invalid("request_id", "was used for another act")
        }
        _ => refused(error),
    }
}

/// A refusal that names no alert.
fn refused(error: sqlx::Error) -> Error {
    let Some(raised) = raised(&error) else {
        return failure(error);
    };
    let reason = raised.message().to_owned();
    match raised.code() {
        "PT403" => Error::forbidden(reason),
        "PT404" => Error::NotFound,
        "PT422" => Error::invalid(raised.detail().unwrap_or("args"), reason),
        _ => failure(error),
    }
}

/// What the database raised.
fn raised(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}
