//! When a check's turn has come.
//!
//! A check is due when it was not seen in the slot that is now ([`is_turn`]), so that checks of the same `every` share a
//! snapshot. Refused: a timer per check, counted from its last run.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use alerts_store::LastSeen;
use chrono::{DateTime, Utc};
use integrity_core::CheckCode;
use wiring::{
    audit::is_rule,
    chosen::Chosen,
    run::{is_turn, until_next_turn},
};

/// What could not be applied is tried again after so long, even if its own turn is later.
const RETRY: Duration = Duration::from_mins(1);

/// How often each enabled check has its turn.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    every: BTreeMap<CheckCode, Duration>,
}

/// When checks were last tried, by the database's clock. It matters only where trying did not lead to being seen.
pub(crate) type Tried = HashMap<CheckCode, DateTime<Utc>>;

impl Schedule {
    pub(crate) fn of(chosen: &Chosen) -> Self {
        let enabled = chosen
            .known
            .iter()
            .filter(|check| check.enabled && !is_rule(check));
        Self {
            every: enabled
                .map(|check| {
                    (
                        check.code.clone(),
                        Duration::from_secs(check.every_seconds.into()),
                    )
                })
                .collect(),
        }
    }

    /// Of every enabled check.
    pub(crate) fn shortest(&self) -> Option<Duration> {
        self.every.values().min().copied()
    }

    /// The checks whose turn it is.
    pub(crate) fn due(&self, seen: &LastSeen, tried: &Tried) -> BTreeSet<CheckCode> {
        let is_due = |(code, every): &(&CheckCode, &Duration)| {
            let differs = |last: &DateTime<Utc>, every| is_turn(*last, seen.at, every);
            seen.seen.get(*code).is_none_or(|last| differs(last, **every))
                && tried
                    .get(*code)
                    .is_none_or(|last| differs(last, (**every).min(RETRY)))
        };
        let due = self.every.iter().filter(is_due);
        due.map(|(code, _)| code.clone()).collect()
    }

    /// How long until the next slot of any check begins.
    pub(crate) fn next(&self, now: DateTime<Utc>) -> Option<Duration> {
        self.every
            .values()
            .map(|every| until_next_turn(now, (*every).min(RETRY)))
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: Duration = Duration::from_mins(5);

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-11-30T{text}Z").parse().expect("an instant")
    }

    fn code() -> CheckCode {
        "STOCK_NEGATIF".parse().expect("a code")
    }

    fn schedule(every: Duration) -> Schedule {
        Schedule {
            every: BTreeMap::from([(code(), every)]),
        }
    }

    fn is_due(every: Duration, seen: Option<&str>, tried: Option<&str>, now: &str) -> bool {
        let seen = LastSeen {
            at: at(now),
            run_at: None,
            age_seconds: 0.0,
            seen: seen.map(|seen| (code(), at(seen))).into_iter().collect(),
        };
        let tried: Tried = tried.map(|tried| (code(), at(tried))).into_iter().collect();
        !schedule(every).due(&seen, &tried).is_empty()
    }

    #[test]
    fn a_check_is_due_once_in_each_slot() {
        assert!(is_due(FIVE, None, None, "12:00:00"), "never seen");
        assert!(!is_due(FIVE, Some("12:00:00.1"), None, "12:04:59.9"));
        assert!(is_due(FIVE, Some("12:00:00.1"), None, "12:05:00"));
        assert!(
            is_due(FIVE, Some("12:04:59"), None, "12:05:00"),
            "seen late in its slot"
        );
        assert!(!is_due(
            Duration::from_hours(24),
            Some("00:00:01"),
            None,
            "23:59:59"
        ));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_check_wait_for_the_old_time() {
        assert!(is_due(FIVE, Some("18:00:00"), None, "12:00:00"));
    }

    #[test]
    fn what_was_tried_in_vain_is_tried_again_every_minute_at_most() {
        let day = Duration::from_hours(24);
        assert!(!is_due(day, None, Some("12:00:10"), "12:00:50"));
        assert!(is_due(day, None, Some("12:00:10"), "12:01:00"));
        let second = Duration::from_secs(1);
        assert!(is_due(second, None, Some("12:00:10.5"), "12:00:11"));
    }

    #[test]
    fn the_next_slot_begins_where_the_present_one_ends() {
        let next = |every, now| schedule(every).next(at(now)).expect("there is one");
        assert_eq!(next(Duration::from_secs(10), "12:00:07"), Duration::from_secs(3));
        assert_eq!(next(Duration::from_secs(10), "12:00:10"), Duration::from_secs(10));
        assert_eq!(
            next(FIVE, "12:03:30"),
            Duration::from_secs(30),
            "what failed is tried again"
        );
        assert_eq!(Schedule::default().next(at("12:00:00")), None);
    }
}
