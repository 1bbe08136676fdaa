//! One read-only snapshot on a connection of its own, which is closed afterwards.
//!
//! Whatever is tried stands behind a savepoint that is given back, also after success: the role that was taken on, and
//! whatever a policy's function has set, are gone before the next is tried.

use serde::de::DeserializeOwned;
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool, Row as _, SqlStr, postgres::PgRow};

use super::{compose, failure};
use crate::{Error, Persona};

/// A snapshot.
#[derive(Debug)]
pub(super) struct Look {
    connection: PgConnection,
    /// As whom it acts; `none` is the login itself.
    role: String,
}

/// The SQLSTATE of what went wrong when something was tried.
pub(super) type Code = String;

impl Look {
    pub(super) async fn begin(pool: &PgPool) -> Result<Self, Error> {
        let mut connection = pool.acquire().await.map_err(failure)?.detach();
        let script = concat!(
            "begin isolation level repeatable read, read only;",
            include_str!("../../../../sql/rls-audit/settings.sql")
        );
        connection.execute(sqlx::raw_sql(script)).await.map_err(failure)?;
        Ok(Self::over(connection))
    }

    /// Over the transaction that this connection has begun.
    pub(super) fn over(connection: PgConnection) -> Self {
        Self {
            connection,
            role: "none".to_owned(),
        }
    }

    /// Begins to look from inside that transaction.
    pub(super) async fn enter(&mut self) -> Result<(), Error> {
        self.run(concat!(
            "savepoint look; set local transaction_read_only = on;",
            include_str!("../../../../sql/rls-audit/settings.sql")
        ))
        .await
    }

    /// Goes on with it as if nobody had looked.
    pub(super) async fn leave(&mut self) -> Result<(), Error> {
        self.run("rollback to savepoint look; release savepoint look")
            .await
    }

    pub(super) async fn end(self) {
        // The server rolls back what a closed connection has begun.
        let _ = self.connection.close().await;
    }

    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Acts as this persona for as long as `then` lasts; `None` where this login may not.
    pub(super) async fn acting<T>(
        &mut self,
        persona: &Persona,
        then: impl AsyncFnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        self.run("savepoint persona").await?;
        let claims = persona.claims_text();
        let taken = sqlx::query_file!("../../sql/rls-audit/take_on.sql", persona.database_role, claims)
            .fetch_one(&mut self.connection)
            .await;
        let done = match taken {
            Ok(_) => {
                let before = std::mem::replace(&mut self.role, persona.database_role.clone());
                let done = then(self).await;
                self.role = before;
                Some(done)
            }
            Err(sqlx::Error::Database(_)) => None,
            Err(error) => return Err(failure(error)),
        };
        self.run("rollback to savepoint persona; release savepoint persona")
            .await?;
        done.transpose()
    }

    /// Sends one statement that gives one JSON text, behind a savepoint; an error of the server is an answer.
    pub(super) async fn tried<T: DeserializeOwned>(
        &mut self,
        sql: SqlStr,
        values: &[&str],
    ) -> Result<Result<T, Code>, Error> {
        self.run("savepoint trial").await?;
        let mut query = sqlx::query(sql).persistent(false);
        for value in values {
            query = query.bind((*value).to_owned());
        }
        let found = query.fetch_one(&mut self.connection).await;
        self.run("rollback to savepoint trial; release savepoint trial")
            .await?;
        answer(found)
    }

    /// Asks policies about rows. PostgreSQL has understood a policy when it was made: whoever it applies to needs no right to
    /// the schemas of what it names. So where whoever acts may not name them, this login names them, and they are asked then.
    pub(super) async fn probed<T: DeserializeOwned>(
        &mut self,
        probe: &compose::Probe,
        values: &[&str],
    ) -> Result<Result<T, Code>, Error> {
        let found = self.tried(probe.statement(), values).await?;
        if found.as_ref().err().is_none_or(|code| code != "42501") {
            return Ok(found);
        }
        self.run("savepoint trial").await?;
        let asked = self.asked_prepared(probe, values).await;
        self.run("rollback to savepoint trial; release savepoint trial; deallocate all")
            .await?;
        self.connection.clear_cached_statements().await.map_err(failure)?;
        answer(asked)
    }

    async fn asked_prepared(
        &mut self,
        probe: &compose::Probe,
        values: &[&str],
    ) -> Result<PgRow, sqlx::Error> {
        let role = compose::act_as(&self.role);
        self.connection
            .execute(sqlx::raw_sql(compose::act_as("none")))
            .await?;
        self.connection.execute(sqlx::raw_sql(probe.prepared())).await?;
        self.connection.execute(sqlx::raw_sql(role)).await?;
        sqlx::raw_sql(compose::ask_prepared(values))
            .fetch_one(&mut self.connection)
            .await
    }

    async fn run(&mut self, script: &'static str) -> Result<(), Error> {
        self.connection
            .execute(sqlx::raw_sql(script))
            .await
            .map_err(failure)?;
        Ok(())
    }
}

/// One JSON text, or why the server gives none.
fn answer<T: DeserializeOwned>(found: Result<PgRow, sqlx::Error>) -> Result<Result<T, Code>, Error> {
    match found {
        Ok(row) => {
            let text: String = row.try_get(0).map_err(failure)?;
            Ok(Ok(read(&text)?))
        }
        Err(error) => match integrity_core::postgres::error_code(&error) {
            Some(code) => Ok(Err(code)),
            None => Err(failure(error)),
        },
    }
}

/// JSON as the server writes it.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::Corrupt {
        reason: format!("{error}"),
    })
}

/// Rows as the server writes them, kept as text: numbers and dates stay what they are.
pub(super) async fn sample(
    look: &mut Look,
    relation: &crate::Name,
) -> Result<Result<super::measure::Sample, Code>, Error> {
    look.tried(compose::sample(relation), &[]).await
}
