use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Error, Run, filter::is_date};

/// A run in the book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastRun {
    /// What was written down.
    pub run: Run,
    /// When it finished, by the store's clock.
    pub finished_at: DateTime<Utc>,
}

impl PastRun {
    /// The most that can be asked for at once.
    pub const MAX: u32 = 200;

    /// What came of this check in it; `None` where it was not looked at.
    ///
    /// # Errors
    /// `Corrupt` when what was written down cannot be read.
    pub fn outcome(&self, code: &str) -> Result<Option<PastOutcome>, Error> {
        PastOutcome::of(&self.run, self.finished_at, code)
    }
}

/// What came of one check in one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastOutcome {
    /// When the run finished, by the store's clock.
    pub at: DateTime<Utc>,
    /// The outcome, without its reason.
    pub outcome: String,
    /// Which failure or suspicion.
    #[serde(default)]
    pub kind: Option<String>,
    /// Why, in words.
    #[serde(default)]
    pub reason: Option<String>,
    /// Why its result could not be applied.
    #[serde(default)]
    pub error: Option<String>,
    /// What it found.
    #[serde(default)]
    pub findings: u64,
    /// How long its evaluation took.
    #[serde(default)]
    pub elapsed_ms: u64,
}

impl PastOutcome {
    /// Among how many runs is looked for a check.
    pub const RUNS: u32 = 10_000;

    pub(crate) fn of(run: &Run, at: DateTime<Utc>, code: &str) -> Result<Option<Self>, Error> {
        let Some(told) = run.outcomes.get(code) else {
            return Ok(None);
        };
        let mut told = told.clone();
        if let Some(told) = told.as_object_mut() {
            told.insert("at".to_owned(), json!(at));
        }
        serde_json::from_value(told)
            .map(Some)
            .map_err(|_| Error::corrupt("what a run wrote of a check"))
    }
}

/// Refuses a question about the past that has no answer.
pub(crate) fn refuse_malformed(before: Option<DateTime<Utc>>, limit: u32) -> Result<(), Error> {
    if !(1..=PastRun::MAX).contains(&limit) {
        return Err(Error::invalid("limit", format!("1 to {}", PastRun::MAX)));
    }
    match before {
        Some(before) if !is_date(before) => Err(Error::invalid("before", "not a date of a run")),
        _ => Ok(()),
    }
}
