use std::{fmt, sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, mpsc},
    task::JoinHandle,
    time::timeout,
};

use super::{
    collector::Collector,
    counters::{Counters, Tally},
    recorder::{Desk, Recorder},
};
use crate::{Observed, Source};

/// So many events may be on their way from requests.
const ARRIVING: usize = 4096;
/// So many batches may wait for the database.
const BATCHES: usize = 8;

/// What records. It works until it is told to finish, also where this handle is dropped.
pub struct Worker {
    tally: Arc<Tally>,
    ending: Arc<Notify>,
    collector: JoinHandle<()>,
    recorder: JoinHandle<()>,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}

impl Worker {
    /// Begins, on the present runtime, and gives where events are sent.
    pub(super) fn begin(
        desk: Box<dyn Desk>,
        source: Source,
        tally: Arc<Tally>,
    ) -> (Self, mpsc::Sender<Observed>) {
        let (sender, arriving) = mpsc::channel(ARRIVING);
        let (handing, batches) = mpsc::channel(BATCHES);
        let ending = Arc::new(Notify::new());
        let collector = Collector::new(Arc::clone(&tally), handing);
        let recorder = Recorder::new(desk, Arc::clone(&tally), source);
        let worker = Self {
            collector: tokio::spawn(collector.run(arriving, Arc::clone(&ending))),
            recorder: tokio::spawn(recorder.run(batches)),
            tally,
            ending,
        };
        (worker, sender)
    }

    /// How it stands.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.tally.counters()
    }

    /// Records what there is, within `patience`; what is left then is lost, and counted. For after the last request: of any
    /// later one, nothing is recorded.
    pub async fn finish(mut self, patience: Duration) -> Counters {
        self.ending.notify_one();
        let ended = async {
            // A panic of theirs leaves something waiting, which is counted below.
            let _ = (&mut self.collector).await;
            let _ = (&mut self.recorder).await;
        };
        if timeout(patience, ended).await.is_err() {
            self.collector.abort();
            self.recorder.abort();
            let _ = (&mut self.collector).await;
            let _ = (&mut self.recorder).await;
        }
        self.tally.dropped_all();
        self.tally.counters()
    }
}
