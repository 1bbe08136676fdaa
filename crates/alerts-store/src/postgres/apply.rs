//! An evaluation, applied.
//!
//! The database says where findings and alerts differ, the pure life cycle says what follows, and one
//! statement writes it: where nothing differs, no alert is locked or written.

use chrono::{DateTime, Utc};
use integrity_core::{Evaluation, Outcome, postgres::CallerTransaction};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    consequence::{Change, Consequence, Looking},
    failure,
};
use crate::{Alert, Applied, CheckState, Error, EventKind, meta};

pub(super) async fn apply(
    mut transaction: CallerTransaction,
    evaluation: &Evaluation,
) -> Result<Applied, Error> {
    if evaluation.outcome == Outcome::Skipped {
        return Ok(Applied::nothing(Outcome::Skipped));
    }
    let connection = transaction.connection();
    lock(connection, evaluation).await?;
    let consequence = Consequence::of(connection, evaluation, Looking::ToWrite).await?;
    if let Some(state) = &consequence.state {
        record(connection, meta::snapshot_at(evaluation), &consequence.changes).await?;
        save_state(connection, &evaluation.database, state).await?;
        transaction.commit().await?;
    }
    Ok(consequence.applied)
}

/// What [`apply`] would do now, by the same steps. The transaction may write nothing, and holds nothing that
/// anybody could wait for.
pub(super) async fn preview(
    mut transaction: CallerTransaction,
    evaluation: &Evaluation,
) -> Result<Applied, Error> {
    if evaluation.outcome == Outcome::Skipped {
        return Ok(Applied::nothing(Outcome::Skipped));
    }
    let connection = transaction.connection();
    sqlx::query_file_scalar!("../../sql/alerts-store/preview_reads_only.sql")
        .fetch_one(&mut *connection)
        .await
        .map_err(failure)?;
    let consequence = Consequence::of(connection, evaluation, Looking::Only).await?;
    Ok(consequence.applied)
}

/// One evaluation of a check at a time; no other is applied until the transaction ends.
async fn lock(connection: &mut PgConnection, evaluation: &Evaluation) -> Result<(), Error> {
    sqlx::query_file!(
        "../../sql/alerts-store/apply_lock.sql",
        evaluation.database,
        evaluation.code.as_str()
    )
    .execute(connection)
    .await
    .map_err(failure)?;
    Ok(())
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
        state.suspected_at,
        state.suspicion.map(|suspicion| format!("{suspicion:?}")),
        state.confirmed_at
    )
    .execute(connection)
    .await
    .map_err(failure)?;
    Ok(())
}
