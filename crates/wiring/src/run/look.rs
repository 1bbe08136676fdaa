//! The first half of a run: checks, evaluated on one snapshot.

use std::time::Duration;

use chrono::{DateTime, Utc};
use integrity_core::{BadCheck, Check, CheckCode, CheckRunner, Evaluation, Failure, FailureKind, Outcome};

use super::Ending;
use crate::{
    access::AccessRules,
    audit::{AUDIT, Auditor},
    chosen::Chosen,
    release::ReleaseRules,
    stop::Stop,
};

/// How often a run takes a new snapshot after a check took one down, before it leaves the others for the next run.
const MAX_LOSSES: u32 = 3;

/// What is looked at.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds functions")]
pub struct Look<'a> {
    /// Evaluates the checks.
    pub runner: &'a dyn CheckRunner,
    /// The checks there are.
    pub chosen: &'a Chosen,
    /// Whether a check's turn has come.
    pub due: &'a (dyn Fn(&CheckCode) -> bool + Sync),
    /// Audits, where that is wanted.
    pub auditor: Option<&'a Auditor>,
    /// Looks into the ledger of releases, where that is wanted.
    pub releases: Option<&'a ReleaseRules>,
    /// Looks into the journal of accesses, where that is wanted.
    pub access: Option<&'a AccessRules>,
    /// How it is asked to end early.
    pub ending: &'a Ending,
    /// Told which check is in hand.
    pub in_hand: &'a (dyn Fn(&CheckCode) + Sync),
}

/// What came of looking, besides the evaluations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    /// When the first snapshot was taken.
    pub started_at: DateTime<Utc>,
    /// How many checks were left out: it was asked to end, or too many took their connection down.
    pub left: usize,
}

impl<'a> Look<'a> {
    /// Evaluates, and hands each evaluation on before the next is made. A check that takes its connection down is a
    /// failed check; the others are evaluated on a new snapshot.
    ///
    /// # Errors
    /// When the database is lost, and what `each` says.
    pub async fn evaluate(
        self,
        mut each: impl AsyncFnMut(Evaluation) -> Result<(), Stop>,
    ) -> Result<Looked, Stop> {
        let database = &self.chosen.database;
        let mut snapshot = self.runner.begin().await?;
        let started_at = snapshot.taken_at();
        for bad in self.bad() {
            each(self.at_home(bad.evaluation(database, started_at))).await?;
        }
        let (mut losses, mut fresh) = (0, true);
        let mut left = self.checks().count();
        for check in self.checks() {
            if self.ending.is_asked() {
                break;
            }
            // Each has the time that is its own: what does not fit any more is looked at on a new snapshot.
            if snapshot.left() < check.timeout() && !fresh {
                snapshot.end().await;
                snapshot = self.runner.begin().await?;
            }
            fresh = false;
            (self.in_hand)(check.code());
            let Some(evaluated) = self.ending.unless_now(snapshot.evaluate(check)).await else {
                snapshot.abandon().await;
                return Ok(Looked { started_at, left });
            };
            left -= 1;
            let Ok(evaluation) = evaluated else {
                losses += 1;
                let failed = took_the_connection_down(check, database, snapshot.taken_at());
                each(self.at_home(failed)).await?;
                if losses > MAX_LOSSES {
                    return Ok(Looked { started_at, left });
                }
                (snapshot, fresh) = (self.runner.begin().await?, true);
                continue;
            };
            each(self.at_home(evaluation)).await?;
        }
        snapshot.end().await;
        if let Some(auditor) = self.auditor.filter(|_| self.is_audit_due()) {
            let Some(evaluations) = self.audited(auditor, started_at).await else {
                return Ok(Looked {
                    started_at,
                    left: left + 1,
                });
            };
            for evaluation in evaluations {
                each(self.at_home(evaluation)).await?;
            }
        }
        let is_whole = || self.chosen.only.is_empty() && !self.ending.is_asked();
        if let Some(releases) = self.releases.filter(|_| is_whole()) {
            for evaluation in releases.evaluations(started_at).await {
                each(self.at_home(evaluation)).await?;
            }
        }
        match self.access {
            Some(access) if is_whole() => {
                for evaluation in access.evaluations(started_at).await {
                    each(self.at_home(evaluation)).await?;
                }
            }
            // What is recorded is sealed by every run, whatever it is about.
            Some(access) if !self.ending.is_asked() => access.seal().await,
            _ => {}
        }
        Ok(Looked { started_at, left })
    }

    /// The audit is one check, which its rules follow; a run of some checks only leaves it out.
    fn is_audit_due(self) -> bool {
        let audit = self
            .chosen
            .known
            .iter()
            .find(|check| check.code.as_str() == AUDIT);
        let is_due = audit.is_some_and(|check| (self.due)(&check.code));
        is_due && self.chosen.only.is_empty()
    }

    /// None where it was asked to end before.
    async fn audited(self, auditor: &Auditor, at: DateTime<Utc>) -> Option<Vec<Evaluation>> {
        if self.ending.is_asked() {
            return None;
        }
        self.ending.unless_now(Box::pin(auditor.evaluations(at))).await
    }

    fn checks(self) -> impl Iterator<Item = &'a Check> {
        let due = self.due;
        self.chosen.checks.iter().filter(move |check| due(check.code()))
    }

    fn bad(self) -> impl Iterator<Item = &'a BadCheck> {
        let due = self.due;
        self.chosen.bad.iter().filter(move |bad| due(&bad.code))
    }

    /// With days that end where the configuration says.
    fn at_home(self, mut evaluation: Evaluation) -> Evaluation {
        if let Some(zone) = self.chosen.time_zone {
            evaluation.terms.time_zone = zone;
        }
        evaluation
    }
}

fn took_the_connection_down(check: &Check, database: &str, snapshot_at: DateTime<Utc>) -> Evaluation {
    let message = "the connection was lost while it was evaluated: the server or the check itself ended it";
    Evaluation {
        database: database.to_owned(),
        code: check.code().clone(),
        snapshot_at,
        outcome: Outcome::Failed(Failure {
            kind: FailureKind::Sql,
            message: message.to_owned(),
        }),
        findings: Vec::new(),
        merged: 0,
        terms: check.terms(),
        elapsed: Duration::ZERO,
    }
}
