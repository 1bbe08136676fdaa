//! Serving, and ending in order: first not ready, then no new connection, then nothing that is still going on.

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinSet, time::Instant};
use wiring::{
    signals::Signals,
    stop::{Exit, Stop},
};

use crate::{
    access_layer::Counted,
    health,
    listener::{self, LIMITS},
    metrics, router,
    start::{PATIENCE, Service},
};

/// How long what was asked may take to be answered, once it is asked to end: as long as ever.
const GRACE: Duration = PATIENCE;
/// How long the journal of accesses may take at the end, at least and at most.
const RECORDING: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(5));
/// How long it says that it is not ready before it takes no more connections, so that whoever sends it requests hears of it.
const NOTICE: Duration = Duration::from_millis(500);

/// Serves until SIGTERM or Ctrl-C; the second ends at once.
///
/// # Errors
/// When it cannot begin, or when a part of it ends without being asked: half a service is none.
pub(crate) async fn until_asked(service: Service) -> Result<(), Stop> {
    let mut signals = Signals::listen()?;
    let listener = listen("api.listen", service.listen).await?;
    let ops = listen("ops.listen", service.ops).await?;
    let app = Arc::clone(&service.app);
    tracing::info!(
        release = %app.standing.release,
        listen = %listener.local_addr().unwrap_or(service.listen),
        ops = %ops.local_addr().unwrap_or(service.ops),
        "vigie-api begins"
    );
    let numbers = metrics::Numbers::new(&app.standing, app.accesses.clone().map(Counted));
    let router = router::router(&service, numbers.clone());
    let mut besides = JoinSet::new();
    // A door of their own for those who look after it: it opens also where the other one has no place left.
    let watched = health::probes()
        .with_state(Arc::clone(&app))
        .merge(metrics::router(numbers));
    besides.spawn(async move {
        // It ends only with the listener, which nobody closes.
        let _ = axum::serve(ops, watched).await;
    });
    match service.hearing {
        Some(pool) => besides.spawn(Arc::clone(&app.changes).hear(pool)),
        None => besides.spawn(Arc::clone(&app.changes).guess()),
    };
    let closing = app.draining.clone();
    let closed = async move {
        closing.cancelled().await;
        tokio::time::sleep(NOTICE).await;
    };
    let mut serving = tokio::spawn(listener::serve(listener, router, LIMITS, closed));
    tokio::select! {
        () = signals.next() => {}
        _ = besides.join_next() => return Err(broken()),
        _ = &mut serving => return Err(broken()),
    }
    tracing::info!("asked to end: answering what was asked, within {GRACE:?}");
    app.draining.cancel();
    let until = Instant::now() + NOTICE + GRACE;
    let ending = async {
        if tokio::time::timeout_at(until, serving).await.is_err() {
            tracing::warn!("some requests were not answered in time");
        }
        let Some(recorder) = service.recorder else {
            return;
        };
        // Nobody asks any more: what was refused until now is all that there is to record.
        let left = until.saturating_duration_since(Instant::now());
        let counters = recorder.finish(left.clamp(RECORDING.0, RECORDING.1)).await;
        if counters.dropped > 0 {
            tracing::warn!(
                dropped = counters.dropped,
                "the journal of accesses has not got everything"
            );
        }
    };
    tokio::select! {
        () = ending => {}
        () = signals.next() => std::process::exit(130),
    }
    Ok(())
}

fn broken() -> Stop {
    let what = "a part of the service ended by itself, and half a service is none; start it again";
    Stop::new(Exit::Incomplete, "internal", what)
}

async fn listen(key: &str, address: std::net::SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Stop::usage(format!("{key}: cannot listen on {address}: {error}")))
}
