//! Every endpoint, and what stands around all of them.

use std::{mem, sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest as _, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::sync::Semaphore;
use tower::util::option_layer;
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{
    access_layer, api,
    app::App,
    health, identity,
    metrics::Numbers,
    pages,
    problem::Problem,
    screens::{self, Trouble},
    start::{PATIENCE, Service},
};

/// The largest body, in bytes.
const LARGEST: usize = 64 * 1024;
/// How long a body may take to arrive.
const ARRIVING: Duration = Duration::from_secs(5);
/// So many sign in or out at once.
const ENTERING: usize = 16;

/// What a browser may do with our pages: nothing that is not ours, and no script in a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The endpoints of this service.
pub(crate) fn router(service: &Service, numbers: Numbers) -> Router {
    let app = Arc::clone(&service.app);
    let work = Arc::new(Semaphore::new(service.concurrency));
    // Whoever looks after the service gets an answer also when everybody else has to wait.
    let worked_on = api::router()
        .layer(cors(&service.cors))
        .merge(pages::router())
        .layer(middleware::from_fn_with_state(work, one_of_so_many));
    // Who signs in waits for somebody else's service, and keeps nobody waiting who has.
    let entering = Arc::new(Semaphore::new(ENTERING));
    let entrance = pages::entrance().layer(middleware::from_fn_with_state(entering, one_of_so_many));
    let count = move |request: Request, next: Next| numbers.clone().count(request, next);
    Router::new()
        .merge(worked_on)
        .merge(entrance)
        .merge(pages::assets())
        .merge(health::router())
        .route("/api/openapi.json", get(openapi))
        .fallback(async || StatusCode::NOT_FOUND)
        .method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED)
        .layer(middleware::from_fn(in_time))
        .layer(middleware::from_fn(arrived))
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(CatchPanicLayer::custom(|_| {
            tracing::error!("a request was given up: a panic");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }))
        .layer(middleware::from_fn_with_state(
            app.identity.mode,
            identity::asked_by_own_name,
        ))
        // Around whatever refuses; inside of what gives a request its name.
        .layer(option_layer(app.accesses.clone()))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), dressed))
        .layer(middleware::from_fn(count))
        .with_state(app)
}

async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], api::description())
}

/// Scripts of these origins may call the API with a token; none unless configured. Cookies are never for them.
fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    if origins.is_empty() {
        return CorsLayer::new();
    }
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static(access_layer::CLIENT),
        ])
        .expose_headers([
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("x-app-release"),
            HeaderName::from_static("idempotency-replayed"),
        ])
        .max_age(Duration::from_mins(10))
}

/// More than can be worked on at once is sent away, not kept waiting.
async fn one_of_so_many(State(work): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    match work.try_acquire() {
        Ok(_permit) => next.run(request).await,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// A request is worked on once it is here whole: who sends slowly holds nothing that others need.
async fn arrived(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let whole = Bytes::from_request(Request::from_parts(head.clone(), body), &());
    match tokio::time::timeout(ARRIVING, whole).await {
        Ok(Ok(body)) => next.run(Request::from_parts(head, body.into())).await,
        Ok(Err(rejection)) => rejection.into_response(),
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

/// Marks an answer to what was given up in the middle: nobody knows what came of it.
#[derive(Debug, Clone, Copy)]
struct GivenUp;

async fn in_time(request: Request, next: Next) -> Response {
    tokio::time::timeout(PATIENCE, next.run(request))
        .await
        .unwrap_or_else(|_| (Extension(GivenUp), StatusCode::SERVICE_UNAVAILABLE).into_response())
}

/// A name for each request, the headers of every answer, and words where a layer has only said a status.
async fn dressed(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let name = Uuid::new_v4();
    let text = |text: &str| HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    request
        .headers_mut()
        .insert(pages::REQUEST, text(&name.to_string()));
    let path = request.uri().path().to_owned();
    let is_program = ["/api/", "/health", "/livez", "/readyz", "/version"]
        .iter()
        .any(|start| path.starts_with(start));
    let frame = (!is_program).then(|| pages::asked(&app, request.method(), request.headers(), request.uri()));
    let span = tracing::info_span!("request", %name);
    let mut response = next.run(request).instrument(span).await;
    let status = response.status();
    let is_said = response.headers().contains_key(header::CONTENT_TYPE) && !is_plain(&response);
    if (status.is_client_error() || status.is_server_error()) && !is_said {
        let mut bare = mem::take(response.headers_mut());
        bare.remove(header::CONTENT_TYPE);
        bare.remove(header::CONTENT_LENGTH);
        let given_up = response.extensions().get::<GivenUp>().is_some();
        response = said(status, given_up, frame.as_ref());
        response.headers_mut().extend(bare);
    }
    let headers = response.headers_mut();
    for (key, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(HeaderName::from_static(key), HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if app
        .origin
        .as_deref()
        .is_some_and(|origin| origin.starts_with("https://"))
    {
        let lasting = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, lasting);
    }
    headers.insert(pages::REQUEST, text(&name.to_string()));
    headers.insert(
        HeaderName::from_static("x-app-release"),
        text(&app.standing.release.to_string()),
    );
    if app.draining.is_cancelled() {
        // Whoever sends more finds another door.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// What an extractor or a layer says by itself.
fn is_plain(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

fn said(status: StatusCode, given_up: bool, frame: Option<&screens::Frame>) -> Response {
    let Some(frame) = frame else {
        return match status {
            StatusCode::NOT_FOUND => Problem::not_found(),
            StatusCode::SERVICE_UNAVAILABLE if given_up => Problem::unavailable(
                "not answered in time; an act may be done or not: the same Idempotency-Key does it once",
            ),
            StatusCode::SERVICE_UNAVAILABLE => {
                Problem::unavailable("too much at once; try again in a moment")
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                Problem::of(status, "this is not done that way; see /api/openapi.json")
            }
            status => Problem::of(status, status.canonical_reason().unwrap_or("not done")),
        }
        .into_response();
    };
    let trouble = trouble_of(status, given_up, frame.renews);
    let html = screens::trouble(frame, trouble).unwrap_or_default();
    let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

fn trouble_of(status: StatusCode, given_up: bool, renews: bool) -> Trouble {
    match status {
        StatusCode::NOT_FOUND => Trouble::Missing,
        StatusCode::FORBIDDEN => Trouble::Forbidden,
        StatusCode::CONFLICT => Trouble::Conflict,
        StatusCode::PAYLOAD_TOO_LARGE => Trouble::TooLarge,
        StatusCode::TOO_MANY_REQUESTS => Trouble::TooMany,
        // What may not be asked for again by itself may have done something.
        StatusCode::SERVICE_UNAVAILABLE if given_up && !renews => Trouble::Unanswered,
        StatusCode::SERVICE_UNAVAILABLE => Trouble::Busy,
        status if status.is_client_error() => Trouble::Malformed,
        _ => Trouble::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_that_was_given_up_is_not_called_undone() {
        let said = |given_up, renews| trouble_of(StatusCode::SERVICE_UNAVAILABLE, given_up, renews);
        assert_eq!(said(true, false), Trouble::Unanswered);
        assert_eq!(said(true, true), Trouble::Busy);
        assert_eq!(
            said(false, false),
            Trouble::Busy,
            "sent away before anything was done"
        );
    }
}
