//! The service at work, as long as the database is there: look whose turn it is, take the lease, make a run.
//!
//! Several services may do this at once. Only who has the lease works; and if two worked all the same, the order of
//! snapshots would keep it harmless. Looking costs one statement that writes nothing.

use std::{collections::BTreeSet, convert::Infallible, time::Duration};

use alerts_store::{AlertStore, LastSeen, Leases, RunStatus};
use integrity_core::{Caller, CheckCode, CheckRunner};
use tracing::{info, warn};
use wiring::{
    access::{AccessKeeping, AccessRules, Rolled},
    audit::Auditor,
    chosen::Chosen,
    release::ReleaseRules,
    run::{Ending, Evaluator, Look, Report, Round},
    stop::Stop,
};

use crate::{
    board::Board,
    schedule::{Schedule, Tried},
};

/// On whose behalf it works.
const SERVICE: Caller = Caller::Service;

/// The longest time without a look at the database.
const LOOK: Duration = Duration::from_secs(15);

/// How long a look may take before the database counts as lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long giving the lease back may take: it ends by itself.
const RELEASING: Duration = Duration::from_millis(500);

/// How long a run may take beyond its look at the database. One that takes longer hangs, and is given up with its lease.
const BOOKS: Duration = Duration::from_mins(5);

/// How soon a service that waits for another's lease asks again.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// What the service works with.
#[derive(Clone, Copy)]
pub(crate) struct Service<'a> {
    pub(crate) store: &'a dyn AlertStore,
    pub(crate) leases: &'a dyn Leases,
    pub(crate) runner: &'a dyn CheckRunner,
    pub(crate) auditor: Option<&'a Auditor>,
    pub(crate) releases: Option<&'a ReleaseRules>,
    pub(crate) access: Option<&'a AccessRules>,
    pub(crate) keeping: Option<&'a AccessKeeping>,
    pub(crate) evaluated_by: &'a Evaluator,
    pub(crate) chosen: &'a Chosen,
    pub(crate) schedule: &'a Schedule,
    pub(crate) board: &'a Board,
    pub(crate) ending: &'a Ending,
    /// Who it is among the services.
    pub(crate) holder: &'a str,
    /// How long it may be dead before another one takes over.
    pub(crate) lease: Duration,
    /// Told of every run that evaluated something.
    pub(crate) beat: &'a (dyn Fn() + Sync),
}

impl Service<'_> {
    /// Works until it is asked to end.
    ///
    /// # Errors
    /// When the database is lost, or may not be used any more.
    pub(crate) async fn serve(self, tried: &mut Tried) -> Result<(), Stop> {
        let mut told = LOOK;
        while !self.ending.is_asked() {
            let pause = self.turn(tried, &mut told).await?;
            tokio::select! {
                () = tokio::time::sleep(pause) => told += pause,
                () = self.ending.asked() => {}
            }
        }
        Ok(())
    }

    /// One look, and a run if it is time for one. Says how long to pause.
    async fn turn(self, tried: &mut Tried, told: &mut Duration) -> Result<Duration, Stop> {
        let Some(seen) = self.ending.unless_asked(self.look()).await else {
            return Ok(Duration::ZERO);
        };
        let seen = seen?;
        if self.schedule.due(&seen, tried).is_empty() {
            self.read_numbers_now_and_then(told).await?;
            return Ok(self.schedule.next(seen.at).unwrap_or(LOOK).min(LOOK));
        }
        let name = lease_name(self.chosen);
        let lease = self
            .answer(self.leases.acquire(&SERVICE, &name, self.holder, self.lease))
            .await?;
        if !lease.held {
            self.read_numbers_now_and_then(told).await?;
            let left = (lease.until - lease.at).to_std().unwrap_or_default();
            return Ok(left.min(ASK_AGAIN));
        }
        self.board.holds_lease(true);
        let worked = self.work(tried).await;
        self.board.holds_lease(false);
        let releasing = self.leases.release(&SERVICE, &name, self.holder);
        if !matches!(tokio::time::timeout(RELEASING, releasing).await, Ok(Ok(()))) {
            warn!("the lease could not be given back; it ends by itself");
        }
        worked?;
        Ok(Duration::ZERO)
    }

    async fn look(self) -> Result<LastSeen, Stop> {
        let look = self.store.last_seen(&SERVICE, &self.chosen.database);
        let seen = self.answer(look).await?;
        self.board.looked(&seen);
        Ok(seen)
    }

    /// A run of what is due, now that nobody else makes one.
    async fn work(self, tried: &mut Tried) -> Result<(), Stop> {
        // Between the look and the lease, somebody else may have done it.
        let seen = self.look().await?;
        let due = self.schedule.due(&seen, tried);
        if due.is_empty() {
            return Ok(());
        }
        tried.extend(due.iter().map(|code| (code.clone(), seen.at)));
        keep(self.keeping).await;
        let ending = self.ending.child();
        self.board.run_begins(self.looking());
        let made = tokio::select! {
            made = tokio::time::timeout(self.looking() + BOOKS, ending.unless_lost(self.round(&due, &ending))) => made,
            never = self.renew(&ending) => match never {},
        };
        let made = match made {
            Ok(Some(made)) => made,
            Ok(None) => Err(Stop::unreachable("there was no time to bring the run to its end")),
            Err(_) => Err(Stop::unreachable(
                "the run did not come to an end and was given up",
            )),
        };
        // A run that is lost is a run that failed.
        let report = made.inspect_err(|stop| self.board.run_failed(stop.message()))?;
        tell(&report);
        self.board.ran(&report);
        let states = self.store.check_states(&SERVICE, &self.chosen.database);
        self.board.numbers(report.summary, self.answer(states).await?);
        if report.status != RunStatus::Failed {
            (self.beat)();
        }
        Ok(())
    }

    /// How long a run may look at the database; an audit has the same time once more.
    fn looking(self) -> Duration {
        self.chosen.budget * if self.auditor.is_some() { 2 } else { 1 }
    }

    async fn round(self, due: &BTreeSet<CheckCode>, ending: &Ending) -> Result<Report, Stop> {
        let round = Round {
            store: self.store,
            evaluated_by: self.evaluated_by,
            look: Look {
                runner: self.runner,
                chosen: self.chosen,
                due: &|code| due.contains(code),
                auditor: self.auditor,
                releases: self.releases,
                access: self.access,
                ending,
                in_hand: &|_| {},
            },
        };
        Box::pin(round.make()).await
    }

    /// Keeps the lease while a run is made. Where it is lost all the same, the run begins no further check.
    async fn renew(self, ending: &Ending) -> Infallible {
        loop {
            tokio::time::sleep(self.lease / 3).await;
            let renewed = self
                .answer(
                    self.leases
                        .acquire(&SERVICE, &lease_name(self.chosen), self.holder, self.lease),
                )
                .await;
            match renewed {
                Ok(lease) if lease.held => {}
                Ok(lease) => {
                    warn!(
                        holder = lease.holder,
                        "the lease was lost to another service; ending the run"
                    );
                    ending.soon();
                }
                // If the database is gone, the run will find out.
                Err(stop) => warn!("the lease could not be renewed: {}", stop.message()),
            }
        }
    }

    /// Between runs of its own, which bring the numbers with them.
    async fn read_numbers_now_and_then(self, told: &mut Duration) -> Result<(), Stop> {
        if *told < LOOK {
            return Ok(());
        }
        *told = Duration::ZERO;
        let database = &self.chosen.database;
        let summary = self.answer(self.store.summary(&SERVICE, database)).await?;
        let states = self.answer(self.store.check_states(&SERVICE, database)).await?;
        self.board.numbers(summary, states);
        Ok(())
    }

    /// An answer of the store, or the database counts as lost. While it is waited for, the board knows.
    async fn answer<T>(self, asked: impl Future<Output = Result<T, alerts_store::Error>>) -> Result<T, Stop> {
        self.board.asks();
        let Ok(answer) = tokio::time::timeout(PATIENCE, asked).await else {
            let seconds = PATIENCE.as_secs();
            return Err(Stop::unreachable(format!("no answer within {seconds} s")));
        };
        let answer = answer.map_err(refused)?;
        self.board.answered();
        Ok(answer)
    }
}

/// Keeps the journal of accesses in order. What cannot be done now is said, and tried again with the next run: the checks
/// do not wait for it.
pub(crate) async fn keep(keeping: Option<&AccessKeeping>) {
    let Some(keeping) = keeping else {
        return;
    };
    match tokio::time::timeout(PATIENCE, keeping.roll()).await {
        Ok(Ok(rolled)) if rolled == Rolled::default() => {}
        Ok(Ok(Rolled {
            made,
            dropped,
            overdue,
        })) => {
            if made > 0 || dropped > 0 {
                info!(made, dropped, "months of the journal of accesses began or ended");
            }
            if overdue > 0 {
                warn!(
                    overdue,
                    "months of the journal of accesses are past their time and still kept: somebody reads them"
                );
            }
        }
        Ok(Err(error)) => warn!("the months of the journal of accesses could not be rolled: {error}"),
        Err(_) => warn!("the months of the journal of accesses could not be rolled: no answer in time"),
    }
}

/// One lease for the watched database: services of different ones do not wait for each other.
pub(crate) fn lease_name(chosen: &Chosen) -> String {
    format!("sync {}", chosen.database)
}

/// A login that may not is a matter of configuration.
pub(crate) fn refused(error: alerts_store::Error) -> Stop {
    Stop::from(error).refused_login("vigie-sync needs a login of its own; `vigie install` makes vigie_sync")
}

/// One line for the run, and one for each check that could not be looked at whole.
pub(crate) fn tell(report: &Report) {
    let opened: u64 = report.checks.iter().map(|row| row.opened + row.reopened).sum();
    let cleared: u64 = report.checks.iter().map(|row| row.cleared).sum();
    info!(
        status = report.status.as_str(),
        checks = report.checks.len(),
        left = report.left,
        opened,
        cleared,
        elapsed_ms = report.elapsed_ms,
        "run"
    );
    for row in &report.checks {
        if let Some(why) = row.trouble() {
            warn!(check = row.code.as_str(), "{why}");
        }
    }
}

#[cfg(test)]
mod tests;
