use std::net::IpAddr;

use serde::Serialize;

use super::{Doubt, Fault, Look, Seen, Served, Verdict};
use crate::{AppEnv, ReleaseId};

/// How many more rounds there may be than must agree: what is still spreading has time to arrive.
const ROUNDS_PER_TIME: u32 = 3;

/// What should be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// This release,
    pub release: ReleaseId,
    /// and that it runs here, where that matters.
    pub environment: Option<AppEnv>,
}

impl Expected {
    /// Whether that is served.
    pub(super) fn is(&self, served: &Served) -> bool {
        self.release == served.release && self.environment.is_none_or(|env| env == served.environment)
    }
}

/// How often something was seen in the same way at the same address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Whether it was asked so that nothing between could know the answer.
    pub past_caches: bool,
    /// Who answered.
    pub address: Option<IpAddr>,
    /// What.
    pub seen: Seen,
    /// How often.
    pub count: u32,
}

/// Rounds of looks, one after another: done when so many in a row agree, or when too many did not.
#[derive(Debug, Clone)]
pub struct Series {
    expected: Expected,
    times: u32,
    rounds: u32,
    streak: u32,
    tallies: Vec<Tally>,
}

impl Series {
    /// One that waits for so many rounds in a row.
    #[must_use]
    pub fn new(expected: Expected, times: u32) -> Self {
        Self {
            expected,
            times: times.max(1),
            rounds: 0,
            streak: 0,
            tallies: Vec::new(),
        }
    }

    /// Adds what one round has seen; it agrees when everything in it is as expected.
    pub fn push(&mut self, round: Vec<Look>) {
        let agrees = |look: &Look| look.seen.served().is_some_and(|served| self.expected.is(served));
        self.streak = if !round.is_empty() && round.iter().all(agrees) {
            self.streak + 1
        } else {
            0
        };
        self.rounds += 1;
        for look in round {
            self.count(look);
        }
    }

    fn count(&mut self, look: Look) {
        let Look {
            past_caches,
            address,
            seen,
        } = look;
        let known = self
            .tallies
            .iter_mut()
            .find(|tally| tally.past_caches == past_caches && tally.address == address && tally.seen == seen);
        match known {
            Some(tally) => tally.count += 1,
            None => self.tallies.push(Tally {
                past_caches,
                address,
                seen,
                count: 1,
            }),
        }
    }

    /// Whether another round would change nothing.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.streak >= self.times || self.rounds >= self.most_rounds()
    }

    /// How many rounds there were.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.rounds
    }

    /// How many there are at most.
    #[must_use]
    pub fn most_rounds(&self) -> u32 {
        self.times.saturating_mul(ROUNDS_PER_TIME)
    }

    /// How many of the last rounds agree, without a break.
    #[must_use]
    pub fn streak(&self) -> u32 {
        self.streak
    }

    /// How many must.
    #[must_use]
    pub fn times(&self) -> u32 {
        self.times
    }

    /// What was seen, and how often, in the order in which it was first seen.
    #[must_use]
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    /// What follows from it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.streak >= self.times {
            return Verdict::Passed;
        }
        let manifests: Vec<_> = self.manifests().collect();
        let is_right = |(_, served): &(bool, &Served)| self.expected.is(served);
        let others: Vec<_> = manifests.iter().filter(|manifest| !is_right(manifest)).collect();
        if manifests.is_empty() {
            return Verdict::Inconclusive(Doubt::NoManifest);
        }
        let Some((_, first)) = others.first() else {
            return Verdict::Inconclusive(Doubt::NotSteady);
        };
        if self.is_stale_in_caches(&manifests) {
            return Verdict::Failed(Fault::StaleCache);
        }
        let is_one = manifests.iter().all(|(_, served)| served == first);
        Verdict::Failed(match is_one {
            false => Fault::Flapping,
            true if first.release == self.expected.release => Fault::OtherEnvironment,
            true => Fault::OtherRelease,
        })
    }

    /// What was served, and whether it was asked past caches.
    fn manifests(&self) -> impl Iterator<Item = (bool, &Served)> {
        self.tallies
            .iter()
            .filter_map(|tally| Some((tally.past_caches, tally.seen.served()?)))
    }

    /// The host has what is expected, and what lies between never gives it.
    fn is_stale_in_caches(&self, manifests: &[(bool, &Served)]) -> bool {
        let [mut cached, mut fresh] = [false, true].map(|past_caches| {
            let way = manifests.iter().filter(move |(way, _)| *way == past_caches);
            way.map(|(_, served)| self.expected.is(served)).peekable()
        });
        let both = cached.peek().is_some() && fresh.peek().is_some();
        both && fresh.all(|is_right| is_right) && cached.all(|is_right| !is_right)
    }

    /// How often each release was seen, all ways and addresses together, the most frequent first.
    #[must_use]
    pub fn served(&self) -> Vec<(&Served, u32)> {
        let mut served: Vec<(&Served, u32)> = Vec::new();
        for tally in &self.tallies {
            let Some(one) = tally.seen.served() else { continue };
            match served.iter_mut().find(|(known, _)| *known == one) {
                Some((_, count)) => *count += tally.count,
                None => served.push((one, tally.count)),
            }
        }
        served.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        served
    }

    /// What was seen instead of a manifest, and how often, the most frequent first.
    #[must_use]
    pub fn troubles(&self) -> Vec<(&Seen, u32)> {
        let mut troubles: Vec<(&Seen, u32)> = Vec::new();
        for tally in self.tallies.iter().filter(|tally| tally.seen.served().is_none()) {
            match troubles.iter_mut().find(|(known, _)| *known == &tally.seen) {
                Some((_, count)) => *count += tally.count,
                None => troubles.push((&tally.seen, tally.count)),
            }
        }
        troubles.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        troubles
    }

    /// The verdict in words, with what it rests on and what to do about it.
    #[must_use]
    pub fn told(&self) -> String {
        let counted = |counts: Vec<String>| counts.join(", ");
        let served = counted(
            self.served()
                .iter()
                .map(|(served, count)| times(served, *count))
                .collect(),
        );
        let troubles = counted(
            self.troubles()
                .iter()
                .map(|(seen, count)| times(seen, *count))
                .collect(),
        );
        let release = &self.expected.release;
        match self.verdict() {
            Verdict::Passed => format!("{release} is served: {} rounds in a row agree", self.streak),
            Verdict::Failed(fault @ Fault::StaleCache) => {
                format!("{fault}: {served}; {}", fault.remedy())
            }
            Verdict::Failed(fault) => {
                format!("{fault}: {served}; expected {release}; {}", fault.remedy())
            }
            Verdict::Inconclusive(doubt @ Doubt::NoManifest) => format!("{doubt}: {troubles}"),
            Verdict::Inconclusive(doubt) => {
                format!("{doubt}: {served}, and {troubles}")
            }
        }
    }
}

/// `status 503 (4 times)`.
fn times(what: &dyn std::fmt::Display, count: u32) -> String {
    let times = if count == 1 { "time" } else { "times" };
    format!("{what} ({count} {times})")
}

#[cfg(test)]
mod tests;
