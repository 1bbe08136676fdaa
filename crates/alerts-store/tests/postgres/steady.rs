//! What a steady run costs, and what may happen while one is under way.

use alerts_store::{
    AlertStore as _, PgAlertStore,
    postgres::{
        ROOM,
        sqlx::{self, PgPool},
    },
};
use chrono::{DateTime, Utc};
use integrity_core::{Caller, Door, Evaluation, Outcome, postgres};
use pg_sandbox::{Options, Sandbox};

use crate::{
    contract::{
        Harness as _,
        scene::{CODE, evaluation, tanks},
    },
    server::Postgres,
};

async fn now(pool: &PgPool) -> DateTime<Utc> {
    sqlx::query_scalar("select clock_timestamp()")
        .fetch_one(pool)
        .await
        .expect("the time")
}

/// What so many checks see now: seven tanks each.
async fn looks(pool: &PgPool, checks: u32) -> Vec<Evaluation> {
    let at = now(pool).await;
    let look = |n| evaluation(&format!("CHECK_{n}"), at, Outcome::Complete, tanks(7));
    (0..checks).map(look).collect()
}

/// A run in which nothing is new.
async fn runs(store: &PgAlertStore, looks: &[Evaluation]) {
    let mut unchanged = Vec::new();
    for look in looks {
        let one = store.unchanged(&Caller::Service, look).await;
        unchanged.push(one.expect("an answer").expect("it tells nothing new"));
    }
    let overtaken = store.advance(&Caller::Service, &unchanged).await;
    assert_eq!(overtaken.expect("moved on"), []);
}

async fn applies(store: &PgAlertStore, looks: &[Evaluation]) {
    for look in looks {
        store.apply(&Caller::Service, look).await.expect("applied");
    }
}

#[sqlx::test(migrations = false)]
async fn a_steady_run_writes_no_alert_and_no_event(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let rows = async || -> String {
        sqlx::query_scalar(
            "select concat_ws(' ',
                (select string_agg(concat_ws(' ', ctid, xmin, xmax), ',' order by ctid) from vigie.alerts),
                (select string_agg(concat_ws(' ', ctid, xmin, xmax), ',' order by ctid) from vigie.alert_events))",
        )
        .fetch_one(&postgres.owner)
        .await
        .expect("the rows")
    };
    applies(&postgres.service, &looks(&postgres.owner, 20).await).await;
    let (before, indexed) = (rows().await, pages(&postgres.owner).await);
    for _ in 0..30 {
        runs(&postgres.service, &looks(&postgres.owner, 20).await).await;
    }
    assert_eq!(rows().await, before, "written, locked or moved");
    assert_eq!(pages(&postgres.owner).await, indexed, "check_states has grown");
}

/// How large the books of the checks are.
async fn pages(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select pg_total_relation_size('vigie.check_states') / 8192")
        .fetch_one(pool)
        .await
        .expect("the size")
}

/// On a server of its own: others would write into the same log.
#[tokio::test]
async fn moving_twenty_two_checks_on_costs_little_wal() {
    let quiet = [("autovacuum", "off"), ("checkpoint_timeout", "1d")];
    let options = quiet
        .into_iter()
        .fold(Options::from_env(), |options, (name, value)| {
            options.setting(name, value)
        });
    let sandbox = Sandbox::start(&options).expect("a private PostgreSQL");
    sandbox.create_database("wal").expect("a database");
    let pool = PgPool::connect(&sandbox.url("wal")).await.expect("connected");
    postgres::ROOM.migrate(&pool).await.expect("integrity-core");
    ROOM.migrate(&pool).await.expect("alerts-store");
    sqlx::raw_sql(postgres::ROLES)
        .execute(&pool)
        .await
        .expect("roles");
    let store = PgAlertStore::new(pool.clone(), Door::Sync);
    applies(&store, &looks(&pool, 22).await).await;
    let written = async |looks: &[Evaluation]| -> i64 {
        let begun: String = sqlx::query_scalar("select pg_current_wal_insert_lsn()::text")
            .fetch_one(&pool)
            .await
            .expect("a place in the log");
        runs(&store, looks).await;
        sqlx::query_scalar("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1::text::pg_lsn)::bigint")
            .bind(begun)
            .fetch_one(&pool)
            .await
            .expect("another")
    };
    let first = written(&looks(&pool, 22).await).await;
    let mut costs = Vec::new();
    for _ in 0..9 {
        costs.push(written(&looks(&pool, 22).await).await);
    }
    println!("WAL of a steady run of 22 checks: {costs:?} bytes; the first one {first}");
    costs.sort_unstable();
    // Once, the server may have noted something of its own.
    assert!(costs[7] < 2500, "{costs:?}");
}

/// An evaluation that is being applied has read how the check stood: moved on under its feet, the check would be put
/// back to an older snapshot. Nobody waits for it either: it is never done here.
#[sqlx::test(migrations = false)]
async fn a_check_that_is_being_applied_is_left_alone(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let store = postgres.service();
    let look = |code, at| evaluation(code, at, Outcome::Complete, tanks(2));
    let before = postgres.now().await;
    applies(
        &postgres.service,
        &[look(CODE, before), look("OTHER_CHECK", before)],
    )
    .await;
    let after = postgres.now().await;
    let mut both = Vec::new();
    for code in [CODE, "OTHER_CHECK"] {
        let one = store.unchanged(&Caller::Service, &look(code, after)).await;
        both.push(one.expect("an answer").expect("it tells nothing new"));
    }

    let mut applying = postgres.owner.begin().await.expect("begun");
    sqlx::raw_sql("select pg_advisory_xact_lock(hashtextextended('vigie.apply main STOCK_NEGATIF', 0))")
        .execute(&mut *applying)
        .await
        .expect("held");
    let overtaken = store.advance(&Caller::Service, &both).await.expect("moved on");
    assert_eq!(overtaken, [CODE.parse().expect("a code")]);
    let states = store
        .check_states(&Caller::Service, "main")
        .await
        .expect("states");
    let seen: Vec<_> = states
        .iter()
        .map(|state| (state.code.as_str(), state.seen_at))
        .collect();
    assert_eq!(seen, [("OTHER_CHECK", after), (CODE, before)]);
    applying.commit().await.expect("committed");
    let overtaken = store.advance(&Caller::Service, &both[..1]).await;
    assert_eq!(
        overtaken.expect("moved on"),
        [],
        "it had not been touched after all"
    );
}

/// What the book of runs costs does not grow with it.
#[sqlx::test(migrations = false)]
async fn old_runs_are_found_by_an_index(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    sqlx::raw_sql(
        "insert into vigie.runs (database, started_at, finished_at, status, outcomes, parameters)
         select 'main', at, at, 'OK', '{}', '{}'
         from generate_series(now() - interval '89 days', now(), interval '5 min') at;
         analyze vigie.runs",
    )
    .execute(&postgres.owner)
    .await
    .expect("a quarter of a year of runs");
    for statement in [
        "explain delete from vigie.runs where database = 'main' and finished_at < now() - interval '90 days'",
        "explain select max(finished_at) from vigie.runs where database = 'main' and finished_at <= now()",
    ] {
        let plan: Vec<String> = sqlx::query_scalar(statement)
            .fetch_all(&postgres.owner)
            .await
            .expect("a plan");
        let plan = plan.join("\n");
        assert!(plan.contains("runs_pkey") && !plan.contains("Seq Scan"), "{plan}");
    }
}
