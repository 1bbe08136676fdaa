use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use integrity_core::Caller;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use super::{
    collector::{Batch, requests},
    counters::Tally,
};
use crate::{
    AccessEvent, Observed, Source,
    journal::{AccessJournal, Error, Heartbeat},
    privacy::{AccessKey, KeyRing},
};

/// How often the journal hears of the service, whether or not anything happened.
const BEAT: Duration = Duration::from_mins(1);
/// How long the journal may take for an answer.
const ANSWER: Duration = Duration::from_secs(10);
/// So often a batch is tried; then its rows are lost.
const TRIES: u32 = 6;
/// How long it waits after the first try; after each next one, twice as long.
const PAUSE: Duration = Duration::from_millis(250);

/// Where rows are brought: what a layer needs of a journal.
#[async_trait]
pub(super) trait Desk: Send + Sync {
    /// Records rows, all of them or none. What makes them the same keeps rows that were recorded before, though nobody
    /// heard of it, from being recorded twice.
    async fn record(&self, rows: &[Observed]) -> Result<(), Error>;

    /// Says that a source is heard.
    async fn beat(&self, heartbeat: &Heartbeat) -> Result<(), Error>;
}

/// A journal's, where pseudonyms are made.
pub(super) struct JournalDesk {
    journal: Arc<dyn AccessJournal>,
    ring: KeyRing,
}

impl JournalDesk {
    pub(super) fn new(journal: Arc<dyn AccessJournal>, secret: Option<AccessKey>) -> Self {
        Self {
            ring: KeyRing::new(Arc::clone(&journal), secret),
            journal,
        }
    }
}

#[async_trait]
impl Desk for JournalDesk {
    async fn record(&self, rows: &[Observed]) -> Result<(), Error> {
        let mut events: Vec<AccessEvent> = Vec::with_capacity(rows.len());
        for row in rows {
            events.push(self.ring.conceal(&Caller::Service, row.clone()).await?);
        }
        self.journal.record(&Caller::Service, &events).await?;
        Ok(())
    }

    async fn beat(&self, heartbeat: &Heartbeat) -> Result<(), Error> {
        self.journal.beat(&Caller::Service, heartbeat).await
    }
}

/// Writes batches down, one after the other, and says that the service is heard.
pub(super) struct Recorder {
    desk: Box<dyn Desk>,
    tally: Arc<Tally>,
    source: Source,
    /// What the journal was told of: requests, and those that were lost.
    told: (u64, u64),
}

impl Recorder {
    pub(super) fn new(desk: Box<dyn Desk>, tally: Arc<Tally>, source: Source) -> Self {
        Self {
            desk,
            tally,
            source,
            told: (0, 0),
        }
    }

    /// Until nobody sends any more.
    pub(super) async fn run(mut self, mut batches: mpsc::Receiver<Batch>) {
        let mut minute = interval(BEAT);
        minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                batch = batches.recv() => match batch {
                    Some(batch) => {
                        self.tally.recording(Some(batch.since));
                        self.keep(batch.rows).await;
                        self.tally.recording(None);
                    }
                    None => break,
                },
                _ = minute.tick() => {}
            }
            self.beat().await;
        }
        self.beat().await;
    }

    /// Records rows; what cannot be recorded is counted as lost.
    async fn keep(&self, rows: Vec<Observed>) {
        match self.patiently(&rows).await {
            Ok(()) => {}
            Err(Error::Unavailable(_) | Error::Forbidden { .. } | Error::OtherSecret { .. }) => {
                self.tally.dropped(requests(&rows));
            }
            // One of them is not as the journal wants it; the others are not lost for it.
            Err(_) => {
                for row in rows.chunks(1) {
                    if self.patiently(row).await.is_err() {
                        self.tally.dropped(requests(row));
                    }
                }
            }
        }
    }

    /// Tries again while the journal cannot be reached.
    async fn patiently(&self, rows: &[Observed]) -> Result<(), Error> {
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            match self.once(rows).await {
                Err(Error::Unavailable(_)) => sleep(pause).await,
                other => return other,
            }
            pause *= 2;
        }
        self.once(rows).await
    }

    async fn once(&self, rows: &[Observed]) -> Result<(), Error> {
        timeout(ANSWER, self.desk.record(rows))
            .await
            .unwrap_or_else(|_| Err(Error::Unavailable("no answer in time".into())))?;
        self.tally.recorded(requests(rows), rows.len() as u64);
        Ok(())
    }

    /// Says that it is heard. What the journal does not hear now, it hears the next time.
    async fn beat(&mut self) {
        let counters = self.tally.counters();
        let heartbeat = Heartbeat {
            seen: counters.seen - self.told.0,
            dropped: counters.dropped - self.told.1,
            ..Heartbeat::of(self.source)
        };
        let heard = timeout(ANSWER, self.desk.beat(&heartbeat)).await;
        if matches!(heard, Ok(Ok(()))) {
            self.told = (counters.seen, counters.dropped);
        }
    }
}
