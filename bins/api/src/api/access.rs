//! Reading the journal of accesses, in numbers.

use std::sync::Arc;

use access_journal::journal::{Blind, Summary, SummaryRange};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::params::{AccessParams, Asked};
use crate::{accesses, app::App, person::Person, problem::Problem};

/// What was refused, what probes and what leaks, in numbers. What went well, a successful login, is not counted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccessSummaryBody {
    /// The database's clock.
    at: DateTime<Utc>,
    /// When the first step begins.
    since: DateTime<Utc>,
    /// How long a step is, in seconds.
    step_seconds: u64,
    /// How many accesses were recorded.
    total: u64,
    /// One for each step, also where nothing happened; the last one is under way.
    steps: Vec<StepBody>,
    /// By kind, the most frequent first.
    events: Vec<CountBody>,
    /// The ten addresses with the most, by the first digits of their pseudonyms; allowed ones are left out.
    addresses: Vec<CountBody>,
    /// The ten accounts with the most, in the same way.
    accounts: Vec<CountBody>,
    /// The ten routes with the most: method and template.
    routes: Vec<CountBody>,
    /// Who was heard. Where there is none, that nothing was recorded proves nothing.
    sources: Vec<SourceBody>,
    /// When something was recorded last; none where nothing ever was.
    recorded_at: Option<DateTime<Utc>>,
    /// When the journal was last sealed; none where it never was.
    sealed_at: Option<DateTime<Utc>>,
    /// When the whole journal was last compared with its seals; none where it never was.
    verified_at: Option<DateTime<Utc>>,
    /// How many things did not agree then; none where it never was compared.
    broken: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct StepBody {
    /// When it begins.
    at: DateTime<Utc>,
    total: u64,
    /// What was refused.
    refused: u64,
    /// What gave somebody what nobody should have.
    exposed: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct CountBody {
    what: String,
    count: u64,
    last_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SourceBody {
    source: String,
    heard_at: DateTime<Utc>,
    /// So many lines or requests were looked at.
    seen: u64,
    /// So many of them could not be read.
    bad: u64,
    /// So many events were lost.
    dropped: u64,
    /// So many reads of sensitive relations could not be judged.
    unjudged: u64,
    /// `no_relation` where no relation is known to be sensitive, so that leaks are not looked for; `no_audit` where only
    /// those are known that are configured.
    blind: Option<&'static str>,
    /// The same numbers of the last 24 hours.
    lately: LatelyBody,
}

#[derive(Debug, Serialize, ToSchema)]
struct LatelyBody {
    seen: u64,
    bad: u64,
    dropped: u64,
    unjudged: u64,
}

impl From<Summary> for AccessSummaryBody {
    fn from(summary: Summary) -> Self {
        let count = |what: String, count, last_at| CountBody { what, count, last_at };
        let route = |method: Option<String>, route: String| match method {
            Some(method) => format!("{method} {route}"),
            None => route,
        };
        Self {
            at: summary.at,
            since: summary.since,
            step_seconds: summary.step,
            total: summary.total,
            steps: summary
                .steps
                .into_iter()
                .map(|step| StepBody {
                    at: step.at,
                    total: step.total,
                    refused: step.refused,
                    exposed: step.exposed,
                })
                .collect(),
            events: summary
                .events
                .into_iter()
                .map(|kind| count(kind.event, kind.count, None))
                .collect(),
            addresses: summary
                .addresses
                .into_iter()
                .map(|key| count(key.key, key.count, Some(key.last_at)))
                .collect(),
            accounts: summary
                .accounts
                .into_iter()
                .map(|key| count(key.key, key.count, Some(key.last_at)))
                .collect(),
            routes: summary
                .routes
                .into_iter()
                .map(|found| count(route(found.method, found.route), found.count, Some(found.last_at)))
                .collect(),
            sources: summary
                .sources
                .into_iter()
                .map(|heard| SourceBody {
                    source: heard.source,
                    heard_at: heard.heard_at,
                    seen: heard.seen,
                    bad: heard.bad,
                    dropped: heard.dropped,
                    unjudged: heard.unjudged,
                    blind: heard.blind.map(Blind::as_str),
                    lately: LatelyBody {
                        seen: heard.lately.seen,
                        bad: heard.lately.bad,
                        dropped: heard.lately.dropped,
                        unjudged: heard.lately.unjudged,
                    },
                })
                .collect(),
            recorded_at: summary.recorded_at,
            sealed_at: summary.seal.map(|seal| seal.sealed_at),
            verified_at: summary.verified.as_ref().map(|verified| verified.at),
            broken: summary.verified.map(|verified| verified.broken),
        }
    }
}

/// What was refused, what probes and what leaks, in numbers.
#[utoipa::path(
    get,
    path = "/access/summary",
    tag = "access",
    params(AccessParams),
    responses(
        (status = 200, description = "The numbers", body = AccessSummaryBody),
        (status = 401, response = super::Unauthorized),
        (status = 403, response = super::Forbidden),
        (status = 422, response = super::Invalid),
        (status = 503, response = super::Unavailable),
    )
)]
pub(super) async fn summary(
    State(app): State<Arc<App>>,
    person: Person,
    Asked(params): Asked<AccessParams>,
) -> Result<Response, Problem> {
    let range = match params.range.as_deref() {
        None | Some("day") => SummaryRange::DAY,
        Some("fortnight") => SummaryRange::FORTNIGHT,
        Some(_) => return Err(Problem::invalid("range", "write day or fortnight")),
    };
    let summary = accesses::summary(&app, &person.caller, range).await?;
    Ok(Json(AccessSummaryBody::from(summary)).into_response())
}
