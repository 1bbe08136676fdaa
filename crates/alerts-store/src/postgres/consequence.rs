//! What an evaluation leads to, before anything of it is written: the same for those who apply it and for those who
//! only want to know.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use integrity_core::{CheckCode, Evaluation, Finding, Outcome};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{failure, read::parse};
use crate::{
    Alert, Applied, CheckState, Error,
    lifecycle::observe::{Sight, Step},
    meta::{self, Verdict},
};

/// A step together with the alert as it was, `None` where there was none.
pub(super) type Change = (Option<Alert>, Step);

/// What the alerts are looked at for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looking {
    /// To change them: those that may change are held until the end of the transaction.
    ToWrite,
    /// To know.
    Only,
}

/// What an evaluation leads to.
pub(super) struct Consequence {
    pub(super) applied: Applied,
    pub(super) changes: Vec<Change>,
    /// How the check stands afterwards; `None` where the evaluation is stale and nothing is written.
    pub(super) state: Option<CheckState>,
}

impl Consequence {
    pub(super) async fn of(
        connection: &mut PgConnection,
        evaluation: &Evaluation,
        looking: Looking,
    ) -> Result<Self, Error> {
        let standing = Standing::read(connection, evaluation).await?;
        meta::refuse_malformed(evaluation)?;
        meta::refuse_future(evaluation, standing.now)?;
        let seen_at = standing.state.as_ref().map(|state| state.seen_at);
        if meta::is_stale(seen_at, evaluation, standing.now)? {
            let applied = Applied {
                stale: true,
                ..Applied::nothing(evaluation.outcome.clone())
            };
            return Ok(Self {
                applied,
                changes: Vec::new(),
                state: None,
            });
        }
        let sight = Sight::of(evaluation);
        let difference = Difference::read(connection, &sight, evaluation).await?;
        let live = if difference.vanishing == 0 {
            0
        } else {
            live_count(connection, &sight).await?
        };
        let mass = meta::is_mass(live, difference.vanishing);
        let outcome = meta::judge(standing.state.as_ref(), evaluation, mass);
        let mut applied = Applied::nothing(outcome.clone());
        let mut changes = difference
            .steps(connection, &sight, looking, &mut applied)
            .await?;
        let state = meta::advance(standing.state.as_ref(), evaluation, &outcome);
        for (code, verdict) in meta::verdicts(evaluation, &outcome, &state) {
            let needs_a_look = standing.meta || matches!(verdict, Verdict::Wrong(_));
            if needs_a_look
                && let Some(change) = meta_step(connection, evaluation, code, &verdict, looking).await?
            {
                applied.about_check += 1;
                changes.push(change);
            }
        }
        Ok(Self {
            applied,
            changes,
            state: Some(state),
        })
    }
}

/// Where the check stands before the evaluation.
struct Standing {
    now: DateTime<Utc>,
    state: Option<CheckState>,
    meta: bool,
}

impl Standing {
    async fn read(connection: &mut PgConnection, evaluation: &Evaluation) -> Result<Self, Error> {
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

/// What findings are recognised by, in their order.
pub(super) struct Marks {
    pub(super) types: Vec<String>,
    pub(super) ids: Vec<String>,
    pub(super) hashes: Vec<Vec<u8>>,
}

impl Marks {
    pub(super) fn of(sight: &Sight<'_>, findings: &[&Finding]) -> Self {
        Self {
            types: findings
                .iter()
                .map(|finding| finding.entity_type.clone())
                .collect(),
            ids: findings.iter().map(|finding| finding.entity_id.clone()).collect(),
            hashes: findings
                .iter()
                .map(|finding| sight.hash(finding).0.to_vec())
                .collect(),
        }
    }
}

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
        let marks = Marks::of(sight, &findings);
        let rows = sqlx::query_file!(
            "../../sql/alerts-store/apply_difference.sql",
            sight.database,
            sight.code,
            &marks.types,
            &marks.ids,
            &marks.hashes,
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
        looking: Looking,
        applied: &mut Applied,
    ) -> Result<Vec<Change>, Error> {
        let clears = applied.outcome == Outcome::Complete;
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
        for before in read(connection, &ids, looking).await? {
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
    looking: Looking,
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
    let before = read(connection, &Vec::from_iter(id), looking).await?.pop();
    let step = match (verdict, &before) {
        (Verdict::Wrong(finding), None) => Some(sight.first(Uuid::new_v4(), finding)),
        (Verdict::Wrong(finding), Some(before)) => sight.present(before, finding),
        (Verdict::Right, Some(before)) => sight.absent(before),
        (Verdict::Right, None) | (Verdict::Unknown, _) => None,
    };
    Ok(step.map(|step| (before, step)))
}

/// The alerts as they are; nobody can change them any more where they are looked at to be written.
async fn read(connection: &mut PgConnection, ids: &[Uuid], looking: Looking) -> Result<Vec<Alert>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let alerts = match looking {
        Looking::ToWrite => {
            sqlx::query_file_scalar!("../../sql/alerts-store/apply_alerts.sql", ids)
                .fetch_all(connection)
                .await
        }
        Looking::Only => {
            sqlx::query_file_scalar!("../../sql/alerts-store/preview_alerts.sql", ids)
                .fetch_all(connection)
                .await
        }
    };
    alerts.map_err(failure)?.iter().map(|json| parse(json)).collect()
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
