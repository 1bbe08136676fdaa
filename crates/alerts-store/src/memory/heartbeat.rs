//! Whether anybody still looks, in memory.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::state::State;
use crate::{CheckInfo, Heartbeat, LastSeen, Run, RunStatus};

impl State {
    /// Of a store that was made then.
    pub(super) fn last_seen(&self, database: &str, made_at: DateTime<Utc>, now: DateTime<Utc>) -> LastSeen {
        let mine = self.states.iter().filter(|((of, _), _)| of == database);
        LastSeen {
            at: now,
            run_at: self.run_at(database, now),
            age_seconds: self.age_seconds(database, made_at, now),
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
        let age_seconds = self.age_seconds(database, made_at, now);
        let silent_after = enabled.map(|info| 3 * u64::from(info.every_seconds)).min();
        Heartbeat {
            run_at: self.run_at(database, now),
            age_seconds,
            silent_after_seconds: silent_after,
            silent: silent_after.is_none_or(|after| age_seconds > Duration::from_secs(after).as_secs_f64()),
        }
    }

    /// As `vigie.sync_heartbeat()` says.
    fn age_seconds(&self, database: &str, made_at: DateTime<Utc>, now: DateTime<Utc>) -> f64 {
        let mine = self.states.iter().filter(|((of, _), _)| of == database);
        let complete = mine.filter_map(|(_, state)| state.complete_at);
        let last = self
            .run_at(database, now)
            .or(complete.filter(|at| is_news(*at, now)).max())
            .or(Some(made_at).filter(|at| is_news(*at, now)))
            // nobody knows: not lately
            .unwrap_or(DateTime::UNIX_EPOCH);
        (now - last).as_seconds_f64().max(0.0)
    }

    fn run_at(&self, database: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // One that evaluated nothing is silence too, and one of some checks only says nothing about the others.
        let counts = |run: &Run| {
            let is_narrowed = run.parameters.get("only").is_some();
            run.database == database && run.status != RunStatus::Failed && !is_narrowed
        };
        let mine = self.runs.iter().filter(|(run, _)| counts(run));
        mine.map(|(_, finished_at)| *finished_at)
            .filter(|finished_at| is_news(*finished_at, now))
            .max()
    }
}

/// What lies in the future, after the clock was set back, is no news.
fn is_news(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    at <= now + TimeDelta::minutes(1)
}
