//! Which migrations a database has, compared with those this program knows.

use std::fmt;

use sqlx::{Executor as _, PgPool, migrate::Migrate, migrate::Migrator};

use super::failure;
use crate::Error;

/// One crate's part of the schema `vigie`: its migrations and the table that remembers them.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// The crate.
    pub name: &'static str,
    /// Where applied migrations are remembered, as in the crate's `sqlx.toml`.
    pub table: &'static str,
    /// The migrations.
    pub migrator: &'static Migrator,
}

/// This crate's part of the schema; every other room stands on it.
pub const ROOM: Room = Room {
    name: "integrity-core",
    table: "vigie.integrity_core_migrations",
    migrator: &MIGRATOR,
};

/// Every role, grant and policy of Vigie, as one script for the simple protocol: run it as the owner of the
/// schema after the migrations of integrity-core and alerts-store. Running it again changes nothing.
pub const ROLES: &str = concat!(
    include_str!("../../../../sql/integrity-core/close_schema.sql"),
    include_str!("../../../../sql/integrity-core/roles.sql")
);

/// The first part of [`ROLES`]: takes away what the host's default privileges gave.
const CLOSE: &str = include_str!("../../../../sql/integrity-core/close_schema.sql");

static MIGRATOR: Migrator = sqlx::migrate!("../../sql/integrity-core/migrations");

/// How a room's schema in the database compares with what the program knows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaState {
    /// The same.
    Current,
    /// These migrations are still to be applied.
    Pending(Vec<i64>),
    /// The database was migrated by a newer program.
    Newer {
        /// The newest migration in the database.
        database: i64,
        /// The newest migration the program knows.
        program: i64,
    },
}

impl fmt::Display for SchemaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Current => f.write_str("current"),
            Self::Pending(versions) => write!(f, "{} migration(s) pending", versions.len()),
            Self::Newer { database, program } => {
                write!(
                    f,
                    "the database's schema {database} is newer than this program, which knows {program}"
                )
            }
        }
    }
}

impl Room {
    /// Compares the database with the program. Reads only.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer, `Forbidden` when the login may not look.
    pub async fn state(&self, pool: &PgPool) -> Result<SchemaState, Error> {
        let mut connection = pool.acquire().await.map_err(failure)?;
        let exists = sqlx::query_file_scalar!("../../sql/integrity-core/table_exists.sql", self.table)
            .fetch_one(&mut *connection)
            .await
            .map_err(failure)?;
        let applied: Vec<i64> = if exists {
            let list = connection.list_applied_migrations(self.table).await;
            list.map_err(migration_failure)?
                .into_iter()
                .map(|migration| migration.version)
                .collect()
        } else {
            Vec::new()
        };
        let known: Vec<i64> = self.migrator.iter().map(|migration| migration.version).collect();
        if let Some(&database) = applied.iter().filter(|version| !known.contains(version)).max() {
            let program = known.iter().copied().max().unwrap_or_default();
            return Ok(SchemaState::Newer { database, program });
        }
        let pending: Vec<i64> = known
            .into_iter()
            .filter(|version| !applied.contains(version))
            .collect();
        Ok(if pending.is_empty() {
            SchemaState::Current
        } else {
            SchemaState::Pending(pending)
        })
    }

    /// Applies what is pending. Needs a direct or session-mode connection.
    ///
    /// Not cancel safe: a migration that was cancelled is rolled back, those before it stay.
    ///
    /// # Errors
    /// `Invalid` when the database is newer than the program, `Unavailable` or `Forbidden` as the database says.
    pub async fn migrate(&self, pool: &PgPool) -> Result<(), Error> {
        if let newer @ SchemaState::Newer { .. } = self.state(pool).await? {
            return Err(Error::invalid("schema", format!("{}: {newer}", self.name)));
        }
        self.migrator.run(pool).await.map_err(migration_failure)
    }
}

/// Takes away what the host's default privileges gave on what migrations made. Where the roles are installed, they get
/// what is theirs in the same transaction. To be called after the migrations of every room, by the owner of the schema.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` or `Forbidden` as the database says.
pub async fn close_schema(pool: &PgPool) -> Result<(), Error> {
    let mut transaction = pool.begin().await.map_err(failure)?;
    let is_installed = sqlx::query_file_scalar!("../../sql/integrity-core/roles_installed.sql")
        .fetch_one(&mut *transaction)
        .await
        .map_err(failure)?;
    for script in [
        "set local search_path = pg_catalog, pg_temp",
        if is_installed { ROLES } else { CLOSE },
    ] {
        transaction
            .execute(sqlx::raw_sql(script))
            .await
            .map_err(failure)?;
    }
    transaction.commit().await.map_err(failure)
}

fn migration_failure(error: sqlx::migrate::MigrateError) -> Error {
    match error {
        sqlx::migrate::MigrateError::Execute(error)
        | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => failure(error),
        other => Error::Corrupt {
            reason: other.to_string(),
        },
    }
}
