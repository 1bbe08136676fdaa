//! What the server says about who waits for what, looked at again and again.
//!
//! Refused: `log_lock_waits`, which tells nothing of waits that are no locks: for the disk, for a processor.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use super::session::Session;
use crate::{bench::stand::Stand, failure::Failure};

/// The role of tables.sql.
pub(super) const ROLE: &str = "bench_watcher";

/// Between two looks: shorter than the shortest wait that counts, long enough to be no burden.
const PAUSE: Duration = Duration::from_millis(5);

/// What was seen, and how often.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) looks: usize,
    pub(super) waits: BTreeMap<String, usize>,
}

impl Seen {
    fn add(&mut self, printed: &str) {
        self.looks += 1;
        for wait in printed.lines() {
            *self.waits.entry(wait.to_owned()).or_default() += 1;
        }
    }

    /// How often the person was seen to wait for what somebody else held.
    pub(super) fn locks(&self) -> usize {
        let locks = self
            .waits
            .iter()
            .filter(|(wait, _)| wait.starts_with("vigie_api waits for Lock "));
        locks.map(|(_, times)| times).sum()
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.looks += other.looks;
        for (wait, times) in other.waits {
            *self.waits.entry(wait).or_default() += times;
        }
    }
}

/// Looks until somebody says that it is enough.
pub(super) fn watch(stand: &Stand, database: &str, enough: &AtomicBool) -> Result<Seen, Failure> {
    let mut session = Session::open(&mut stand.psql(database, ROLE))?;
    let mut seen = Seen::default();
    while !enough.load(Ordering::Relaxed) {
        seen.add(&session.ask(include_str!("waits.sql"))?);
        thread::sleep(PAUSE);
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_counted() {
        let mut seen = Seen::default();
        seen.add("vigie_api waits for Lock x of b\nb waits for Lock y of vigie_api\n");
        seen.add("");
        let mut more = Seen::default();
        more.add("vigie_api waits for Lock x of b\nvigie_api: IO WALSync\n");
        seen.merge(more);
        assert_eq!((seen.looks, seen.locks()), (3, 2));
        assert_eq!(seen.waits.into_values().collect::<Vec<_>>(), [1, 2, 1]);
    }
}
