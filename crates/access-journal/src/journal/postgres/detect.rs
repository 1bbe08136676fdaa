//! What the rules say, each family by one statement.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use integrity_core::{Caller, Severity, postgres::CallerTransaction};

use super::failure;
use crate::{
    Source,
    journal::Error,
    rules::{Bucket, Detection, Fired, Rule, Watch, Within, delta, findings, month_end, silent},
};

/// A rule and an entity, in figures, as every statement tells it.
struct Row {
    rule: String,
    entity: String,
    severity: String,
    events: i64,
    peak: i64,
    first_at: Option<DateTime<Utc>>,
    last_at: Option<DateTime<Utc>>,
    since: Option<DateTime<Utc>>,
    success_at: Option<DateTime<Utc>>,
    usual: Option<f64>,
    routes: Option<Vec<String>>,
}

/// Parameters, column by column.
#[derive(Default)]
struct Columns {
    rules: Vec<String>,
    entities: Vec<String>,
    at: Vec<DateTime<Utc>>,
    counts: Vec<i64>,
    micros: Vec<i64>,
}

/// How the journal stands.
struct Stand {
    at: DateTime<Utc>,
    may_read: bool,
    is_in_use: bool,
    heard: String,
}

/// What Row Level Security hides must not look like nothing.
async fn stand(
    transaction: &mut CallerTransaction,
    caller: &Caller,
    as_of: Option<DateTime<Utc>>,
) -> Result<Stand, Error> {
    if matches!(caller, Caller::Claims { .. }) {
        return Err(Error::forbidden("the rules are looked at by the service"));
    }
    let stand = sqlx::query_file_as!(Stand, "../../sql/access-journal/detect_in_use.sql", as_of)
        .fetch_one(transaction.connection())
        .await
        .map_err(failure)?;
    if stand.may_read {
        return Ok(stand);
    }
    Err(Error::forbidden(
        "this login sees no events: use the login vigie_sync, or the owner of the schema vigie",
    ))
}

pub(super) async fn detect(
    mut transaction: CallerTransaction,
    caller: &Caller,
    watch: &Watch,
) -> Result<Detection, Error> {
    let stand = stand(&mut transaction, caller, watch.as_of).await?;
    let at = stand.at;
    let rows = rows(&mut transaction, at, watch).await?;
    let mut fired = rows.into_iter().map(Row::fired).collect::<Result<Vec<_>, _>>()?;
    fired.extend(silent(watch, &heard(&stand.heard)?, at));
    Ok(Detection {
        at,
        is_in_use: stand.is_in_use,
        found: findings(fired, &watch.thresholds),
    })
}

async fn rows(
    transaction: &mut CallerTransaction,
    at: DateTime<Utc>,
    watch: &Watch,
) -> Result<Vec<Row>, Error> {
    let connection = transaction.connection();
    let month = month_end(at);
    let known = dealt_with(watch);
    let thresholds = &watch.thresholds;
    let buckets = buckets(&[
        (Rule::BruteForceIp, thresholds.brute_force_ip),
        (Rule::DeniedIp, thresholds.denied_ip),
        (Rule::DeniedUser, thresholds.denied_user),
    ]);
    let mut rows = sqlx::query_file_as!(
        Row,
        "../../sql/access-journal/detect_buckets.sql",
        at,
        month,
        &known.rules,
        &known.entities,
        &known.at,
        &buckets.rules,
        &buckets.counts,
        &buckets.micros
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(failure)?;
    rows.extend(
        sqlx::query_file_as!(
            Row,
            "../../sql/access-journal/detect_account.sql",
            at,
            month,
            &known.rules,
            &known.entities,
            &known.at,
            i64::from(thresholds.brute_force_account.count),
            micros(thresholds.brute_force_account.within),
            micros(thresholds.success_within)
        )
        .fetch_all(&mut *connection)
        .await
        .map_err(failure)?,
    );
    let bounds = bounds(&[
        (Rule::PasswordSpray, thresholds.password_spray),
        (Rule::Enumeration, thresholds.enumeration),
    ]);
    rows.extend(
        sqlx::query_file_as!(
            Row,
            "../../sql/access-journal/detect_distinct.sql",
            at,
            month,
            &known.rules,
            &known.entities,
            &known.at,
            &bounds.rules,
            &bounds.counts,
            &bounds.micros
        )
        .fetch_all(&mut *connection)
        .await
        .map_err(failure)?,
    );
    rows.extend(
        sqlx::query_file_as!(
            Row,
            "../../sql/access-journal/detect_once.sql",
            at,
            month,
            &known.rules,
            &known.entities,
            &known.at
        )
        .fetch_all(&mut *connection)
        .await
        .map_err(failure)?,
    );
    rows.extend(
        sqlx::query_file_as!(
            Row,
            "../../sql/access-journal/detect_spike.sql",
            at,
            &known.rules,
            &known.entities,
            &known.at,
            i64::from(thresholds.spike.least),
            i64::from(thresholds.spike.deviations)
        )
        .fetch_all(&mut *connection)
        .await
        .map_err(failure)?,
    );
    Ok(rows)
}

impl Row {
    fn fired(self) -> Result<Fired, Error> {
        Ok(Fired {
            rule: known(self.rule.parse())?,
            entity: self.entity,
            severity: known(self.severity.parse::<Severity>())?,
            events: known(self.events.try_into())?,
            peak: known(self.peak.try_into())?,
            first_at: self.first_at,
            last_at: self.last_at,
            since: self.since,
            success_at: self.success_at,
            usual: self.usual,
            routes: self.routes.unwrap_or_default(),
        })
    }
}

fn heard(json: &str) -> Result<BTreeMap<Source, DateTime<Utc>>, Error> {
    known(serde_json::from_str(json))
}

fn dealt_with(watch: &Watch) -> Columns {
    let mut columns = Columns::default();
    for fixed in &watch.fixed {
        columns.rules.push(fixed.rule.to_string());
        columns.entities.push(fixed.entity_id.clone());
        columns.at.push(fixed.at);
    }
    columns
}

fn buckets(of: &[(Rule, Bucket)]) -> Columns {
    let mut columns = Columns::default();
    for (rule, bucket) in of {
        columns.rules.push(rule.to_string());
        columns.counts.push(bucket.capacity.into());
        columns.micros.push(micros(bucket.leak));
    }
    columns
}

fn bounds(of: &[(Rule, Within)]) -> Columns {
    let mut columns = Columns::default();
    for (rule, within) in of {
        columns.rules.push(rule.to_string());
        columns.counts.push(within.count.into());
        columns.micros.push(micros(within.within));
    }
    columns
}

fn micros(duration: std::time::Duration) -> i64 {
    delta(duration).num_microseconds().unwrap_or(i64::MAX)
}

/// What the database may say only where something else wrote it.
fn known<T, E: std::fmt::Display>(read: Result<T, E>) -> Result<T, Error> {
    read.map_err(|error| Error::Corrupt {
        reason: error.to_string(),
    })
}
