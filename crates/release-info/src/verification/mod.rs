//! Whether a web host serves the release that it should: looks at the manifest, and a verdict over all of them.

#[cfg(feature = "http")]
mod deep;
mod look;
#[cfg(feature = "http")]
mod rounds;
mod series;
mod verdict;

pub(crate) use self::look::is_json;
#[cfg(feature = "http")]
pub use self::{
    deep::Depth,
    rounds::{Plan, Report, verify},
};
pub use self::{
    look::{Look, Seen, Served},
    series::{Expected, Series, Tally},
    verdict::{Doubt, Fault, Verdict},
};
