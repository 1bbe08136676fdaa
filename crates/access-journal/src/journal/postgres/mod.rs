//! The journal in PostgreSQL, schema `vigie`.

mod detect;

use integrity_core::{
    Caller, Door,
    postgres::{CallerTransaction, Room},
};
pub use sqlx;
use sqlx::{PgPool, migrate::Migrator};

use super::Error;

static MIGRATOR: Migrator = sqlx::migrate!("../../sql/access-journal/migrations");

/// This crate's part of the schema; stands on [`integrity_core::postgres::ROOM`].
pub const ROOM: Room = Room {
    name: "access-journal",
    table: "vigie.access_journal_migrations",
    migrator: &MIGRATOR,
};

/// The journal in PostgreSQL.
///
/// The schema must have been migrated ([`ROOM`]) and the roles made before.
#[derive(Debug, Clone)]
pub struct PgAccessJournal {
    pool: PgPool,
    door: Door,
}

impl PgAccessJournal {
    /// The journal behind `pool`, entered through `door`.
    #[must_use]
    pub fn new(pool: PgPool, door: Door) -> Self {
        Self { pool, door }
    }

    async fn begin(&self, caller: &Caller) -> Result<CallerTransaction, Error> {
        Ok(CallerTransaction::begin(&self.pool, caller, self.door).await?)
    }

    /// Temporary until the trait is implemented.
    pub async fn detect(&self, caller: &Caller, watch: &crate::rules::Watch) -> Result<crate::rules::Detection, Error> {
        detect::detect(self.begin(caller).await?, caller, watch).await
    }
}
