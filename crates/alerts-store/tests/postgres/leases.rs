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

/// Somebody else takes the lease between the look and the taking: what stood there before is no answer.
#[sqlx::test(migrations = false)]
async fn who_was_slower_is_told_who_was_faster(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    for before in ["free", "ended", "one's own"] {
        let until = match before {
            "ended" => "clock_timestamp()",
            _ => "'-infinity'",
        };
        let row = format!(
            "insert into vigie.leases values ('sync', 'slow', {until}) on conflict (name) do update
             set holder = excluded.holder, until = excluded.until"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(row))
            .execute(&postgres.owner)
            .await
            .expect("a row");
        let mut faster = postgres.owner.acquire().await.expect("a connection").detach();
        let take =
            "begin; update vigie.leases set holder = 'fast', until = clock_timestamp() + interval '1 min'";
        sqlx::raw_sql(take)
            .execute(&mut faster)
            .await
            .expect("taken, not yet committed");
        let slower = postgres
            .leases
            .acquire(&Caller::Service, "sync", "slow", HALF_A_MINUTE);
        let commits = async {
            until_somebody_waits(&postgres.owner).await;
            sqlx::raw_sql("commit")
                .execute(&mut faster)
                .await
                .expect("committed");
        };
        let (lease, ()) = tokio::join!(slower, commits);
        let lease = lease.expect("an answer");
        assert_eq!((lease.held, lease.holder.as_str()), (false, "fast"), "{before}");
    }
}

async fn until_somebody_waits(owner: &PgPool) {
    let waits = "select exists (select from pg_locks where not granted)";
    while !sqlx::query_scalar::<_, bool>(waits)
        .fetch_one(owner)
        .await
        .expect("an answer")
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
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
