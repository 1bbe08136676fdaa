//! PostgreSQL keeps every promise of `ReleaseLedger`, for the logins that the service and people really have, and what
//! only a real database can show.

#[macro_use]
#[path = "../contract/mod.rs"]
mod contract;
mod agreement;
mod crash;
mod doors;
#[path = "../memory_harness/mod.rs"]
mod memory_harness;
mod server;
mod together;

use release_info::ledger::postgres::sqlx::{self, PgPool};
use server::Postgres;

macro_rules! in_postgres {
    ($($promise:ident)*) => {
        $(#[sqlx::test(migrations = false)]
        async fn $promise(pool: PgPool) {
            contract::$promise(&Postgres::new(pool).await).await;
        })*
    };
}
promises!(in_postgres);
