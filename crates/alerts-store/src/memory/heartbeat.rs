//! Whether anybody still looks, in memory.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::state::State;
use crate::{CheckInfo, Heartbeat, LastSeen};

impl State {
    pub(super) fn last_seen(&self, database: &str, now: DateTime<Utc>) -> LastSeen {
        let mine = self.states.iter().filter(|((of, _), _)| of == database);
        LastSeen {
            at: now,
            run_at: self.run_at(database, now),
            seen: mine
                .map(|((_, code), state)| (code.clone(), state.seen_at))
                .collect(),
        }
    }

    /// Of a store that was made then.
    pub(super) fn heartbeat<'a>(
        &self,
        database: &str,
        enabled: impl Iterator<Item = &'a CheckInfo>,
        made_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Heartbeat {
        let run_at = self.run_at(database, now);
        let sightings = self.last_seen(database, now).seen.into_values();
        let last = run_at
            .or(sightings.filter(|seen| is_news(*seen, now)).max())
            .unwrap_or(made_at);
        let age_seconds = (now - last).as_seconds_f64().max(0.0);
        let silent_after = enabled.map(|info| 3 * u64::from(info.every_seconds)).min();
        Heartbeat {
            run_at,
            age_seconds,
            silent_after_seconds: silent_after,
            silent: silent_after.is_none_or(|after| age_seconds > Duration::from_secs(after).as_secs_f64()),
        }
    }

    fn run_at(&self, database: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mine = self.runs.iter().filter(|(run, _)| run.database == database);
        mine.map(|(_, finished_at)| *finished_at)
            .filter(|finished_at| is_news(*finished_at, now))
            .max()
    }
}

/// What lies in the future, after the clock was set back, is no news.
fn is_news(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    at <= now + TimeDelta::minutes(1)
}
