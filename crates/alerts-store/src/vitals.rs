use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Whether the checks are made and what they come to, in numbers alone: what may be told to anybody.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Vitals {
    /// The store's clock.
    pub at: DateTime<Utc>,
    /// How long ago the last run finished, in seconds, as [`Heartbeat::age_seconds`](crate::Heartbeat::age_seconds).
    pub age_seconds: f64,
    /// How long a run may be ago, in seconds; `None` where no check is enabled.
    pub silent_after_seconds: Option<u64>,
    /// Whether it is longer ago. Where no check is enabled, nobody looks at anything, and that is silence too.
    pub silent: bool,
    /// Enabled checks of the chosen packs.
    pub enabled: u64,
    /// Those completely evaluated lately and proved to be able to fire: what may be believed.
    pub covered: u64,
    /// Those whose last evaluation failed.
    pub failing: u64,
    /// Those whose last evaluation proves nothing.
    pub suspect: u64,
    /// Those whose last evaluation was cut off at `max_rows`.
    pub truncated: u64,
    /// Checks with live alerts that nobody evaluates.
    pub frozen: u64,
    /// Live alerts that are CRITICAL.
    pub critical: u64,
}

/// What the numbers are made of.
#[cfg(feature = "postgres")]
#[derive(Debug, Deserialize)]
pub(crate) struct Signs {
    pub(crate) at: DateTime<Utc>,
    pub(crate) age_seconds: f64,
    pub(crate) critical: u64,
    pub(crate) frozen: u64,
    pub(crate) checks: Vec<Sign>,
}

/// An enabled check, without its name.
#[cfg(feature = "postgres")]
#[derive(Debug, Deserialize)]
pub(crate) struct Sign {
    pub(crate) every_seconds: u32,
    pub(crate) proved: bool,
    pub(crate) complete_at: Option<DateTime<Utc>>,
    pub(crate) outcome: Option<String>,
}

#[cfg(feature = "postgres")]
impl From<Signs> for Vitals {
    fn from(signs: Signs) -> Self {
        let count =
            |wanted: &dyn Fn(&Sign) -> bool| signs.checks.iter().filter(|check| wanted(check)).count() as u64;
        let outcome = |word: &'static str| move |check: &Sign| check.outcome.as_deref() == Some(word);
        let shortest = signs.checks.iter().map(|check| check.every_seconds).min();
        let silent_after = shortest.map(|every| 3 * u64::from(every));
        Self {
            at: signs.at,
            age_seconds: signs.age_seconds,
            silent_after_seconds: silent_after,
            #[expect(clippy::cast_precision_loss, reason = "seconds of days")]
            silent: silent_after.is_none_or(|limit| signs.age_seconds > limit as f64),
            enabled: signs.checks.len() as u64,
            covered: count(&|check| {
                check.proved
                    && check
                        .complete_at
                        .is_some_and(|at| is_fresh(check.every_seconds, at, signs.at))
            }),
            failing: count(&outcome("Failed")),
            suspect: count(&outcome("Suspect")),
            truncated: count(&outcome("Truncated")),
            frozen: signs.frozen,
            critical: signs.critical,
        }
    }
}

/// Whether what was seen at `complete_at` can still be believed: for max(3 × `every`, `every` + 5 min). What lies in the
/// future, after the clock was set back, cannot.
pub(crate) fn is_fresh(every_seconds: u32, complete_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let every = TimeDelta::seconds(every_seconds.into());
    let patience = (every * 3).max(every + TimeDelta::minutes(5));
    (now - patience..=now + TimeDelta::minutes(1)).contains(&complete_at)
}
