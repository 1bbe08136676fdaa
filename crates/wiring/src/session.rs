//! A command's way to the alerts: connected, and only to a schema that this program knows.

use std::sync::Arc;

use access_journal::journal::PgAccessJournal;
use alerts_store::PgAlertStore;
use integrity_core::{
    Caller, Door,
    postgres::{PgCheckRunner, Room, SchemaState},
};

use release_info::ledger::PgReleaseLedger;
use rls_audit::{PgAuditStore, PgDatabaseInspector};

use crate::{
    access::{AccessKeeping, AccessRules},
    audit::Auditor,
    chosen::Chosen,
    config::Config,
    postgres::{self, PgPool, Target},
    release::ReleaseRules,
    run::Evaluator,
    stop::Stop,
};

/// Every part of the schema, in the order in which they stand on each other.
pub const ROOMS: [Room; 5] = [
    integrity_core::postgres::ROOM,
    alerts_store::postgres::ROOM,
    rls_audit::postgres::ROOM,
    release_info::ledger::postgres::ROOM,
    access_journal::journal::postgres::ROOM,
];

/// The newest migration that this program knows: the version of the schema that it works with.
#[must_use]
pub fn newest_migration() -> i64 {
    let versions = ROOMS
        .iter()
        .flat_map(|room| room.migrator.iter().map(|migration| migration.version));
    versions.max().unwrap_or_default()
}

/// An open connection to the alerts.
#[derive(Debug)]
pub struct Session {
    /// The alerts.
    pub store: PgAlertStore,
    /// Where they are.
    pub pool: PgPool,
    /// The login that evaluates the checks' SQL, where it has one of its own.
    evaluator: Option<PgPool>,
}

impl Session {
    /// Connects, and makes sure that program and schema go together.
    ///
    /// # Errors
    /// When the database cannot be reached, or program and schema do not go together.
    pub async fn open(target: &Target, door: Door) -> Result<Self, Stop> {
        Self::over(target.connect().await?, door).await
    }

    /// Makes sure that program and schema go together.
    ///
    /// # Errors
    /// When they do not go together, or the login may not see that.
    pub async fn over(pool: PgPool, door: Door) -> Result<Self, Stop> {
        for room in ROOMS {
            let state = room.state(&pool).await.map_err(Stop::from);
            must_be_current(
                room.name,
                &state.map_err(|stop| stop.refused_login("it has to see Vigie's schema"))?,
            )?;
        }
        Ok(Self {
            store: PgAlertStore::new(pool.clone(), door),
            pool,
            evaluator: None,
        })
    }

    /// Evaluates checks with a login of their own.
    ///
    /// # Errors
    /// When that login cannot connect.
    pub async fn evaluating_as(mut self, evaluator: Option<&Target>) -> Result<Self, Stop> {
        if let Some(target) = evaluator {
            let connected = target.connect().await;
            self.evaluator = Some(connected.map_err(|stop| stop.at(target.place()))?);
        }
        Ok(self)
    }

    /// Evaluates checks, with the login that is there for it.
    #[must_use]
    pub fn runner(&self, chosen: &Chosen) -> PgCheckRunner {
        chosen.runner(self.evaluating())
    }

    /// Audits, where the configuration wants that, with the login that is there for it, or else with the connecting one.
    ///
    /// # Errors
    /// When that login cannot connect, and for a persona that nobody can be.
    pub async fn auditor(&self, config: &Config, target: Option<&Target>) -> Result<Option<Auditor>, Stop> {
        if config.audit.every.is_none() {
            return Ok(None);
        }
        let pool = match target {
            Some(target) => target.connect().await.map_err(|stop| stop.at(target.place()))?,
            None => self.pool.clone(),
        };
        let store = PgAuditStore::new(self.pool.clone(), Door::Sync);
        let journal = Arc::new(PgAccessJournal::new(self.pool.clone(), Door::Sync));
        let auditor = Auditor::new(PgDatabaseInspector::new(pool).for_rules(), store, config)?;
        Ok(Some(auditor.telling(journal)))
    }

    /// Looks into the ledger of releases as the configuration has it.
    #[must_use]
    pub fn release_rules(&self, config: &Config) -> ReleaseRules {
        ReleaseRules::new(
            Arc::new(PgReleaseLedger::new(self.pool.clone(), Door::Sync)),
            config,
        )
    }

    /// Looks into the journal of accesses as the configuration has it.
    #[must_use]
    pub fn access_rules(&self, config: &Config) -> AccessRules {
        AccessRules::new(
            Arc::new(PgAccessJournal::new(self.pool.clone(), Door::Sync)),
            Arc::new(PgAlertStore::new(self.pool.clone(), Door::Sync)),
            config,
        )
    }

    /// Keeps the journal of accesses in order as the configuration has it.
    #[must_use]
    pub fn access_keeping(&self, config: &Config) -> AccessKeeping {
        AccessKeeping::over(self.pool.clone(), config)
    }

    /// Which login that is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn evaluated_by(&self) -> Result<Evaluator, Stop> {
        Ok(Evaluator {
            login: postgres::login(self.evaluating()).await?,
            is_own: self.evaluator.is_some(),
        })
    }

    fn evaluating(&self) -> &PgPool {
        self.evaluator.as_ref().unwrap_or(&self.pool)
    }
}

/// On whose behalf something is read: a person's, or the login's own.
pub fn reader(user: Option<&str>) -> Caller {
    user.map_or(Caller::Service, Caller::person)
}

/// A refusal of a person is an answer; a refusal of the program's own login is a matter of configuration.
pub fn refused<E: Into<Stop>>(caller: &Caller) -> impl Fn(E) -> Stop {
    let is_login = *caller == Caller::Service;
    move |error| {
        let stop = error.into();
        if is_login {
            stop.refused_login("`--as` names one")
        } else {
            stop
        }
    }
}

fn must_be_current(room: &str, state: &SchemaState) -> Result<(), Stop> {
    match state {
        SchemaState::Current => Ok(()),
        SchemaState::Pending(versions) => Err(Stop::usage(format!(
            "Vigie's schema is not up to date in this database: {} of {room} pending; run `vigie migrate`",
            match versions.len() {
                1 => "1 migration".to_owned(),
                n => format!("{n} migrations"),
            }
        ))),
        newer => Err(newer_schema(room, newer)),
    }
}

/// A schema that this program does not know may mean anything.
#[must_use]
pub fn newer_schema(room: &str, state: &SchemaState) -> Stop {
    Stop::usage(format!(
        "{room}: {state}; use the vigie that migrated it, or a later one"
    ))
}
