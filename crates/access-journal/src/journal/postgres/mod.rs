//! The journal in PostgreSQL, schema `vigie`. Functions decide what may be recorded, and by whom.

mod change;
mod detect;
mod record;
mod roll;
mod seal;
mod sensitive;

use std::time::Duration;

use async_trait::async_trait;
use integrity_core::{
    Caller, Door,
    postgres::{CallerTransaction, Room},
};
pub use sqlx;
use sqlx::{PgPool, migrate::Migrator};

use super::{
    AccessJournal, Around, Change, Error, Heartbeat, Recorded, Rolled, Scope, Seal, SensitiveRelations,
    Summary, SummaryRange, Verification, form, seal::hash_of,
};
use crate::{
    AccessEvent,
    privacy::{KeyCheck, Keyed, Month, Salt},
    rules::{Detection, Watch},
};

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
}

#[async_trait]
impl AccessJournal for PgAccessJournal {
    async fn salt(
        &self,
        caller: &Caller,
        month: Month,
        check: Option<KeyCheck>,
    ) -> Result<Option<Salt>, Error> {
        if !month.is_plausible() {
            return Ok(None);
        }
        record::salt(self.begin(caller).await?, month, check).await
    }

    async fn keyed(&self, caller: &Caller) -> Result<Vec<Keyed>, Error> {
        record::keyed(self.begin(caller).await?).await
    }

    async fn record(&self, caller: &Caller, events: &[AccessEvent]) -> Result<Recorded, Error> {
        form::refuse_malformed(events)?;
        record::record(self.begin(caller).await?, events).await
    }

    async fn beat(&self, caller: &Caller, heartbeat: &Heartbeat) -> Result<(), Error> {
        record::beat(self.begin(caller).await?, heartbeat).await
    }

    async fn tell_sensitive(
        &self,
        caller: &Caller,
        database: &str,
        sensitive: &SensitiveRelations,
    ) -> Result<(), Error> {
        sensitive::tell(self.begin(caller).await?, database, sensitive).await
    }

    async fn sensitive(&self, caller: &Caller, database: &str) -> Result<Option<SensitiveRelations>, Error> {
        sensitive::read(self.begin(caller).await?, database).await
    }

    async fn detect(&self, caller: &Caller, watch: &Watch) -> Result<Detection, Error> {
        detect::detect(self, caller, watch).await
    }

    async fn is_used(&self, caller: &Caller) -> Result<bool, Error> {
        record::is_used(self.begin(caller).await?).await
    }

    async fn roll(&self, caller: &Caller, retention: Duration) -> Result<Rolled, Error> {
        form::refuse_retention(retention)?;
        roll::roll(self.begin(caller).await?, retention).await
    }

    async fn seal(&self, caller: &Caller) -> Result<Option<Seal>, Error> {
        seal::open(self.begin(caller).await?).await?;
        seal::seal(self.begin(caller).await?).await
    }

    async fn verify(
        &self,
        caller: &Caller,
        scope: Scope,
        expected: Option<String>,
    ) -> Result<Verification, Error> {
        let expected = expected.as_deref().map(hash_of).transpose()?;
        seal::verify(self.begin(caller).await?, scope, expected.as_ref()).await
    }

    async fn verified(&self, caller: &Caller) -> Result<Option<Verification>, Error> {
        seal::verified(self.begin(caller).await?).await
    }

    async fn summary(&self, caller: &Caller, range: SummaryRange) -> Result<Summary, Error> {
        let is_person = matches!(caller, Caller::Claims { .. });
        seal::summary(self.begin(caller).await?, is_person, range).await
    }

    async fn change(&self, caller: &Caller, around: Around) -> Result<Change, Error> {
        let is_person = matches!(caller, Caller::Claims { .. });
        change::change(self.begin(caller).await?, is_person, around).await
    }
}

/// What an error of the driver means to a caller of the journal.
fn failure(error: sqlx::Error) -> Error {
    integrity_core::postgres::failure(error).into()
}
