//! Which of several services works.
//!
//! A row with an end, not a lock: a lock of the database would be lost with the connection, and kept for as long as the
//! connection of a service that hangs.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use integrity_core::Caller;

use crate::Error;

/// Lets one of several services work at a time. All of it is for the service.
///
/// Every method fails with `Forbidden` where the caller is not the service, with `Invalid` when a name or a holder is
/// empty, longer than 200 characters or has a NUL in it, and with `Unavailable` when the store does not answer.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Leases: Send + Sync {
    /// Takes the lease `name` for so long, or renews one's own, and says who has it then. Where somebody else has it,
    /// nothing is changed. A lease that has ended is anybody's: whoever lost one gets it back only when it is free.
    ///
    /// Cancel safe, but whether a call that was cancelled took the lease is unknown; it ends by itself.
    ///
    /// # Errors
    /// `Invalid` when `for_` is shorter than a microsecond or longer than a day.
    async fn acquire(
        &self,
        caller: &Caller,
        name: &str,
        holder: &str,
        for_: Duration,
    ) -> Result<Lease, Error>;

    /// Gives one's own lease back; that of somebody else, or none, stays as it is.
    ///
    /// Cancel safe.
    async fn release(&self, caller: &Caller, name: &str, holder: &str) -> Result<(), Error>;
}

const _: fn(&dyn Leases) = |_| ();

/// Who has a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Whether it is who asked.
    pub held: bool,
    /// Who has it.
    pub holder: String,
    /// Until when, by the store's clock.
    pub until: DateTime<Utc>,
    /// The store's clock.
    pub at: DateTime<Utc>,
}

/// Of a name and of a holder, in characters; the same in `vigie.leases`.
const MAX_LENGTH: usize = 200;

/// Refuses what is no name.
pub(crate) fn refuse_malformed(name: &str, holder: &str) -> Result<(), Error> {
    for (field, text) in [("name", name), ("holder", holder)] {
        if text.is_empty() || text.chars().count() > MAX_LENGTH || text.contains('\0') {
            let reason = format!("1 to {MAX_LENGTH} characters, none a NUL");
            return Err(Error::invalid(field, reason));
        }
    }
    Ok(())
}

/// How long a lease is wanted, in microseconds.
pub(crate) fn microseconds(for_: Duration) -> Result<i64, Error> {
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    i64::try_from(for_.as_micros())
        .ok()
        .filter(|microseconds| (1..=DAY).contains(microseconds))
        .ok_or_else(|| Error::invalid("for", "from a microsecond to a day"))
}
