use std::{fmt, time::Duration};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{CheckCode, Evaluation, Failure, FailureKind, Outcome, Terms};

/// One thing that is wrong with a file of a pack, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file's name within its pack.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}; {}", self.file, self.line, self.what, self.remedy)
    }
}

/// A check that cannot be evaluated because of what stands in its file, or in one of its files.
///
/// Kept beside the good checks of its pack, so that a run says that it was not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadCheck {
    /// The file's stem in upper case, whatever the file says. Where that is no code that a check may have: each
    /// character that a code cannot hold as `_`, then `_FILE`, and a number if a check has that code already.
    pub code: CheckCode,
    /// The pack it belongs to.
    pub pack: String,
    /// The severity is what the file says; CRITICAL where that cannot be read, since nobody knows what it
    /// would have found.
    pub terms: Terms,
    /// Everything that is wrong, in the order of files and lines; never empty.
    pub problems: Vec<Problem>,
}

impl BadCheck {
    /// The check's result in a run: `Failed(Contract)` with the first problem and how many more there are.
    #[must_use]
    pub fn evaluation(&self, database: &str, snapshot_at: DateTime<Utc>) -> Evaluation {
        let first = self.problems.first().map(ToString::to_string).unwrap_or_default();
        let message = match self.problems.len().saturating_sub(1) {
            0 => first,
            more => format!("{first} (and {more} more)"),
        };
        Evaluation {
            database: database.to_owned(),
            code: self.code.clone(),
            snapshot_at,
            outcome: Outcome::Failed(Failure {
                kind: FailureKind::Contract,
                message,
            }),
            findings: Vec::new(),
            merged: 0,
            terms: self.terms.clone(),
            elapsed: Duration::ZERO,
        }
    }
}

/// Collects the problems of one file.
pub(super) struct Report<'a> {
    file: &'a str,
    text: &'a str,
    problems: Vec<Problem>,
}

impl<'a> Report<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self {
            file,
            text,
            problems: Vec::new(),
        }
    }

    /// Adds a problem at that byte of the file.
    pub(super) fn add(&mut self, at: usize, what: impl Into<String>, remedy: impl Into<String>) {
        let line = self.line(at);
        let (what, remedy) = (what.into(), remedy.into());
        self.problems.push(Problem {
            file: self.file.to_owned(),
            line,
            what,
            remedy,
        });
    }

    /// The line of that byte, counted from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        1 + self.text.bytes().take(at).filter(|byte| *byte == b'\n').count()
    }

    /// How many problems there are so far.
    pub(super) fn count(&self) -> usize {
        self.problems.len()
    }

    pub(super) fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// The problems in the order of their lines.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.line);
        self.problems
    }
}
