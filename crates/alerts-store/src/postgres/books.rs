//! What the service writes besides alerts: runs, checks, and due dates that have passed.

use integrity_core::postgres::CallerTransaction;

use super::{apply, failure, read::parse};
use crate::{Alert, CheckInfo, Error, PassedDates, Run, lifecycle::observe};

pub(super) async fn record_dates(mut transaction: CallerTransaction) -> Result<PassedDates, Error> {
    let breached = sqlx::query_file!("../../sql/alerts-store/record_dates_breached.sql")
        .fetch_optional(transaction.connection())
        .await
        .map_err(failure)?
        .map_or(0, |row| row.breached.unsigned_abs());
    let ended = sqlx::query_file!("../../sql/alerts-store/record_dates_ended.sql")
        .fetch_all(transaction.connection())
        .await
        .map_err(failure)?;
    for row in &ended {
        let before: Alert = parse(&row.alert)?;
        let step = observe::ended(&before, row.now, &row.time_zone);
        apply::record(transaction.connection(), row.now, &[(Some(before), step)]).await?;
    }
    transaction.commit().await?;
    Ok(PassedDates {
        breached,
        expired: ended.len() as u64,
    })
}

pub(super) async fn register_checks(
    mut transaction: CallerTransaction,
    database: &str,
    checks: &[CheckInfo],
) -> Result<(), Error> {
    let json = serde_json::to_string(checks).map_err(|_| Error::invalid("checks", "not JSON"))?;
    sqlx::query_file!("../../sql/alerts-store/register_checks.sql", database, json)
        .execute(transaction.connection())
        .await
        .map_err(failure)?;
    Ok(transaction.commit().await?)
}

pub(super) async fn record_run(mut transaction: CallerTransaction, run: &Run) -> Result<(), Error> {
    sqlx::query_file!(
        "../../sql/alerts-store/record_run.sql",
        run.database,
        run.started_at,
        run.status.as_str(),
        run.outcomes,
        run.parameters
    )
    .execute(transaction.connection())
    .await
    .map_err(failure)?;
    Ok(transaction.commit().await?)
}
