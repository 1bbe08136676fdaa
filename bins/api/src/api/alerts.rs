//! Reading alerts.

use std::sync::Arc;

use alerts_store::AlertId;
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::{
    bodies::{AlertBody, EventBody, PageBody, SummaryBody},
    cursor, export,
    json::Named,
    params::{Asked, EventParams, ListParams, rows},
};
use crate::{app::App, person::Person, problem::Problem};

/// Alerts: the most severe first, then those past due, then the oldest.
///
/// With `Accept: text/csv` all of them, for a spreadsheet: `limit` and `cursor` do not count then, and after 100,000 rows
/// a last line says that it was cut.
#[utoipa::path(
    get,
    path = "/alerts",
    tag = "alerts",
    params(ListParams),
    responses(
        (status = 200, description = "A page", content(
            (PageBody = "application/json"),
            (String = "text/csv"),
        )),
        (status = 400, response = super::Malformed),
        (status = 401, response = super::Unauthorized),
        (status = 403, response = super::Forbidden),
        (status = 422, response = super::Invalid),
        (status = 503, response = super::Unavailable),
    )
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    person: Person,
    headers: HeaderMap,
    Asked(params): Asked<ListParams>,
) -> Result<Response, Problem> {
    let filter = params.filter(&app.database)?;
    if wants_csv(&headers) {
        return export::csv(&app, person.caller, filter).await;
    }
    let page = app.store.list(&person.caller, &filter).await?;
    Ok(Json(PageBody {
        at: page.at,
        next: page.next.as_ref().and_then(cursor::write),
        alerts: page.alerts.into_iter().map(AlertBody::from).collect(),
    })
    .into_response())
}

/// Whether a table is asked for. A weight of zero says what is not wanted (RFC 9110, 12.4.2).
fn wants_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.unwrap_or_default().split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_csv = parts
            .next()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("text/csv"));
        let is_unwanted = |part: &str| {
            let (key, weight) = part.split_once('=').unwrap_or_default();
            key.eq_ignore_ascii_case("q") && weight.parse() == Ok(0.0)
        };
        is_csv && !parts.any(is_unwanted)
    })
}

/// The numbers at a glance, counted by the database.
#[utoipa::path(
    get,
    path = "/alerts/summary",
    tag = "alerts",
    responses(
        (status = 200, description = "The numbers", body = SummaryBody),
        (status = 401, response = super::Unauthorized),
        (status = 403, response = super::Forbidden),
        (status = 503, response = super::Unavailable),
    )
)]
pub(super) async fn summary(
    State(app): State<Arc<App>>,
    person: Person,
) -> Result<Json<SummaryBody>, Problem> {
    let summary = app.store.summary(&person.caller, &app.database).await?;
    Ok(Json(summary.into()))
}

/// One alert.
#[utoipa::path(
    get,
    path = "/alerts/{id}",
    tag = "alerts",
    params(("id" = Uuid, Path, description = "Which alert")),
    responses(
        (status = 200, description = "The alert", body = AlertBody),
        (status = 401, response = super::Unauthorized),
        (status = 403, response = super::Forbidden),
        (status = 404, response = super::NotFound),
        (status = 503, response = super::Unavailable),
    )
)]
pub(super) async fn find(
    State(app): State<Arc<App>>,
    person: Person,
    Named(id): Named<Uuid>,
) -> Result<Json<AlertBody>, Problem> {
    let alert = app.store.get(&person.caller, AlertId(id)).await?;
    Ok(Json(alert.into()))
}

/// What happened to an alert, the last event first.
///
/// Events are numbered from 1 without a gap: what comes before the last of a page is asked for with its `seq` as `before`.
#[utoipa::path(
    get,
    path = "/alerts/{id}/events",
    tag = "alerts",
    params(("id" = Uuid, Path, description = "Which alert"), EventParams),
    responses(
        (status = 200, description = "Its events", body = Vec<EventBody>),
        (status = 401, response = super::Unauthorized),
        (status = 403, response = super::Forbidden),
        (status = 404, response = super::NotFound),
        (status = 422, response = super::Invalid),
        (status = 503, response = super::Unavailable),
    )
)]
pub(super) async fn events(
    State(app): State<Arc<App>>,
    person: Person,
    Named(id): Named<Uuid>,
    Asked(params): Asked<EventParams>,
) -> Result<Json<Vec<EventBody>>, Problem> {
    let (caller, id) = (&person.caller, AlertId(id));
    let limit = rows(params.limit)?;
    let events = app.store.last_events(caller, id, params.before, limit).await?;
    if events.is_empty() {
        // Nothing before the first event, unless there is no such alert.
        app.store.get(caller, id).await?;
    }
    Ok(Json(events.into_iter().map(EventBody::from).collect()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_table_is_for_those_who_ask_for_one() {
        let wants = |accept| {
            wants_csv(&HeaderMap::from_iter([(
                header::ACCEPT,
                HeaderValue::from_static(accept),
            )]))
        };
        for table in [
            "text/csv",
            "application/json, Text/CSV;q=0.1",
            "text/csv; header=present; q=1",
        ] {
            assert!(wants(table), "{table}");
        }
        for other in [
            "",
            "*/*",
            "application/json, text/csv;q=0",
            "text/csv; Q=0.000",
            "text/csvx",
            "a=text/csv",
        ] {
            assert!(!wants(other), "{other}");
        }
    }
}
