//! Where operations look at the service: `/livez`, `/readyz`, `/metrics`. Nobody is asked who he is, nothing is changed.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use tokio::net::TcpListener;
use wiring::stop::Stop;

use crate::{board::Board, metrics};

/// Listens, before anything else is begun: a service that cannot be looked at does not run.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Stop::usage(format!("ops.listen: cannot listen on {address}: {error}")))
}

/// Answers until the program ends.
pub(crate) async fn serve(listener: TcpListener, board: Arc<Board>, database: String) {
    // It ends only with the listener, which nobody closes.
    let _ = axum::serve(listener, router(board, &database)).await;
}

fn router(board: Arc<Board>, database: &str) -> Router {
    let registry = Arc::new(metrics::registry(&board, database));
    Router::new()
        .route("/livez", get(async || Json(json!({ "status": "alive" }))))
        .route("/readyz", get(readyz).with_state(board))
        .route(
            "/metrics",
            get(async move || match metrics::text(&registry) {
                Ok(text) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }),
        )
}

/// Whether it does its work, and else why not.
async fn readyz(State(board): State<Arc<Board>>) -> Response {
    let now = board.snapshot();
    let (code, status) = if now.reasons.is_empty() {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    };
    let body = json!({
        "status": status,
        "reasons": now.reasons,
        "last_run_age_seconds": now.last_run_age.map(|age| age.as_secs_f64()),
        "silent_after_seconds": board.silent_after.map(|limit| limit.as_secs_f64()),
        "holds_lease": now.holds_lease,
    });
    let uncached = [(header::CACHE_CONTROL, "no-store")];
    (code, uncached, Json(body)).into_response()
}
