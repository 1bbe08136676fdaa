//! Into the journal: events, and that their sources are heard.

use std::{sync::Arc, time::Duration};

use access_journal::{
    Observed, Source,
    ingest::Tally,
    journal::{AccessJournal, Error, Heartbeat, Recorded},
    privacy::{AccessKey, KeyRing},
};
use chrono::TimeDelta;
use integrity_core::{Caller, Clock as _, SystemClock};
use tokio::time::Instant;
use wiring::{session::refused, stop::Stop};

/// Within which the newest line has to lie for its source to be heard: whoever reads old logs has not heard it.
const RECENT: TimeDelta = TimeDelta::hours(1);
/// How often the journal hears of a source at most, while its pipe is open.
const BEAT: Duration = Duration::from_secs(10);

pub(super) struct Recording {
    journal: Arc<dyn AccessJournal>,
    ring: KeyRing,
    /// Whose log it is.
    source: Source,
    pub(super) recorded: Recorded,
    /// Events that the journal did not take.
    pub(super) refused: u64,
    /// What the journal was told of each source.
    told: Vec<Heartbeat>,
    beat_at: Option<Instant>,
}

impl Recording {
    pub(super) fn new(journal: Arc<dyn AccessJournal>, secret: Option<AccessKey>, source: Source) -> Self {
        Self {
            ring: KeyRing::new(Arc::clone(&journal), secret),
            journal,
            source,
            recorded: Recorded::default(),
            refused: 0,
            told: Vec::new(),
            beat_at: None,
        }
    }

    /// Whether the source whose log it is was heard.
    pub(super) fn is_heard(&self) -> bool {
        self.told.iter().any(|told| told.source == self.source)
    }

    /// Records all of them, but for those that the journal does not take.
    pub(super) async fn record(&mut self, observed: &mut Vec<Observed>) -> Result<(), Stop> {
        let mut events = Vec::with_capacity(observed.len());
        for observed in observed.drain(..) {
            match self.ring.conceal(&Caller::Service, observed).await {
                Ok(event) => events.push(event),
                Err(Error::Invalid { .. }) => self.refused += 1,
                Err(error) => return Err(refused(&Caller::Service)(error)),
            }
        }
        while !events.is_empty() {
            let error = match self.journal.record(&Caller::Service, &events).await {
                Ok(recorded) => {
                    self.recorded.added += recorded.added;
                    self.recorded.known += recorded.known;
                    return Ok(());
                }
                Err(error) => error,
            };
            // Those that are not taken must not keep the others out.
            let out = error.refused_events();
            let before = events.len();
            let mut at = 0..;
            events.retain(|_| at.next().is_none_or(|at| !out.contains(&at)));
            let left_out = before - events.len();
            self.refused += left_out as u64;
            match error {
                Error::Invalid { field, reason } if left_out == 0 => {
                    return Err(Stop::usage(format!("{field}: {reason}")));
                }
                Error::Invalid { .. } => {}
                error => return Err(refused(&Caller::Service)(error)),
            }
        }
        Ok(())
    }

    /// The same as [`Self::beat`], where something was read since, and the journal has not heard of it for a while: soon after
    /// it was read, so that the time at which the journal hears it is that of reading.
    pub(super) async fn beat_now_and_then(&mut self, tally: &Tally) -> Result<(), Stop> {
        if self.beat_at.is_some_and(|at| at.elapsed() < BEAT) {
            return Ok(());
        }
        self.beat(tally).await
    }

    /// Says that what wrote lately and was read since is heard. A pipe that is open and says nothing is not.
    pub(super) async fn beat(&mut self, tally: &Tally) -> Result<(), Stop> {
        let oldest = SystemClock.now() - RECENT;
        let own = (self.source, tally.own_lines(), tally.newest);
        let others = tally.others.iter();
        let all = others.map(|other| (other.source, other.lines, Some(other.newest)));
        for (source, seen, newest) in [own].into_iter().chain(all) {
            let is_recent = newest.is_some_and(|newest| newest > oldest);
            let is_own = source == self.source;
            let now = Heartbeat {
                source,
                seen,
                bad: if is_own { tally.bad } else { 0 },
                dropped: if is_own { self.refused } else { 0 },
            };
            let at = self.told.iter().position(|told| told.source == source);
            let before = at.and_then(|at| self.told.get(at));
            if !is_recent || before == Some(&now) {
                continue;
            }
            let since = |of: fn(&Heartbeat) -> u64| of(&now) - before.map_or(0, of);
            let heartbeat = Heartbeat {
                source,
                seen: since(|told| told.seen),
                bad: since(|told| told.bad),
                dropped: since(|told| told.dropped),
            };
            let beaten = self.journal.beat(&Caller::Service, &heartbeat).await;
            beaten.map_err(refused(&Caller::Service))?;
            self.told.retain(|told| told.source != source);
            self.told.push(now);
            self.beat_at = Some(Instant::now());
        }
        Ok(())
    }
}
