//! Reading the ledger of releases.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use release_info::ledger::{Release, ReleaseEvent};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::{
    cursor,
    params::{Asked, ReleaseParams},
};
use crate::{app::App, health::is_known, person::Person, problem::Problem, releases};

/// What was released where, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReleasesBody {
    /// The database's clock.
    at: DateTime<Utc>,
    #[serde(flatten)]
    ledger: LedgerBody,
}

#[derive(Debug, Serialize, ToSchema)]
struct LedgerBody {
    /// What is live or being deployed at each place, on every page.
    releases: Vec<ReleaseBody>,
    /// What happened, the last event first.
    events: Vec<ReleaseEventBody>,
    /// `cursor` of the next page of events; none where the history ends here.
    next: Option<String>,
}

/// A release at a place, as it is now.
#[derive(Debug, Serialize, ToSchema)]
struct ReleaseBody {
    /// `production`, `staging`, `test` or `development`.
    environment: &'static str,
    /// What is replaced there, such as `web`.
    target: String,
    /// `package@version+commit`.
    release: String,
    /// `started`, `deployed`, `verified`, `refuted`, `promoted` or `rolling_back`.
    stage: &'static str,
    /// Whether people get it: one at each place.
    live: bool,
    /// Whether its deployment or its rollback is under way: one at each place at most.
    open: bool,
    /// Whether it was seen to be what people get. Where it is not, nothing proves that they do.
    verified: bool,
    /// How whoever serves it calls this version.
    provider_version: Option<String>,
    min_schema: Option<i64>,
    max_schema: Option<i64>,
    manifest_sha256: Option<String>,
    /// The release that its rollback returns to, also where that has failed.
    returns_to: Option<String>,
    started_at: DateTime<Utc>,
    /// When it went live last.
    deployed_at: Option<DateTime<Utc>>,
    /// When it was last seen to be what people get.
    verified_at: Option<DateTime<Utc>>,
    changed_at: DateTime<Utc>,
}

impl From<Release> for ReleaseBody {
    fn from(release: Release) -> Self {
        Self {
            environment: release.place.environment.as_str(),
            target: release.place.target,
            release: release.release.to_string(),
            stage: release.stage.as_str(),
            live: release.stage.is_live(),
            open: release.stage.is_open(),
            verified: release.stage.is_proved(),
            provider_version: release.provider_version,
            min_schema: release.facts.min_schema,
            max_schema: release.facts.max_schema,
            manifest_sha256: release.facts.manifest_sha256,
            returns_to: release.returns_to.map(|to| to.to_string()),
            started_at: release.started_at,
            deployed_at: release.deployed_at,
            verified_at: release.verified_at,
            changed_at: release.changed_at,
        }
    }
}

/// Something that happened to a release.
#[derive(Debug, Serialize, ToSchema)]
struct ReleaseEventBody {
    id: i64,
    at: DateTime<Utc>,
    environment: &'static str,
    target: String,
    release: String,
    /// `started`, `deployed`, `verify_passed`, `verify_failed`, `verify_inconclusive`, `promoted`, `failed`,
    /// `rollback_started`, `rolled_back`, `rollback_verified`, `drill_passed`, `drill_failed`, `note`.
    kind: &'static str,
    /// Who recorded it; none where the service did.
    actor: Option<String>,
    reason: Option<String>,
    /// Of a rollback: the release that it returns to.
    returns_to: Option<String>,
    provider_version: Option<String>,
    /// What shows it.
    evidence: Option<Value>,
}

impl From<ReleaseEvent> for ReleaseEventBody {
    fn from(event: ReleaseEvent) -> Self {
        let entry = event.entry;
        Self {
            id: event.id,
            at: event.at,
            environment: entry.place.environment.as_str(),
            target: entry.place.target,
            release: entry.release.to_string(),
            kind: entry.kind.as_str(),
            actor: event.actor,
            reason: entry.reason,
            returns_to: entry.returns_to.map(|to| to.to_string()),
            provider_version: entry.provider_version,
            evidence: entry.evidence,
        }
    }
}

/// What is live and what is being deployed at each place, and the history of all releases, page by page.
#[utoipa::path(
    get,
    path = "/releases",
    tag = "releases",
    params(
        ReleaseParams,
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the answer that is there already"),
    ),
    responses(
        (
            status = 200, description = "The ledger", body = ReleasesBody,
            headers(("ETag" = String, description = "Of everything in it but `at`")),
        ),
        (status = 304, description = "Nothing but the time has changed"),
        (status = 401, response = super::Unauthorized),
        (status = 403, response = super::Forbidden),
        (status = 422, response = super::Invalid),
        (status = 503, response = super::Unavailable),
    )
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    person: Person,
    headers: HeaderMap,
    Asked(params): Asked<ReleaseParams>,
) -> Result<Response, Problem> {
    let filter = params.filter()?;
    let page = releases::history(&app, &person.caller, &filter).await?;
    let now = releases::current(&app, &person.caller, &filter).await?;
    let ledger = LedgerBody {
        releases: now.into_iter().map(ReleaseBody::from).collect(),
        events: page.events.into_iter().map(ReleaseEventBody::from).collect(),
        next: page.next.and_then(|next| cursor::write(&next)),
    };
    let digest = Sha256::digest(serde_json::to_vec(&ledger).unwrap_or_default());
    let tag = format!(
        "\"{:016x}\"",
        u64::from_be_bytes(std::array::from_fn(|at| digest[at]))
    );
    let caching = [
        (header::ETAG, format!("W/{tag}")),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let body = ReleasesBody { at: page.at, ledger };
    Ok((caching, Json(body)).into_response())
}
