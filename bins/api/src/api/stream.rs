//! `GET /alerts/stream`: says that something changed, and nothing else. Whoever hears it asks again.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{StreamExt as _, stream};

use crate::{app::App, person::Person, problem::Problem};

/// How long somebody follows before they show again who they are.
const LASTING: Duration = Duration::from_mins(5);
/// How long a browser waits before it comes back.
const RETRY: Duration = Duration::from_secs(1);
/// How often a silent stream says that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Asks the proxies that know it (nginx) to pass each event on at once.
const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// Server-sent events: `change` where alerts or runs have changed, `resync` where something may have been missed. Each has
/// an `id`; a client that comes back with the last one hears at once whether it missed anything, and one without hears
/// `resync` at once. A comment every 15 s says that the stream is alive. It ends after five minutes, so that whoever follows shows
/// again who they are; browsers come back by themselves.
#[utoipa::path(
    get,
    path = "/alerts/stream",
    tag = "alerts",
    params(("Last-Event-ID" = Option<String>, Header, description = "The last event that was heard")),
    responses(
        (status = 200, description = "Events", body = String, content_type = "text/event-stream"),
        (status = 401, response = super::Unauthorized),
        (status = 403, response = super::Forbidden),
        (status = 503, response = super::Unavailable),
    )
)]
pub(super) async fn stream(
    State(app): State<Arc<App>>,
    person: Person,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    // That anything happens at all is for members only.
    person.must_have_role(&app).await?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let follower = app.changes.follow(last);
    let follower = follower.ok_or_else(|| Problem::unavailable("too many follow; ask again later"))?;
    let ending = app.draining.clone();
    let events = stream::unfold(follower, async |mut follower| {
        let (name, news) = follower.next().await?;
        let kind = if news.missed { "resync" } else { "change" };
        // Browsers drop an event that carries no data.
        let event = Event::default().event(kind).id(name).data(kind).retry(RETRY);
        Some((Ok::<_, Infallible>(event), follower))
    })
    .take_until(async move {
        // Whichever comes first.
        let _ = tokio::time::timeout(LASTING, ending.cancelled()).await;
    });
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    Ok(([UNBUFFERED], events))
}
