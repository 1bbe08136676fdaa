//! A command's way to the alerts: connected, and only to a schema that this program knows.

use alerts_store::PgAlertStore;
use integrity_core::{
    Caller, Door,
    postgres::{Room, SchemaState},
};

use crate::{
    exit::Stop,
    postgres::{PgPool, Target},
};

/// Every part of the schema, in the order in which they stand on each other.
pub(crate) const ROOMS: [Room; 2] = [integrity_core::postgres::ROOM, alerts_store::postgres::ROOM];

/// An open connection to the alerts.
pub(crate) struct Session {
    pub(crate) store: PgAlertStore,
    pub(crate) pool: PgPool,
    /// The login that evaluates the checks' SQL, where it has one of its own.
    evaluator: Option<PgPool>,
}

impl Session {
    /// Connects, and makes sure that program and schema go together.
    pub(crate) async fn open(target: &Target, door: Door) -> Result<Self, Stop> {
        Self::over(target.connect().await?, door).await
    }

    /// Makes sure that program and schema go together.
    pub(crate) async fn over(pool: PgPool, door: Door) -> Result<Self, Stop> {
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
    pub(crate) async fn evaluating_as(mut self, evaluator: Option<&Target>) -> Result<Self, Stop> {
        if let Some(target) = evaluator {
            let connected = target.connect().await;
            self.evaluator = Some(connected.map_err(|stop| stop.at(target.place()))?);
        }
        Ok(self)
    }

    /// The connections on which checks are evaluated.
    pub(crate) fn evaluator(&self) -> &PgPool {
        self.evaluator.as_ref().unwrap_or(&self.pool)
    }

    /// Whether checks are kept apart by a login of their own.
    pub(crate) fn has_evaluator(&self) -> bool {
        self.evaluator.is_some()
    }
}

/// On whose behalf something is read: a person's, or the login's own.
pub(crate) fn reader(user: Option<&str>) -> Caller {
    user.map_or(Caller::Service, Caller::person)
}

/// A refusal of a person is an answer; a refusal of the program's own login is a matter of configuration.
pub(crate) fn refused(caller: &Caller) -> impl Fn(alerts_store::Error) -> Stop {
    let is_login = *caller == Caller::Service;
    move |error| {
        let stop = Stop::from(error);
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
pub(crate) fn newer_schema(room: &str, state: &SchemaState) -> Stop {
    Stop::usage(format!(
        "{room}: {state}; use the vigie that migrated it, or a later one"
    ))
}
