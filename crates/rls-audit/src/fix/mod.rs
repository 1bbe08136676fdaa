//! Mends what was found, and tries that on a copy before anybody is told to do it.
//!
//! Everything here is plain: which statements, in which order, what they change, whom they break. What runs them is behind
//! the feature `postgres`.

mod change;
mod decides;
mod doubt;
mod judgement;
mod narrower;
#[cfg(feature = "postgres")]
mod postgres;
mod script;
mod stage;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;

#[cfg(feature = "postgres")]
pub use self::postgres::{is_same_database, rehearse};
pub use self::{
    change::{Change, changes},
    decides::decides_the_same,
    doubt::doubts,
    judgement::{Break, Why, breaks},
    narrower::narrower,
};
use crate::{
    audit::Reported,
    rules::{Level, Object},
};

/// SQL that mends something. It is done whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The finding that it is for, the worst of those that the same SQL mends.
    pub fingerprint: String,
    /// How bad that is.
    pub level: Level,
    /// What it is about.
    pub object: Object,
    /// What is wrong.
    pub message: String,
    /// One statement or more.
    pub sql: String,
}

/// A fix, and what came of trying it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Which.
    pub fix: Fix,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of trying a fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It breaks nobody, and can be applied twice.
    Proposed {
        /// The cells that it changes.
        changes: Vec<Change>,
        /// The findings that are gone with it.
        settled: Vec<String>,
        /// What it stands in place of, and why that was refused.
        instead: Option<Refused>,
    },
    /// Another fix has mended that.
    Settled,
    /// It is not to be done.
    Refused(Refused),
    /// Whether it is good is not known.
    NotSimulated {
        /// Why not.
        why: String,
    },
}

/// SQL that is not to be done, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What was tried.
    pub sql: String,
    /// Whom it would break, and how; one a line.
    pub why: Vec<String>,
}

/// Every fix, and what came of trying it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// In the order in which they were tried.
    pub tried: Vec<Tried>,
    /// What the copy does not show, for which nothing is proved.
    pub doubts: Vec<String>,
    /// The errors that are still there afterwards.
    pub left: Vec<String>,
}

impl Simulation {
    /// Where there is no copy to try anything on.
    #[must_use]
    pub fn without_a_copy(findings: &[Reported], why: &str) -> Self {
        let not = |fix| Tried {
            fix,
            outcome: Outcome::NotSimulated { why: why.to_owned() },
        };
        Self {
            tried: fixes(findings).into_iter().map(not).collect(),
            doubts: Vec::new(),
            left: Vec::new(),
        }
    }

    /// Whether all of it is proved.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let is_open = |tried: &Tried| matches!(tried.outcome, Outcome::NotSimulated { .. });
        self.doubts.is_empty() && !self.tried.iter().any(is_open)
    }
}

/// The fixes of what somebody has to look at, each once, in the order in which they are to be applied: roles, grants, tables,
/// policies, views, functions, and the worst first. A policy that goes need not be altered before, which could not be done twice.
#[must_use]
pub fn fixes(findings: &[Reported]) -> Vec<Fix> {
    let mut new: Vec<&Reported> = findings
        .iter()
        .filter(|finding| finding.standing.is_new())
        .collect();
    new.sort_by_key(|finding| {
        (
            Reverse(finding.level),
            finding.rule.clone(),
            finding.object.clone(),
        )
    });
    let mut fixes: Vec<Fix> = Vec::new();
    for finding in new {
        let Some(sql) = &finding.fix else { continue };
        if fixes.iter().all(|fix| fix.sql != *sql) {
            fixes.push(Fix {
                fingerprint: finding.fingerprint.clone(),
                level: finding.level,
                object: finding.object.clone(),
                message: finding.message.clone(),
                sql: sql.clone(),
            });
        }
    }
    fixes.sort_by_key(|fix| {
        let drops = fix.sql.starts_with("drop policy");
        (stage::Stage::of(&fix.sql), Reverse(fix.level), !drops)
    });
    fixes
}
