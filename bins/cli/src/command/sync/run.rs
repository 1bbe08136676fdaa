//! One run: every check on one snapshot, each applied before the next is evaluated.

use alerts_store::{AlertStore, CheckInfo, Error, Run};
use indicatif::{ProgressBar, ProgressStyle};
use integrity_core::{Caller, CheckRunner as _, Evaluation, postgres::PgCheckRunner};
use serde_json::{Map, Value, json};

use super::{
    plan::Plan,
    report::{Report, Row, status},
};
use crate::{exit::Stop, session::Session};

/// On whose behalf a run is made.
const SERVICE: Caller = Caller::Service;

/// What a login has to be to run the checks.
const LOGIN: &str = "run this with the login vigie_sync, or with the owner of the schema vigie";

/// Evaluates the plan's checks once and applies what they find.
pub(crate) async fn once(session: &Session, plan: &Plan) -> Result<Report, Stop> {
    let store = &session.store;
    register(store, plan).await?;
    let runner = PgCheckRunner::new(session.pool.clone()).with_database(&plan.database);
    let mut snapshot = runner.begin().await?;
    let started_at = snapshot.taken_at();
    let progress = progress(plan.len());
    let mut rows = Vec::with_capacity(plan.len());
    let mut lost = None;
    for bad in &plan.bad {
        let evaluation = bad.evaluation(&plan.database, started_at);
        rows.push(apply(store, plan, evaluation).await?);
        progress.inc(1);
    }
    for check in &plan.checks {
        progress.set_message(check.code().to_string());
        match snapshot.evaluate(check).await {
            Ok(evaluation) => rows.push(apply(store, plan, evaluation).await?),
            Err(error) => {
                // The snapshot is gone, so there is nothing left to evaluate on. What was applied stays.
                lost = Some(Stop::from(error));
                break;
            }
        }
        progress.inc(1);
    }
    if lost.is_none() {
        snapshot.end().await;
    }
    progress.finish_and_clear();
    rows.sort_by(|a, b| a.code.cmp(&b.code));

    let run = Run {
        database: plan.database.clone(),
        started_at,
        status: status(&rows),
        outcomes: outcomes(&rows),
        parameters: plan.parameters(),
    };
    if let Some(stop) = lost {
        // The book is worth a try; the loss itself is what is told.
        let _ = store.record_run(&SERVICE, &run).await;
        return Err(stop);
    }
    let passed = store
        .record_dates(&SERVICE)
        .await
        .map_err(Stop::from)
        .map_err(refused)?;
    store
        .record_run(&SERVICE, &run)
        .await
        .map_err(Stop::from)
        .map_err(refused)?;
    let summary = store.summary(&SERVICE, &plan.database).await?;
    Ok(Report {
        status: run.status,
        checks: rows,
        coverage: summary.coverage,
        alerts: summary.live,
        breached: passed.breached,
        expired: passed.expired,
    })
}

async fn register(store: &dyn AlertStore, plan: &Plan) -> Result<(), Stop> {
    let known: &[CheckInfo] = &plan.known;
    store
        .register_checks(&SERVICE, &plan.database, known)
        .await
        .map_err(Stop::from)
        .map_err(refused)
}

/// Applies one evaluation. What goes wrong with it is the check's own matter, unless the store is gone.
async fn apply(store: &dyn AlertStore, plan: &Plan, mut evaluation: Evaluation) -> Result<Row, Stop> {
    if let Some(zone) = plan.time_zone {
        evaluation.terms.time_zone = zone;
    }
    match store.apply(&SERVICE, &evaluation).await {
        Ok(applied) => Ok(Row::new(&evaluation, Ok(applied))),
        Err(error @ Error::Unavailable(_)) => Err(error.into()),
        Err(error) => Ok(Row::new(&evaluation, Err(error.to_string()))),
    }
}

fn refused(stop: Stop) -> Stop {
    stop.refused_login(LOGIN)
}

fn outcomes(rows: &[Row]) -> Value {
    let outcomes = rows.iter().map(|row| (row.code.to_string(), json!(row)));
    Value::Object(outcomes.collect::<Map<_, _>>())
}

/// Shown on a terminal only.
fn progress(checks: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {pos}/{len} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(checks as u64).with_style(style)
}
