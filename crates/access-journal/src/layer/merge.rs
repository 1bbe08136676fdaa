use std::{collections::HashMap, net::IpAddr, time::Duration};

use integrity_core::Severity;
use tokio::time::Instant;
use uuid::Uuid;

use crate::{EventKind, Observed, Outcome};

/// For so long, repeats of something share one row.
pub(super) const WINDOW: Duration = Duration::from_secs(10);

/// What repeats have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    what: (EventKind, Outcome, Severity, Option<u16>),
    texts: [Option<String>; 9],
    actor_id: Option<Uuid>,
    address: Option<IpAddr>,
    is_allowed: bool,
}

impl Key {
    fn of(one: &Observed) -> Self {
        Self {
            what: (one.event, one.outcome, one.severity, one.status),
            texts: [
                &one.route,
                &one.method,
                &one.resource,
                &one.open,
                &one.account,
                &one.actor_role,
                &one.error_code,
                &one.client_release,
                &one.user_agent_family,
            ]
            .map(Clone::clone),
            actor_id: one.actor_id,
            address: one.address.map(one_client),
            is_allowed: one.is_allowed,
        }
    }
}

/// One client has a whole /64 of IPv6 addresses, and one pseudonym.
fn one_client(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Since when there is something, and its repeats since it was last recorded. They are dated at the first of them: dated at the
/// last, failures would come after a success that they led to. So a bucket may be told to run over sooner than each event by
/// itself would make it, by what leaks from it within the window.
struct Repeats {
    since: Instant,
    more: Option<Observed>,
}

/// What happened in the last seconds. The first of a kind is recorded at once, its repeats together when the window ends;
/// where they do not end, so do the windows not: one row for each.
pub(super) struct Table {
    kept: HashMap<Key, Repeats>,
    most: usize,
}

impl Table {
    /// Keeps so many kinds at most; beyond that, each is recorded by itself.
    pub(super) fn of(most: usize) -> Self {
        Self {
            kept: HashMap::new(),
            most,
        }
    }

    /// Takes one, and gives it back where it is to be recorded at once.
    pub(super) fn take(&mut self, one: Observed, now: Instant) -> Option<Observed> {
        let key = Key::of(&one);
        let Some(repeats) = self.kept.get_mut(&key) else {
            if self.kept.len() < self.most {
                let repeats = Repeats {
                    since: now,
                    more: None,
                };
                self.kept.insert(key, repeats);
            }
            return Some(one);
        };
        match &mut repeats.more {
            Some(first) => {
                first.count = first.count.saturating_add(one.count);
                first.rows_returned = match (first.rows_returned, one.rows_returned) {
                    (Some(first), Some(more)) => Some(first.saturating_add(more)),
                    (first, more) => first.or(more),
                };
            }
            none => *none = Some(one),
        }
        None
    }

    /// The repeats whose window has ended.
    pub(super) fn ended(&mut self, now: Instant) -> Vec<Observed> {
        let mut ended = Vec::new();
        self.kept.retain(|_, repeats| {
            if now < repeats.since + WINDOW {
                return true;
            }
            repeats.since = now;
            // Where there was none, it is over.
            repeats.more.take().map(|more| ended.push(more)).is_some()
        });
        ended
    }

    /// All repeats, at the end.
    pub(super) fn all(&mut self) -> Vec<Observed> {
        self.kept
            .drain()
            .filter_map(|(_, repeats)| repeats.more)
            .collect()
    }
}
