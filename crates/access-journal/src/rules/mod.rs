//! What the journal shows of attacks, leaks and silence. Rules look at the events since they were looked at before, of a
//! day at least, and at those that were read since, however late; they keep nothing.

#[cfg(any(feature = "memory", feature = "postgres"))]
mod fired;
mod rule;
#[cfg(feature = "memory")]
mod simulate;
mod thresholds;
mod watch;

#[cfg(feature = "postgres")]
pub(crate) use self::fired::{Fired, delta};
#[cfg(any(feature = "memory", feature = "postgres"))]
pub(crate) use self::fired::{findings, silent};
#[cfg(feature = "memory")]
pub(crate) use self::simulate::Scene;
pub use self::{
    rule::Rule,
    thresholds::{Bucket, Spike, Thresholds, Within},
    watch::{Detection, Fixed, Found, Unjudged, Watch, month_began},
};

/// How far the rules look back.
pub const LOOKS_BACK: chrono::TimeDelta = chrono::TimeDelta::hours(24);

/// So many findings of a rule are told; where there are more, the worst.
pub const MAX_FINDINGS: usize = 1000;
