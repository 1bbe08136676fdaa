use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, MissedTickBehavior, interval_at},
};
use uuid::Uuid;

use super::{counters::Tally, merge::Table};
use crate::Observed;

/// So many are recorded at once.
pub(super) const BATCH: usize = 200;
/// What is fewer waits for so long at most.
pub(super) const EVERY: Duration = Duration::from_secs(1);
/// So many kinds of events are merged at once.
const KINDS: usize = 4096;
/// So many rows wait for their batch at most, while all batches wait for the database.
const ROWS: usize = 2000;

/// Rows to be recorded together.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) rows: Vec<Observed>,
    /// Since when the first of them waits.
    pub(super) since: Instant,
}

impl Batch {
    /// Of so many requests.
    pub(super) fn requests(&self) -> u64 {
        requests(&self.rows)
    }
}

pub(super) fn requests(rows: &[Observed]) -> u64 {
    rows.iter().map(|row| u64::from(row.count)).sum()
}

/// Merges repeats and makes batches; never waits for the database, but at the end.
pub(super) struct Collector {
    tally: Arc<Tally>,
    table: Table,
    ready: Vec<Observed>,
    since: Instant,
    batches: mpsc::Sender<Batch>,
    /// By it and a number, each row has a name that no other has.
    run: Uuid,
    last: u64,
}

impl Collector {
    pub(super) fn new(tally: Arc<Tally>, batches: mpsc::Sender<Batch>) -> Self {
        Self {
            tally,
            table: Table::of(KINDS),
            ready: Vec::new(),
            since: Instant::now(),
            batches,
            run: Uuid::new_v4(),
            last: 0,
        }
    }

    /// Until it is asked to end, or nobody can send any more. Then everything that came is in a batch.
    pub(super) async fn run(mut self, mut arriving: mpsc::Receiver<Observed>, ending: Arc<Notify>) {
        let mut tick = interval_at(Instant::now() + EVERY, EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = ending.notified() => break,
                one = arriving.recv() => match one {
                    Some(one) => self.take(one),
                    None => break,
                },
                _ = tick.tick() => {
                    for repeats in self.table.ended(Instant::now()) {
                        self.keep(repeats);
                    }
                    self.hand_over();
                }
            }
        }
        arriving.close();
        while let Some(one) = arriving.recv().await {
            self.take(one);
        }
        for repeats in self.table.all() {
            self.keep(repeats);
        }
        while let Some(batch) = self.batch() {
            let requests = batch.requests();
            if self.batches.send(batch).await.is_err() {
                self.tally.dropped(requests);
            }
        }
    }

    fn take(&mut self, one: Observed) {
        if let Some(one) = self.table.take(one, Instant::now()) {
            self.keep(one);
        }
        if self.ready.len() >= BATCH {
            self.hand_over();
        }
    }

    /// Keeps a row for the next batch, where there is room.
    fn keep(&mut self, mut row: Observed) {
        if self.ready.len() >= ROWS {
            return self.tally.dropped(row.count.into());
        }
        self.last += 1;
        row.dedup_key = format!("{}:{}", self.run.simple(), self.last);
        if self.ready.is_empty() {
            self.since = Instant::now();
        }
        self.ready.push(row);
    }

    /// As many batches as there is room for.
    fn hand_over(&mut self) {
        while !self.ready.is_empty() {
            let batches = self.batches.clone();
            let Ok(room) = batches.try_reserve() else {
                return;
            };
            if let Some(batch) = self.batch() {
                room.send(batch);
            }
        }
    }

    fn batch(&mut self) -> Option<Batch> {
        let rows: Vec<_> = self.ready.drain(..self.ready.len().min(BATCH)).collect();
        let since = self.since;
        (!rows.is_empty()).then_some(Batch { rows, since })
    }
}
