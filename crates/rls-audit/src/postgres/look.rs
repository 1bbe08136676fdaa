//! One read-only snapshot on a connection of its own, which is closed afterwards.
//!
//! Whatever is tried stands behind a savepoint that is given back, also after success: the role that was taken on, and
//! whatever a policy's function has set, are gone before the next is tried. All of that goes to the server at once.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use sqlx::{
    Connection as _, Executor as _, PgConnection, PgPool, Row as _,
    postgres::{PgDatabaseError, PgErrorPosition, PgRow},
};

use tokio::time::timeout;

use super::{
    compose::{self, Probe, Sql},
    failure,
    measure::{self, Rights},
};
use crate::{Error, Persona};

/// A snapshot.
#[derive(Debug)]
pub(super) struct Look {
    connection: PgConnection,
    /// As whom it acts: a role, and claims. Nobody is the login itself.
    whom: Option<(String, String)>,
    /// What each role may do, as far as it was asked; nothing where this login may not act under it.
    rights: BTreeMap<String, Option<Arc<Rights>>>,
    /// The probe that the server has understood, and the role for which it has.
    understood: Option<(String, Probe)>,
}

/// The SQLSTATE of what went wrong when something was tried.
pub(super) type Code = String;

/// In place of the code of an error in what was sent, and not in what it asks: a policy understood long ago is not always
/// understood anew, as when its function has got a namesake.
pub(super) const UNREAD: &str = "unread";

const READ: &str = "begin isolation level repeatable read, read only";
/// So long a second connection may take.
const SECOND: Duration = Duration::from_secs(3);

const BEGIN: &str = "savepoint trial";
/// After a failure too.
const END: &str = "rollback to savepoint trial; release savepoint trial";

impl Look {
    pub(super) async fn begin(pool: &PgPool, patience: Duration) -> Result<Self, Error> {
        let connection = pool.acquire().await.map_err(failure)?.detach();
        Self::started(connection, None, patience).await
    }

    /// A second connection to the same snapshot; none where this login is not let in twice.
    pub(super) async fn beside(&mut self, pool: &PgPool, patience: Duration) -> Result<Option<Self>, Error> {
        let snapshot = sqlx::query_file_scalar!("../../sql/rls-audit/snapshot.sql")
            .fetch_one(&mut self.connection)
            .await
            .map_err(failure)?;
        let second = async {
            let connection = PgConnection::connect_with(&pool.connect_options())
                .await
                .map_err(failure)?;
            Self::started(connection, Some(&snapshot), patience).await
        };
        // A pooler may let it wait for a connection that comes free only when this look ends.
        let second = timeout(SECOND, second).await;
        Ok(second.ok().and_then(Result::ok))
    }

    async fn started(
        mut connection: PgConnection,
        snapshot: Option<&str>,
        patience: Duration,
    ) -> Result<Self, Error> {
        connection.execute(sqlx::raw_sql(READ)).await.map_err(failure)?;
        if let Some(snapshot) = snapshot {
            let take_on = sqlx::raw_sql(compose::see(snapshot).alone());
            connection.execute(take_on).await.map_err(failure)?;
        }
        let settings = sqlx::raw_sql(include_str!("../../../../sql/rls-audit/settings.sql"));
        connection.execute(settings).await.map_err(failure)?;
        let patience = format!("{}ms", patience.as_millis().max(1));
        sqlx::query_file!("../../sql/rls-audit/timeout.sql", patience)
            .fetch_one(&mut connection)
            .await
            .map_err(failure)?;
        Ok(Self::over(connection))
    }

    /// Over the transaction that this connection has begun.
    pub(super) fn over(connection: PgConnection) -> Self {
        Self {
            connection,
            whom: None,
            rights: BTreeMap::new(),
            understood: None,
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

    /// Goes on with it as if nobody had looked, and knows nothing of what may change now.
    pub(super) async fn leave(&mut self) -> Result<(), Error> {
        self.run("rollback to savepoint look; release savepoint look")
            .await?;
        self.rights.clear();
        self.understood = None;
        self.forget_all().await
    }

    pub(super) async fn end(self) {
        // The server rolls back what a closed connection has begun.
        let _ = self.connection.close().await;
    }

    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Finds names as callers of the API do: what functions name without a schema is looked for there.
    pub(super) async fn search(&mut self, schemas: &[&str]) -> Result<(), Error> {
        let script = sqlx::raw_sql(compose::search(schemas).alone());
        self.connection.execute(script).await.map_err(failure)?;
        Ok(())
    }

    /// Lets all who act under a role share the plan of what they are asked.
    pub(super) async fn share_plans(&mut self) -> Result<(), Error> {
        self.run("set local plan_cache_mode = force_generic_plan").await
    }

    /// Tries as this persona for as long as `then` lasts.
    pub(super) async fn acting<T>(&mut self, persona: &Persona, then: impl AsyncFnOnce(&mut Self) -> T) -> T {
        let whom = (persona.database_role.clone(), persona.claims_text());
        let before = self.whom.replace(whom);
        let done = then(self).await;
        self.whom = before;
        done
    }

    /// What this role may do; `None` where this login may not act under it.
    pub(super) async fn rights(&mut self, role: &str) -> Result<Option<Arc<Rights>>, Error> {
        if let Some(known) = self.rights.get(role) {
            return Ok(known.clone());
        }
        self.run(BEGIN).await?;
        let take_on = sqlx::raw_sql(compose::take_on(role, "{}").alone());
        let rights = match self.connection.execute(take_on).await {
            Ok(_) => Some(Arc::new(measure::rights(self).await?)),
            Err(sqlx::Error::Database(_)) => None,
            Err(error) => return Err(failure(error)),
        };
        self.run(END).await?;
        self.rights.insert(role.to_owned(), rights.clone());
        Ok(rights)
    }

    /// Sends one statement that gives one JSON text; an error of the server is an answer.
    pub(super) async fn tried<T: DeserializeOwned>(&mut self, sql: Sql) -> Result<Result<T, Code>, Error> {
        let found = self.sent([self.take_on(), Some(sql)]).await?;
        read_answer(found)
    }

    /// Asks policies about rows. PostgreSQL has understood a policy when it was made: whoever it applies to needs no right to
    /// the schemas of what it names. So where whoever acts may not name them, this login names them, and they are asked then.
    ///
    /// What was understood for a role need not be understood again for the next who acts under it.
    pub(super) async fn probed<T: DeserializeOwned>(
        &mut self,
        probe: &Probe,
        values: &[String; 3],
    ) -> Result<Result<T, Code>, Error> {
        let role = self.whom.as_ref().map(|whom| whom.0.clone()).unwrap_or_default();
        let known = (role, probe.clone());
        let ask = || Some(compose::ask_prepared(values));
        if self.understood.as_ref() == Some(&known) {
            let found = self.sent([self.take_on(), ask()]).await?;
            return read_answer(found);
        }
        let forget = self.understood.take().map(|_| compose::forget());
        let prepare = || Some(probe.prepared());
        let mut found = self.sent([forget, self.take_on(), prepare(), ask()]).await?;
        if found.as_ref().is_err_and(|code| code == "42501") {
            self.forget_all().await?;
            found = self.sent([prepare(), self.take_on(), ask()]).await?;
        }
        if found.is_ok() {
            self.understood = Some(known);
        } else {
            self.forget_all().await?;
        }
        read_answer(found)
    }

    /// Whatever was understood, of the driver's own statements too.
    async fn forget_all(&mut self) -> Result<(), Error> {
        self.run("deallocate all").await?;
        self.connection.clear_cached_statements().await.map_err(failure)
    }

    fn take_on(&self) -> Option<Sql> {
        let (role, claims) = self.whom.as_ref()?;
        Some(compose::take_on(role, claims))
    }

    /// Sends statements behind a savepoint; the last row is the answer.
    async fn sent<const N: usize>(
        &mut self,
        statements: [Option<Sql>; N],
    ) -> Result<Result<PgRow, Code>, Error> {
        let script = compose::script(BEGIN, statements.into_iter().flatten(), END);
        let found = sqlx::raw_sql(script).fetch_all(&mut self.connection).await;
        match found.and_then(|mut rows| rows.pop().ok_or(sqlx::Error::RowNotFound)) {
            Ok(row) => Ok(Ok(row)),
            Err(error) => match integrity_core::postgres::error_code(&error) {
                Some(code) => {
                    self.run(END).await?;
                    Ok(Err(if is_ours(&error, &code) {
                        UNREAD.to_owned()
                    } else {
                        code
                    }))
                }
                None => Err(failure(error)),
            },
        }
    }

    async fn run(&mut self, script: &'static str) -> Result<(), Error> {
        self.connection
            .execute(sqlx::raw_sql(script))
            .await
            .map_err(failure)?;
        Ok(())
    }
}

/// Whether the server did not understand what was sent: privileges and recursion are understood.
fn is_ours(error: &sqlx::Error, code: &str) -> bool {
    let error = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    let is_here = error.is_some_and(|error| matches!(error.position(), Some(PgErrorPosition::Original(_))));
    is_here && code.starts_with("42") && !["42501", "42P17"].contains(&code)
}

/// One JSON text, or why the server gives none.
fn read_answer<T: DeserializeOwned>(found: Result<PgRow, Code>) -> Result<Result<T, Code>, Error> {
    match found {
        Ok(row) => {
            let text: String = row.try_get(0).map_err(failure)?;
            Ok(Ok(read(&text)?))
        }
        Err(code) => Ok(Err(code)),
    }
}

/// JSON as the server writes it.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::Corrupt {
        reason: format!("{error}"),
    })
}
