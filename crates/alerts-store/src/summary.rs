use chrono::{DateTime, Utc};
use integrity_core::Severity;
use serde::{Deserialize, Serialize};

use crate::Status;

/// The numbers at a glance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The store's clock.
    pub at: DateTime<Utc>,
    /// When every enabled check had last been completely evaluated: the oldest of their last complete
    /// snapshots; `None` while one of them never was.
    pub complete_at: Option<DateTime<Utc>>,
    /// How far the checks can be believed.
    pub coverage: Coverage,
    /// Whether anybody still looks.
    pub heartbeat: Heartbeat,
    /// Live alerts by severity and status, worst first; what is not listed is none.
    pub live: Vec<Count>,
    /// Live alerts past due.
    pub overdue: u64,
    /// Checks whose last evaluation failed.
    pub failing: Vec<String>,
    /// Checks whose last evaluation proves nothing.
    pub suspect: Vec<String>,
    /// Enabled checks without a fixture that shows they can fire.
    pub unproved: Vec<String>,
    /// Checks that have live alerts and that nobody evaluates: disabled, or of a pack that is not chosen.
    pub frozen: Vec<String>,
}

/// How far the checks can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Enabled checks of the chosen packs.
    pub enabled: u64,
    /// Those completely evaluated at most max(3 × `every`, `every` + 5 min) ago.
    pub fresh: u64,
    /// Those with fixtures that show they can fire and be silent.
    pub proved: u64,
    /// Those fresh and proved: what may be believed.
    pub covered: u64,
    /// Those fresh and without a live alert of WARN or worse.
    pub healthy: u64,
}

/// Whether anybody still looks: a service that is silent writes nothing, so that silence has to be measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// When the last run finished; `None` while the book knows of none.
    pub run_at: Option<DateTime<Utc>>,
    /// How long ago that was. Without a run: since a check was last seen, or since the store was made.
    pub age_seconds: f64,
    /// How long a run may be ago: 3 × the shortest `every` of the enabled checks; `None` where none is enabled.
    pub silent_after_seconds: Option<u64>,
    /// Whether it is longer ago. Where no check is enabled, nobody looks at anything, and that is silence too.
    pub silent: bool,
}

/// So many live alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Of this severity.
    pub severity: Severity,
    /// In this status.
    pub status: Status,
    /// So many.
    pub count: u64,
    /// How many of them are past due.
    #[serde(default)]
    pub overdue: u64,
}

/// How long alerts take.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// Time from opening to acknowledgement, of alerts opened in the last 90 days.
    pub acknowledge: Durations,
    /// Time from opening to resolution, of alerts cleared or verified as fixed and opened in the last 90 days.
    pub resolve: Durations,
}

/// How long something took, in seconds; without `n` the figures say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Durations {
    /// How many were measured.
    pub n: u64,
    /// Half took no longer.
    pub median: Option<f64>,
    /// Nine of ten took no longer.
    pub p90: Option<f64>,
}
