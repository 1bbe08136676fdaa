//! `/governance/releases`.

use std::sync::Arc;

use alerts_store::Error;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use integrity_core::Caller;
use release_info::ledger::ReleaseFilter;

use super::{page, visit::Visit};
use crate::{
    app::App,
    releases,
    screens::{self, PlaceSeen, ReleasesPage},
};

/// So many events are shown.
const EVENTS: u32 = 20;
/// So many places are shown; of each is asked when rollbacks were last rehearsed there.
const PLACES: usize = 6;

/// What is live where, whether that is proved, and how it came about.
pub(super) async fn show(State(app): State<Arc<App>>, visit: Visit, RawQuery(query): RawQuery) -> Response {
    let before = before(query.as_deref().unwrap_or_default());
    match read(&app, &visit.person.caller, before).await {
        Ok(shown) => page(StatusCode::OK, screens::releases(&visit.frame, &shown)),
        Err(error) => visit.trouble(&error),
    }
}

async fn read(app: &App, caller: &Caller, before: Option<i64>) -> Result<ReleasesPage, Error> {
    let filter = ReleaseFilter {
        after: before,
        limit: EVENTS,
        ..ReleaseFilter::default()
    };
    let history = releases::history(app, caller, &filter).await?;
    let mut places = screens::by_place(releases::current(app, caller, &filter).await?);
    let all = places.len();
    places.truncate(PLACES);
    let mut seen = Vec::new();
    for (place, releases) in places {
        let drills = releases::drills(app, caller, &place).await?;
        seen.push(PlaceSeen {
            place,
            releases,
            drills,
        });
    }
    Ok(ReleasesPage {
        at: history.at,
        drill_every: app.drill_every,
        more_places: all - seen.len(),
        places: seen,
        events: history.events,
        next: history.next,
        before,
    })
}

/// Only what was recorded before this event; what is no number is none.
fn before(query: &str) -> Option<i64> {
    let mut pairs = query.split('&').filter_map(|pair| pair.strip_prefix("before="));
    pairs.next().and_then(|before| before.parse().ok())
}
