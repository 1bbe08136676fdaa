use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use integrity_core::{Clock as _, SystemClock};
use pin_project_lite::pin_project;
use tokio::sync::mpsc;
use tower_layer::Layer;
use tower_service::Service;

use super::{
    asked::Asked,
    classify::observed,
    counters::{Counters, Tally},
    note::Noted,
    recorder::{Desk, JournalDesk},
    settings::Settings,
    worker::Worker,
};
use crate::{Observed, journal::AccessJournal};

/// Stands around the endpoints of a service, outside of whatever refuses requests, and tells the journal what was refused.
#[derive(Clone)]
pub struct AccessJournalLayer(Arc<Shared>);

/// What all requests share.
struct Shared {
    settings: Settings,
    tally: Arc<Tally>,
    sending: mpsc::Sender<Observed>,
}

impl fmt::Debug for AccessJournalLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessJournalLayer")
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}

impl AccessJournalLayer {
    /// The layer, and what records for it, on the present runtime.
    ///
    /// # Panics
    /// Outside of a runtime of tokio.
    #[must_use]
    pub fn new(journal: Arc<dyn AccessJournal>, settings: Settings) -> (Self, Worker) {
        let desk = JournalDesk::new(journal, settings.secret.clone());
        Self::over(Box::new(desk), settings)
    }

    pub(super) fn over(desk: Box<dyn Desk>, settings: Settings) -> (Self, Worker) {
        let tally = Arc::new(Tally::default());
        let (worker, sending) = Worker::begin(desk, settings.source, Arc::clone(&tally));
        let shared = Shared {
            settings,
            tally,
            sending,
        };
        (Self(Arc::new(shared)), worker)
    }

    /// How it stands.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.0.tally.counters()
    }
}

impl<S> Layer<S> for AccessJournalLayer {
    type Service = AccessJournalService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        AccessJournalService {
            inner,
            shared: Arc::clone(&self.0),
        }
    }
}

/// A service with the layer around it.
#[derive(Clone)]
pub struct AccessJournalService<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> fmt::Debug for AccessJournalService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessJournalService").finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for AccessJournalService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Watched<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let asked = Asked::of(&parts, &self.shared.settings);
        if let Some(asked) = &asked {
            self.shared.tally.saw();
            parts.extensions.insert(asked.note.clone());
        }
        Watched {
            answering: self.inner.call(Request::from_parts(parts, body)),
            asked,
            shared: Arc::clone(&self.shared),
        }
    }
}

pin_project! {
    /// A request that is being answered.
    pub struct Watched<F> {
        #[pin]
        answering: F,
        asked: Option<Asked>,
        shared: Arc<Shared>,
    }
}

impl<F> fmt::Debug for Watched<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}

impl<F, R, E> Future for Watched<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut answer = ready!(this.answering.poll(context));
        if let (Ok(response), Some(asked)) = (&mut answer, this.asked.take()) {
            // Nobody else is told.
            let said = response.extensions_mut().remove::<Noted>();
            this.shared.tell(asked, response.status(), said);
        }
        Poll::Ready(answer)
    }
}

impl Shared {
    /// Never waits: where there is no room, it is lost, and counted.
    fn tell(&self, asked: Asked, status: http::StatusCode, said: Option<Noted>) {
        let now = SystemClock.now();
        let Some(one) = observed(asked, status, said, self.settings.source, now) else {
            return;
        };
        self.tally.took();
        if self.sending.try_send(one).is_err() {
            self.tally.dropped(1);
        }
    }
}
