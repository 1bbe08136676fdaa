//! What was: runs, what came of a check in them, and how many alerts were live.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use integrity_core::postgres::CallerTransaction;

use super::{failure, read::parse};
use crate::{Error, PastOutcome, PastRun, TrendDay, trend::LastDays};

pub(super) async fn runs(
    transaction: &mut CallerTransaction,
    database: &str,
    before: Option<DateTime<Utc>>,
    limit: u32,
) -> Result<Vec<PastRun>, Error> {
    sqlx::query_file_scalar!(
        "../../sql/alerts-store/runs.sql",
        database,
        before,
        i64::from(limit)
    )
    .fetch_all(transaction.connection())
    .await
    .map_err(failure)?
    .iter()
    .map(|json| parse(json))
    .collect()
}

pub(super) async fn outcomes(
    transaction: &mut CallerTransaction,
    database: &str,
    code: &str,
    limit: u32,
) -> Result<Vec<PastOutcome>, Error> {
    sqlx::query_file_scalar!(
        "../../sql/alerts-store/outcomes.sql",
        database,
        code,
        i64::from(limit),
        i64::from(PastOutcome::RUNS)
    )
    .fetch_all(transaction.connection())
    .await
    .map_err(failure)?
    .iter()
    .map(|json| parse(json))
    .collect()
}

/// The ends of days are counted here and not in the database, so that both stores mean the same by them.
pub(super) async fn trend(
    transaction: &mut CallerTransaction,
    database: &str,
    days: u32,
    zone: Tz,
) -> Result<Vec<TrendDay>, Error> {
    let now = sqlx::query_file_scalar!("../../sql/alerts-store/trend_now.sql")
        .fetch_one(transaction.connection())
        .await
        .map_err(failure)?;
    let last = LastDays::of(now, days, zone)?;
    let counts = sqlx::query_file!("../../sql/alerts-store/trend.sql", database, &last.ends)
        .fetch_all(transaction.connection())
        .await
        .map_err(failure)?;
    // Less than none only where the clock was set back between two events.
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    let days = last.dates.into_iter().zip(counts);
    Ok(days
        .map(|(date, live)| TrendDay {
            date,
            critical: count(live.critical),
            warn: count(live.warn),
            info: count(live.info),
        })
        .collect())
}
