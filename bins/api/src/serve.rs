//! Serving, and ending in order: first not ready, then no new connection, then nothing that is still going on.

use std::time::Duration;

use tokio::net::TcpListener;
use wiring::{signals::Signals, stop::Stop};

use crate::{metrics, router, start::Service};

/// How long what was asked may take to be answered, once it is asked to end.
const GRACE: Duration = Duration::from_secs(8);
/// How long it says that it is not ready before it takes no more connections, so that whoever sends it requests hears of it.
const NOTICE: Duration = Duration::from_millis(500);

/// Serves until SIGTERM or Ctrl-C; the second ends at once.
pub(crate) async fn until_asked(service: Service) -> Result<(), Stop> {
    let mut signals = Signals::listen()?;
    let listener = listen("api.listen", service.listen).await?;
    let ops = listen("ops.listen", service.ops).await?;
    let draining = service.app.draining.clone();
    tracing::info!(
        release = %service.app.standing.release,
        listen = %listener.local_addr().unwrap_or(service.listen),
        ops = %ops.local_addr().unwrap_or(service.ops),
        "vigie-api begins"
    );
    let numbers = metrics::Numbers::new(&service.app.standing);
    tokio::spawn(metrics::serve(ops, numbers.clone()));
    let router = router::router(&service, numbers);
    let closing = draining.clone();
    let serving = axum::serve(
        listener,
        router.into_make_service_with_connect_info::<std::net::SocketAddr>(),
    )
    .with_graceful_shutdown(async move {
        closing.cancelled().await;
        tokio::time::sleep(NOTICE).await;
    });
    let serving = tokio::spawn(serving.into_future());
    signals.next().await;
    tracing::info!("asked to end: answering what was asked, within {GRACE:?}");
    draining.cancel();
    tokio::select! {
        ended = tokio::time::timeout(NOTICE + GRACE, serving) => {
            if ended.is_err() {
                tracing::warn!("some requests were not answered in time");
            }
        }
        () = signals.next() => std::process::exit(130),
    }
    Ok(())
}

async fn listen(key: &str, address: std::net::SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Stop::usage(format!("{key}: cannot listen on {address}: {error}")))
}
