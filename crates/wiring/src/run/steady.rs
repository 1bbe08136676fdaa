//! Evaluations from which nothing follows: no alert is touched, and all their checks move on by one statement.

use alerts_store::{AlertStore, Applied, Error, Unchanged};
use integrity_core::Evaluation;

use super::{SERVICE, report::Row};

#[derive(Default)]
pub(super) struct Steady {
    unchanged: Vec<Unchanged>,
    rows: Vec<Row>,
}

impl Steady {
    /// The findings are the ones that stand already, and need not be kept.
    pub(super) fn add(&mut self, unchanged: Unchanged, evaluation: &Evaluation) {
        let nothing = Applied::nothing(evaluation.outcome.clone());
        self.rows.push(Row::new(evaluation, Ok(nothing)));
        self.unchanged.push(unchanged);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Moves the checks on. One that somebody else has evaluated meanwhile is left to that evaluation.
    pub(super) async fn advance(mut self, store: &dyn AlertStore) -> Result<Vec<Row>, Error> {
        if self.unchanged.is_empty() {
            return Ok(self.rows);
        }
        let overtaken = store.advance(&SERVICE, &self.unchanged).await?;
        for row in self.rows.iter_mut().filter(|row| overtaken.contains(&row.code)) {
            row.stale = true;
        }
        Ok(self.rows)
    }
}
