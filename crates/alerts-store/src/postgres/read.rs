//! What people and programs read. Rows come as JSON, whose keys are the column names and the field names.

use integrity_core::{Caller, Role, postgres::CallerTransaction};
use serde::{Deserialize, de::DeserializeOwned};

use super::{PgAlertStore, failure};
use crate::{
    Alert, AlertEvent, AlertFilter, AlertId, CheckInfo, CheckState, Count, Error, KnownCheck, LastSeen, Page,
    Summary, Times, Verification, Vitals, vitals::Signs,
};

/// A check as `checks.sql` gives it.
#[derive(Deserialize)]
struct FoundCheck {
    info: CheckInfo,
    active: bool,
    state: Option<CheckState>,
    live: Vec<Count>,
}

impl PgAlertStore {
    /// A transaction of somebody who may read. Row Level Security would show a stranger nothing, and nothing
    /// must not look like "nothing is wrong".
    pub(super) async fn begin_reading(&self, caller: &Caller) -> Result<CallerTransaction, Error> {
        let mut transaction = self.begin(caller).await?;
        let is_person = matches!(caller, Caller::Claims { .. });
        let may_read = sqlx::query_file_scalar!("../../sql/alerts-store/reader_role.sql", is_person)
            .fetch_one(transaction.connection())
            .await
            .map_err(failure)?;
        match (may_read, is_person) {
            (true, _) => Ok(transaction),
            (false, true) => Err(Error::forbidden(
                "you have no role in Vigie; ask an administrator for one",
            )),
            (false, false) => Err(Error::forbidden(
                "Row Level Security hides the alerts from this login: use vigie_sync, or act for a person",
            )),
        }
    }
}

pub(super) async fn find(transaction: &mut CallerTransaction, id: AlertId) -> Result<Option<Alert>, Error> {
    sqlx::query_file_scalar!("../../sql/alerts-store/find.sql", id.0)
        .fetch_optional(transaction.connection())
        .await
        .map_err(failure)?
        .map(|json| parse(&json))
        .transpose()
}

pub(super) async fn role(transaction: &mut CallerTransaction) -> Result<Option<Role>, Error> {
    let word = sqlx::query_file_scalar!("../../sql/alerts-store/role.sql")
        .fetch_one(transaction.connection())
        .await
        .map_err(failure)?;
    let known = |word: String| {
        let role = Role::ALL.into_iter().find(|role| role.as_str() == word);
        role.ok_or_else(|| Error::corrupt("a role that this program does not know"))
    };
    word.map(known).transpose()
}

pub(super) async fn list(transaction: &mut CallerTransaction, filter: &AlertFilter) -> Result<Page, Error> {
    filter.refuse_malformed()?;
    let statuses = filter.statuses.iter().map(|status| status.as_str().to_owned());
    let severities = filter
        .severities
        .iter()
        .map(|severity| severity.as_str().to_owned());
    let rows = sqlx::query_file!(
        "../../sql/alerts-store/list.sql",
        filter.database,
        &statuses.collect::<Vec<_>>(),
        &severities.collect::<Vec<_>>(),
        filter.check_code,
        filter.entity_type,
        filter.scope,
        filter.overdue,
        filter.unconfirmed,
        filter.text,
        filter.after.map(|after| after.severity.as_str()),
        filter.after.map(|after| after.overdue),
        filter.after.map(|after| after.first_detected_at),
        filter.after.map(|after| after.id.0),
        i64::from(filter.limit) + 1,
        filter.resolved_since
    )
    .fetch_all(transaction.connection())
    .await
    .map_err(failure)?;
    let at = rows
        .first()
        .map(|row| row.at)
        .ok_or_else(|| Error::corrupt("a page without an instant"))?;
    let alerts = rows.iter().filter_map(|row| row.alert.as_deref()).map(parse);
    Ok(Page::cut(at, alerts.collect::<Result<_, _>>()?, filter.limit))
}

pub(super) async fn checks(
    transaction: &mut CallerTransaction,
    database: &str,
) -> Result<Vec<KnownCheck>, Error> {
    let rows = sqlx::query_file!("../../sql/alerts-store/checks.sql", database)
        .fetch_all(transaction.connection())
        .await
        .map_err(failure)?;
    rows.iter()
        .map(|row| {
            let found: FoundCheck = parse(&row.check)?;
            Ok(KnownCheck::new(
                (found.info, found.active),
                found.state,
                found.live,
                row.at,
            ))
        })
        .collect()
}

pub(super) async fn events(
    transaction: &mut CallerTransaction,
    id: AlertId,
) -> Result<Vec<AlertEvent>, Error> {
    sqlx::query_file_scalar!("../../sql/alerts-store/events.sql", id.0)
        .fetch_all(transaction.connection())
        .await
        .map_err(failure)?
        .iter()
        .map(|json| parse(json))
        .collect()
}

pub(super) async fn last_events(
    transaction: &mut CallerTransaction,
    id: AlertId,
    before: Option<u32>,
    limit: u32,
) -> Result<Vec<AlertEvent>, Error> {
    // Beyond what the store counts to is beyond every event.
    let before = before.map(|before| i32::try_from(before).unwrap_or(i32::MAX));
    sqlx::query_file_scalar!(
        "../../sql/alerts-store/last_events.sql",
        id.0,
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

pub(super) async fn check_states(
    transaction: &mut CallerTransaction,
    database: &str,
) -> Result<Vec<CheckState>, Error> {
    sqlx::query_file_scalar!("../../sql/alerts-store/check_states.sql", database)
        .fetch_all(transaction.connection())
        .await
        .map_err(failure)?
        .iter()
        .map(|json| parse(json))
        .collect()
}

pub(super) async fn last_seen(
    transaction: &mut CallerTransaction,
    database: &str,
) -> Result<LastSeen, Error> {
    let json = sqlx::query_file_scalar!("../../sql/alerts-store/last_seen.sql", database)
        .fetch_one(transaction.connection())
        .await
        .map_err(failure)?;
    parse(&json)
}

pub(super) async fn summary(transaction: &mut CallerTransaction, database: &str) -> Result<Summary, Error> {
    let json = sqlx::query_file_scalar!("../../sql/alerts-store/summary.sql", database)
        .fetch_one(transaction.connection())
        .await
        .map_err(failure)?;
    parse(&json)
}

pub(super) async fn vitals(mut transaction: CallerTransaction, database: &str) -> Result<Vitals, Error> {
    let json = sqlx::query_file_scalar!("../../sql/alerts-store/vitals.sql", database)
        .fetch_one(transaction.connection())
        .await
        .map_err(failure)?;
    parse::<Signs>(&json).map(Vitals::from)
}

pub(super) async fn times(
    transaction: &mut CallerTransaction,
    database: &str,
    code: Option<&str>,
) -> Result<Times, Error> {
    let json = sqlx::query_file_scalar!("../../sql/alerts-store/times.sql", database, code)
        .fetch_one(transaction.connection())
        .await
        .map_err(failure)?;
    parse(&json)
}

pub(super) async fn verify(transaction: &mut CallerTransaction) -> Result<Verification, Error> {
    sqlx::query_file_scalar!("../../sql/alerts-store/verify_patience.sql")
        .fetch_one(transaction.connection())
        .await
        .map_err(failure)?;
    let json = sqlx::query_file_scalar!("../../sql/alerts-store/verify.sql")
        .fetch_one(transaction.connection())
        .await
        .map_err(failure)?;
    parse(&json)
}

pub(super) fn parse<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    // The parser's own message may quote a value.
    serde_json::from_str(json).map_err(|error| {
        Error::corrupt(format!(
            "JSON that this program cannot read, at byte {}",
            error.column()
        ))
    })
}
