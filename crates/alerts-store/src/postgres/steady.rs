//! Evaluations that change nothing: found by one statement each, and all of them moved on by one.

use chrono::{DateTime, Utc};
use integrity_core::{Caller, CheckCode, Evaluation, Finding, Outcome};

use super::{PgAlertStore, consequence::Marks, failure};
use crate::{Error, Unchanged, lifecycle::observe::Sight, meta};

pub(super) async fn unchanged(
    store: &PgAlertStore,
    caller: &Caller,
    evaluation: &Evaluation,
) -> Result<Option<Unchanged>, Error> {
    crate::store::refuse_people(caller)?;
    if evaluation.outcome != Outcome::Complete || meta::refuse_malformed(evaluation).is_err() {
        return Ok(None);
    }
    let sight = Sight::of(evaluation);
    let marks = Marks::of(&sight, &Finding::distinct(&evaluation.findings));
    let metas = CheckCode::RESERVED.map(str::to_owned);
    let mut transaction = store.begin(caller).await?;
    let row = sqlx::query_file!(
        "../../sql/alerts-store/unchanged.sql",
        sight.database,
        sight.code,
        &metas,
        &marks.types,
        &marks.ids,
        &marks.hashes,
        sight.snapshot_at
    )
    .fetch_optional(transaction.connection())
    .await
    .map_err(failure)?;
    Ok(row
        .filter(|row| meta::moves_on(row.seen_at, evaluation, row.now))
        .map(|row| Unchanged::since(row.seen_at, evaluation)))
}

pub(super) async fn advance(
    store: &PgAlertStore,
    caller: &Caller,
    unchanged: &[Unchanged],
) -> Result<Vec<CheckCode>, Error> {
    crate::store::refuse_people(caller)?;
    if unchanged.is_empty() {
        return Ok(Vec::new());
    }
    let databases: Vec<String> = unchanged.iter().map(|one| one.database.clone()).collect();
    let codes: Vec<String> = unchanged.iter().map(|one| one.code.to_string()).collect();
    let seen: Vec<DateTime<Utc>> = unchanged.iter().map(|one| one.seen_at).collect();
    let snapshots: Vec<DateTime<Utc>> = unchanged.iter().map(|one| one.snapshot_at).collect();
    let mut transaction = store.begin(caller).await?;
    let places = sqlx::query_file_scalar!(
        "../../sql/alerts-store/advance.sql",
        &databases,
        &codes,
        &seen,
        &snapshots
    )
    .fetch_all(transaction.connection())
    .await
    .map_err(failure)?;
    transaction.commit().await?;
    let overtaken = |place: i64| unchanged.get(usize::try_from(place - 1).ok()?);
    Ok(places
        .into_iter()
        .filter_map(overtaken)
        .map(|one| one.code.clone())
        .collect())
}
