//! The ledger in PostgreSQL, schema `vigie`. One function decides what may be recorded; Row Level Security decides who
//! reads.

mod read;
mod record;

use std::time::Duration;

use async_trait::async_trait;
use integrity_core::{
    Caller, Door,
    postgres::{CallerTransaction, Room},
};
pub use sqlx;
use sqlx::{PgPool, migrate::Migrator};

use self::record::Outcome;
use super::{
    Drills, Entry, Error, EventPage, Place, Recorded, Release, ReleaseEvent, ReleaseFilter, ReleaseLedger,
    ReleasePage, page,
};
use crate::ReleaseId;

static MIGRATOR: Migrator = sqlx::migrate!("../../sql/release-info/migrations");

/// This crate's part of the schema; stands on [`integrity_core::postgres::ROOM`].
pub const ROOM: Room = Room {
    name: "release-info",
    table: "vigie.release_info_migrations",
    migrator: &MIGRATOR,
};

/// The ledger in PostgreSQL.
///
/// The schema must have been migrated ([`ROOM`]) and the roles made before.
#[derive(Debug, Clone)]
pub struct PgReleaseLedger {
    pool: PgPool,
    door: Door,
}

impl PgReleaseLedger {
    /// The ledger behind `pool`, entered through `door`.
    #[must_use]
    pub fn new(pool: PgPool, door: Door) -> Self {
        Self { pool, door }
    }

    async fn begin(&self, caller: &Caller) -> Result<CallerTransaction, Error> {
        Ok(CallerTransaction::begin(&self.pool, caller, self.door).await?)
    }
}

#[async_trait]
impl ReleaseLedger for PgReleaseLedger {
    async fn record(&self, caller: &Caller, entry: &Entry) -> Result<Recorded, Error> {
        entry.refuse_malformed()?;
        match record::record(self.begin(caller).await?, caller, entry).await? {
            Outcome::Recorded(recorded) => Ok(*recorded),
            Outcome::KeyOf(event) => {
                let recorded = read::event(self.begin_reading(caller).await?, event).await?;
                Err(Error::Conflict {
                    recorded: Box::new(recorded),
                })
            }
        }
    }

    async fn find(
        &self,
        caller: &Caller,
        place: &Place,
        release: &ReleaseId,
    ) -> Result<Option<Release>, Error> {
        read::find(self.begin_reading(caller).await?, place, release).await
    }

    async fn list(&self, caller: &Caller, filter: &ReleaseFilter) -> Result<ReleasePage, Error> {
        filter.refuse_malformed()?;
        read::list(self.begin_reading(caller).await?, filter).await
    }

    async fn events(
        &self,
        caller: &Caller,
        release: &ReleaseId,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ReleaseEvent>, Error> {
        page::refuse_limit(limit)?;
        read::events(self.begin_reading(caller).await?, release, after, limit).await
    }

    async fn history(&self, caller: &Caller, filter: &ReleaseFilter) -> Result<EventPage, Error> {
        filter.refuse_malformed()?;
        read::history(self.begin_reading(caller).await?, filter).await
    }

    async fn current(&self, caller: &Caller) -> Result<Vec<Release>, Error> {
        read::current(self.begin_reading(caller).await?).await
    }

    async fn last_verified(&self, caller: &Caller, place: &Place) -> Result<Option<Release>, Error> {
        read::last_verified(self.begin_reading(caller).await?, place).await
    }

    async fn unverified(&self, caller: &Caller, for_: Duration) -> Result<Vec<Release>, Error> {
        read::unverified(self.begin_reading(caller).await?, for_).await
    }

    async fn last_drills(&self, caller: &Caller, place: &Place) -> Result<Drills, Error> {
        read::last_drills(self.begin_reading(caller).await?, place).await
    }
}

/// What an error of the driver means to a caller of the ledger.
fn failure(error: sqlx::Error) -> Error {
    integrity_core::postgres::failure(error).into()
}
