//! Leases in PostgreSQL, in `vigie.leases`, by the database's clock.

use std::time::Duration;

use async_trait::async_trait;
use integrity_core::{Caller, Door, postgres::CallerTransaction};
use sqlx::{PgPool, postgres::types::PgInterval};

use super::failure;
use crate::{Error, Lease, Leases, lease, store::refuse_people};

/// How often somebody else may be faster.
const ATTEMPTS: usize = 10;

/// Leases in PostgreSQL. The schema must have been migrated and the roles made before.
#[derive(Debug, Clone)]
pub struct PgLeases(PgPool);

impl PgLeases {
    /// Leases behind `pool`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self(pool)
    }

    async fn begin(&self, caller: &Caller) -> Result<CallerTransaction, Error> {
        Ok(CallerTransaction::begin(&self.0, caller, Door::Sync).await?)
    }
}

#[async_trait]
impl Leases for PgLeases {
    async fn acquire(
        &self,
        caller: &Caller,
        name: &str,
        holder: &str,
        for_: Duration,
    ) -> Result<Lease, Error> {
        refuse_people(caller)?;
        lease::refuse_malformed(name, holder)?;
        let span = PgInterval {
            months: 0,
            days: 0,
            microseconds: lease::microseconds(for_)?,
        };
        // Whoever was slower than somebody else asks once more to learn who; that one may be gone by then.
        for _ in 0..ATTEMPTS {
            let mut transaction = self.begin(caller).await?;
            let row = sqlx::query_file!("../../sql/alerts-store/acquire.sql", name, holder, span)
                .fetch_optional(transaction.connection())
                .await
                .map_err(failure)?;
            transaction.commit().await?;
            let lease = row.map(|row| Lease {
                held: row.held,
                holder: row.holder,
                until: row.until,
                at: row.at,
            });
            if let Some(lease) = lease.filter(|lease| lease.held || lease.until > lease.at) {
                return Ok(lease);
            }
        }
        Err(Error::Unavailable("everybody else was faster".into()))
    }

    async fn release(&self, caller: &Caller, name: &str, holder: &str) -> Result<(), Error> {
        refuse_people(caller)?;
        lease::refuse_malformed(name, holder)?;
        let mut transaction = self.begin(caller).await?;
        sqlx::query_file!("../../sql/alerts-store/release.sql", name, holder)
            .execute(transaction.connection())
            .await
            .map_err(failure)?;
        Ok(transaction.commit().await?)
    }
}
