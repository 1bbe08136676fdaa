//! When a turn has come.
//!
//! Time is cut into slots as long as `every`, by the database's clock, and what was not seen in the slot that is now is
//! due. Programs that never talk to each other agree on the slots; nothing drifts by the time a run takes.

use std::time::Duration;

use alerts_store::LastSeen;
use chrono::{DateTime, Utc};
use integrity_core::CheckCode;

use crate::{audit::AUDIT, chosen::Chosen};

/// Whether the turn has come of what was last seen then.
#[must_use]
pub fn is_turn(last: DateTime<Utc>, now: DateTime<Utc>, every: Duration) -> bool {
    slot(last, every) != slot(now, every)
}

/// Whatever there is, it is due; but an audit only when its turn has come.
pub fn everything_in_turn<'a>(
    chosen: &'a Chosen,
    seen: &'a LastSeen,
) -> impl Fn(&CheckCode) -> bool + Sync + 'a {
    move |code| {
        let audit = chosen.known.iter().find(|check| check.code.as_str() == AUDIT);
        audit.is_none_or(|audit| {
            let every = Duration::from_secs(audit.every_seconds.into());
            let last = seen.seen.get(code);
            audit.code != *code || last.is_none_or(|last| is_turn(*last, seen.at, every))
        })
    }
}

/// How long until the next slot begins.
#[must_use]
pub fn until_next_turn(now: DateTime<Utc>, every: Duration) -> Duration {
    let left = length(every) - i128::from(now.timestamp_micros()).rem_euclid(length(every));
    Duration::from_micros(u64::try_from(left).unwrap_or(u64::MAX))
}

/// Which slot of its length an instant lies in.
fn slot(at: DateTime<Utc>, every: Duration) -> i128 {
    i128::from(at.timestamp_micros()).div_euclid(length(every))
}

/// In microseconds; no check is more often than every second.
fn length(every: Duration) -> i128 {
    i128::try_from(every.as_micros()).unwrap_or(i128::MAX).max(1)
}
