//! `GET /alerts/stream`: says that something changed, and nothing else. Whoever hears it asks again.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt as _, stream};

use crate::{app::App, person::Person, problem::Problem};

/// How often a silent stream says that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Server-sent events: `change` where alerts or runs have changed, `resync` where something may have been missed. Each has
/// an `id`; a client that comes back with `Last-Event-ID` hears at once of what it missed. A comment every 15 s says that
/// the stream is alive.
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
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>> + use<>>, Problem> {
    // That anything happens at all is for members only.
    person.must_have_role(&app).await?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let heard = last.map(|last| last.parse().unwrap_or_default());
    let ending = app.draining.clone();
    let events = stream::unfold(app.changes.follow(heard), async |mut follower| {
        let news = follower.next().await?;
        let kind = if news.missed { "resync" } else { "change" };
        // Browsers drop an event that carries no data.
        let event = Event::default()
            .event(kind)
            .id(news.number.to_string())
            .data(kind);
        Some((Ok(event), follower))
    })
    .take_until(async move { ending.cancelled().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}
