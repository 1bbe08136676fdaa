use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AccessMatrix, Authority, Catalog, Error, Persona, Trial};

/// What was seen in one snapshot: what decides who may do what, and what that comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    /// When that was, by the database's clock.
    pub at: DateTime<Utc>,
    /// What decides.
    pub catalog: Catalog,
    /// What it comes to.
    pub matrix: AccessMatrix,
    /// What the policies were asked about, so that the same can be tried for real, and what went through.
    pub trials: Vec<Trial>,
    /// Columns of ranks that this login may not read whole: nobody was tried for each of these ranks.
    #[serde(default)]
    pub untried: Vec<Authority>,
}

/// Looks at a database without changing anything in it.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait DatabaseInspector: Send + Sync {
    /// What decides who may do what, of one instant.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    async fn catalog(&self) -> Result<Catalog, Error>;

    /// The same, and what it comes to for these personas and for those that the catalog itself suggests.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer; `Invalid` for a persona that nobody can be.
    async fn inspect(&self, given: &[Persona]) -> Result<Inspection, Error>;
}

const _: fn(&dyn DatabaseInspector) = |_| ();
