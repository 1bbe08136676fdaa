//! A copy of a database, to try on it what must not be tried on the original: its schema, its roles, and some rows.
//!
//! What could not be brought over is said: a copy with a loss proves nothing about the original.

#[cfg(feature = "postgres")]
mod postgres;

use std::fmt;

#[cfg(feature = "postgres")]
pub use self::postgres::{Servers, make, servers};

/// Which rows a copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Made up: some of each table, whoever is signed in owning one of them.
    Synthetic,
    /// Some of the original's.
    Sampled,
}

/// What became of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// What the copy lacks, or has otherwise than the original; nothing where it is whole.
    pub lost: Vec<Loss>,
}

/// Something that the copy lacks, or has otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// What.
    pub object: String,
    /// Why; without values of rows.
    pub why: String,
}

impl Loss {
    /// This one, for this reason.
    #[cfg(feature = "postgres")]
    fn new(object: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            object: object.into(),
            why: why.into(),
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.why)
    }
}
