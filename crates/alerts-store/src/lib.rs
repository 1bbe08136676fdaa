#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(any(feature = "memory", feature = "postgres")),
    expect(dead_code, reason = "the machine runs inside a store")
)]

mod alert;
mod applied;
mod command;
mod error;
mod event;
mod filter;
mod known_check;
mod lease;
pub mod lifecycle;
#[cfg(feature = "memory")]
mod memory;
mod meta;
mod page;
mod past;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "mock")]
mod sample;
mod store;
mod summary;
mod trend;
mod unchanged;
mod verification;
mod vitals;

pub use alert::{Accepted, Alert, AlertId, Condition, ContentHash, Resolution, Status};
pub use applied::{Applied, CheckInfo, CheckState, LastSeen, PassedDates, Run, RunStatus};
pub use command::{Acted, CheckCommand, Command, Verb};
pub use error::Error;
pub use event::{AlertEvent, EventKind};
pub use filter::AlertFilter;
pub use integrity_core;
pub use known_check::KnownCheck;
#[cfg(feature = "mock")]
pub use lease::MockLeases;
pub use lease::{Lease, Leases};
#[cfg(feature = "memory")]
pub use memory::{MemoryAlertStore, MemoryLeases};
pub use meta::{CHECK_FAILING, CHECK_SUSPECT};
pub use page::{Page, Position};
pub use past::{PastOutcome, PastRun};
#[cfg(feature = "postgres")]
pub use postgres::{PgAlertStore, PgChanges, PgLeases};
pub use store::AlertStore;
#[cfg(feature = "mock")]
pub use store::MockAlertStore;
pub use summary::{Count, Coverage, Durations, Heartbeat, Summary, Times};
pub use trend::TrendDay;
pub use unchanged::Unchanged;
pub use verification::{Discrepancy, Problem, Verification};
pub use vitals::Vitals;

/// The workspace's README promises an embedding in a few lines; this compiles it.
#[cfg(all(doctest, feature = "postgres"))]
#[doc = include_str!("../../../README.md")]
#[derive(Debug)]
struct WorkspaceReadme;
