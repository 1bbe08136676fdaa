//! Into the journal: events, and that their sources are heard.

use std::{sync::Arc, time::Duration};

use access_journal::{
    Observed, Source,
    ingest::Tally,
    journal::{AccessJournal, Blind, Error, Heartbeat, Recorded},
    privacy::{AccessKey, KeyRing, Pseudonym},
};
use chrono::{DateTime, TimeDelta, Utc};
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
    /// What of it does not show.
    blind: Option<Blind>,
    pub(super) recorded: Recorded,
    /// Events that the journal did not take.
    pub(super) refused: u64,
    /// What the journal was told of each source.
    told: Vec<Heartbeat>,
    beat_at: Option<Instant>,
}

impl Recording {
    pub(super) fn new(
        journal: Arc<dyn AccessJournal>,
        secret: Option<AccessKey>,
        source: Source,
        blind: Option<Blind>,
    ) -> Self {
        Self {
            ring: KeyRing::new(Arc::clone(&journal), secret),
            journal,
            source,
            blind,
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
    ///
    /// Of a text that has a name everything is told, and the journal counts what is new of it; of one that has none, what is
    /// new since it was told last.
    pub(super) async fn beat(&mut self, tally: &Tally) -> Result<(), Stop> {
        let now = SystemClock.now();
        let stream = self.stream(tally, now).await?;
        for (all, newest) in self.heard(tally, stream) {
            let at = self.told.iter().position(|told| told.source == all.source);
            let before = at.and_then(|at| self.told.get(at));
            let is_recent = newest.is_some_and(|newest| newest > now - RECENT);
            if !is_recent || before == Some(&all) {
                continue;
            }
            let heartbeat = match before {
                Some(before) if stream.is_none() => since(&all, before),
                _ => all.clone(),
            };
            let beaten = self.journal.beat(&Caller::Service, &heartbeat).await;
            beaten.map_err(refused(&Caller::Service))?;
            self.told.retain(|told| told.source != all.source);
            self.told.push(all);
            self.beat_at = Some(Instant::now());
        }
        Ok(())
    }

    /// What there is to tell of each source that stands in the text, and when it wrote last.
    fn heard(&self, tally: &Tally, stream: Option<Pseudonym>) -> Vec<(Heartbeat, Option<DateTime<Utc>>)> {
        let own = Heartbeat {
            stream,
            seen: tally.own_lines(),
            bad: tally.bad,
            dropped: self.refused,
            unjudged: tally.unjudged,
            blind: self.blind,
            ..Heartbeat::of(self.source)
        };
        let others = tally.others.iter().map(|other| {
            let heartbeat = Heartbeat {
                stream,
                seen: other.lines,
                ..Heartbeat::of(other.source)
            };
            (heartbeat, Some(other.newest))
        });
        [(own, tally.newest)].into_iter().chain(others).collect()
    }

    /// By what the journal knows the text, so that reading it again counts what is new only. A text that has no name is
    /// another one each time.
    async fn stream(&self, tally: &Tally, now: DateTime<Utc>) -> Result<Option<Pseudonym>, Stop> {
        let Some(stream) = &tally.stream else {
            return Ok(None);
        };
        let name = async |at| {
            let name = self.ring.stream(&Caller::Service, stream, at).await;
            name.map_err(refused(&Caller::Service))
        };
        match name(tally.first.unwrap_or(now)).await? {
            // Its first line is no longer kept.
            None => name(now).await,
            name => Ok(name),
        }
    }
}

/// What was seen between the two.
fn since(now: &Heartbeat, before: &Heartbeat) -> Heartbeat {
    Heartbeat {
        seen: now.seen - before.seen,
        bad: now.bad - before.bad,
        dropped: now.dropped - before.dropped,
        unjudged: now.unjudged - before.unjudged,
        ..now.clone()
    }
}
