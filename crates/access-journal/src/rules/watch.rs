use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::Finding;

use super::{Rule, Thresholds};
use crate::{Source, privacy::Month};

/// Pseudonyms of two months are joined for so long after the second one began.
const JOINED_FOR: TimeDelta = TimeDelta::hours(48);

/// What is asked of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Watch {
    /// From where on they speak.
    pub thresholds: Thresholds,
    /// Who should be heard.
    pub expected: Vec<Source>,
    /// What people have dealt with.
    pub fixed: Vec<Fixed>,
    /// As of which instant; now unless given.
    pub as_of: Option<DateTime<Utc>>,
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

/// When the month of that instant began, where it is so young that who was busy before may still be seen: the pseudonyms
/// of both months are then one. A client of the new month has the pseudonym of the old one where an event of the first
/// quarter of an hour carries both, and the old one was seen in the last day of the old month. That is decided by the
/// boundary, not by the window that moves over it, so that an alert keeps its entity while its events are seen.
#[must_use]
pub fn month_end(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let began_at = Month::of(at).begins_at();
    (at - began_at < JOINED_FOR).then_some(began_at)
}
