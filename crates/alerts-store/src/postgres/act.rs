//! A person's act, decided by `vigie.act_on_alert`.

use integrity_core::{
    Caller,
    postgres::{CallerTransaction, error_code},
};
use sqlx::postgres::PgDatabaseError;

use super::{PgAlertStore, failure, read};
use crate::{Acted, AlertStore as _, Command, Error};

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

async fn refusal(store: &PgAlertStore, caller: &Caller, command: &Command, error: sqlx::Error) -> Error {
    let Some(raised) = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>())
    else {
        return failure(error);
    };
    let reason = raised.message().to_owned();
    match error_code(&error).as_deref() {
        Some("PT403") => Error::forbidden(reason),
        Some("PT404") => Error::NotFound,
        Some("PT409") => match store.get(caller, command.alert).await {
            Ok(current) => Error::Conflict {
                reason,
                current: Box::new(current),
            },
            Err(error) => error,
        },
        Some("PT422") => Error::invalid(raised.detail().unwrap_or("args"), reason),
        Some("23505") if raised.constraint() == Some("alert_events_request_key") => {
            Error::invalid("request_id", "was used for another act")
        }
        _ => failure(error),
    }
}
