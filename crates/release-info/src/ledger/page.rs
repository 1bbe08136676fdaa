use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Error, Place, Release, ReleaseEvent, place::refuse_target};
use crate::AppEnv;

/// Which releases or events to list. The default is every one, at most 50.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFilter {
    /// In this environment.
    pub environment: Option<AppEnv>,
    /// Of this target.
    pub target: Option<String>,
    /// Only what comes after this place, the `next` of a page: the number of an event.
    pub after: Option<i64>,
    /// At most so many, 1 to 200.
    pub limit: u32,
}

impl Default for ReleaseFilter {
    fn default() -> Self {
        Self {
            environment: None,
            target: None,
            after: None,
            limit: 50,
        }
    }
}

impl ReleaseFilter {
    /// Refuses what no list can answer.
    pub(crate) fn refuse_malformed(&self) -> Result<(), Error> {
        refuse_limit(self.limit)?;
        self.target.as_deref().map_or(Ok(()), refuse_target)
    }

    /// Whether this place is asked for.
    #[must_use]
    pub fn is_of(&self, place: &Place) -> bool {
        self.environment.is_none_or(|wanted| wanted == place.environment)
            && self.target.as_ref().is_none_or(|wanted| *wanted == place.target)
    }

    /// Whether something is asked for, by where it happened and its last event.
    #[cfg(feature = "memory")]
    pub(crate) fn wants(&self, place: &Place, event: i64) -> bool {
        self.is_of(place) && self.after.is_none_or(|after| event < after)
    }
}

/// The most releases or events of one answer.
pub(crate) const MOST: u32 = 200;

/// Refuses what no list can answer.
pub(crate) fn refuse_limit(limit: u32) -> Result<(), Error> {
    if (1..=MOST).contains(&limit) {
        return Ok(());
    }
    Err(Error::invalid("limit", format!("1 to {MOST}")))
}

/// A part of a list of releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasePage {
    /// The store's clock.
    pub at: DateTime<Utc>,
    /// The one of which something was recorded last comes first.
    pub releases: Vec<Release>,
    /// After which place the list goes on; `None` where it ends here.
    pub next: Option<i64>,
}

impl ReleasePage {
    /// The page that begins with `releases`, of which there is one too many where the list goes on.
    pub(crate) fn cut(at: DateTime<Utc>, mut releases: Vec<Release>, limit: u32) -> Self {
        let goes_on = cut(&mut releases, limit);
        let next = releases.last().filter(|_| goes_on);
        Self {
            at,
            next: next.map(|last| last.last_event),
            releases,
        }
    }
}

/// A part of the history of all releases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventPage {
    /// The store's clock.
    pub at: DateTime<Utc>,
    /// The one that was recorded last comes first.
    pub events: Vec<ReleaseEvent>,
    /// After which place the history goes on; `None` where it ends here.
    pub next: Option<i64>,
}

impl EventPage {
    /// The page that begins with `events`, of which there is one too many where the history goes on.
    pub(crate) fn cut(at: DateTime<Utc>, mut events: Vec<ReleaseEvent>, limit: u32) -> Self {
        let goes_on = cut(&mut events, limit);
        let next = events.last().filter(|_| goes_on).map(|last| last.id);
        Self { at, events, next }
    }
}

/// Leaves so many; whether there were more.
fn cut<T>(rows: &mut Vec<T>, limit: u32) -> bool {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let goes_on = rows.len() > most;
    rows.truncate(most);
    goes_on
}

/// When rollbacks were last rehearsed at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drills {
    /// The store's clock.
    pub at: DateTime<Utc>,
    /// The last one that went as planned.
    pub passed: Option<ReleaseEvent>,
    /// The last one that did not.
    pub failed: Option<ReleaseEvent>,
}

impl Drills {
    /// When the next one is due that is due so long after one that passed; `None` where none has ever passed.
    #[must_use]
    pub fn due(&self, every: Duration) -> Option<DateTime<Utc>> {
        let every = TimeDelta::from_std(every).unwrap_or(TimeDelta::MAX);
        let passed = self.passed.as_ref()?;
        Some(
            passed
                .at
                .checked_add_signed(every)
                .unwrap_or(DateTime::<Utc>::MAX_UTC),
        )
    }

    /// Whether the next one is past due, or the first one missing.
    #[must_use]
    pub fn is_overdue(&self, every: Duration) -> bool {
        self.due(every).is_none_or(|due| due < self.at)
    }
}
