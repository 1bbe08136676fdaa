//! The last audits, kept for whoever looks later.

#[cfg(feature = "memory")]
mod memory;

use async_trait::async_trait;
use integrity_core::Caller;

#[cfg(feature = "memory")]
pub use self::memory::MemoryAuditStore;
use crate::{Audit, Error};

/// So many audits of a database are kept.
pub const KEPT: usize = 30;

/// Keeps the last audits of each watched database.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Keeps an audit, and forgets the oldest beyond [`KEPT`], but never the last complete one. One of the same instant is
    /// kept once. For the service.
    ///
    /// Cancel safe: it is kept whole or not at all.
    ///
    /// # Errors
    /// `Forbidden` for people, `Unavailable` when the database does not answer.
    async fn save(&self, caller: &Caller, database: &str, audit: &Audit) -> Result<(), Error>;

    /// The last one; `None` where none was ever made.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Forbidden` for somebody without a role, `Corrupt` where another version of this program has written it,
    /// `Unavailable` when the database does not answer.
    async fn latest(&self, caller: &Caller, database: &str) -> Result<Option<Audit>, Error>;

    /// The last one that saw enough to say anything; `None` where there is none.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// As [`AuditStore::latest`].
    async fn latest_complete(&self, caller: &Caller, database: &str) -> Result<Option<Audit>, Error>;
}

const _: fn(&dyn AuditStore) = |_| ();

/// What only the service may do is not for people.
#[cfg(any(feature = "memory", feature = "postgres"))]
pub(crate) fn refuse_people(caller: &Caller) -> Result<(), Error> {
    match caller {
        Caller::Service => Ok(()),
        Caller::Claims { .. } => Err(Error::forbidden("only the service may do this")),
    }
}

/// What somebody without a role is told.
#[cfg(any(feature = "memory", feature = "postgres"))]
pub(crate) fn no_role() -> Error {
    Error::forbidden("you have no role in Vigie; ask an administrator for one")
}
