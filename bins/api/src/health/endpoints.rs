//! The endpoints.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Map, Value, json};

use super::{
    Verdict,
    verdict::{Item, items, unready, worst},
};
use crate::{app::App, person::Person, problem::Problem};

/// For whoever starts it, stops it and sends it requests.
pub(crate) fn probes() -> Router<Arc<App>> {
    Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
}

/// For everybody.
pub(crate) fn router() -> Router<Arc<App>> {
    probes()
        .route("/health", get(health))
        .route("/health/details", get(details))
        .route("/version", get(version))
}

/// The process, and nothing else.
async fn livez() -> impl IntoResponse {
    uncached(StatusCode::OK, json!({ "status": "alive" }))
}

async fn readyz(State(app): State<Arc<App>>) -> Response {
    let why = if app.draining.is_cancelled() {
        Some("draining")
    } else {
        unready(&*app.health.look().await)
    };
    match why {
        None => uncached(StatusCode::OK, json!({ "status": "ready" })).into_response(),
        Some(why) => {
            let body = json!({ "status": "not ready", "reason": why });
            let mut response = uncached(StatusCode::SERVICE_UNAVAILABLE, body).into_response();
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            response
        }
    }
}

/// For anybody: no host, no user, no text from inside.
async fn health(State(app): State<Arc<App>>) -> Response {
    let verdict = worst(&items(&*app.health.look().await));
    answer(&app, verdict, None)
}

/// For members.
async fn details(State(app): State<Arc<App>>, person: Person) -> Result<Response, Problem> {
    let seen = app.health.look().await;
    // Who a person is is asked of the database; where that does not answer, nobody is told any detail.
    person.must_have_role(&app).await?;
    let items = items(&seen);
    Ok(answer(&app, worst(&items), Some(&items)))
}

fn answer(app: &App, verdict: Verdict, items: Option<&[Item]>) -> Response {
    let release = app.standing.release.to_string();
    let mut body = json!({
        "status": verdict.as_str(),
        "keyword": verdict.keyword(),
        "serviceId": app.standing.build.package,
        "releaseId": release,
        "environment": app.standing.env.to_string(),
        "time": time(),
    });
    if let Some(items) = items {
        body["checks"] = Value::Object(items.iter().map(item).collect::<Map<_, _>>());
    }
    let status = match verdict {
        Verdict::Pass | Verdict::Warn => StatusCode::OK,
        Verdict::Fail => StatusCode::SERVICE_UNAVAILABLE,
    };
    let mut response = uncached(status, body).into_response();
    let kind = HeaderValue::from_static("application/health+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn item(item: &Item) -> (String, Value) {
    let mut fields = json!({ "status": item.verdict.as_str() });
    if let Some((value, unit)) = &item.observed {
        fields["observedValue"] = value.clone();
        fields["observedUnit"] = json!(unit);
    }
    if let Some(trouble) = item.trouble {
        fields["output"] = json!(trouble);
    }
    (item.name.to_owned(), json!([fields]))
}

/// When this was said, by this machine's clock: for whoever reads it, and stored nowhere.
fn time() -> String {
    let now = integrity_core::Clock::now(&integrity_core::SystemClock);
    now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// This program's own manifest.
async fn version(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let tag = format!("\"{}\"", app.standing.release);
    let caching = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    if is_known(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    // The newest migration that this program knows, and no other.
    let newest = wiring::session::newest_migration();
    (caching, Json(app.standing.manifest(&(newest..=newest)))).into_response()
}

/// Whether whoever asks has what is of this tag.
pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    known.is_some_and(|known| {
        known
            .split(',')
            .any(|one| one.trim().trim_start_matches("W/") == tag)
    })
}

fn uncached(status: StatusCode, body: Value) -> impl IntoResponse {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body))
}
