//! Audits in PostgreSQL, schema `vigie`. Row Level Security decides who reads them.

use async_trait::async_trait;
use integrity_core::{
    Caller, Door,
    postgres::{CallerTransaction, Room},
};
use sqlx::{PgPool, migrate::Migrator};

use super::failure;
use crate::{
    Audit, AuditStore, Error,
    rules::Level,
    store::{KEPT, no_role, refuse_people},
};

static MIGRATOR: Migrator = sqlx::migrate!("../../sql/rls-audit/migrations");

/// This crate's part of the schema; stands on [`integrity_core::postgres::ROOM`].
pub const ROOM: Room = Room {
    name: "rls-audit",
    table: "vigie.rls_audit_migrations",
    migrator: &MIGRATOR,
};

/// Audits in PostgreSQL.
///
/// The schema must have been migrated ([`ROOM`]) and the roles made before.
#[derive(Debug, Clone)]
pub struct PgAuditStore {
    pool: PgPool,
    door: Door,
}

impl PgAuditStore {
    /// A store behind `pool`, entered through `door`.
    #[must_use]
    pub fn new(pool: PgPool, door: Door) -> Self {
        Self { pool, door }
    }

    async fn begin(&self, caller: &Caller) -> Result<CallerTransaction, Error> {
        CallerTransaction::begin(&self.pool, caller, self.door).await
    }

    /// A transaction in which the audits may be read whole.
    async fn reading(&self, caller: &Caller) -> Result<CallerTransaction, Error> {
        let mut transaction = self.begin(caller).await?;
        let is_person = matches!(caller, Caller::Claims { .. });
        let may_read = sqlx::query_file_scalar!("../../sql/rls-audit/latest_reader.sql", is_person)
            .fetch_one(transaction.connection())
            .await
            .map_err(failure)?;
        if !may_read {
            return Err(if is_person {
                no_role()
            } else {
                Error::forbidden(
                    "Row Level Security hides the audits from this login: use vigie_sync, or act for a person",
                )
            });
        }
        Ok(transaction)
    }
}

#[async_trait]
impl AuditStore for PgAuditStore {
    async fn save(&self, caller: &Caller, database: &str, audit: &Audit) -> Result<(), Error> {
        refuse_people(caller)?;
        let mut transaction = self.begin(caller).await?;
        let kept_before = i64::try_from(KEPT - 1).unwrap_or(i64::MAX);
        let document = serde_json::to_string(audit).expect("plain data is JSON");
        sqlx::query_file!(
            "../../sql/rls-audit/save.sql",
            database,
            kept_before,
            audit.looked.at,
            audit.outcome(Level::Error).as_str(),
            document
        )
        .execute(transaction.connection())
        .await
        .map_err(failure)?;
        transaction.commit().await
    }

    async fn latest(&self, caller: &Caller, database: &str) -> Result<Option<Audit>, Error> {
        let mut transaction = self.reading(caller).await?;
        let document = sqlx::query_file_scalar!("../../sql/rls-audit/latest.sql", database)
            .fetch_optional(transaction.connection())
            .await
            .map_err(failure)?;
        read(document)
    }

    async fn latest_complete(&self, caller: &Caller, database: &str) -> Result<Option<Audit>, Error> {
        let mut transaction = self.reading(caller).await?;
        let document = sqlx::query_file_scalar!("../../sql/rls-audit/latest_complete.sql", database)
            .fetch_optional(transaction.connection())
            .await
            .map_err(failure)?;
        read(document)
    }
}

fn read(document: Option<String>) -> Result<Option<Audit>, Error> {
    let audit = document
        .map(|document| serde_json::from_str(&document))
        .transpose();
    audit.map_err(|_| Error::Corrupt {
        reason: "another version of this program has written the last audit; the next one takes its place"
            .to_owned(),
    })
}
