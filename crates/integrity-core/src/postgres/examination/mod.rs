//! What would make Vigie blind, wrong or open to strangers, read from a database's catalogs.
//!
//! Every question is asked by itself and changes nothing, so that a half-installed database is described and not
//! refused. What could not be looked at is a symptom of its own, never "fine".

mod evaluator;
mod exposure;
mod roles;
mod server;
mod source;
mod views;

pub use evaluator::{Evaluator, blindness, lacks, same_database, writes};
pub use exposure::exposure;
pub use roles::{grants, roles};
pub use server::{Server, server};
pub use source::source;
pub use views::views;

use serde::{Deserialize, Serialize};

use crate::Error;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Looked at, and as it should be.
    Ok,
    /// It works, and could be better or safer.
    Warning,
    /// Nobody knows: it could not be looked at.
    NotLookedAt,
    /// It does not work, hides something, or lets somebody in.
    Error,
}

impl Level {
    /// `ok`, `warning`, `not_looked_at`, `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::NotLookedAt => "not_looked_at",
            Self::Error => "error",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symptom {
    /// What it is about, `area.thing`; stable, for programs.
    pub id: String,
    /// How bad it is.
    pub level: Level,
    /// What was seen.
    pub what: String,
    /// What to do about it; empty where there is nothing to do.
    pub remedy: String,
}

impl Symptom {
    /// As it should be.
    #[must_use]
    pub fn ok(id: impl Into<String>, what: impl Into<String>) -> Self {
        Self::new(id, Level::Ok, what, "")
    }

    /// Could be better or safer.
    #[must_use]
    pub fn warning(id: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(id, Level::Warning, what, remedy)
    }

    /// Must not be.
    #[must_use]
    pub fn error(id: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(id, Level::Error, what, remedy)
    }

    /// Nothing is known about it, which is not fine.
    #[must_use]
    pub fn unseen(id: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(id, Level::NotLookedAt, what, remedy)
    }

    /// What was asked and not answered: not looked at where this login may not look, else an error.
    #[must_use]
    pub fn not_looked_at(id: impl Into<String>, why: &Error) -> Self {
        let what = format!("not looked at: {why}");
        match why {
            Error::Forbidden { .. } => Self::unseen(
                id,
                what,
                "run `vigie doctor` with the login that owns the schema vigie",
            ),
            _ => Self::error(id, what, "put right what it says, then run `vigie doctor` again"),
        }
    }

    fn new(id: impl Into<String>, level: Level, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            level,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// What was found, or that nothing was.
fn or_fine(symptoms: Vec<Symptom>, id: &str, fine: &str) -> Vec<Symptom> {
    if symptoms.is_empty() {
        vec![Symptom::ok(id, fine)]
    } else {
        symptoms
    }
}
