//! The screens' handlers: who asks, what the database says of it, and which page shows it.

mod access;
mod acts;
mod alert;
mod assets;
mod checks;
mod entrance;
mod integrity;
mod journal;
mod releases;
mod runbooks;
mod visit;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

pub(crate) use self::visit::{REQUEST, asked};
use crate::{
    app::App,
    screens::{ACCESS, INTEGRITY, JOURNAL, RELEASES},
};

/// The screens.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(async || Redirect::to(INTEGRITY)))
        .route(INTEGRITY, get(integrity::show))
        .route("/governance/alerts/{id}", get(alert::show))
        .route("/governance/alerts/{id}/{act}", post(acts::act))
        .route("/governance/checks", get(checks::list))
        .route("/governance/checks/{code}", get(checks::show))
        .route(ACCESS, get(access::show))
        .route(JOURNAL, get(journal::show))
        .route(RELEASES, get(releases::show))
        .route("/governance/checks/{code}/confirm", post(checks::confirm))
}

/// The way in and out.
pub(crate) fn entrance() -> Router<Arc<App>> {
    Router::new()
        .route("/sign-in", get(entrance::show).post(entrance::sign_in))
        .route("/sign-out", post(entrance::sign_out))
}

/// What pages need besides themselves.
pub(crate) fn assets() -> Router<Arc<App>> {
    Router::new().route("/assets/{name}", get(assets::asset))
}

/// A page. A template that cannot be rendered is our own fault, and told by the status alone.
fn page(status: StatusCode, rendered: Result<String, askama::Error>) -> Response {
    match rendered {
        Ok(html) => {
            let kind = HeaderValue::from_static("text/html; charset=utf-8");
            (status, [(header::CONTENT_TYPE, kind)], html).into_response()
        }
        Err(error) => {
            tracing::error!("a page cannot be rendered: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
