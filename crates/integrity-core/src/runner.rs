//! The trait behind which checks are evaluated.
//!
//! A run is a [`Snapshot`] that its owner walks through check by check, so that each result can be looked at, and
//! forgotten where nothing follows from it, before the next is made. Refused: one call that returns the results of all
//! checks, whose memory would grow with the data.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{Check, Error, Evaluation};

/// Evaluates checks on a watched database.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait CheckRunner: Send + Sync {
    /// Takes one read-only snapshot of the watched database.
    ///
    /// Cancel safe: a snapshot that was being taken is given up.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    async fn begin(&self) -> Result<Box<dyn Snapshot>, Error>;
}

/// One snapshot of a watched database. Dropping it lets it go.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Snapshot: Send {
    /// The watched database's clock when the snapshot was taken; `:as_of` in the checks.
    fn taken_at(&self) -> DateTime<Utc>;

    /// How long it may still be held. A check for which that is not enough fails for want of time.
    fn left(&self) -> Duration;

    /// Evaluates one check. Whatever is wrong with the check itself is its outcome, never an error, and
    /// leaves the snapshot fit for the next check.
    ///
    /// Not cancel safe: a snapshot whose evaluation was cancelled must be dropped.
    ///
    /// # Errors
    /// `Unavailable` when the connection was lost; the snapshot is then gone.
    async fn evaluate(&mut self, check: &Check) -> Result<Evaluation, Error>;

    /// Ends the snapshot in order, sooner and more quietly than dropping it.
    async fn end(self: Box<Self>);

    /// Ends the snapshot in the middle of an evaluation that was cancelled: what the server still does for it is
    /// stopped, where dropping it would leave that to the check's own time limit.
    async fn abandon(self: Box<Self>);
}

const _: fn(&dyn CheckRunner, &dyn Snapshot) = |_, _| ();
