//! All alerts of a filter, for a spreadsheet: page by page, so that memory does not grow with them.

use std::sync::Arc;

use alerts_store::AlertFilter;
use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::{Stream, stream};
use integrity_core::Caller;
use wiring::export;

use super::params::MOST;
use crate::{app::App, problem::Problem};

/// The rows of the first page are read before anything is answered, so that a refusal is an answer of its own. What goes
/// wrong later ends the body in the middle, which no program takes for a whole one.
pub(super) async fn csv(app: &Arc<App>, caller: Caller, filter: AlertFilter) -> Result<Response, Problem> {
    let filter = AlertFilter {
        after: None,
        limit: MOST,
        ..filter
    };
    let first = app.store.list(&caller, &filter).await?;
    let rows = rows(Arc::clone(app), caller, filter, first);
    let mut response = Response::new(Body::from_stream(rows));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, kind);
    let name = HeaderValue::from_static("attachment; filename=\"vigie-alerts.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}
