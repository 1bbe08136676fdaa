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
    /// How long ago the last of these was lost.
    pub last_dropped: Option<Duration>,
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
    /// Since when what is being recorded waits, and when something was lost last.
    times: Mutex<Times>,
}

#[derive(Debug, Default)]
struct Times {
    oldest: Option<Instant>,
    last_dropped: Option<Instant>,
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
        if requests > 0 {
            self.waiting.fetch_sub(requests, Ordering::Relaxed);
            self.dropped.fetch_add(requests, Ordering::Relaxed);
            self.times().last_dropped = Some(Instant::now());
        }
    }

    /// Whatever still waits is lost.
    pub(super) fn dropped_all(&self) {
        self.dropped(self.waiting.load(Ordering::Relaxed));
        self.recording(None);
    }

    /// Since when that waits which is being recorded now.
    pub(super) fn recording(&self, since: Option<Instant>) {
        self.times().oldest = since;
    }

    pub(super) fn counters(&self) -> Counters {
        let times = self.times();
        let ago = |at: Option<Instant>| at.map(|at| at.elapsed());
        let of = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Counters {
            seen: of(&self.seen),
            recorded: of(&self.recorded),
            merged: of(&self.merged),
            dropped: of(&self.dropped),
            waiting: of(&self.waiting),
            last_dropped: ago(times.last_dropped),
            lag: ago(times.oldest).unwrap_or_default(),
        }
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
