//! What was, in memory.

use chrono::{DateTime, Utc};
use integrity_core::Severity;
use serde_json::{Value, json};

use super::state::State;
use crate::{Alert, Error, PastOutcome, PastRun, Run, TrendDay, trend::LastDays};

impl State {
    pub(super) fn runs(&self, database: &str, before: Option<DateTime<Utc>>, limit: u32) -> Vec<PastRun> {
        let mut runs: Vec<PastRun> = self
            .last_runs(database)
            .into_iter()
            .filter(|(_, finished_at)| before.is_none_or(|before| *finished_at < before))
            .map(|(run, finished_at)| PastRun {
                run: run.clone(),
                finished_at: *finished_at,
            })
            .collect();
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        if let Some(last) = runs.get(wanted - 1).map(|run| run.finished_at) {
            // with those that finished at the very same instant
            runs.retain(|run| run.finished_at >= last);
        }
        runs
    }

    pub(super) fn outcomes(&self, database: &str, code: &str, limit: u32) -> Result<Vec<PastOutcome>, Error> {
        let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        self.last_runs(database)
            .into_iter()
            .take(count(PastOutcome::RUNS))
            .filter_map(|(run, finished_at)| PastOutcome::of(run, *finished_at, code).transpose())
            .take(count(limit))
            .collect()
    }

    /// The last one first.
    fn last_runs(&self, database: &str) -> Vec<&(Run, DateTime<Utc>)> {
        let mine = self.runs.iter().filter(|(run, _)| run.database == database);
        let mut runs: Vec<_> = mine.collect();
        runs.sort_by_key(|(_, finished_at)| std::cmp::Reverse(*finished_at));
        runs
    }

    /// Every alert as its events had made it by the end of each day, and today as it is.
    pub(super) fn trend(&self, database: &str, last: LastDays) -> Vec<TrendDay> {
        let alerts: Vec<&Alert> = self.of(database).collect();
        let ends = last.ends.into_iter().map(Some).chain([None]);
        last.dates
            .into_iter()
            .zip(ends)
            .map(|(date, end)| {
                let live: Vec<Severity> = alerts
                    .iter()
                    .filter_map(|alert| self.live_by(alert, end))
                    .collect();
                let count = |wanted| live.iter().filter(|severity| **severity == wanted).count() as u64;
                TrendDay {
                    date,
                    critical: count(Severity::Critical),
                    warn: count(Severity::Warn),
                    info: count(Severity::Info),
                }
            })
            .collect()
    }

    /// How bad the alert was then, or is now, where it was live.
    fn live_by(&self, alert: &Alert, end: Option<DateTime<Utc>>) -> Option<Severity> {
        let Some(end) = end else {
            return alert.is_live().then_some(alert.severity);
        };
        let events = self.events.get(&alert.id)?;
        let told = |key: &str| -> Option<&Value> {
            let before = events.iter().filter(|event| event.at < end);
            before
                .filter_map(|event| event.diff.get("set")?.get(key))
                .next_back()
        };
        let is_live = told("status")? != "RESOLVED";
        let severity = told("severity")?.as_str()?.parse().ok()?;
        is_live.then_some(severity)
    }
}
