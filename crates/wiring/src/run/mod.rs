//! One run: checks on one snapshot, then what each found is applied.
//!
//! The snapshot is given back before anything is applied, so that it is held no longer than the checks need.

mod ending;
mod look;
mod report;
mod steady;
#[cfg(test)]
mod tests;
mod turn;

use std::time::Instant;

use alerts_store::{AlertStore, Error, Run};
use integrity_core::{Caller, CheckCode, Evaluation};
use serde_json::{Map, Value, json};

use self::steady::Steady;
pub use self::{
    ending::Ending,
    look::{Look, Looked},
    report::{Evaluator, Report, Row},
    turn::{everything_in_turn, is_turn, last_seen, until_next_turn},
};
use crate::{chosen::Chosen, stop::Stop};

/// On whose behalf a run is made.
const SERVICE: Caller = Caller::Service;

/// What a login has to be to run the checks.
const LOGIN: &str = "run this with the login vigie_sync, or with the owner of the schema vigie";

/// A run, before it is made.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds functions")]
pub struct Round<'a> {
    /// Keeps the alerts.
    pub store: &'a dyn AlertStore,
    /// The login that runs the checks' SQL.
    pub evaluated_by: &'a Evaluator,
    /// What is looked at.
    pub look: Look<'a>,
}

/// Whatever there is, it is due.
#[must_use]
pub fn everything(_: &CheckCode) -> bool {
    true
}

impl Round<'_> {
    /// Evaluates the checks whose turn has come, applies what they find, and writes it into the books.
    ///
    /// # Errors
    /// When the database is lost or the login may not do this. What was applied until then stays.
    pub async fn make(self) -> Result<Report, Stop> {
        let began = Instant::now();
        let chosen = self.look.chosen;
        let mut known = chosen.known.clone();
        if let Some(releases) = self.look.releases {
            known.extend(releases.checks(chosen).await);
        }
        if let Some(access) = self.look.access {
            known.extend(access.checks(chosen).await);
        }
        self.store
            .register_checks(&SERVICE, &chosen.database, &known)
            .await
            .map_err(refused)?;
        let mut steady = Steady::default();
        let mut different = Vec::new();
        let looked = self
            .look
            .evaluate(async |evaluation| {
                // Asked while the snapshot is held, so that what nothing follows from is forgotten at once.
                match self.store.unchanged(&SERVICE, &evaluation).await {
                    Ok(Some(unchanged)) => steady.add(unchanged, &evaluation),
                    // What could not be compared is applied, which says what is wrong.
                    Ok(None) | Err(_) => different.push(evaluation),
                }
                Ok(())
            })
            .await?;
        let mut rows = Vec::with_capacity(steady.len() + different.len());
        let to_apply = different.len();
        let applying = async {
            for evaluation in different {
                rows.push(self.apply(evaluation).await?);
            }
            Ok::<_, Stop>(())
        };
        // None where there was no time for all of it.
        self.look.ending.unless_late(applying).await.transpose()?;
        let left = looked.left + to_apply - rows.len();
        rows.extend(
            steady
                .advance(self.store, &chosen.database)
                .await
                .map_err(refused)?,
        );
        rows.sort_by(|a, b| a.code.cmp(&b.code));
        let passed = self.store.record_dates(&SERVICE).await.map_err(refused)?;
        let run = Run {
            database: chosen.database.clone(),
            started_at: looked.started_at,
            status: report::status(&rows, left),
            outcomes: outcomes(&rows),
            parameters: parameters(chosen, self.evaluated_by),
        };
        self.store.record_run(&SERVICE, &run).await.map_err(refused)?;
        let summary = self.store.summary(&SERVICE, &chosen.database).await?;
        Ok(Report {
            status: run.status,
            evaluated_by: self.evaluated_by.clone(),
            checks: rows,
            left,
            elapsed_ms: report::milliseconds(began.elapsed()),
            coverage: summary.coverage,
            alerts: summary.live.clone(),
            breached: passed.breached,
            expired: passed.expired,
            summary,
        })
    }

    /// Applies one evaluation. What goes wrong with it is the check's own matter, unless the store is gone.
    async fn apply(self, evaluation: Evaluation) -> Result<Row, Stop> {
        match self.store.apply(&SERVICE, &evaluation).await {
            Ok(applied) => Ok(Row::new(&evaluation, Ok(applied))),
            // Held up by somebody else's lock, or gone for good? Only the second ends the run.
            Err(error @ Error::Unavailable(_)) if self.is_gone().await => Err(error.into()),
            Err(error) => {
                let why = Stop::from(error).message().to_owned();
                Ok(Row::new(&evaluation, Err(why)))
            }
        }
    }

    async fn is_gone(self) -> bool {
        let states = self
            .store
            .check_states(&SERVICE, &self.look.chosen.database)
            .await;
        states.is_err()
    }
}

fn refused(error: Error) -> Stop {
    Stop::from(error).refused_login(LOGIN)
}

/// The parameters of each check that has some, by its code, and of the run in small letters, which no code has.
fn parameters(chosen: &Chosen, evaluated_by: &Evaluator) -> Value {
    let mut parameters = chosen.parameters();
    if let Some(fields) = parameters.as_object_mut() {
        fields.retain(|_, of_check| of_check.as_object().is_none_or(|of_check| !of_check.is_empty()));
        fields.insert("evaluated_by".to_owned(), json!(evaluated_by));
        if !chosen.only.is_empty() {
            fields.insert("only".to_owned(), json!(chosen.only));
        }
    }
    parameters
}

fn outcomes(rows: &[Row]) -> Value {
    let outcomes = rows.iter().map(|row| (row.code.to_string(), row.for_the_book()));
    Value::Object(outcomes.collect::<Map<_, _>>())
}
