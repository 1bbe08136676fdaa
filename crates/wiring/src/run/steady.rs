//! Evaluations from which nothing follows: no alert is touched, and all their checks move on by one statement.

use alerts_store::{AlertStore, Applied, Error, Unchanged};
use integrity_core::Evaluation;

use super::{SERVICE, report::Row};
use crate::postgres::reason;

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

    /// Moves the checks on. One that somebody else has evaluated meanwhile is left to that evaluation; one that somebody
    /// only holds has not been looked at by anybody.
    pub(super) async fn advance(mut self, store: &dyn AlertStore, database: &str) -> Result<Vec<Row>, Error> {
        if self.unchanged.is_empty() {
            return Ok(self.rows);
        }
        let left = store.advance(&SERVICE, &self.unchanged).await?;
        if left.is_empty() {
            return Ok(self.rows);
        }
        let seen = store.last_seen(&SERVICE, database).await?.seen;
        for (row, unchanged) in self.rows.iter_mut().zip(&self.unchanged) {
            if left.contains(&row.code) {
                row.stale = seen
                    .get(&row.code)
                    .is_some_and(|seen| *seen != unchanged.seen_at());
                row.error = (!row.stale).then(|| reason::HELD_UP.to_owned());
            }
        }
        Ok(self.rows)
    }
}
