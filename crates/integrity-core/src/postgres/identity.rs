//! A transaction in which the database knows on whose behalf it works.
//!
//! Role and claims are set locally to one transaction, so that they can never reach the next user of the
//! connection. Refused: handing out sqlx's own transaction, whose nested `begin` rolls back the outer one
//! without a word when it fails.

use std::time::Duration;

use sqlx::{
    Executor, PgConnection, PgPool, Postgres, Row, Transaction,
    postgres::{PgPoolOptions, PgRow},
};
use tokio::time::timeout;

use super::{error_code, failure};
use crate::{Caller, Door, Error};

/// A transaction under a caller's identity. Dropping it rolls it back.
#[derive(Debug)]
pub struct CallerTransaction(Transaction<'static, Postgres>);

impl CallerTransaction {
    /// Begins a transaction as `caller`, entered through `door`.
    ///
    /// Cancel safe: a transaction that was being begun is rolled back.
    ///
    /// # Errors
    /// `Forbidden` when the login may not take on the caller's database role, `Unavailable` when the
    /// database does not answer.
    pub async fn begin(pool: &PgPool, caller: &Caller, door: Door) -> Result<Self, Error> {
        let (role, claims) = match caller {
            Caller::Service => (None, String::new()),
            Caller::Claims { database_role, .. } if ["", "none"].contains(&database_role.as_str()) => {
                // PostgreSQL reads both as "nobody else", which would leave the person with the login's rights.
                let reason = format!("{database_role:?} is not the database role of a person");
                return Err(Error::Forbidden { reason });
            }
            Caller::Claims {
                database_role,
                claims,
            } => (
                Some(database_role.as_str()),
                serde_json::Value::from(claims.clone()).to_string(),
            ),
        };
        let mut transaction = pool.begin().await.map_err(failure)?;
        sqlx::query_file_scalar!("../../sql/integrity-core/begin.sql", role, claims, door.as_str())
            .fetch_one(&mut *transaction)
            .await
            .map_err(|error| match error_code(&error).as_deref() {
                Some("22023" | "42501" | "42704") => Error::Forbidden {
                    reason: format!(
                        "this login may not act as the database role {:?}; run `vigie install` or grant it",
                        role.unwrap_or_default()
                    ),
                },
                _ => failure(error),
            })?;
        Ok(Self(transaction))
    }

    /// The connection, for one statement after the other.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.0
    }

    /// Makes the transaction last.
    ///
    /// Not cancel safe: whether a commit that was cancelled took place is unknown.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    pub async fn commit(self) -> Result<(), Error> {
        self.0.commit().await.map_err(failure)
    }
}

/// How long a connection that comes back may take to show that it carries nothing.
const LEAVING: Duration = Duration::from_secs(2);

/// Options of a pool whose connections never carry anything from one user to the next: a connection that
/// comes back inside a transaction, under a role or with claims is closed.
#[must_use]
pub fn pool_options() -> PgPoolOptions {
    PgPoolOptions::new().after_release(|connection, _| {
        Box::pin(async move {
            let look = connection.fetch_one(sqlx::raw_sql(include_str!(
                "../../../../sql/integrity-core/is_clean.sql"
            )));
            // One that does not say so in time is not waited for by whoever comes next.
            let row: PgRow = timeout(LEAVING, look)
                .await
                .map_err(|_| sqlx::Error::PoolTimedOut)??;
            row.try_get(0)
        })
    })
}
