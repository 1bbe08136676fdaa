//! `/governance/alerts/{id}`.

use std::sync::Arc;

use alerts_store::{AlertEvent, AlertId, CHECK_FAILING, CHECK_SUSPECT, Error};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::extract::Query;
use integrity_core::Caller;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    page,
    visit::{Visit, trouble},
};
use crate::{
    app::App,
    screens::{self, AlertPage, Answer, Trouble},
};

/// How many events the page tells at once.
const EVENTS: u32 = 100;

/// Which events.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Before the one of this number.
    before: Option<u32>,
}

/// One alert.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let Ok(id) = id.parse() else {
        return trouble(&visit.frame, Trouble::Missing);
    };
    detail(&app, &visit, id, asked.before, None, StatusCode::OK).await
}

/// The last events of an alert, or the last before the one of that number.
pub(super) async fn last_events(
    app: &App,
    caller: &Caller,
    id: AlertId,
    before: Option<u32>,
) -> Result<Vec<AlertEvent>, Error> {
    app.store.last_events(caller, id, before, EVENTS).await
}

/// One alert, with the answer to the last act.
pub(super) async fn detail(
    app: &App,
    visit: &Visit,
    id: AlertId,
    before: Option<u32>,
    answer: Option<Answer>,
    status: StatusCode,
) -> Response {
    let caller = &visit.person.caller;
    let read = async {
        let (alert, events) =
            tokio::try_join!(app.store.get(caller, id), last_events(app, caller, id, before))?;
        // What an alert about a check is about is that check.
        let code = match alert.check_code.as_str() {
            CHECK_FAILING | CHECK_SUSPECT => alert.entity_id.clone(),
            code => code.to_owned(),
        };
        let (checks, times, seen) = tokio::try_join!(
            app.store.checks(caller, &app.database),
            app.store
                .times(caller, &app.database, Some(alert.check_code.clone())),
            app.store.last_seen(caller, &app.database)
        )?;
        Ok::<_, Error>((alert, events, code, checks, times, seen.at))
    };
    let (alert, events, code, checks, times, at) = match read.await {
        Ok(read) => read,
        Err(error) => return visit.unread(&error, answer.is_some()),
    };
    let known = checks.into_iter().find(|known| known.info.code.as_str() == code);
    let own = app.check(&code);
    let shown = AlertPage {
        at,
        alert,
        events,
        before,
        title: known.map(|known| known.info.title),
        definition: own.map(integrity_core::Check::description),
        times,
        answer,
        request: Uuid::new_v4(),
    };
    page(status, screens::alert(&visit.frame, &shown))
}
