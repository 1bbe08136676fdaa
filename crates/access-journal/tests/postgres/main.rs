//! PostgreSQL keeps every promise of `AccessJournal`, for the logins that record, that serve people and that roll and seal,
//! and what only a real database can show.

#[macro_use]
#[path = "../contract/mod.rs"]
mod contract;
mod cuts;
mod detection;
mod doors;
mod judging;
mod months;
mod seals;
mod server;

use access_journal::journal::postgres::sqlx::{self, PgPool};
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
