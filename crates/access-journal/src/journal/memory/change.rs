//! What a change came to, as `vigie.compare_accesses` has it.

use std::{cmp::Reverse, collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::state::State;
use crate::{
    AccessEvent, EventKind, Source,
    journal::{Around, Change, Error, Exposed, SourceChange},
};

/// So much is told of what was read.
const MOST: usize = 200;

const MINUTE: Duration = Duration::from_mins(1);
const YEAR: Duration = Duration::from_hours(366 * 24);

impl State {
    pub(super) fn change(&self, around: Around, now: DateTime<Utc>) -> Result<Change, Error> {
        if around.until < around.since || !(MINUTE..=YEAR).contains(&around.baseline) {
            return Err(Error::invalid(
                "around",
                "an instant, a later one, and from a minute to 366 days before",
            ));
        }
        let baseline = TimeDelta::from_std(around.baseline).unwrap_or(TimeDelta::MAX);
        let kept_since = now - self.retention;
        let oldest = around
            .since
            .checked_sub_signed(baseline)
            .map_or(kept_since, |at| at.max(kept_since));
        let in_time = |event: &&AccessEvent| {
            event.occurred_at >= oldest && event.occurred_at <= now + TimeDelta::minutes(5)
        };
        let events: Vec<&AccessEvent> = self.events.iter().filter(in_time).collect();
        let mut sources: Vec<Source> = events.iter().map(|event| event.source).collect();
        sources.extend(self.sources.keys());
        sources.sort_by_key(|source| source.as_str());
        sources.dedup();
        let of_source = |source: Source| self.of_source(source, &events, &around, oldest);
        Ok(Change {
            at: now,
            kept_since,
            is_used: self.is_in_use(),
            sources: sources.into_iter().map(of_source).collect(),
            exposed: exposed(&events, around.since),
        })
    }

    fn of_source(
        &self,
        source: Source,
        events: &[&AccessEvent],
        around: &Around,
        oldest: DateTime<Utc>,
    ) -> SourceChange {
        let heard = self.sources.get(&source);
        let own = || events.iter().filter(move |event| event.source == source);
        let first_event = own().map(|event| event.occurred_at).min();
        let first_heard = heard.map(|heard| heard.first_at);
        let first = first_event.into_iter().chain(first_heard).min();
        let refused = |is_here: &dyn Fn(DateTime<Utc>) -> bool| {
            let here = own().filter(|event| is_refused(event) && is_here(event.occurred_at));
            here.map(|event| u64::from(event.count)).sum()
        };
        SourceChange {
            source: source.as_str().to_owned(),
            known_since: first.map_or(oldest, |first| first.max(oldest)),
            heard_at: heard.map(|heard| heard.last_at),
            dropped_at: heard.and_then(|heard| heard.dropped_at),
            refused: refused(&|at| at >= around.since && at < around.until),
            refused_before: refused(&|at| at < around.since),
        }
    }
}

fn is_refused(event: &AccessEvent) -> bool {
    let kinds = [
        EventKind::AuthnLoginFail,
        EventKind::AuthnTokenInvalid,
        EventKind::AuthzFail,
    ];
    kinds.contains(&event.event) || matches!(event.status, Some(401 | 403))
}

fn exposed(events: &[&AccessEvent], since: DateTime<Utc>) -> Vec<Exposed> {
    let mut found: BTreeMap<&str, Exposed> = BTreeMap::new();
    let reads = || {
        events
            .iter()
            .filter(|event| event.event == EventKind::AnonDataRead)
    };
    for event in reads().filter(|event| event.occurred_at >= since) {
        let read = found.entry(about(event)).or_insert_with(|| Exposed {
            resource: about(event).to_owned(),
            count: 0,
            last_at: event.occurred_at,
            was_before: false,
        });
        read.count += u64::from(event.count);
        read.last_at = read.last_at.max(event.occurred_at);
    }
    for event in reads().filter(|event| event.occurred_at < since) {
        if let Some(read) = found.get_mut(about(event)) {
            read.was_before = true;
        }
    }
    let mut exposed: Vec<_> = found.into_values().collect();
    exposed.sort_by_key(|read| (read.was_before, Reverse(read.last_at)));
    exposed.truncate(MOST);
    exposed
}

/// As the alert has it.
fn about(event: &AccessEvent) -> &str {
    let name = event.resource.as_deref().or(event.route.as_deref());
    name.unwrap_or("unknown")
}
