//! A service of axum that tells the journal what it refuses. With PostgreSQL, `PgAccessJournal` takes the place of the journal
//! in memory.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use access_journal::{
    EventKind, Source,
    client::Proxies,
    integrity_core::SystemClock,
    journal::MemoryAccessJournal,
    layer::{AccessJournalLayer, Noted, Settings},
};
use axum::{
    Extension, Router,
    extract::{ConnectInfo, MatchedPath},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};

/// What only the service knows goes with the answer; the account is kept as a pseudonym.
async fn sign_in(email: String) -> impl IntoResponse {
    let noted = Noted::event(EventKind::AuthnLoginFail).account(email);
    (StatusCode::UNAUTHORIZED, Extension(noted))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::new(
        Source::App,
        |parts| Some(parts.extensions.get::<MatchedPath>()?.as_str().to_owned()),
        |parts| Some(parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip()),
    )
    .behind(Proxies::new(&["10.0.0.0/8".to_owned()])?)
    .exempt("/health");
    let journal = Arc::new(MemoryAccessJournal::new(Arc::new(SystemClock)));
    let (layer, worker) = AccessJournalLayer::new(journal.clone(), settings);

    let service = Router::new()
        .route("/contracts/{id}", get(async || StatusCode::FORBIDDEN))
        .route("/sign-in", post(sign_in))
        .layer(layer);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    let ended = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(
        listener,
        service.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(ended)
    .await?;

    // After the last request: what waits is recorded, within five seconds.
    let counters = worker.finish(Duration::from_secs(5)).await;
    println!("{counters:?}");
    for event in journal.events() {
        println!("{}", serde_json::to_string(&event)?);
    }
    Ok(())
}
