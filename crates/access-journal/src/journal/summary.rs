use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Blind, Error, Seal};

/// So many steps are told at most.
const STEPS: u64 = 400;

/// Since when is counted, and by which steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SummaryRange {
    seconds: u64,
    step: u64,
}

impl SummaryRange {
    /// The last 24 hours by five minutes.
    pub const DAY: Self = Self {
        seconds: 86_400,
        step: 300,
    };
    /// The last 14 days by hours.
    pub const FORTNIGHT: Self = Self {
        seconds: 14 * 86_400,
        step: 3_600,
    };

    /// The last so many seconds, from five minutes to a year, by steps that are easily read.
    ///
    /// # Errors
    /// `Invalid` for less and for more.
    pub fn last(seconds: u64) -> Result<Self, Error> {
        if !(300..=366 * 86_400).contains(&seconds) {
            return Err(Error::invalid("since", "is from five minutes to 366 days"));
        }
        let steps = [60, 300, 900, 3_600, 21_600, 86_400];
        let step = steps.into_iter().find(|step| seconds / step <= 300);
        Ok(Self {
            seconds,
            step: step.unwrap_or(86_400),
        })
    }

    /// How long it is, in seconds.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.seconds
    }

    /// How long a step is, in seconds.
    #[must_use]
    pub fn step(self) -> u64 {
        self.step
    }

    /// How many steps it has; the last is under way.
    #[must_use]
    pub fn steps(self) -> u64 {
        self.seconds.div_ceil(self.step).min(STEPS)
    }
}

/// What happened lately, in numbers. What went well, a successful login, is not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The journal's clock.
    pub at: DateTime<Utc>,
    /// When the first step begins.
    pub since: DateTime<Utc>,
    /// How long a step is, in seconds.
    pub step: u64,
    /// How many accesses were recorded.
    pub total: u64,
    /// One for each step, also where nothing happened; the last is under way.
    pub steps: Vec<Step>,
    /// By kind, the most frequent first.
    pub events: Vec<EventCount>,
    /// The ten addresses with the most, allowed ones left out.
    pub addresses: Vec<KeyCount>,
    /// The ten accounts with the most.
    pub accounts: Vec<KeyCount>,
    /// The ten routes with the most.
    pub routes: Vec<RouteCount>,
    /// Who is heard.
    pub sources: Vec<SourceHeard>,
    /// When something was written down last, whenever it happened; `None` where nothing ever was.
    pub recorded_at: Option<DateTime<Utc>>,
    /// The newest seal.
    pub seal: Option<Seal>,
    /// What the last look at the whole journal came to.
    pub verified: Option<Verified>,
}

/// What happened in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When it begins.
    pub at: DateTime<Utc>,
    /// All that is counted.
    pub total: u64,
    /// What was refused.
    pub refused: u64,
    /// What gave somebody what nobody should have: anonymous reads, keys of the service in browsers.
    pub exposed: u64,
}

/// How often something of a kind happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventCount {
    /// Which kind, an [`EventKind`](crate::EventKind).
    pub event: String,
    /// How often.
    pub count: u64,
}

/// How often somebody was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCount {
    /// The first twelve digits of the pseudonym.
    pub key: String,
    /// How often.
    pub count: u64,
    /// When last.
    pub last_at: DateTime<Utc>,
}

/// How often a route was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteCount {
    /// By which method.
    pub method: Option<String>,
    /// The template of the route.
    pub route: String,
    /// How often.
    pub count: u64,
    /// When last.
    pub last_at: DateTime<Utc>,
}

/// When a source was heard, and what was lost of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceHeard {
    /// Which, a [`Source`](crate::Source).
    pub source: String,
    /// For the first time.
    pub first_at: DateTime<Utc>,
    /// For the last time.
    pub heard_at: DateTime<Utc>,
    /// So many lines or requests were looked at.
    pub seen: u64,
    /// So many of them could not be read.
    pub bad: u64,
    /// So many events were lost.
    pub dropped: u64,
    /// When that happened last.
    pub dropped_at: Option<DateTime<Utc>>,
    /// So many reads of sensitive relations could not be judged.
    pub unjudged: u64,
    /// What does not show.
    pub blind: Option<Blind>,
    /// The same numbers of the last 24 hours.
    pub lately: Lately,
}

impl SourceHeard {
    /// Whether so many lines could not be read lately that what they tell may be missed: more than one of a hundred.
    #[must_use]
    pub fn is_garbled(&self) -> bool {
        self.lately.bad > self.lately.seen / 100
    }
}

/// What became of the lines and requests of the last 24 hours, or up to an hour more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lately {
    /// So many were looked at.
    pub seen: u64,
    /// So many of them could not be read.
    pub bad: u64,
    /// So many events were lost.
    pub dropped: u64,
    /// So many reads of sensitive relations could not be judged.
    pub unjudged: u64,
}

/// What the last look at the whole journal came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// When that was.
    pub at: DateTime<Utc>,
    /// How many things do not agree.
    pub broken: u64,
    /// How many seals were looked at.
    pub seals: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_range_has_a_number_of_steps_that_can_be_told() {
        for seconds in (300..=366 * 86_400).step_by(9_973) {
            let range = SummaryRange::last(seconds).expect("in range");
            assert!(
                range.steps() <= STEPS && range.step() * range.steps() >= seconds,
                "{range:?}"
            );
        }
        assert!(SummaryRange::last(299).is_err() && SummaryRange::last(367 * 86_400).is_err());
        assert_eq!(SummaryRange::last(86_400).expect("a day"), SummaryRange::DAY);
    }
}
