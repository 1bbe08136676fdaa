//! What the store answers of checks, pages and days, as far as `alerts-store` does not say it yet.

use alerts_store::{CheckInfo, CheckState, Count, Durations};
use chrono::{DateTime, NaiveDate, Utc};

/// A check as the store knows it, and how it stands.
#[derive(Debug, Clone)]
pub(crate) struct KnownCheck {
    pub(crate) info: CheckInfo,
    /// Whether a chosen pack still has it.
    pub(crate) active: bool,
    pub(crate) state: Option<CheckState>,
    /// Whether its last complete evaluation can still be believed.
    pub(crate) fresh: bool,
    pub(crate) live: Vec<Count>,
}

/// What came of a check in one run.
#[derive(Debug, Clone)]
pub(crate) struct PastOutcome {
    pub(crate) at: DateTime<Utc>,
    /// Without its reason.
    pub(crate) outcome: String,
    pub(crate) reason: String,
    pub(crate) findings: u64,
    pub(crate) elapsed_ms: u64,
}

/// How long people and evaluations took with the alerts of one check.
#[derive(Debug, Clone)]
pub(crate) struct Times {
    pub(crate) acknowledge: Durations,
    pub(crate) resolve: Durations,
}

/// Live alerts at the end of a local day.
#[derive(Debug, Clone)]
pub(crate) struct TrendDay {
    pub(crate) date: NaiveDate,
    pub(crate) critical: u64,
    pub(crate) warn: u64,
    pub(crate) info: u64,
}
