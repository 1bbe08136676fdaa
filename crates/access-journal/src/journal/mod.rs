//! Where events are kept.

mod access_journal;
mod change;
mod error;
mod form;
mod heartbeat;
#[cfg(feature = "memory")]
mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "mock")]
mod sample;
mod seal;
mod sensitive;
mod summary;
mod watch;

#[cfg(feature = "mock")]
pub use self::access_journal::MockAccessJournal;
#[cfg(feature = "memory")]
pub use self::memory::MemoryAccessJournal;
#[cfg(feature = "postgres")]
pub use self::postgres::PgAccessJournal;
pub use self::{
    access_journal::{AccessJournal, Recorded, Rolled},
    change::{Around, Change, Exposed, SourceChange},
    error::Error,
    heartbeat::{Blind, Heartbeat},
    seal::{BrokenSeal, Discrepancy, Holder, Scope, Seal, Tampering, Verification},
    sensitive::SensitiveRelations,
    summary::{EventCount, KeyCount, Lately, RouteCount, SourceHeard, Step, Summary, SummaryRange, Verified},
    watch::{Watched, watch},
};
