//! `/governance/checks`.

use std::sync::Arc;

use alerts_store::{Error, KnownCheck, PastOutcome};
use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Deserialize;

use super::{
    page, runbooks,
    visit::{Visit, trouble},
};
use crate::{
    app::App,
    screens::{self, CheckPage, ChecksPage, Confirmed, Trouble},
};

/// How many past evaluations the list shows of each check, and the page of one.
const FEW: u32 = 30;
const MANY: u32 = 100;

/// Every check.
pub(super) async fn list(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let caller = &visit.person.caller;
    let read = tokio::try_join!(
        app.store.checks(caller, &app.database),
        app.store.runs(caller, &app.database, None, FEW),
        app.store.last_seen(caller, &app.database)
    );
    let (checks, runs, seen) = match read {
        Ok(read) => read,
        Err(error) => return visit.trouble(&error),
    };
    let with_outcomes = |known: KnownCheck| {
        let outcomes = runs
            .iter()
            .filter_map(|run| run.outcome(known.info.code.as_str()).transpose());
        let outcomes = outcomes.collect::<Result<Vec<PastOutcome>, Error>>()?;
        Ok((known, outcomes))
    };
    let checks = match checks
        .into_iter()
        .map(with_outcomes)
        .collect::<Result<_, Error>>()
    {
        Ok(checks) => checks,
        Err(error) => return visit.trouble(&error),
    };
    let shown = ChecksPage { at: seen.at, checks };
    page(StatusCode::OK, screens::checks(&visit.frame, &shown))
}

/// One check.
pub(super) async fn show(State(app): State<Arc<App>>, visit: Visit, Path(code): Path<String>) -> Response {
    detail(&app, &visit, &code, None, StatusCode::OK).await
}

async fn detail(
    app: &App,
    visit: &Visit,
    code: &str,
    answer: Option<Confirmed>,
    status: StatusCode,
) -> Response {
    let caller = &visit.person.caller;
    let read = tokio::try_join!(
        app.store.checks(caller, &app.database),
        app.store.outcomes(caller, &app.database, code, MANY),
        app.store.times(caller, &app.database, Some(code.to_owned())),
        app.store.last_seen(caller, &app.database)
    );
    let (checks, outcomes, times, seen) = match read {
        Ok(read) => read,
        Err(error) => return visit.unread(&error, answer.is_some()),
    };
    let Some(check) = checks.into_iter().find(|known| known.info.code.as_str() == code) else {
        return trouble(&visit.frame, Trouble::Missing);
    };
    let own = app.check(code);
    let shown = CheckPage {
        at: seen.at,
        check,
        definition: own.map(integrity_core::Check::description),
        outcomes,
        times,
        runbook: own
            .and_then(|check| check.runbook())
            .and_then(|reference| runbooks::section(reference, visit.frame.language)),
        answer,
    };
    page(status, screens::check(&visit.frame, &shown))
}

/// What the form says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConfirmForm {
    csrf: String,
    comment: String,
}

/// Says that what makes a check suspect is true.
pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(code): Path<String>,
    headers: HeaderMap,
    Form(form): Form<ConfirmForm>,
) -> Response {
    if !visit.person.sent(&app, &headers, &form.csrf) {
        return trouble(&visit.frame, Trouble::Forbidden);
    }
    let comment = form.comment;
    let confirmed = app
        .store
        .confirm(&visit.person.caller, &app.database, &code, comment.trim())
        .await;
    let (answer, status) = match confirmed {
        Ok(_) => (Confirmed::Done, StatusCode::OK),
        Err(Error::NothingToConfirm { .. }) => (Confirmed::Nothing, StatusCode::CONFLICT),
        Err(Error::Forbidden { .. }) => (Confirmed::Forbidden, StatusCode::FORBIDDEN),
        Err(Error::Invalid { reason, .. }) => (
            Confirmed::Invalid { reason, comment },
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        Err(Error::Unavailable(_)) => (Confirmed::Unknown { comment }, StatusCode::SERVICE_UNAVAILABLE),
        Err(error) => return visit.trouble(&error),
    };
    detail(&app, &visit, &code, Some(answer), status).await
}
