//! What the service writes besides alerts: runs, checks, and due dates that have passed.

use integrity_core::postgres::CallerTransaction;

use super::failure;
use crate::{CheckInfo, Error, Run};

pub(super) async fn record_breaches(mut transaction: CallerTransaction) -> Result<u64, Error> {
    let row = sqlx::query_file!("../../sql/alerts-store/record_breaches.sql")
        .fetch_optional(transaction.connection())
        .await
        .map_err(failure)?;
    transaction.commit().await?;
    Ok(row.map_or(0, |row| row.breaches.unsigned_abs()))
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
