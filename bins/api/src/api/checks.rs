//! Reading checks and runs.

use std::sync::Arc;

use alerts_store::{CheckState, KnownCheck, PastOutcome, PastRun};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use integrity_core::Check;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    bodies::{CountBody, DurationsBody, text, word},
    json::Named,
    params::Asked,
};
use crate::{app::App, person::Person, problem::Problem};

/// How many past evaluations are told.
const OUTCOMES: u32 = 100;

/// A check and how it stands.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub(crate) struct CheckBody {
    code: String,
    pack: String,
    severity: &'static str,
    /// By language.
    #[schema(value_type = Object)]
    title: Value,
    every_seconds: u32,
    enabled: bool,
    /// Whether it is of a chosen pack.
    active: bool,
    /// Whether fixtures show that it can fire and be silent.
    proved: bool,
    /// Whether its last complete evaluation can still be believed.
    fresh: bool,
    state: Option<StateBody>,
    live: Vec<CountBody>,
}

/// What its last evaluation said.
#[derive(Debug, Serialize, ToSchema)]
struct StateBody {
    seen_at: DateTime<Utc>,
    complete_at: Option<DateTime<Utc>>,
    /// `Complete`, `Truncated`, `Suspect`, `Failed` or `Skipped`.
    outcome: String,
    reason: String,
    /// How often it has failed in a row.
    failures: u32,
}

/// A check with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckDetailBody {
    #[serde(flatten)]
    check: CheckBody,
    /// Its SQL, as this program has it; none where it has no such check.
    sql: Vec<SqlBody>,
    /// The parameters in force, by name.
    #[schema(value_type = Object)]
    parameters: Value,
    /// Past evaluations, the newest first.
    outcomes: Vec<OutcomeBody>,
    acknowledge: DurationsBody,
    resolve: DurationsBody,
}

/// One file of a check.
#[derive(Debug, Serialize, ToSchema)]
struct SqlBody {
    file: String,
    sql: String,
}

/// What one evaluation said.
#[derive(Debug, Serialize, ToSchema)]
struct OutcomeBody {
    at: DateTime<Utc>,
    outcome: String,
    reason: Option<String>,
    findings: u64,
    elapsed_ms: u64,
}

/// A run of the checks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunBody {
    started_at: DateTime<Utc>,
    finished_at: DateTime<Utc>,
    /// `OK`, `PARTIAL` or `FAILED`.
    status: String,
    /// What came of each check, by code.
    #[schema(value_type = Object)]
    outcomes: Value,
    /// The parameters that were in force, by code.
    #[schema(value_type = Object)]
    parameters: Value,
}

/// Every check that was ever registered, by code.
#[utoipa::path(
    get,
    path = "/checks",
    tag = "checks",
    responses(
        (status = 200, description = "The checks", body = Vec<CheckBody>),
        (status = 401, response = super::Unauthorized),
        (status = 403, response = super::Forbidden),
        (status = 503, response = super::Unavailable),
    )
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    person: Person,
) -> Result<Json<Vec<CheckBody>>, Problem> {
    let checks = app.store.checks(&person.caller, &app.database).await?;
    Ok(Json(checks.into_iter().map(CheckBody::from).collect()))
}

/// One check: its SQL, its parameters, its past.
#[utoipa::path(
    get,
    path = "/checks/{code}",
    tag = "checks",
    params(("code" = String, Path, description = "Which check")),
    responses(
        (status = 200, description = "The check", body = CheckDetailBody),
        (status = 401, response = super::Unauthorized),
        (status = 403, response = super::Forbidden),
        (status = 404, response = super::NotFound),
        (status = 503, response = super::Unavailable),
    )
)]
pub(super) async fn find(
    State(app): State<Arc<App>>,
    person: Person,
    Named(code): Named<String>,
) -> Result<Json<CheckDetailBody>, Problem> {
    let caller = &person.caller;
    let checks = app.store.checks(caller, &app.database).await?;
    let known = checks.into_iter().find(|known| known.info.code.as_str() == code);
    let known = known.ok_or_else(Problem::not_found)?;
    let (outcomes, times) = tokio::try_join!(
        app.store.outcomes(caller, &app.database, &code, OUTCOMES),
        app.store.times(caller, &app.database, Some(code.clone())),
    )?;
    let own = app.check(&code);
    Ok(Json(CheckDetailBody {
        check: known.into(),
        sql: own.map(sql).unwrap_or_default(),
        parameters: own.map_or_else(
            || Value::Object(serde_json::Map::new()),
            |check| check.parameters().into(),
        ),
        outcomes: outcomes.into_iter().map(OutcomeBody::from).collect(),
        acknowledge: times.acknowledge.into(),
        resolve: times.resolve.into(),
    }))
}

fn sql(check: &Check) -> Vec<SqlBody> {
    let files = check.description().files.into_iter();
    files
        .map(|file| SqlBody {
            file: file.file,
            sql: file.sql,
        })
        .collect()
}

/// Which runs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct RunParams {
    /// Finished before.
    before: Option<DateTime<Utc>>,
    /// At most so many, from 1 to 200; 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Runs of the checks, the newest first.
#[utoipa::path(
    get,
    path = "/runs",
    tag = "checks",
    params(RunParams),
    responses(
        (status = 200, description = "Runs", body = Vec<RunBody>),
        (status = 401, response = super::Unauthorized),
        (status = 403, response = super::Forbidden),
        (status = 422, response = super::Invalid),
        (status = 503, response = super::Unavailable),
    )
)]
pub(super) async fn runs(
    State(app): State<Arc<App>>,
    person: Person,
    Asked(params): Asked<RunParams>,
) -> Result<Json<Vec<RunBody>>, Problem> {
    let limit = params.limit.unwrap_or(50);
    if !(1..=super::params::MOST).contains(&limit) {
        return Err(Problem::invalid("limit", "a number from 1 to 200"));
    }
    let runs = app
        .store
        .runs(&person.caller, &app.database, params.before, limit)
        .await?;
    Ok(Json(runs.into_iter().map(RunBody::from).collect()))
}

impl From<KnownCheck> for CheckBody {
    fn from(known: KnownCheck) -> Self {
        Self {
            code: known.info.code.to_string(),
            pack: known.info.pack,
            severity: known.info.severity.as_str(),
            title: word(&known.info.title),
            every_seconds: known.info.every_seconds,
            enabled: known.info.enabled,
            active: known.active,
            proved: known.info.proved,
            fresh: known.fresh,
            state: known.state.map(StateBody::from),
            live: known.live.into_iter().map(CountBody::from).collect(),
        }
    }
}

impl From<CheckState> for StateBody {
    fn from(state: CheckState) -> Self {
        Self {
            seen_at: state.seen_at,
            complete_at: state.complete_at,
            outcome: state.outcome,
            reason: state.reason,
            failures: state.failures,
        }
    }
}

impl From<PastOutcome> for OutcomeBody {
    fn from(past: PastOutcome) -> Self {
        Self {
            at: past.at,
            outcome: past.outcome,
            reason: past.reason,
            findings: past.findings,
            elapsed_ms: past.elapsed_ms,
        }
    }
}

impl From<PastRun> for RunBody {
    fn from(past: PastRun) -> Self {
        Self {
            started_at: past.run.started_at,
            finished_at: past.finished_at,
            status: text(&past.run.status),
            outcomes: past.run.outcomes,
            parameters: past.run.parameters,
        }
    }
}
