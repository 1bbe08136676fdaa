use std::cmp::{Ordering, Reverse};

use chrono::{DateTime, Utc};
use integrity_core::Severity;
use serde::{Deserialize, Serialize};

use crate::{Alert, AlertId};

/// A place in the order of a list: the most severe first, then those past due, then the oldest, then by identifier.
/// What comes earlier is less. It names no alert: a place where none stands is one all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// How bad the alert there is.
    pub severity: Severity,
    /// Whether it was past due when the list was made.
    pub overdue: bool,
    /// When it was first seen.
    pub first_detected_at: DateTime<Utc>,
    /// Which one it is.
    pub id: AlertId,
}

impl Position {
    /// The alert's place in a list made at `at`.
    #[must_use]
    pub fn of(alert: &Alert, at: DateTime<Utc>) -> Self {
        Self {
            severity: alert.severity,
            overdue: alert.is_overdue(at),
            first_detected_at: alert.first_detected_at,
            id: alert.id,
        }
    }
}

impl Ord for Position {
    fn cmp(&self, other: &Self) -> Ordering {
        let place = |position: &Self| {
            (
                Reverse(position.severity),
                Reverse(position.overdue),
                position.first_detected_at,
                position.id,
            )
        };
        place(self).cmp(&place(other))
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The store's clock: what was past due then stands first.
    pub at: DateTime<Utc>,
    /// In the order of the list.
    pub alerts: Vec<Alert>,
    /// After which place the list goes on; `None` where it ends here.
    pub next: Option<Position>,
}

impl Page {
    /// The page that begins with `alerts`, of which there is one too many where the list goes on.
    pub(crate) fn cut(at: DateTime<Utc>, mut alerts: Vec<Alert>, limit: u32) -> Self {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let goes_on = alerts.len() > most;
        alerts.truncate(most);
        let next = alerts.last().filter(|_| goes_on);
        Self {
            at,
            next: next.map(|last| Position::of(last, at)),
            alerts,
        }
    }
}
