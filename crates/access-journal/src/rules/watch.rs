use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::Finding;

use super::{LOOKS_BACK, Rule, Thresholds};
use crate::{Source, privacy::Month};

/// What is asked of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Watch {
    /// From where on they speak.
    pub thresholds: Thresholds,
    /// Who should be heard.
    pub expected: Vec<Source>,
    /// What people have dealt with.
    pub fixed: Vec<Fixed>,
    /// When each rule was looked at before, where anybody knows: what came since is seen, however long that is.
    pub looked: BTreeMap<Rule, DateTime<Utc>>,
    /// As of which instant; now unless given.
    pub as_of: Option<DateTime<Utc>>,
}

/// Who records may take so long until others see it.
const RECORDING: TimeDelta = TimeDelta::hours(1);

impl Watch {
    /// From when on these rules see events, and what was read: since they were looked at before, and of a day at least.
    #[must_use]
    pub fn since(&self, rules: &[Rule], at: DateTime<Utc>) -> DateTime<Utc> {
        let looked = rules.iter().filter_map(|rule| self.looked.get(rule));
        let before = looked.min().map(|looked| *looked - RECORDING);
        before.map_or(at - LOOKS_BACK, |before| before.min(at - LOOKS_BACK))
    }
}

/// That a person has dealt with something: the events up to then are not seen for that entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// By which rule it was found.
    pub rule: Rule,
    /// What it was about.
    pub entity_id: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What the rules say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// As of which instant, by the store's clock.
    pub at: DateTime<Utc>,
    /// Whether anything was ever recorded or heard.
    pub is_in_use: bool,
    /// What each rule found. Those about seals are not among them: whoever verifies the seals says what it found.
    pub found: Vec<Found>,
    /// The rules that could not be looked at; they are not among those that found something, or nothing.
    pub failed: Vec<Unjudged>,
}

/// A rule that could not be looked at. What others found stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged {
    /// Which rule.
    pub rule: Rule,
    /// Whether the login may not, rather than the store cannot.
    pub is_forbidden: bool,
    /// Why.
    pub reason: String,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Which rule.
    pub rule: Rule,
    /// One for each entity, the worst first.
    pub findings: Vec<Finding>,
    /// So many more there are.
    pub untold: usize,
}

/// When the month of that instant began. A client of that month has the pseudonym of the month before where an event of the
/// first quarter of an hour carries both, and the old one was seen in the last day of the old month. That is decided by the
/// boundary, not by the window that moves over it, and holds for the whole month, so that an alert keeps its entity while
/// its events are seen.
#[must_use]
pub fn month_began(at: DateTime<Utc>) -> DateTime<Utc> {
    Month::of(at).begins_at()
}
