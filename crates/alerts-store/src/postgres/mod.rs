//! Alerts in PostgreSQL, schema `vigie`.
//!
//! People act through one SQL function that decides for itself; evaluations are decided by the same
//! [lifecycle](crate::lifecycle) as in memory, over the rows that differ. Refused: the life cycle once more
//! in SQL for evaluations, which would have to be kept equal to the one in Rust.

mod act;
mod apply;
mod books;
mod changes;
mod compat;
mod consequence;
mod lease;
mod past;
mod read;
mod retry;
mod steady;

use async_trait::async_trait;
pub use changes::{Change, PgChanges};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
pub use compat::SYSTEM_ALERTS;
use integrity_core::{
    Caller, CheckCode, Door, Evaluation, Role,
    postgres::{CallerTransaction, Room},
};
pub use lease::PgLeases;
pub use sqlx;
use sqlx::{PgPool, migrate::Migrator};

use crate::{
    Acted, Alert, AlertEvent, AlertFilter, AlertId, AlertStore, Applied, CheckCommand, CheckInfo, CheckState,
    Command, Error, KnownCheck, LastSeen, Page, PassedDates, PastOutcome, PastRun, Run, Summary, Times,
    TrendDay, Unchanged, Verification, Vitals,
};

static MIGRATOR: Migrator = sqlx::migrate!("../../sql/alerts-store/migrations");

/// This crate's part of the schema; stands on [`integrity_core::postgres::ROOM`].
pub const ROOM: Room = Room {
    name: "alerts-store",
    table: "vigie.alerts_store_migrations",
    migrator: &MIGRATOR,
};

/// Alerts in PostgreSQL.
///
/// The schema must have been migrated ([`ROOM`]) and the roles made before.
#[derive(Debug, Clone)]
pub struct PgAlertStore {
    pool: PgPool,
    door: Door,
}

impl PgAlertStore {
    /// A store behind `pool`, whose events say that they came through `door`.
    #[must_use]
    pub fn new(pool: PgPool, door: Door) -> Self {
        Self { pool, door }
    }

    /// A transaction of the service. People are refused here, before they would be by the database.
    async fn begin_serving(&self, caller: &Caller) -> Result<CallerTransaction, Error> {
        crate::store::refuse_people(caller)?;
        self.begin(caller).await
    }

    async fn begin(&self, caller: &Caller) -> Result<CallerTransaction, Error> {
        Ok(CallerTransaction::begin(&self.pool, caller, self.door).await?)
    }
}

#[async_trait]
impl AlertStore for PgAlertStore {
    async fn apply(&self, caller: &Caller, evaluation: &Evaluation) -> Result<Applied, Error> {
        retry::tried(|| async { apply::apply(self.begin_serving(caller).await?, evaluation).await }).await
    }

    async fn preview(&self, caller: &Caller, evaluation: &Evaluation) -> Result<Applied, Error> {
        apply::preview(self.begin_reading(caller).await?, evaluation).await
    }

    async fn unchanged(&self, caller: &Caller, evaluation: &Evaluation) -> Result<Option<Unchanged>, Error> {
        steady::unchanged(self, caller, evaluation).await
    }

    async fn advance(&self, caller: &Caller, unchanged: &[Unchanged]) -> Result<Vec<CheckCode>, Error> {
        steady::advance(self, caller, unchanged).await
    }

    async fn act(&self, caller: &Caller, command: &Command) -> Result<Acted, Error> {
        act::act(self, caller, command).await
    }

    async fn act_on_check(&self, caller: &Caller, command: &CheckCommand) -> Result<u64, Error> {
        retry::tried(|| async { act::act_on_check(self.begin(caller).await?, command).await }).await
    }

    async fn confirm(
        &self,
        caller: &Caller,
        database: &str,
        code: &str,
        comment: &str,
    ) -> Result<Alert, Error> {
        act::confirm(self.begin(caller).await?, database, code, comment).await
    }

    async fn record_dates(&self, caller: &Caller) -> Result<PassedDates, Error> {
        books::record_dates(self.begin_serving(caller).await?).await
    }

    async fn register_checks(
        &self,
        caller: &Caller,
        database: &str,
        checks: &[CheckInfo],
    ) -> Result<(), Error> {
        books::register_checks(self.begin_serving(caller).await?, database, checks).await
    }

    async fn record_run(&self, caller: &Caller, run: &Run) -> Result<(), Error> {
        books::record_run(self.begin_serving(caller).await?, run).await
    }

    async fn role(&self, caller: &Caller) -> Result<Option<Role>, Error> {
        crate::store::refuse_service(caller)?;
        read::role(&mut self.begin(caller).await?).await
    }

    async fn find(&self, caller: &Caller, id: AlertId) -> Result<Option<Alert>, Error> {
        read::find(&mut self.begin_reading(caller).await?, id).await
    }

    async fn list(&self, caller: &Caller, filter: &AlertFilter) -> Result<Page, Error> {
        read::list(&mut self.begin_reading(caller).await?, filter).await
    }

    async fn events(&self, caller: &Caller, id: AlertId) -> Result<Vec<AlertEvent>, Error> {
        read::events(&mut self.begin_reading(caller).await?, id).await
    }

    async fn checks(&self, caller: &Caller, database: &str) -> Result<Vec<KnownCheck>, Error> {
        read::checks(&mut self.begin_reading(caller).await?, database).await
    }

    async fn check_states(&self, caller: &Caller, database: &str) -> Result<Vec<CheckState>, Error> {
        read::check_states(&mut self.begin_reading(caller).await?, database).await
    }

    async fn last_seen(&self, caller: &Caller, database: &str) -> Result<LastSeen, Error> {
        read::last_seen(&mut self.begin_reading(caller).await?, database).await
    }

    async fn summary(&self, caller: &Caller, database: &str) -> Result<Summary, Error> {
        read::summary(&mut self.begin_reading(caller).await?, database).await
    }

    async fn vitals(&self, caller: &Caller, database: &str) -> Result<Vitals, Error> {
        read::vitals(self.begin_serving(caller).await?, database).await
    }

    async fn times(&self, caller: &Caller, database: &str, code: Option<String>) -> Result<Times, Error> {
        read::times(&mut self.begin_reading(caller).await?, database, code.as_deref()).await
    }

    async fn trend(
        &self,
        caller: &Caller,
        database: &str,
        days: u32,
        zone: Tz,
    ) -> Result<Vec<TrendDay>, Error> {
        past::trend(&mut self.begin_reading(caller).await?, database, days, zone).await
    }

    async fn runs(
        &self,
        caller: &Caller,
        database: &str,
        before: Option<DateTime<Utc>>,
        limit: u32,
    ) -> Result<Vec<PastRun>, Error> {
        crate::past::refuse_malformed(before, limit)?;
        past::runs(&mut self.begin_reading(caller).await?, database, before, limit).await
    }

    async fn outcomes(
        &self,
        caller: &Caller,
        database: &str,
        code: &str,
        limit: u32,
    ) -> Result<Vec<PastOutcome>, Error> {
        crate::past::refuse_malformed(None, limit)?;
        past::outcomes(&mut self.begin_reading(caller).await?, database, code, limit).await
    }

    async fn verify(&self, caller: &Caller) -> Result<Verification, Error> {
        crate::store::refuse_people(caller)?;
        read::verify(&mut self.begin_reading(caller).await?).await
    }
}

/// What an error of the driver means to a caller of the store.
fn failure(error: sqlx::Error) -> Error {
    integrity_core::postgres::failure(error).into()
}
