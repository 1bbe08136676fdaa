use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A change, such as a release that went live, and how far around it is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around {
    /// When it began to have an effect.
    pub since: DateTime<Utc>,
    /// Refusals are put down to it until then; not before `since`.
    pub until: DateTime<Utc>,
    /// So long before it is what was usual; whole seconds, from a minute to 366 days.
    pub baseline: Duration,
}

/// What a change came to, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The journal's clock.
    pub at: DateTime<Utc>,
    /// Of what happened before, nothing has to be kept any more.
    pub kept_since: DateTime<Utc>,
    /// Whether anything was ever recorded or heard: whether anybody uses the journal.
    pub is_used: bool,
    /// Whoever was ever heard, or told of something lately. Each alone, since two may tell of one request.
    pub sources: Vec<SourceChange>,
    /// What was read without signing in since; what was not read so before comes first. At most two hundred.
    pub exposed: Vec<Exposed>,
}

/// What a source says of a change. How many requests it has seen is counted without times, and so not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceChange {
    /// Which, a [`Source`](crate::Source).
    pub source: String,
    /// Within the baseline, what it says is known from then on; where that is after the change, nothing is known to be usual.
    pub known_since: DateTime<Utc>,
    /// When it was heard for the last time; `None` where nobody ever said that it is.
    pub heard_at: Option<DateTime<Utc>>,
    /// When something of it was lost for the last time.
    pub dropped_at: Option<DateTime<Utc>>,
    /// So much was refused since, 401 and 403 and what other sources call so.
    pub refused: u64,
    /// So much was refused in the baseline.
    pub refused_before: u64,
}

/// A sensitive relation of which somebody read rows without having signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposed {
    /// Which; a route where nobody knows, and what the alert is about.
    pub resource: String,
    /// How often since the change.
    pub count: u64,
    /// When last.
    pub last_at: DateTime<Utc>,
    /// Whether that happened in the baseline too.
    pub was_before: bool,
}
