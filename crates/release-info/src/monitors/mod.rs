//! What is watched from outside: one list, the configurations that monitors read, and the same expectations evaluated here.

mod emit;
mod expect;
#[cfg(all(feature = "http", feature = "host"))]
mod trial;

use std::time::Duration;

#[cfg(all(feature = "http", feature = "host"))]
pub use self::trial::{Standing, Trial, trial};
pub use self::{
    emit::{Format, Ports, emit},
    expect::{KEYWORDS, judge, ready},
};
use crate::AppEnv;

/// Something that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Monitor {
    /// What it is called: a to z, 0 to 9 and `-`.
    pub name: String,
    /// What is expected.
    pub watch: Watch,
    /// What is asked; a heartbeat may have nothing that can be.
    pub url: Option<String>,
    /// How often.
    pub every: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
}

/// What is expected of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watch {
    /// The manifest of a web front,
    Web {
        /// of this package, where that matters,
        package: Option<String>,
        /// and of this environment.
        environment: Option<AppEnv>,
    },
    /// `/health` of `vigie-api`: it works,
    Health {
        /// in this environment, where that matters.
        environment: Option<AppEnv>,
    },
    /// Calls of `vigie-sync`; asked for, `/readyz` of `vigie-sync` says that it makes its runs.
    Heartbeat {
        /// How long it may be silent.
        silent_after: Duration,
        /// Whether it calls anybody.
        is_heard: bool,
    },
}

impl Watch {
    /// The word for it: `web`, `health` or `heartbeat`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Web { .. } => "web",
            Self::Health { .. } => "health",
            Self::Heartbeat { .. } => "heartbeat",
        }
    }
}
