//! Where events are kept.

mod access_journal;
mod error;
mod heartbeat;
#[cfg(feature = "postgres")]
pub mod postgres;

#[cfg(feature = "mock")]
pub use self::access_journal::MockAccessJournal;
#[cfg(feature = "postgres")]
pub use self::postgres::PgAccessJournal;
pub use self::{
    access_journal::{AccessJournal, Recorded},
    error::Error,
    heartbeat::Heartbeat,
};
