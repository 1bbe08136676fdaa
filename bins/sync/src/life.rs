//! The life of the service: connect, work, and when the database is lost, say so and come back.

use std::{sync::Arc, time::Duration};

use alerts_store::{Leases as _, PgLeases, RunStatus};
use integrity_core::{Caller, Door};
use tracing::{info, warn};
use uuid::Uuid;
use wiring::{
    chosen::Chosen,
    config::Config,
    postgres::Target,
    run::{Ending, Look, Report, Round, everything},
    session::Session,
    stop::Stop,
};

use crate::{
    board::Board,
    heartbeat::Heartbeat,
    schedule::{Schedule, Tried},
    service::{self, Service, lease_name},
};

/// The first pause after the database was lost, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// What is fixed for the whole life.
pub(crate) struct Life {
    pub(crate) target: Target,
    pub(crate) evaluator: Option<Target>,
    /// Audits, where the configuration wants that and the login is not that of the service.
    pub(crate) auditor: Option<Target>,
    pub(crate) config: Config,
    pub(crate) chosen: Chosen,
    pub(crate) schedule: Schedule,
    pub(crate) board: Arc<Board>,
    pub(crate) heartbeat: Option<Heartbeat>,
    pub(crate) ending: Ending,
}

impl Life {
    /// Works until it is asked to end. Only what a person has to mend ends it before.
    pub(crate) async fn lead(&self) -> Result<(), Stop> {
        let holder = holder();
        // What was tried is remembered over a loss: whatever fails is not tried more often for it.
        let mut tried = Tried::new();
        let (mut losses, mut runs) = (0, self.board.runs());
        while !self.ending.is_asked() {
            match self.work(&holder, &mut tried).await {
                Ok(()) => return Ok(()),
                // Before it ever worked, it is a mistake of configuration; later on, something that may pass: a password
                // that is being changed, a database that is being restored.
                Err(stop) if !stop.may_pass() && !self.board.has_looked() => return Err(stop),
                Err(stop) => {
                    // Back to short pauses once a run came through.
                    losses = if self.board.runs() > runs { 0 } else { losses + 1 };
                    runs = self.board.runs();
                    let stop = stop.at(self.target.place());
                    self.board.lost(stop.message());
                    let pause = pause(losses);
                    warn!(retry_in_ms = pause.as_millis(), "{}", stop.message());
                    self.ending.unless_asked(tokio::time::sleep(pause)).await;
                }
            }
        }
        Ok(())
    }

    async fn work(&self, holder: &str, tried: &mut Tried) -> Result<(), Stop> {
        let Some(session) = self.ending.unless_asked(Box::pin(self.open())).await else {
            return Ok(());
        };
        let session = session?;
        let evaluated_by = session.evaluated_by().await?;
        if !evaluated_by.is_own {
            warn!(
                login = evaluated_by.login,
                "the checks' SQL runs with the connecting login, and may do whatever that may; give VIGIE_EVAL_URL_FILE"
            );
        }
        info!(
            database = self.target.place(),
            checks = self.chosen.checks.len(),
            "connected"
        );
        let auditor = session.auditor(&self.config, self.auditor.as_ref()).await?;
        let beat = || {
            if let Some(heartbeat) = &self.heartbeat {
                heartbeat.beat();
            }
        };
        let service = Service {
            store: &session.store,
            leases: &PgLeases::new(session.pool.clone()),
            runner: &session.runner(&self.chosen),
            auditor: auditor.as_ref(),
            releases: Some(&session.release_rules(&self.config)),
            access: Some(&session.access_rules(&self.config)),
            keeping: Some(&session.access_keeping(&self.config)),
            evaluated_by: &evaluated_by,
            chosen: &self.chosen,
            schedule: &self.schedule,
            board: &self.board,
            ending: &self.ending,
            holder,
            lease: self.config.sync.lease,
            beat: &beat,
        };
        service.serve(tried).await
    }

    async fn open(&self) -> Result<Session, Stop> {
        Session::open(&self.target, Door::Sync)
            .await?
            .evaluating_as(self.evaluator.as_ref())
            .await
    }

    /// Everything once, due or not, and whoever else works: the order of snapshots keeps that harmless. Where nobody has
    /// the lease, it is taken, so that no service begins the same at the same moment.
    pub(crate) async fn once(&self) -> Result<Report, Stop> {
        let at = |stop: Stop| stop.at(self.target.place());
        let session = self.open().await.map_err(at)?;
        let evaluated_by = session.evaluated_by().await?;
        let leases = PgLeases::new(session.pool.clone());
        let (name, holder) = (lease_name(&self.chosen), holder());
        let lease = leases
            .acquire(&Caller::Service, &name, &holder, self.config.sync.lease)
            .await;
        lease.map_err(service::refused).map_err(at)?;
        service::keep(Some(&session.access_keeping(&self.config))).await;
        let runner = session.runner(&self.chosen);
        let auditor = session
            .auditor(&self.config, self.auditor.as_ref())
            .await
            .map_err(at)?;
        let round = Round {
            store: &session.store,
            evaluated_by: &evaluated_by,
            look: Look {
                runner: &runner,
                chosen: &self.chosen,
                due: &everything,
                auditor: auditor.as_ref(),
                releases: Some(&session.release_rules(&self.config)),
                access: Some(&session.access_rules(&self.config).alone()),
                ending: &self.ending,
                in_hand: &|_| {},
            },
        };
        let made = round.make().await.map_err(at);
        if leases.release(&Caller::Service, &name, &holder).await.is_err() {
            warn!("the lease could not be given back; it ends by itself");
        }
        if let (Some(heartbeat), Ok(report)) = (&self.heartbeat, &made)
            && report.status != RunStatus::Failed
        {
            heartbeat.call().await;
        }
        made
    }
}

/// Who this one is among the services.
fn holder() -> String {
    format!("vigie-sync {}", Uuid::new_v4())
}

/// Twice as long each time, and by chance up to half shorter: many that lost the same database come back one by one.
fn pause(losses: u32) -> Duration {
    let (first, longest) = PAUSES;
    let whole = first.saturating_mul(1 << losses.min(16)).min(longest);
    whole.mul_f64(1.0 - fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_growing() {
        for (losses, least, most) in [(0, 250, 500), (1, 500, 1000), (40, 15_000, 30_000)] {
            for _ in 0..100 {
                let pause = pause(losses).as_millis();
                assert!((least..=most).contains(&pause), "{losses}: {pause}");
            }
        }
    }
}
