//! Whether anybody still looks, in memory.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::state::State;
use crate::{CheckInfo, Heartbeat, LastSeen, Run, RunStatus};

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
        let mine = self.states.iter().filter(|((of, _), _)| of == database);
        let complete = mine.filter_map(|(_, state)| state.complete_at);
        let last = run_at
            .or(complete.filter(|at| is_news(*at, now)).max())
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
        // One that evaluated nothing is silence too.
        let counts = |run: &Run| run.database == database && run.status != RunStatus::Failed;
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
