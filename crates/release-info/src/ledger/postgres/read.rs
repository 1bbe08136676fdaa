//! What people and programs read. Rows come as JSON, whose keys are the column names and the field names.

use std::time::Duration;

use chrono::{DateTime, Utc};
use integrity_core::{Caller, postgres::CallerTransaction};
use serde::de::DeserializeOwned;

use super::{PgReleaseLedger, failure};
use crate::{
    ReleaseId,
    ledger::{
        Drills, Error, EventPage, Place, Release, ReleaseEvent, ReleaseFilter, ReleasePage,
        release_ledger::no_role,
    },
};

impl PgReleaseLedger {
    /// A transaction of somebody who may read. Row Level Security would show a stranger nothing, and nothing must not
    /// look like "nothing was released".
    pub(super) async fn begin_reading(&self, caller: &Caller) -> Result<CallerTransaction, Error> {
        let mut transaction = self.begin(caller).await?;
        let is_person = matches!(caller, Caller::Claims { .. });
        let may_read = sqlx::query_file_scalar!("../../sql/release-info/reader.sql", is_person)
            .fetch_one(transaction.connection())
            .await
            .map_err(failure)?;
        match (may_read, is_person) {
            (true, _) => Ok(transaction),
            (false, true) => Err(no_role()),
            (false, false) => Err(Error::forbidden(
                "Row Level Security hides the releases from this login: use vigie_sync, or act for a person",
            )),
        }
    }
}

pub(super) async fn find(
    mut transaction: CallerTransaction,
    place: &Place,
    release: &ReleaseId,
) -> Result<Option<Release>, Error> {
    sqlx::query_file_scalar!(
        "../../sql/release-info/find.sql",
        place.environment.as_str(),
        place.target,
        release.to_string()
    )
    .fetch_optional(transaction.connection())
    .await
    .map_err(failure)?
    .map(|json| parse(&json))
    .transpose()
}

/// An event that is there.
pub(super) async fn event(mut transaction: CallerTransaction, id: i64) -> Result<ReleaseEvent, Error> {
    let json = sqlx::query_file_scalar!("../../sql/release-info/event.sql", id)
        .fetch_one(transaction.connection())
        .await
        .map_err(failure)?;
    parse(&json)
}

pub(super) async fn list(
    mut transaction: CallerTransaction,
    filter: &ReleaseFilter,
) -> Result<ReleasePage, Error> {
    let rows = sqlx::query_file!(
        "../../sql/release-info/list.sql",
        filter.environment.map(crate::AppEnv::as_str),
        filter.target,
        filter.after,
        i64::from(filter.limit) + 1
    )
    .fetch_all(transaction.connection())
    .await
    .map_err(failure)?;
    let at = instant(rows.first().map(|row| row.at))?;
    let releases = rows.iter().filter_map(|row| row.release.as_deref()).map(parse);
    Ok(ReleasePage::cut(
        at,
        releases.collect::<Result<_, _>>()?,
        filter.limit,
    ))
}

pub(super) async fn events(
    mut transaction: CallerTransaction,
    release: &ReleaseId,
    after: Option<i64>,
    limit: u32,
) -> Result<Vec<ReleaseEvent>, Error> {
    let rows = sqlx::query_file_scalar!(
        "../../sql/release-info/events.sql",
        release.to_string(),
        after,
        i64::from(limit)
    )
    .fetch_all(transaction.connection())
    .await
    .map_err(failure)?;
    parse_all(&rows)
}

pub(super) async fn history(
    mut transaction: CallerTransaction,
    filter: &ReleaseFilter,
) -> Result<EventPage, Error> {
    let rows = sqlx::query_file!(
        "../../sql/release-info/history.sql",
        filter.environment.map(crate::AppEnv::as_str),
        filter.target,
        filter.after,
        i64::from(filter.limit) + 1
    )
    .fetch_all(transaction.connection())
    .await
    .map_err(failure)?;
    let at = instant(rows.first().map(|row| row.at))?;
    let events = rows.iter().filter_map(|row| row.event.as_deref()).map(parse);
    Ok(EventPage::cut(
        at,
        events.collect::<Result<_, _>>()?,
        filter.limit,
    ))
}

/// When a page was read.
fn instant(first: Option<DateTime<Utc>>) -> Result<DateTime<Utc>, Error> {
    first.ok_or_else(|| Error::Corrupt {
        reason: "a page without an instant".to_owned(),
    })
}

pub(super) async fn current(mut transaction: CallerTransaction) -> Result<Vec<Release>, Error> {
    let rows = sqlx::query_file_scalar!("../../sql/release-info/current.sql")
        .fetch_all(transaction.connection())
        .await
        .map_err(failure)?;
    parse_all(&rows)
}

pub(super) async fn last_verified(
    mut transaction: CallerTransaction,
    place: &Place,
) -> Result<Option<Release>, Error> {
    sqlx::query_file_scalar!(
        "../../sql/release-info/last_verified.sql",
        place.environment.as_str(),
        place.target
    )
    .fetch_optional(transaction.connection())
    .await
    .map_err(failure)?
    .map(|json| parse(&json))
    .transpose()
}

pub(super) async fn unverified(
    mut transaction: CallerTransaction,
    for_: Duration,
) -> Result<Vec<Release>, Error> {
    // More than 136 years are as long as ever.
    let seconds = u32::try_from(for_.as_secs()).unwrap_or(u32::MAX);
    let rows = sqlx::query_file_scalar!("../../sql/release-info/unverified.sql", i64::from(seconds))
        .fetch_all(transaction.connection())
        .await
        .map_err(failure)?;
    parse_all(&rows)
}

pub(super) async fn last_drills(mut transaction: CallerTransaction, place: &Place) -> Result<Drills, Error> {
    let row = sqlx::query_file!(
        "../../sql/release-info/last_drills.sql",
        place.environment.as_str(),
        place.target
    )
    .fetch_one(transaction.connection())
    .await
    .map_err(failure)?;
    Ok(Drills {
        at: row.at,
        passed: row.passed.as_deref().map(parse).transpose()?,
        failed: row.failed.as_deref().map(parse).transpose()?,
    })
}

fn parse_all<T: DeserializeOwned>(rows: &[String]) -> Result<Vec<T>, Error> {
    rows.iter().map(|json| parse(json)).collect()
}

pub(super) fn parse<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    // The parser's own message may quote a value.
    serde_json::from_str(json).map_err(|error| Error::Corrupt {
        reason: format!("JSON that this program cannot read, at byte {}", error.column()),
    })
}
