//! Runs that finished at the very same instant.

use alerts_store::postgres::sqlx::{self, PgPool};
use integrity_core::Caller;

use crate::{contract::Harness as _, server::Postgres};

#[sqlx::test(migrations = false)]
async fn runs_that_finished_at_once_come_together(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    sqlx::query(
        "insert into vigie.runs (database, started_at, finished_at, status, outcomes, parameters)
         select 'main', now(), now() - make_interval(secs => n / 3), 'OK', '{}', '{}' from generate_series(0, 8) n",
    )
    .execute(&postgres.owner)
    .await
    .expect("nine runs, three at a time");
    let (mut told, mut before) = (Vec::new(), None);
    loop {
        let runs = postgres.service().runs(&Caller::Service, "main", before, 1).await;
        let runs = runs.expect("runs");
        let Some(last) = runs.last() else { break };
        before = Some(last.finished_at);
        told.push(runs.len());
    }
    assert_eq!(told, [3, 3, 3]);
}
