//! What the rules say, each family by one statement.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use integrity_core::{Caller, Severity, postgres::CallerTransaction};

use super::{PgAccessJournal, failure};
use crate::{
    Source,
    journal::Error,
    rules::{Bucket, Detection, Fired, Rule, Unjudged, Watch, Within, delta, findings, month_began, silent},
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

/// Each statement is in a transaction of its own: one that fails, for it takes too long, leaves the others. What happens once
/// is looked at first: it is cheap, and nobody shall hide it behind much else.
pub(super) async fn detect(
    journal: &PgAccessJournal,
    caller: &Caller,
    watch: &Watch,
) -> Result<Detection, Error> {
    let stand = stand(&mut journal.begin(caller).await?, caller, watch.as_of).await?;
    let at = stand.at;
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for family in FAMILIES {
        let told = match journal.begin(caller).await {
            Ok(transaction) => family.rows(transaction, at, watch).await,
            Err(error) => Err(error),
        };
        match told.and_then(|rows| rows.into_iter().map(Row::fired).collect::<Result<Vec<_>, _>>()) {
            Ok(fired) => rows.extend(fired),
            Err(error) => failed.extend(family.rules().iter().map(|rule| Unjudged {
                rule: *rule,
                is_forbidden: matches!(error, Error::Forbidden { .. }),
                reason: error.to_string(),
            })),
        }
    }
    rows.extend(silent(watch, &heard(&stand.heard)?, at));
    let mut found = findings(rows, &watch.thresholds);
    found.retain(|found| failed.iter().all(|failed| failed.rule != found.rule));
    Ok(Detection {
        at,
        is_in_use: stand.is_in_use,
        found,
        failed,
    })
}

/// Rules that are looked at by one statement.
#[derive(Clone, Copy)]
enum Family {
    Once,
    Account,
    Distinct,
    Buckets,
    Spike,
}

const FAMILIES: [Family; 5] = [
    Family::Once,
    Family::Account,
    Family::Distinct,
    Family::Buckets,
    Family::Spike,
];

impl Family {
    fn rules(self) -> &'static [Rule] {
        match self {
            Self::Once => &[Rule::AnonDataExposed, Rule::ServiceRoleFromBrowser],
            Self::Account => &[Rule::BruteForceAccount],
            Self::Distinct => &[Rule::PasswordSpray, Rule::Enumeration],
            Self::Buckets => &[Rule::BruteForceIp, Rule::DeniedIp, Rule::DeniedUser],
            Self::Spike => &[Rule::Spike],
        }
    }

    async fn rows(
        self,
        mut transaction: CallerTransaction,
        at: DateTime<Utc>,
        watch: &Watch,
    ) -> Result<Vec<Row>, Error> {
        let month = month_began(at);
        let since = watch.since(self.rules(), at);
        let known = dealt_with(watch);
        let connection = transaction.connection();
        let thresholds = &watch.thresholds;
        let rows = match self {
            Self::Once => {
                sqlx::query_file_as!(
                    Row,
                    "../../sql/access-journal/detect_once.sql",
                    at,
                    month,
                    &known.rules,
                    &known.entities,
                    &known.at,
                    since
                )
                .fetch_all(connection)
                .await
            }
            Self::Account => {
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
                    micros(thresholds.success_within),
                    since
                )
                .fetch_all(connection)
                .await
            }
            Self::Distinct => {
                let bounds = bounds(&[
                    (Rule::PasswordSpray, thresholds.password_spray),
                    (Rule::Enumeration, thresholds.enumeration),
                ]);
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
                    &bounds.micros,
                    since
                )
                .fetch_all(connection)
                .await
            }
            Self::Buckets => {
                let buckets = buckets(&[
                    (Rule::BruteForceIp, thresholds.brute_force_ip),
                    (Rule::DeniedIp, thresholds.denied_ip),
                    (Rule::DeniedUser, thresholds.denied_user),
                ]);
                sqlx::query_file_as!(
                    Row,
                    "../../sql/access-journal/detect_buckets.sql",
                    at,
                    month,
                    &known.rules,
                    &known.entities,
                    &known.at,
                    &buckets.rules,
                    &buckets.counts,
                    &buckets.micros,
                    since
                )
                .fetch_all(connection)
                .await
            }
            Self::Spike => {
                sqlx::query_file_as!(
                    Row,
                    "../../sql/access-journal/detect_spike.sql",
                    at,
                    &known.rules,
                    &known.entities,
                    &known.at,
                    i64::from(thresholds.spike.least),
                    i64::from(thresholds.spike.deviations),
                    since
                )
                .fetch_all(connection)
                .await
            }
        };
        rows.map_err(failure)
    }
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
