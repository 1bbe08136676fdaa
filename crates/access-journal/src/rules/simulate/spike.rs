//! Far more refused than usual, by what one source tells.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Fired, Rule, Scene};
use crate::{AccessEvent, Outcome, Source};

/// With fewer days than these, nothing is known to be usual.
const DAYS: usize = 7;

/// How many of five minutes are in an hour.
const IN_AN_HOUR: i64 = 12;

/// Refusals by five minutes.
type Slots = BTreeMap<i64, u64>;

impl Scene<'_> {
    /// The worst source's.
    pub(super) fn spike(&self) -> Option<Fired> {
        let of_sources = self
            .first_heard
            .iter()
            .map(|(source, at)| (source.as_str(), *source, *at));
        let mut of_sources: Vec<_> = of_sources.collect();
        of_sources.sort_unstable();
        let told = of_sources
            .into_iter()
            .filter_map(|(_, source, begun)| self.spike_of(source, begun));
        told.reduce(|worst, other| {
            if (other.peak, other.events) > (worst.peak, worst.events) {
                other
            } else {
                worst
            }
        })
    }

    fn spike_of(&self, source: Source, begun: DateTime<Utc>) -> Option<Fired> {
        let spike = self.watch.thresholds.spike;
        let fixed_at = self.dealt_with(Rule::Spike, "all");
        let (mut all, mut now) = (Slots::new(), Slots::new());
        for event in self.events.iter().filter(|event| self.is_refusal(event, source)) {
            let slot = slot(event.occurred_at);
            *all.entry(slot).or_default() += u64::from(event.count);
            if self.is_fresh(event, Rule::Spike) && fixed_at.is_none_or(|at| event.occurred_at > at) {
                *now.entry(slot).or_default() += u64::from(event.count);
            }
        }
        let mut over = Vec::new();
        for (slot, count) in now {
            let Some((usual, deviation)) = usual(&all, slot, begun) else {
                continue;
            };
            let most = usual + f64::from(spike.deviations) * deviation;
            if count >= u64::from(spike.least) && whole(count) > most {
                over.push((slot, count, usual));
            }
        }
        let worst = over.iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)))?;
        let first_at = starts_at(over.first()?.0);
        Some(Fired {
            rule: Rule::Spike,
            entity: "all".to_owned(),
            severity: Rule::Spike.severity(),
            events: over.iter().map(|(_, count, _)| count).sum(),
            peak: worst.1,
            first_at: Some(first_at),
            last_at: Some(starts_at(over.last()?.0)),
            since: Some(first_at),
            success_at: None,
            usual: Some(worst.2),
            routes: Vec::new(),
        })
    }

    fn is_refusal(&self, event: &AccessEvent, source: Source) -> bool {
        let is_of_it = event.source == source && event.outcome == Outcome::Refused;
        is_of_it && !event.is_allowed && event.occurred_at <= self.at
    }
}

/// The median of the same hour of fourteen days, and of how far they are from it.
fn usual(all: &Slots, slot: i64, begun: DateTime<Utc>) -> Option<(f64, f64)> {
    let first = slot / IN_AN_HOUR * IN_AN_HOUR;
    let days = (1..=14).map(|day| first - day * 24 * IN_AN_HOUR);
    let heard: Vec<_> = days.filter(|slot| starts_at(*slot) >= begun).collect();
    if heard.len() < DAYS {
        return None;
    }
    let slots = heard.into_iter().flat_map(|first| first..first + IN_AN_HOUR);
    let past: Vec<_> = slots
        .map(|slot| whole(all.get(&slot).copied().unwrap_or_default()))
        .collect();
    let usual = median(past.clone());
    let deviation = median(past.iter().map(|count| (count - usual).abs()).collect());
    Some((usual, deviation))
}

fn slot(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(300)
}

fn starts_at(slot: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(slot * 300, 0).expect("near an event")
}

/// Of an even number of them half way between the two in the middle; of none 0.
fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    match of.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => of[odd / 2],
        even => f64::midpoint(of[even / 2 - 1], of[even / 2]),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "five minutes of events are far fewer than 2^52"
)]
fn whole(count: u64) -> f64 {
    count as f64
}
