use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// What became of the requests since the service began. What was worth recording is recorded, dropped or waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// So many requests were looked at.
    pub seen: u64,
    /// So many of them stand in the journal.
    pub recorded: u64,
    /// So many of the recorded have no row of their own: repeats within seconds share one.
    pub merged: u64,
    /// So many are lost: there was no room for them, or no database.
    pub dropped: u64,
    /// So many are still to be recorded.
    pub waiting: u64,
    /// How long what is being recorded has waited for it.
    pub lag: Duration,
}

/// The same as it is counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    seen: AtomicU64,
    recorded: AtomicU64,
    merged: AtomicU64,
    dropped: AtomicU64,
    waiting: AtomicU64,
    oldest: Mutex<Option<Instant>>,
}

impl Tally {
    pub(super) fn saw(&self) {
        self.seen.fetch_add(1, Ordering::Relaxed);
    }

    /// Something is to be recorded.
    pub(super) fn took(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    /// So many of those that waited share so many rows.
    pub(super) fn recorded(&self, requests: u64, rows: u64) {
        self.waiting.fetch_sub(requests, Ordering::Relaxed);
        self.merged
            .fetch_add(requests.saturating_sub(rows), Ordering::Relaxed);
        self.recorded.fetch_add(requests, Ordering::Relaxed);
    }

    /// So many of those that waited are lost.
    pub(super) fn dropped(&self, requests: u64) {
        self.waiting.fetch_sub(requests, Ordering::Relaxed);
        self.dropped.fetch_add(requests, Ordering::Relaxed);
    }

    /// Whatever still waits is lost.
    pub(super) fn dropped_all(&self) {
        let waiting = self.waiting.swap(0, Ordering::Relaxed);
        self.dropped.fetch_add(waiting, Ordering::Relaxed);
        self.recording(None);
    }

    /// Since when that waits which is being recorded now.
    pub(super) fn recording(&self, since: Option<Instant>) {
        *self.oldest() = since;
    }

    pub(super) fn counters(&self) -> Counters {
        let of = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Counters {
            seen: of(&self.seen),
            recorded: of(&self.recorded),
            merged: of(&self.merged),
            dropped: of(&self.dropped),
            waiting: of(&self.waiting),
            lag: self.oldest().map(|since| since.elapsed()).unwrap_or_default(),
        }
    }

    fn oldest(&self) -> MutexGuard<'_, Option<Instant>> {
        self.oldest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
