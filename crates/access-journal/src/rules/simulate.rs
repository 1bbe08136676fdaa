//! The rules, one event after the other: slow, plain, and what the statements are compared with.

mod spike;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use integrity_core::Severity;

use super::{
    Bucket, LOOKS_BACK, Rule, Watch, Within,
    fired::{Fired, ROUTES, delta},
    month_began,
};
use crate::{AccessEvent, EventKind, Source, privacy::Pseudonym};

/// What is looked at.
pub(crate) struct Scene<'a> {
    /// In the order in which they were given a place.
    pub(crate) events: &'a [AccessEvent],
    /// When each of them was recorded.
    pub(crate) recorded_at: &'a dyn Fn(&AccessEvent) -> DateTime<Utc>,
    /// When each source was heard first.
    pub(crate) first_heard: BTreeMap<Source, DateTime<Utc>>,
    pub(crate) watch: &'a Watch,
    pub(crate) at: DateTime<Utc>,
}

/// What a rule says of an entity.
type Spoken<'a> = (Vec<&'a AccessEvent>, Figures);

#[derive(Default)]
struct Figures {
    peak: u64,
    since: Option<DateTime<Utc>>,
    success_at: Option<DateTime<Utc>>,
    /// Whether it may have been, and nobody knows.
    is_possible: bool,
}

impl<'a> Scene<'a> {
    pub(crate) fn fired(&self) -> Vec<Fired> {
        let addresses = self.joined(|event| (event.address_hash, event.address_hash_before));
        let accounts = self.joined(|event| (event.account_hash, event.account_hash_before));
        let address = |event: &AccessEvent| one(event.address_hash, &addresses);
        let account = |event: &AccessEvent| one(event.account_hash, &accounts);
        let thresholds = &self.watch.thresholds;
        let is_failure = |event: &AccessEvent| event.event == EventKind::AuthnLoginFail;
        let is_denied =
            |event: &AccessEvent| matches!(event.event, EventKind::AuthzFail | EventKind::AuthnTokenInvalid);
        let stranger = |event: &AccessEvent| (!event.is_allowed).then(|| address(event)).flatten();
        let mut fired = Vec::new();
        let mut hear = |rule: Rule,
                        key: &dyn Fn(&AccessEvent) -> Option<String>,
                        judge: &dyn Fn(&[&'a AccessEvent]) -> Option<Spoken<'a>>| {
            for (entity, events) in self.by(rule, key) {
                if let Some((counted, figures)) = judge(&events) {
                    fired.push(told(rule, entity, &counted, &figures));
                }
            }
        };
        hear(
            Rule::BruteForceIp,
            &|event| stranger(event).filter(|_| is_failure(event)),
            &|events| alone(events, &|events| over(events, thresholds.brute_force_ip)),
        );
        hear(
            Rule::DeniedIp,
            &|event| stranger(event).filter(|_| is_denied(event)),
            &|events| alone(events, &|events| over(events, thresholds.denied_ip)),
        );
        hear(
            Rule::DeniedUser,
            &|event| {
                event
                    .actor_id
                    .filter(|_| is_denied(event) && !event.is_allowed)
                    .map(|actor| actor.to_string())
            },
            &|events| alone(events, &|events| over(events, thresholds.denied_user)),
        );
        let is_sign_in = |event: &AccessEvent| is_failure(event) || is_success(event);
        hear(
            Rule::BruteForceAccount,
            &|event| account(event).filter(|_| is_sign_in(event) && !event.is_allowed),
            &|events| {
                burst(
                    events,
                    thresholds.brute_force_account,
                    delta(thresholds.success_within),
                )
            },
        );
        hear(
            Rule::PasswordSpray,
            &|event| stranger(event).filter(|_| is_failure(event) && event.account_hash.is_some()),
            &|events| {
                alone(events, &|events| {
                    distinct(events, thresholds.password_spray, &account)
                })
            },
        );
        hear(
            Rule::Enumeration,
            &|event| stranger(event).filter(|_| is_missed(event) && event.resource.is_some()),
            &|events| {
                let resource = |event: &AccessEvent| event.resource.clone();
                alone(events, &|events| {
                    distinct(events, thresholds.enumeration, &resource)
                })
            },
        );
        hear(
            Rule::AnonDataExposed,
            &|event| (event.event == EventKind::AnonDataRead).then(|| thing(event)),
            &|events| Some(certain(events)),
        );
        hear(
            Rule::ServiceRoleFromBrowser,
            &|event| {
                let is_one = event.event == EventKind::ServiceRoleFromBrowser;
                is_one.then(|| address(event).unwrap_or_else(|| "unknown".to_owned()))
            },
            &|events| Some(once(events)),
        );
        fired.extend(self.spike());
        fired
    }

    /// Whose pseudonym of this month stands for which of the month before.
    fn joined(
        &self,
        of: impl Fn(&AccessEvent) -> (Option<Pseudonym>, Option<Pseudonym>),
    ) -> BTreeMap<Pseudonym, Pseudonym> {
        let began_at = month_began(self.at);
        let last_day =
            |event: &&AccessEvent| event.occurred_at >= began_at - LOOKS_BACK && event.occurred_at < began_at;
        let old: BTreeSet<_> = self
            .events
            .iter()
            .filter(last_day)
            .filter_map(|event| of(event).0)
            .collect();
        let mut joined = BTreeMap::new();
        for event in self.events {
            let is_first = event.occurred_at >= began_at
                && event.occurred_at < began_at + TimeDelta::minutes(15)
                && event.occurred_at <= self.at;
            if let (true, (Some(own), Some(before))) = (is_first, of(event))
                && old.contains(&before)
            {
                let known = joined.entry(own).or_insert(before);
                *known = before.min(*known);
            }
        }
        joined
    }

    /// The events since the rule was looked at before, and those that were read since, for each entity, one after the other,
    /// without those that somebody has dealt with.
    fn by(
        &self,
        rule: Rule,
        key: &dyn Fn(&AccessEvent) -> Option<String>,
    ) -> BTreeMap<String, Vec<&'a AccessEvent>> {
        let mut by: BTreeMap<String, Vec<&AccessEvent>> = BTreeMap::new();
        for event in self.events.iter().filter(|event| self.is_seen(event, rule)) {
            if let Some(entity) = key(event)
                && self
                    .dealt_with(rule, &entity)
                    .is_none_or(|at| event.occurred_at > at)
            {
                by.entry(entity).or_default().push(event);
            }
        }
        // Stable: those of one instant stay in the order of their places.
        for events in by.values_mut() {
            events.sort_by_key(|event| event.occurred_at);
        }
        by
    }

    fn is_seen(&self, event: &AccessEvent, rule: Rule) -> bool {
        let recorded_at = (self.recorded_at)(event);
        let is_new = recorded_at > self.watch.since(&[rule], self.at) && recorded_at <= self.at;
        self.is_fresh(event, rule) || (is_new && event.occurred_at <= self.at)
    }

    /// Whether it happened since the rule was looked at before.
    fn is_fresh(&self, event: &AccessEvent, rule: Rule) -> bool {
        event.occurred_at > self.watch.since(&[rule], self.at) && event.occurred_at <= self.at
    }

    fn dealt_with(&self, rule: Rule, entity: &str) -> Option<DateTime<Utc>> {
        let of_it = self
            .watch
            .fixed
            .iter()
            .filter(|fixed| fixed.rule == rule && fixed.entity_id == entity);
        of_it.map(|fixed| fixed.at).max()
    }
}

fn one(own: Option<Pseudonym>, joined: &BTreeMap<Pseudonym, Pseudonym>) -> Option<String> {
    own.map(|own| joined.get(&own).unwrap_or(&own).to_string())
}

fn is_success(event: &AccessEvent) -> bool {
    matches!(
        event.event,
        EventKind::AuthnLoginSuccess | EventKind::AuthnLoginSuccessAfterFail
    )
}

/// Denied, missing or empty.
fn is_missed(event: &AccessEvent) -> bool {
    matches!(
        event.event,
        EventKind::AuthzFail | EventKind::ResourceEnumeration | EventKind::EmptySensitiveRead
    )
}

fn thing(event: &AccessEvent) -> String {
    let named = event.resource.as_ref().or(event.route.as_ref());
    named.cloned().unwrap_or_else(|| "unknown".to_owned())
}

/// A bucket that leaks. What is in it is counted in microseconds of leaking, so that nothing is rounded.
fn over<'a>(events: &[&'a AccessEvent], bucket: Bucket) -> Option<Spoken<'a>> {
    let leak = micros(delta(bucket.leak));
    let (mut level, mut peak, mut last, mut since) = (0_i128, 0, None, None);
    for event in events {
        let at = i128::from(event.occurred_at.timestamp_micros());
        let leaked = at - last.unwrap_or(at);
        level = (level - leaked).max(0) + i128::from(event.count) * leak;
        last = Some(at);
        peak = level.max(peak);
        if level > i128::from(bucket.capacity) * leak {
            since = since.or(Some(event.occurred_at));
        }
    }
    since?;
    let figures = Figures {
        peak: u64::try_from(peak / leak).unwrap_or(u64::MAX),
        since,
        ..Figures::default()
    };
    Some((events.to_vec(), figures))
}

/// Failures within a time by what one source tells, and whether a success came soon after.
fn burst<'a>(events: &[&'a AccessEvent], within: Within, success_within: TimeDelta) -> Option<Spoken<'a>> {
    let failures: Vec<_> = events
        .iter()
        .copied()
        .filter(|event| !is_success(event))
        .collect();
    let recent = |last: &AccessEvent| {
        let recent = until(&failures, last.occurred_at, delta(within.within));
        let of_source = recent.filter(|event| event.source == last.source);
        of_source.map(|event| u64::from(event.count)).sum::<u64>()
    };
    let is_burst = |last: &AccessEvent| recent(last) >= u64::from(within.count);
    let (counted, mut figures) = alone(&failures, &|failures| {
        let first = failures.iter().find(|failure| is_burst(failure))?;
        let figures = Figures {
            peak: failures.iter().map(|failure| recent(failure)).max()?,
            since: Some(first.occurred_at),
            ..Figures::default()
        };
        Some((failures.to_vec(), figures))
    })?;
    let bursts: Vec<_> = failures.iter().filter(|failure| is_burst(failure)).collect();
    let follows = |at: DateTime<Utc>| {
        bursts
            .iter()
            .map(|burst| burst.occurred_at)
            .any(|burst| burst <= at && at <= burst + success_within)
    };
    let mut successes = events
        .iter()
        .filter(|event| is_success(event))
        .map(|event| event.occurred_at);
    figures.success_at = successes.find(|at| follows(*at));
    Some((counted, figures))
}

/// Each source judged alone, since several may tell of one request: the worst.
fn alone<'a>(
    events: &[&'a AccessEvent],
    judge: &dyn Fn(&[&'a AccessEvent]) -> Option<Spoken<'a>>,
) -> Option<Spoken<'a>> {
    let mut by = BTreeMap::<&str, Vec<&AccessEvent>>::new();
    for event in events {
        by.entry(event.source.as_str()).or_default().push(event);
    }
    let told = by.into_values().filter_map(|events| judge(&events));
    let rank = |(events, figures): &Spoken| (figures.peak, counted(events));
    told.reduce(|worst, other| if rank(&other) > rank(&worst) { other } else { worst })
}

/// Different ones within a time.
fn distinct<'a>(
    events: &[&'a AccessEvent],
    within: Within,
    what: &dyn Fn(&AccessEvent) -> Option<String>,
) -> Option<Spoken<'a>> {
    let mut figures = Figures::default();
    for last in events {
        let recent = until(events, last.occurred_at, delta(within.within));
        let different = recent.filter_map(what).collect::<BTreeSet<_>>().len() as u64;
        figures.peak = different.max(figures.peak);
        if different >= u64::from(within.count) {
            figures.since = figures.since.or(Some(last.occurred_at));
        }
    }
    figures.since?;
    Some((events.to_vec(), figures))
}

fn once<'a>(events: &[&'a AccessEvent]) -> Spoken<'a> {
    let figures = Figures {
        peak: counted(events),
        since: events.first().map(|event| event.occurred_at),
        ..Figures::default()
    };
    (events.to_vec(), figures)
}

/// What was given; where nobody knows of any that it was, what may have been.
fn certain<'a>(events: &[&'a AccessEvent]) -> Spoken<'a> {
    let certain = events
        .iter()
        .copied()
        .filter(|event| event.severity != Severity::Warn);
    let certain: Vec<_> = certain.collect();
    if !certain.is_empty() {
        return once(&certain);
    }
    let (events, figures) = once(events);
    let figures = Figures {
        is_possible: true,
        ..figures
    };
    (events, figures)
}

/// Those of so long before an instant, and of the instant.
fn until<'a>(
    events: &[&'a AccessEvent],
    at: DateTime<Utc>,
    within: TimeDelta,
) -> impl Iterator<Item = &'a AccessEvent> {
    events
        .iter()
        .copied()
        .filter(move |event| event.occurred_at >= at - within && event.occurred_at <= at)
}

fn told(rule: Rule, entity: String, events: &[&AccessEvent], figures: &Figures) -> Fired {
    let routes: BTreeSet<_> = events.iter().filter_map(|event| event.route.clone()).collect();
    Fired {
        rule,
        entity,
        severity: if figures.success_at.is_some() {
            Severity::Critical
        } else if figures.is_possible {
            Severity::Warn
        } else {
            rule.severity()
        },
        events: counted(events),
        peak: figures.peak,
        first_at: events.first().map(|event| event.occurred_at),
        last_at: events.last().map(|event| event.occurred_at),
        since: figures.since,
        success_at: figures.success_at,
        usual: None,
        routes: routes.into_iter().take(ROUTES).collect(),
    }
}

fn counted(events: &[&AccessEvent]) -> u64 {
    events.iter().map(|event| u64::from(event.count)).sum()
}

fn micros(delta: TimeDelta) -> i128 {
    i128::from(delta.num_microseconds().unwrap_or(i64::MAX))
}
