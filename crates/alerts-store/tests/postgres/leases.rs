//! Leases, asked for by many at once.

use std::time::Duration;

use alerts_store::{
    Leases as _,
    postgres::sqlx::{self, PgPool},
};
use futures_util::future::join_all;
use integrity_core::Caller;

use crate::server::Postgres;

const HALF_A_MINUTE: Duration = Duration::from_secs(30);

/// First when there is no row yet, then when a row has been given back, then when one has ended.
#[sqlx::test(migrations = false)]
async fn of_twenty_at_once_exactly_one_holds(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let holders: Vec<String> = (0..20).map(|n| format!("service {n}")).collect();
    let mut last = None;
    for round in ["no row", "given back", "ended"] {
        let asked = holders.iter().map(|holder| {
            postgres
                .leases
                .acquire(&Caller::Service, "sync", holder, HALF_A_MINUTE)
        });
        let mut held = Vec::new();
        let mut told = Vec::new();
        for (answer, holder) in join_all(asked).await.into_iter().zip(&holders) {
            let lease = answer.expect("an answer");
            held.extend(lease.held.then(|| holder.clone()));
            told.push(lease.holder);
        }
        assert_eq!(held.len(), 1, "{round}: {held:?}");
        assert!(
            told.iter().all(|holder| *holder == held[0]),
            "{round}: all are told who: {told:?}"
        );
        if round == "no row" {
            let given_back = postgres.leases.release(&Caller::Service, "sync", &held[0]).await;
            given_back.expect("given back");
        } else {
            let end = "update vigie.leases set until = clock_timestamp()";
            sqlx::query(end).execute(&postgres.owner).await.expect("ended");
        }
        last = held.pop();
    }
    let ended = last.expect("a holder");
    let next = holders.iter().find(|holder| **holder != ended).expect("another");
    let taken = postgres
        .leases
        .acquire(&Caller::Service, "sync", next, HALF_A_MINUTE)
        .await;
    assert!(taken.expect("an answer").held, "it had ended");
    let lost = postgres
        .leases
        .acquire(&Caller::Service, "sync", &ended, HALF_A_MINUTE)
        .await;
    assert_eq!(
        &lost.expect("an answer").holder,
        next,
        "not got back until it is free"
    );
}

/// Where a row says who holds the lease, those who wait do not even lock it; and renewing it touches no index.
#[sqlx::test(migrations = false)]
async fn who_waits_writes_nothing(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let row = async || -> String {
        sqlx::query_scalar("select concat_ws(' ', ctid, xmin, xmax, l) from vigie.leases l")
            .fetch_one(&postgres.owner)
            .await
            .expect("a row")
    };
    let ask = async |holder: &str| {
        let asked = postgres
            .leases
            .acquire(&Caller::Service, "sync", holder, HALF_A_MINUTE);
        asked.await.expect("an answer").held
    };
    assert!(ask("one").await);
    let held = row().await;
    for _ in 0..3 {
        assert!(!ask("two").await);
    }
    assert_eq!(row().await, held);

    for _ in 0..200 {
        assert!(ask("one").await);
        postgres
            .leases
            .release(&Caller::Service, "sync", "one")
            .await
            .expect("given back");
    }
    let pages: i64 = sqlx::query_scalar("select pg_relation_size('vigie.leases') / 8192")
        .fetch_one(&postgres.owner)
        .await
        .expect("the size");
    assert_eq!(pages, 1, "each new version took the room of an old one");
}
