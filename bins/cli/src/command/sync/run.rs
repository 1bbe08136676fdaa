//! One run: every check on one snapshot, then what each found is applied.

use std::time::Duration;

use alerts_store::{AlertStore, CheckInfo, Error, Run};
use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use integrity_core::{
    Caller, Check, CheckRunner as _, Evaluation, Failure, FailureKind, Outcome, postgres::PgCheckRunner,
};
use serde_json::{Map, Value, json};

use super::report::{Evaluator, Report, Row, status};
use crate::{
    chosen::Chosen,
    exit::Stop,
    postgres::{self, PgPool},
    session::Session,
};

/// On whose behalf a run is made.
const SERVICE: Caller = Caller::Service;

/// What a login has to be to run the checks.
const LOGIN: &str = "run this with the login vigie_sync, or with the owner of the schema vigie";

/// How often a run takes a new snapshot after one was lost, before it takes the database for unreachable.
const MAX_LOSSES: u32 = 3;

/// Evaluates the chosen's checks once and applies what they find. The snapshot is given back before anything is
/// applied, so that it is held no longer than the checks need.
pub(crate) async fn once(session: &Session, chosen: &Chosen) -> Result<Report, Stop> {
    let store = &session.store;
    register(store, chosen).await?;
    let evaluated_by = Evaluator {
        login: postgres::login(session.evaluator()).await?,
        is_own: session.has_evaluator(),
    };
    let (started_at, evaluations) = evaluate(session.evaluator(), chosen).await?;
    let progress = progress(evaluations.len(), "applying");
    let mut rows = Vec::with_capacity(evaluations.len());
    for evaluation in evaluations {
        rows.push(apply(store, chosen, evaluation).await?);
        progress.inc(1);
    }
    progress.finish_and_clear();
    rows.sort_by(|a, b| a.code.cmp(&b.code));

    let run = Run {
        database: chosen.database.clone(),
        started_at,
        status: status(&rows),
        outcomes: outcomes(&rows),
        parameters: parameters(chosen, &evaluated_by),
    };
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
    let summary = store.summary(&SERVICE, &chosen.database).await?;
    Ok(Report {
        status: run.status,
        evaluated_by,
        checks: rows,
        coverage: summary.coverage,
        alerts: summary.live,
        breached: passed.breached,
        expired: passed.expired,
    })
}

/// What came of every check, and when the first snapshot was taken. A check that takes its connection down is a
/// failed check; the others are evaluated on a new snapshot.
pub(crate) async fn evaluate(
    evaluator: &PgPool,
    chosen: &Chosen,
) -> Result<(DateTime<Utc>, Vec<Evaluation>), Stop> {
    let runner = PgCheckRunner::new(evaluator.clone()).with_database(&chosen.database);
    let mut snapshot = runner.begin().await?;
    let started_at = snapshot.taken_at();
    let bad = chosen
        .bad
        .iter()
        .map(|bad| bad.evaluation(&chosen.database, started_at));
    let mut evaluations: Vec<Evaluation> = bad.collect();
    let progress = progress(chosen.checks.len(), "evaluating");
    let mut losses = 0;
    for check in &chosen.checks {
        progress.set_message(check.code().to_string());
        match snapshot.evaluate(check).await {
            Ok(evaluation) => evaluations.push(evaluation),
            Err(lost) if losses == MAX_LOSSES => return Err(lost.into()),
            Err(_) => {
                losses += 1;
                evaluations.push(took_the_connection_down(
                    check,
                    &chosen.database,
                    snapshot.taken_at(),
                ));
                snapshot = runner.begin().await?;
            }
        }
        progress.inc(1);
    }
    snapshot.end().await;
    progress.finish_and_clear();
    Ok((started_at, evaluations))
}

fn took_the_connection_down(check: &Check, database: &str, snapshot_at: DateTime<Utc>) -> Evaluation {
    let message = "the connection was lost while it was evaluated: the server or the check itself ended it";
    Evaluation {
        database: database.to_owned(),
        code: check.code().clone(),
        snapshot_at,
        outcome: Outcome::Failed(Failure {
            kind: FailureKind::Sql,
            message: message.to_owned(),
        }),
        findings: Vec::new(),
        merged: 0,
        terms: check.terms(),
        elapsed: Duration::ZERO,
    }
}

async fn register(store: &dyn AlertStore, chosen: &Chosen) -> Result<(), Stop> {
    let known: &[CheckInfo] = &chosen.known;
    store
        .register_checks(&SERVICE, &chosen.database, known)
        .await
        .map_err(Stop::from)
        .map_err(refused)
}

/// With days that end where the configuration says.
pub(crate) fn at_home(mut evaluation: Evaluation, chosen: &Chosen) -> Evaluation {
    if let Some(zone) = chosen.time_zone {
        evaluation.terms.time_zone = zone;
    }
    evaluation
}

/// Applies one evaluation. What goes wrong with it is the check's own matter, unless the store is gone.
async fn apply(store: &dyn AlertStore, chosen: &Chosen, evaluation: Evaluation) -> Result<Row, Stop> {
    let evaluation = at_home(evaluation, chosen);
    match store.apply(&SERVICE, &evaluation).await {
        Ok(applied) => Ok(Row::new(&evaluation, Ok(applied))),
        // Held up by somebody else's lock, or gone for good? Only the second ends the run.
        Err(error @ Error::Unavailable(_))
            if store.check_states(&SERVICE, &chosen.database).await.is_err() =>
        {
            Err(error.into())
        }
        Err(error) => {
            let why = Stop::from(error).message().to_owned();
            Ok(Row::new(&evaluation, Err(why)))
        }
    }
}

fn refused(stop: Stop) -> Stop {
    stop.refused_login(LOGIN)
}

/// The parameters of each check by its code, and of the run in small letters, which no code has.
fn parameters(chosen: &Chosen, evaluated_by: &Evaluator) -> Value {
    let mut parameters = chosen.parameters();
    if let Some(fields) = parameters.as_object_mut() {
        fields.insert("evaluated_by".to_owned(), json!(evaluated_by));
    }
    parameters
}

fn outcomes(rows: &[Row]) -> Value {
    let outcomes = rows.iter().map(|row| (row.code.to_string(), json!(row)));
    Value::Object(outcomes.collect::<Map<_, _>>())
}

/// Shown on a terminal only.
fn progress(checks: usize, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {prefix} {pos}/{len} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(checks as u64)
        .with_style(style)
        .with_prefix(what)
}
