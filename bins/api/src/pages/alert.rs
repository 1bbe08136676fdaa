//! `/governance/alerts/{id}`.

use std::sync::Arc;

use alerts_store::{AlertId, CHECK_FAILING, CHECK_SUSPECT, Error};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use uuid::Uuid;

use super::{
    page,
    visit::{Visit, trouble},
};
use crate::{
    app::App,
    screens::{self, AlertPage, Answer, Trouble},
};

/// One alert.
pub(super) async fn show(State(app): State<Arc<App>>, visit: Visit, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse() else {
        return trouble(&visit.frame, Trouble::Missing);
    };
    detail(&app, &visit, id, None, StatusCode::OK).await
}

/// One alert, with the answer to the last act.
pub(super) async fn detail(
    app: &App,
    visit: &Visit,
    id: AlertId,
    answer: Option<Answer>,
    status: StatusCode,
) -> Response {
    let caller = &visit.person.caller;
    let read = async {
        let (alert, events) = tokio::try_join!(app.store.get(caller, id), app.store.events(caller, id))?;
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
        Err(error) => return visit.trouble(&error),
    };
    let known = checks.into_iter().find(|known| known.info.code.as_str() == code);
    let own = app.check(&code);
    let shown = AlertPage {
        at,
        alert,
        events,
        title: known.map(|known| known.info.title),
        definition: own.map(integrity_core::Check::description),
        times,
        answer,
        request: Uuid::new_v4(),
    };
    page(status, screens::alert(&visit.frame, &shown))
}
