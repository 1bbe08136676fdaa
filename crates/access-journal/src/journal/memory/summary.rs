//! Numbers, as `vigie.summarise_access` has them.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::{DateTime, TimeDelta, Utc};

use super::state::State;
use crate::{
    AccessEvent, EventKind, Outcome,
    journal::{EventCount, KeyCount, RouteCount, SourceHeard, Step, Summary, SummaryRange, Verified},
    privacy::Pseudonym,
};

/// So many of each are told.
const TOP: usize = 10;

impl State {
    pub(super) fn summary(&self, range: SummaryRange, now: DateTime<Utc>) -> Summary {
        let seconds = i64::try_from(range.step()).unwrap_or(i64::MAX);
        let step = TimeDelta::seconds(seconds);
        let last = now - TimeDelta::milliseconds(now.timestamp_millis().rem_euclid(seconds * 1000));
        let count = i32::try_from(range.steps()).unwrap_or(i32::MAX);
        let since = last - step * (count - 1);
        let is_counted = |event: &&AccessEvent| {
            event.occurred_at >= since
                && event.occurred_at < last + step
                && event.event != EventKind::AuthnLoginSuccess
        };
        let events: Vec<&AccessEvent> = self.events.iter().filter(is_counted).collect();
        let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
        for event in &events {
            *kinds.entry(event.event.as_str()).or_default() += times(event);
        }
        let mut kinds: Vec<_> = kinds
            .into_iter()
            .map(|(event, count)| EventCount {
                event: event.to_owned(),
                count,
            })
            .collect();
        kinds.sort_by_key(|kind| Reverse(kind.count));
        let of_address = |event: &&AccessEvent| event.address_hash.filter(|_| !event.is_allowed);
        Summary {
            at: now,
            since,
            step: range.step(),
            total: events.iter().map(|event| times(event)).sum(),
            steps: (0..count)
                .map(|at| counted(&events, since + step * at, step))
                .collect(),
            events: kinds,
            addresses: by_key(&events, of_address),
            accounts: by_key(&events, |event| event.account_hash),
            routes: by_route(&events),
            sources: self
                .sources
                .iter()
                .map(|(source, heard)| SourceHeard {
                    source: source.as_str().to_owned(),
                    first_at: heard.first_at,
                    heard_at: heard.last_at,
                    seen: heard.seen,
                    bad: heard.bad,
                    dropped: heard.dropped,
                    dropped_at: heard.dropped_at,
                    unjudged: heard.unjudged,
                    blind: heard.blind,
                    lately: heard.lately(now),
                })
                .collect(),
            recorded_at: self.recorded_at,
            seal: self.head(),
            verified: self.verified.as_ref().map(|verified| Verified {
                at: verified.at,
                broken: verified.broken,
                seals: verified.seals,
            }),
        }
    }
}

fn times(event: &AccessEvent) -> u64 {
    u64::from(event.count)
}

fn counted(events: &[&AccessEvent], at: DateTime<Utc>, step: TimeDelta) -> Step {
    let here = || {
        let is_here = move |event: &&&AccessEvent| event.occurred_at >= at && event.occurred_at < at + step;
        events.iter().filter(is_here)
    };
    let exposures = [EventKind::AnonDataRead, EventKind::ServiceRoleFromBrowser];
    Step {
        at,
        total: here().map(|event| times(event)).sum(),
        refused: here()
            .filter(|event| event.outcome == Outcome::Refused)
            .map(|event| times(event))
            .sum(),
        exposed: here()
            .filter(|event| exposures.contains(&event.event) && event.outcome != Outcome::Possible)
            .map(|event| times(event))
            .sum(),
    }
}

fn by_key(events: &[&AccessEvent], key: impl Fn(&&AccessEvent) -> Option<Pseudonym>) -> Vec<KeyCount> {
    let mut found: BTreeMap<Pseudonym, (u64, DateTime<Utc>)> = BTreeMap::new();
    for event in events {
        if let Some(key) = key(event) {
            let (count, last_at) = found.entry(key).or_insert((0, event.occurred_at));
            *count += times(event);
            *last_at = event.occurred_at.max(*last_at);
        }
    }
    let mut keys: Vec<_> = found
        .into_iter()
        .map(|(key, (count, last_at))| KeyCount {
            key: key.to_string().chars().take(12).collect(),
            count,
            last_at,
        })
        .collect();
    keys.sort_by_key(|key| Reverse(key.count));
    keys.truncate(TOP);
    keys
}

fn by_route(events: &[&AccessEvent]) -> Vec<RouteCount> {
    let mut found = BTreeMap::new();
    for event in events {
        if let Some(route) = &event.route {
            let key = (route.as_str(), event.method.as_deref());
            let (count, last_at) = found.entry(key).or_insert((0, event.occurred_at));
            *count += times(event);
            *last_at = event.occurred_at.max(*last_at);
        }
    }
    let mut routes: Vec<_> = found
        .into_iter()
        .map(|((route, method), (count, last_at))| RouteCount {
            method: method.map(str::to_owned),
            route: route.to_owned(),
            count,
            last_at,
        })
        .collect();
    routes.sort_by_key(|route| Reverse(route.count));
    routes.truncate(TOP);
    routes
}
