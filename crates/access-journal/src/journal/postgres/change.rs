//! What a change came to, by `vigie.compare_accesses`.

use integrity_core::postgres::CallerTransaction;

use super::seal::{parse, refused};
use crate::journal::{Around, Change, Error};

pub(super) async fn change(
    mut transaction: CallerTransaction,
    is_person: bool,
    around: Around,
) -> Result<Change, Error> {
    let baseline = i64::try_from(around.baseline.as_secs()).unwrap_or(i64::MAX);
    let (since, until) = (around.since, around.until);
    let change = if is_person {
        sqlx::query_file_scalar!(
            "../../sql/access-journal/change_for_person.sql",
            since,
            until,
            baseline
        )
        .fetch_one(transaction.connection())
        .await
    } else {
        sqlx::query_file_scalar!("../../sql/access-journal/change.sql", since, until, baseline)
            .fetch_one(transaction.connection())
            .await
    };
    parse(&change.map_err(refused)?)
}
