//! Reading the last audit.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use rls_audit::{Audit, rules::Level};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{app::App, audits, health::is_known, person::Person, problem::Problem};

/// Who can really do what in the watched database, when somebody last looked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditBody {
    /// When that was, by the database's clock.
    at: DateTime<Utc>,
    /// `fine`, `widened`, `findings` or `incomplete`; the last proves nothing, whatever else it says.
    outcome: &'static str,
    /// What `vigie audit rls --format json` prints: what was looked at, skipped and not known, findings, drift, access.
    #[schema(value_type = Object)]
    audit: Audit,
}

/// The last audit of who can do what.
#[utoipa::path(
    get,
    path = "/audit/rls",
    tag = "audit",
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of the audit that is there already")),
    responses(
        (
            status = 200, description = "The audit", body = AuditBody,
            headers(("ETag" = String, description = "Of this audit")),
        ),
        (status = 304, description = "It is the one that is there already"),
        (status = 401, response = super::Unauthorized),
        (status = 403, response = super::Forbidden),
        (status = 404, response = super::NotFound),
        (status = 503, response = super::Unavailable),
    )
)]
pub(super) async fn rls(
    State(app): State<Arc<App>>,
    person: Person,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(audit) = audits::latest(&app, &person.caller).await? else {
        return Err(Problem::nothing(
            "no audit was made yet; vigie-sync makes one where its configuration says audit.every",
        ));
    };
    let at = audit.looked.at;
    let tag = format!("\"{}\"", at.timestamp_micros());
    let caching = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let body = AuditBody {
        at,
        outcome: audit.outcome(Level::Error).as_str(),
        audit,
    };
    Ok((caching, Json(body)).into_response())
}
