//! How PostgreSQL runs one check, read from `EXPLAIN (ANALYZE, FORMAT JSON)`.

mod advice;
mod plan;

use serde::Serialize;
use serde_json::Value;

pub use advice::IndexAdvice;
pub use plan::PlanNode;

use crate::Error;

/// How PostgreSQL ran one check, and what would make it cheaper.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The file whose SQL it is.
    pub file: String,
    /// How it was run.
    pub plan: PlanNode,
    /// The planner's estimate of the whole cost, in its own unit (one page read in sequence is 1).
    pub cost: f64,
    /// How long planning took, in milliseconds.
    pub planning_ms: f64,
    /// How long running took, in milliseconds, with the time that measuring itself takes.
    pub execution_ms: f64,
    /// Indexes that may help, the most useful first. Vigie creates none.
    pub advice: Vec<IndexAdvice>,
}

impl Explanation {
    /// Reads what `EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON)` gives.
    ///
    /// # Errors
    /// `Corrupt` when it is not that.
    pub fn from_json(file: &str, json: &Value) -> Result<Self, Error> {
        let corrupt = || Error::Corrupt {
            reason: "an explanation that is not of the form EXPLAIN gives".to_owned(),
        };
        let whole = json.get(0).ok_or_else(corrupt)?;
        let plan = whole.get("Plan").and_then(PlanNode::read).ok_or_else(corrupt)?;
        let time = |key| whole.get(key).and_then(Value::as_f64).unwrap_or_default();
        Ok(Self {
            file: file.to_owned(),
            cost: plan.cost,
            planning_ms: time("Planning Time"),
            execution_ms: time("Execution Time"),
            advice: advice::of(&plan),
            plan,
        })
    }
}
