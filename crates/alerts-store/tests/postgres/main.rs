//! PostgreSQL keeps every promise of `AlertStore`, for the logins that the service and people really have, and
//! what only a real database can show.

#[macro_use]
#[path = "../contract/mod.rs"]
mod contract;
mod agreement;
mod chain;
mod changes;
mod compat;
mod doors;
mod heartbeat;
mod held_up;
mod host;
mod leases;
#[path = "../memory_harness/mod.rs"]
mod memory_harness;
#[path = "../play/mod.rs"]
mod play;
mod server;
mod steady;
mod together;

use alerts_store::postgres::sqlx::{self, PgPool};
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
