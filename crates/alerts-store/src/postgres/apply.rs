//! An evaluation, applied.
//!
//! The database says where findings and alerts differ, the pure life cycle says what follows, and one
//! statement writes it: where nothing differs, no alert is locked or written.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use integrity_core::{CheckCode, Evaluation, Finding, Outcome, postgres::CallerTransaction};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{failure, read::parse};
use crate::{
    Alert, Applied, CheckState, Error, EventKind,
    lifecycle::observe::{Sight, Step},
    meta::{self, Verdict},
};

pub(super) async fn apply(
    mut transaction: CallerTransaction,
    evaluation: &Evaluation,
) -> Result<Applied, Error> {
    if evaluation.outcome == Outcome::Skipped {
        return Ok(Applied::nothing(Outcome::Skipped));
    }
    let connection = transaction.connection();
    let standing = Standing::read(connection, evaluation).await?;
    meta::refuse_malformed(evaluation, standing.now)?;
    if meta::is_stale(standing.state.as_ref(), evaluation, standing.now)? {
        return Ok(Applied {
            stale: true,
            ..Applied::nothing(evaluation.outcome.clone())
        });
    }

    let sight = Sight {
        database: &evaluation.database,
        code: evaluation.code.as_str(),
        snapshot_at: meta::snapshot_at(evaluation),
        terms: &evaluation.terms,
    };
    let difference = Difference::read(connection, &sight, evaluation).await?;
    let live = if difference.vanishing == 0 {
        0
    } else {
        live_count(connection, &sight).await?
    };
    let mass = meta::is_mass(live, difference.vanishing);
    let outcome = meta::judge(standing.state.as_ref(), &evaluation.outcome, mass);
    let mut applied = Applied::nothing(outcome.clone());

    let mut steps = difference
        .steps(connection, &sight, &outcome, &mut applied)
        .await?;
    let state = meta::advance(standing.state.as_ref(), evaluation, &outcome, mass);
    for (code, verdict) in meta::verdicts(evaluation, &outcome, &state) {
        let needs_a_look = standing.meta || matches!(verdict, Verdict::Wrong(_));
        if needs_a_look {
            steps.extend(meta_step(connection, evaluation, code, &verdict).await?);
        }
    }
    record(connection, sight.snapshot_at, &steps).await?;
    save_state(connection, &evaluation.database, &state).await?;
    transaction.commit().await?;
    Ok(applied)
}

/// Where the check stands before the evaluation, with the check held so that no other is applied meanwhile.
struct Standing {
    now: DateTime<Utc>,
    state: Option<CheckState>,
    meta: bool,
}

impl Standing {
    async fn read(connection: &mut PgConnection, evaluation: &Evaluation) -> Result<Self, Error> {
        sqlx::query_file!(
            "../../sql/alerts-store/apply_lock.sql",
            evaluation.database,
            evaluation.code.as_str()
        )
        .execute(&mut *connection)
        .await
        .map_err(failure)?;
        let metas = CheckCode::RESERVED.map(str::to_owned);
        let row = sqlx::query_file!(
            "../../sql/alerts-store/apply_state.sql",
            evaluation.database,
            evaluation.code.as_str(),
            &metas
        )
        .fetch_one(connection)
        .await
        .map_err(failure)?;
        Ok(Self {
            now: row.now,
            state: row.state.map(|json| parse(&json)).transpose()?,
            meta: row.meta,
        })
    }
}

/// A step together with the alert as it was, `None` where there was none.
pub(super) type Change = (Option<Alert>, Step);

/// Where findings and alerts differ.
#[derive(Default)]
struct Difference {
    /// Findings nobody has seen before.
    new: Vec<Finding>,
    /// Findings that tell something new about an alert.
    told: HashMap<Uuid, Finding>,
    /// Alerts that were not found.
    absent: Vec<Uuid>,
    /// How many of those are live and were there so far.
    vanishing: u64,
}

impl Difference {
    async fn read(
        connection: &mut PgConnection,
        sight: &Sight<'_>,
        evaluation: &Evaluation,
    ) -> Result<Self, Error> {
        let findings = Finding::distinct(&evaluation.findings);
        let types: Vec<String> = findings
            .iter()
            .map(|finding| finding.entity_type.clone())
            .collect();
        let ids: Vec<String> = findings.iter().map(|finding| finding.entity_id.clone()).collect();
        let hashes: Vec<Vec<u8>> = findings
            .iter()
            .map(|finding| sight.hash(finding).0.to_vec())
            .collect();
        let rows = sqlx::query_file!(
            "../../sql/alerts-store/apply_difference.sql",
            sight.database,
            sight.code,
            &types,
            &ids,
            &hashes,
            sight.snapshot_at
        )
        .fetch_all(connection)
        .await
        .map_err(failure)?;
        let mut difference = Self::default();
        for row in rows {
            let finding = row
                .position
                .and_then(|position| usize::try_from(position - 1).ok())
                .and_then(|index| findings.get(index))
                .map(|finding| (*finding).clone());
            match (finding, row.id) {
                (Some(finding), None) => difference.new.push(finding),
                (Some(finding), Some(id)) => {
                    difference.told.insert(id, finding);
                }
                (None, Some(id)) => {
                    difference.absent.push(id);
                    difference.vanishing += u64::from(row.vanishing);
                }
                (None, None) => return Err(Error::corrupt("a difference of nothing")),
            }
        }
        Ok(difference)
    }

    /// What follows, decided on the alerts as they are once no person can change them any more.
    async fn steps(
        self,
        connection: &mut PgConnection,
        sight: &Sight<'_>,
        outcome: &Outcome,
        applied: &mut Applied,
    ) -> Result<Vec<Change>, Error> {
        let clears = *outcome == Outcome::Complete;
        let mut ids: Vec<Uuid> = self.told.keys().copied().collect();
        if clears {
            ids.extend(&self.absent);
        } else {
            applied.kept = self.absent.len() as u64;
        }
        let mut changes: Vec<Change> = self
            .new
            .iter()
            .map(|finding| (None, sight.first(Uuid::new_v4(), finding)))
            .collect();
        for before in hold(connection, &ids).await? {
            let step = if let Some(finding) = self.told.get(&before.id.0) {
                sight.present(&before, finding)
            } else {
                applied.kept += u64::from(sight.is_older_than_the_last_act(&before));
                sight.absent(&before)
            };
            changes.extend(step.map(|step| (Some(before), step)));
        }
        for (_, (_, kind)) in &changes {
            applied.count(*kind);
        }
        Ok(changes)
    }
}

/// The alert about the check itself that one of the meta checks may change.
async fn meta_step(
    connection: &mut PgConnection,
    evaluation: &Evaluation,
    code: &str,
    verdict: &Verdict,
) -> Result<Option<Change>, Error> {
    let terms = meta::terms(evaluation);
    let sight = Sight {
        database: &evaluation.database,
        code,
        snapshot_at: meta::snapshot_at(evaluation),
        terms: &terms,
    };
    let id = sqlx::query_file_scalar!(
        "../../sql/alerts-store/apply_find.sql",
        sight.database,
        code,
        meta::ENTITY_TYPE,
        evaluation.code.as_str()
    )
    .fetch_optional(&mut *connection)
    .await
    .map_err(failure)?;
    let before = hold(connection, &Vec::from_iter(id)).await?.pop();
    let step = match (verdict, &before) {
        (Verdict::Wrong(finding), None) => Some(sight.first(Uuid::new_v4(), finding)),
        (Verdict::Wrong(finding), Some(before)) => sight.present(before, finding),
        (Verdict::Right, Some(before)) => sight.absent(before),
        (Verdict::Right, None) | (Verdict::Unknown, _) => None,
    };
    Ok(step.map(|step| (before, step)))
}

/// Reads alerts and holds them until the end of the transaction.
async fn hold(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Alert>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_file_scalar!("../../sql/alerts-store/apply_alerts.sql", ids)
        .fetch_all(connection)
        .await
        .map_err(failure)?
        .iter()
        .map(|json| parse(json))
        .collect()
}

async fn live_count(connection: &mut PgConnection, sight: &Sight<'_>) -> Result<u64, Error> {
    let live = sqlx::query_file_scalar!(
        "../../sql/alerts-store/apply_live_count.sql",
        sight.database,
        sight.code
    )
    .fetch_one(connection)
    .await
    .map_err(failure)?;
    Ok(live.unsigned_abs())
}

pub(super) async fn record(
    connection: &mut PgConnection,
    snapshot_at: DateTime<Utc>,
    changes: &[Change],
) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = changes.iter().map(|(_, (alert, _))| alert.id.0).collect();
    let kinds: Vec<String> = changes
        .iter()
        .map(|(_, (_, kind))| EventKind::as_str(*kind).to_owned())
        .collect();
    let diffs = changes
        .iter()
        .map(|(before, (after, _))| system_diff(before.as_ref(), after, snapshot_at))
        .collect::<Result<Vec<String>, Error>>()?;
    sqlx::query_file!("../../sql/alerts-store/apply_events.sql", &ids, &kinds, &diffs)
        .execute(connection)
        .await
        .map_err(failure)?;
    Ok(())
}

/// The event's text: JSON as text, so that no number passes through a binary float.
fn system_diff(before: Option<&Alert>, after: &Alert, snapshot_at: DateTime<Utc>) -> Result<String, Error> {
    #[derive(serde::Serialize)]
    struct Diff {
        snapshot_at: DateTime<Utc>,
        set: crate::alert::Fields,
    }
    let diff = Diff {
        snapshot_at,
        set: after.changes_since(before)?,
    };
    serde_json::to_string(&diff).map_err(|_| Error::corrupt("an alert that is not JSON"))
}

async fn save_state(connection: &mut PgConnection, database: &str, state: &CheckState) -> Result<(), Error> {
    sqlx::query_file!(
        "../../sql/alerts-store/apply_save_state.sql",
        database,
        state.code.as_str(),
        state.seen_at,
        state.complete_at,
        state.outcome,
        state.reason,
        i32::try_from(state.failures).unwrap_or(i32::MAX),
        state.suspected_at
    )
    .execute(connection)
    .await
    .map_err(failure)?;
    Ok(())
}
