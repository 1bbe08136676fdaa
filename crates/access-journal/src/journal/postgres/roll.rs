//! Months that begin and end, decided by `vigie.access_roll_partitions`.

use std::time::Duration;

use integrity_core::postgres::CallerTransaction;

use super::record::refused;
use crate::journal::{Error, Rolled};

pub(super) async fn roll(mut transaction: CallerTransaction, retention: Duration) -> Result<Rolled, Error> {
    let row = sqlx::query_file!("../../sql/access-journal/roll.sql", retention.as_secs_f64())
        .fetch_one(transaction.connection())
        .await
        .map_err(refused)?;
    transaction.commit().await?;
    Ok(Rolled {
        made: row.made.unsigned_abs(),
        dropped: row.dropped.unsigned_abs(),
        overdue: row.overdue.unsigned_abs(),
    })
}
