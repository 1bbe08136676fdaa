//! All alerts of a filter, for a spreadsheet: page by page, so that memory does not grow with them.

use std::sync::Arc;

use alerts_store::AlertFilter;
use axum::{http::StatusCode, response::Response};
use integrity_core::Caller;

use crate::{app::App, problem::Problem};

pub(super) async fn csv(_app: &Arc<App>, _caller: Caller, _filter: AlertFilter) -> Result<Response, Problem> {
    Err(Problem::of(StatusCode::NOT_ACCEPTABLE, "not yet"))
}
