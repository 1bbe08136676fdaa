use chrono::{DateTime, Utc};
use integrity_core::Door;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::AlertId;
#[cfg(any(feature = "memory", feature = "postgres"))]
use crate::Error;

/// Something that happened to an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertEvent {
    /// Which alert.
    pub alert_id: AlertId,
    /// 1 for the first event of the alert, and so on without a gap.
    pub seq: u32,
    /// The store's clock.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: EventKind,
    /// Who did it; `None` when the system did.
    pub actor: Option<String>,
    /// The database login it was done with.
    pub login: String,
    /// The program it was done through.
    pub door: Door,
    /// The request that asked for it.
    pub request_id: Option<Uuid>,
    /// `set`: the columns that changed and their new values. For acts also `verb` and `args`.
    pub diff: Value,
}

impl AlertEvent {
    /// The most events of one answer.
    pub const MAX: u32 = 200;

    #[cfg(any(feature = "memory", feature = "postgres"))]
    pub(crate) fn refuse_malformed(limit: u32) -> Result<(), Error> {
        if !(1..=Self::MAX).contains(&limit) {
            return Err(Error::invalid("limit", format!("1 to {}", Self::MAX)));
        }
        Ok(())
    }

    /// What the person said with the act, if anything.
    #[must_use]
    pub fn comment(&self) -> Option<&str> {
        self.diff.get("args")?.get("comment")?.as_str()
    }
}

/// What can happen to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum EventKind {
    /// First sighting.
    Opened,
    /// Back after it was gone.
    Reopened,
    /// A person said FIXED, and it is still there.
    Refuted,
    /// A person said FIXED, and it is gone.
    Verified,
    /// Gone, and cleared by the system.
    Cleared,
    /// Not in a complete evaluation, not yet often enough to clear.
    Missing,
    /// There again before it cleared.
    Returned,
    /// Gone; waits for a person, or for the end of its suppression.
    Absent,
    /// The message or the figures changed.
    Changed,
    /// Worse than before; an acknowledgement no longer holds.
    SeverityRaised,
    /// Less bad than before.
    SeverityLowered,
    /// A suppression ended while it is there.
    Expired,
    /// A suppression is void: it got worse than what was accepted.
    Voided,
    /// Its due date passed.
    Breached,
    /// A person took it up.
    Acknowledged,
    /// A person gave it back.
    Unacknowledged,
    /// A person says it is fixed.
    Resolved,
    /// A person lives with it until a date.
    Accepted,
    /// A person says it is none.
    FalsePositive,
    /// A person withdrew its check.
    Retired,
    /// A person said something.
    Commented,
    /// A person says that what makes a check suspect is true.
    Confirmed,
}

impl EventKind {
    /// The word in the database and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "OPENED",
            Self::Reopened => "REOPENED",
            Self::Refuted => "REFUTED",
            Self::Verified => "VERIFIED",
            Self::Cleared => "CLEARED",
            Self::Missing => "MISSING",
            Self::Returned => "RETURNED",
            Self::Absent => "ABSENT",
            Self::Changed => "CHANGED",
            Self::SeverityRaised => "SEVERITY_RAISED",
            Self::SeverityLowered => "SEVERITY_LOWERED",
            Self::Expired => "EXPIRED",
            Self::Voided => "VOIDED",
            Self::Breached => "BREACHED",
            Self::Acknowledged => "ACKNOWLEDGED",
            Self::Unacknowledged => "UNACKNOWLEDGED",
            Self::Resolved => "RESOLVED",
            Self::Accepted => "ACCEPTED",
            Self::FalsePositive => "FALSE_POSITIVE",
            Self::Retired => "RETIRED",
            Self::Commented => "COMMENTED",
            Self::Confirmed => "CONFIRMED",
        }
    }
}
