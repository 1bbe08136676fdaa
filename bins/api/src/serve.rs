//! Serving, and ending in order: first not ready, then no new connection, then nothing that is still going on.

use std::{sync::Arc, time::Duration};

use access_journal::layer::Worker;
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
    let is_asked = tokio::select! {
        () = signals.next() => true,
        _ = besides.join_next() => false,
        _ = &mut serving => false,
    };
    if !is_asked {
        return Err(broken(service.recorder).await);
    }
    tracing::info!("asked to end: answering what was asked, within {GRACE:?}");
    app.draining.cancel();
    let until = Instant::now() + NOTICE + GRACE;
    let ending = async {
        if tokio::time::timeout_at(until, serving).await.is_err() {
            tracing::warn!("some requests were not answered in time");
        }
        // Nobody asks any more: what was refused until now is all that there is to record.
        let left = until.saturating_duration_since(Instant::now());
        finish(service.recorder, left.clamp(RECORDING.0, RECORDING.1)).await;
    };
    tokio::select! {
        () = ending => {}
        () = signals.next() => std::process::exit(130),
    }
    Ok(())
}

/// Records what there is to record, and says what is lost.
async fn finish(recorder: Option<Worker>, patience: Duration) {
    let Some(recorder) = recorder else {
        return;
    };
    let counters = recorder.finish(patience).await;
    if counters.dropped > 0 {
        tracing::warn!(
            dropped = counters.dropped,
            "the journal of accesses has not got everything"
        );
    }
}

/// What was refused until then is recorded all the same.
async fn broken(recorder: Option<Worker>) -> Stop {
    finish(recorder, RECORDING.0).await;
    let what = "a part of the service ended by itself, and half a service is none; start it again";
    Stop::new(Exit::Incomplete, "internal", what)
}

async fn listen(key: &str, address: std::net::SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Stop::usage(format!("{key}: cannot listen on {address}: {error}")))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use access_journal::{
        Source,
        journal::MemoryAccessJournal,
        layer::{AccessJournalLayer, Settings},
    };
    use axum::http::{Request, Response, StatusCode};
    use integrity_core::SystemClock;
    use tower::{Layer as _, ServiceExt as _, service_fn};

    use super::*;

    #[tokio::test]
    async fn what_waits_is_recorded_also_when_the_service_breaks() {
        let journal = Arc::new(MemoryAccessJournal::new(Arc::new(SystemClock)));
        let settings = Settings::new(Source::Api, |_| None, |_| None);
        let (layer, recorder) = AccessJournalLayer::new(journal.clone(), settings);
        let refusing = service_fn(async |_: Request<()>| {
            let mut answer = Response::new(());
            *answer.status_mut() = StatusCode::FORBIDDEN;
            Ok::<_, Infallible>(answer)
        });
        let Ok(_) = layer.layer(refusing).oneshot(Request::new(())).await;
        assert_eq!(journal.events().len(), 0, "it waits for its batch");
        let stop = broken(Some(recorder)).await;
        assert_eq!(stop.exit(), Exit::Incomplete);
        assert_eq!(journal.events().len(), 1);
    }
}
