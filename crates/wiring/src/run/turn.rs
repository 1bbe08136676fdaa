//! When a turn has come.
//!
//! Time is cut into slots as long as `every`, by the database's clock, and what was not seen in the slot that is now is
//! due. Programs that never talk to each other agree on the slots; nothing drifts by the time a run takes.

use std::time::Duration;

use alerts_store::{AlertStore, LastSeen};
use chrono::{DateTime, Utc};
use integrity_core::CheckCode;

use super::{SERVICE, refused};
use crate::{audit::AUDIT, chosen::Chosen, stop::Stop};

/// Whether the turn has come of what was last seen then.
#[must_use]
pub fn is_turn(last: DateTime<Utc>, now: DateTime<Utc>, every: Duration) -> bool {
    slot(last, every) != slot(now, every)
}

/// When the chosen checks were last looked at.
///
/// # Errors
/// When the database is lost or the login may not do this.
pub async fn last_seen(store: &dyn AlertStore, chosen: &Chosen) -> Result<LastSeen, Stop> {
    store.last_seen(&SERVICE, &chosen.database).await.map_err(refused)
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

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::{audit::evaluations::checks, config::Config};

    #[test]
    fn an_audit_is_due_once_in_its_turn_and_a_check_always() {
        let mut chosen = Chosen::new(&Config::default(), &[], &[]).expect("the default pack");
        chosen.known = checks(Duration::from_hours(24), Tz::UTC);
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        let audit: CheckCode = AUDIT.parse().expect("a code");
        let check = chosen.checks[0].code().clone();
        for (last, is_due) in [
            (None, true),
            (Some("2026-11-30T00:00:01Z"), false),
            (Some("2026-11-29T23:59:59Z"), true),
        ] {
            let both = [audit.clone(), check.clone()];
            let seen = LastSeen {
                at: at("2026-11-30T23:59:59Z"),
                run_at: None,
                age_seconds: 0.0,
                seen: last
                    .into_iter()
                    .flat_map(|last| both.clone().map(|code| (code, at(last))))
                    .collect(),
            };
            let due = everything_in_turn(&chosen, &seen);
            assert_eq!((due(&audit), due(&check)), (is_due, true), "{last:?}");
        }
    }
}
