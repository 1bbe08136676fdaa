//! `/governance/integrity`.

use std::sync::Arc;

use alerts_store::{AlertId, Error};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use uuid::Uuid;

use super::{
    page,
    visit::{Visit, trouble},
};
use crate::{
    api::{self, params::ListParams},
    app::App,
    screens::{self, Answer, IntegrityPage, Trouble},
};

/// The list.
pub(super) async fn show(State(app): State<Arc<App>>, visit: Visit, RawQuery(query): RawQuery) -> Response {
    list(
        &app,
        &visit,
        query.as_deref().unwrap_or_default(),
        None,
        StatusCode::OK,
    )
    .await
}

/// The list that this query asks for, with the answer to the last act.
pub(super) async fn list(
    app: &App,
    visit: &Visit,
    query: &str,
    answer: Option<Answer>,
    status: StatusCode,
) -> Response {
    let Some((params, resolving)) = asked(query) else {
        return trouble(&visit.frame, Trouble::Malformed);
    };
    let Ok(filter) = params.filter(&app.database) else {
        return trouble(&visit.frame, Trouble::Malformed);
    };
    let caller = &visit.person.caller;
    let read = async {
        let (listed, summary) = tokio::try_join!(
            app.store.list(caller, &filter),
            app.store.summary(caller, &app.database)
        )?;
        // Where only the picture cannot be had, all else is shown.
        let (checks, trend) = tokio::join!(
            app.store.checks(caller, &app.database),
            app.trends.days(app, caller)
        );
        Ok::<_, Error>((listed, summary, checks?, trend))
    };
    let (listed, summary, checks, trend) = match read.await {
        Ok(read) => read,
        Err(error) => return visit.unread(&error, answer.is_some()),
    };
    let shown = IntegrityPage {
        summary,
        next: listed.next.as_ref().and_then(api::write_cursor),
        cursor: params.cursor,
        alerts: listed.alerts,
        filter,
        checks,
        trend: trend.to_vec(),
        resolving,
        answer,
        request: Uuid::new_v4(),
    };
    page(status, screens::integrity(&visit.frame, &shown))
}

/// What the query says, and whose form is open.
fn asked(query: &str) -> Option<(ListParams, Option<AlertId>)> {
    let is_open = |pair: &&str| pair.starts_with("resolve=");
    let open = query
        .split('&')
        .find(is_open)
        .and_then(|pair| pair.split_once('='));
    let rest: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !is_open(pair))
        .collect();
    let params = serde_html_form::from_str(&rest.join("&")).ok()?;
    Some((params, open.and_then(|(_, id)| id.parse().ok())))
}
