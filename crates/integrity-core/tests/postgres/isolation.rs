//! One snapshot, and nothing that passes from one check to the next or out of the run.

use integrity_core::{CheckRunner, FailureKind, Outcome, postgres::PgCheckRunner};
use sqlx::{Executor as _, PgPool, Row as _};

use crate::{FUNCTIONS, check, checks, failed, ids, prepare, run};

#[sqlx::test]
async fn what_a_check_sets_is_gone_before_the_next(pool: PgPool) {
    prepare(
        &pool,
        "create schema evil; create table evil.tanks (); create table public.tanks ()",
    )
    .await;
    prepare(&pool, FUNCTIONS).await;
    let looks = "select concat_ws(' ', current_setting('role'), current_setting('row_security'),
        current_setting('search_path'), current_setting('statement_timeout') = '1h', current_user = session_user) as entity_id";
    let checks = checks(&[
        (
            "a_sets.sql",
            "",
            "select concat(public.set('role', 'pg_read_all_data', false), public.set('row_security', 'on', false),
                public.set('search_path', 'evil', false), public.set('statement_timeout', '1h', false)) as entity_id",
        ),
        ("b_sets_and_throws.sql", "", "select public.set('role', 'pg_monitor', true) || 1 / 0 as entity_id"),
        ("c_looks.sql", "timeout = \"2s\"", looks),
    ]);
    let evaluations = run(&PgCheckRunner::new(pool), &checks).await;
    assert_eq!(evaluations[0].outcome, Outcome::Complete);
    assert_eq!(failed(evaluations[1].clone()).0, FailureKind::Sql);
    assert_eq!(ids(&evaluations[2]), ["none off pg_catalog, public, pg_temp f t"]);
}

#[sqlx::test]
async fn what_a_guard_sets_does_not_reach_its_check(pool: PgPool) {
    prepare(&pool, FUNCTIONS).await;
    let front = "guard = \"select public.set('role', 'pg_read_all_data', true) <> '' and public.set('row_security', 'on', true) <> ''\"";
    let looks = "select current_setting('role') || ' ' || current_setting('row_security') as entity_id";
    let evaluations = run(&PgCheckRunner::new(pool), &[check("ABC", front, looks)]).await;
    assert_eq!(ids(&evaluations[0]), ["none off"]);
}

#[sqlx::test]
async fn the_connection_of_a_run_is_closed_with_its_session_locks(pool: PgPool) {
    prepare(&pool, FUNCTIONS).await;
    let runner = PgCheckRunner::new(pool.clone());
    let locks = check(
        "ABC",
        "",
        "select 1 as entity_id where public.lock(42) is not null",
    );
    let pid = check("ABD", "", "select pg_backend_pid() as entity_id");
    let first = run(&runner, &[locks, pid.clone()]).await;
    let second = run(&runner, &[pid]).await;
    assert_ne!(
        ids(&first[1]),
        ids(&second[0]),
        "each run has a connection of its own"
    );
    // The server ends a session some moments after the client has said goodbye.
    let mut free = false;
    for _ in 0..200 {
        free = sqlx::query_scalar("select pg_try_advisory_lock(42)")
            .fetch_one(&pool)
            .await
            .unwrap();
        if free {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(free, "a lock outlived its run");
}

#[sqlx::test]
async fn a_snapshot_that_is_dropped_or_cancelled_leaves_the_pool_clean(pool: PgPool) {
    prepare(&pool, FUNCTIONS).await;
    let runner = PgCheckRunner::new(pool.clone());
    let sleeps = check(
        "ABC",
        "timeout = \"200ms\"",
        "select public.nap(0.15)::text as entity_id",
    );
    for _ in 0..3 {
        let mut snapshot = runner.begin().await.unwrap();
        let cut =
            tokio::time::timeout(std::time::Duration::from_millis(20), snapshot.evaluate(&sleeps)).await;
        assert!(cut.is_err());
        let gone = snapshot.evaluate(&sleeps).await.unwrap_err();
        assert_eq!(
            gone.code(),
            "unavailable",
            "a cancelled snapshot is not used again"
        );
    }
    // Through the simple protocol: outside a transaction both times are the same.
    let clean = "select current_setting('role') = 'none' and transaction_timestamp() = statement_timestamp()";
    for _ in 0..5 {
        let row = pool.fetch_one(sqlx::raw_sql(clean)).await.unwrap();
        assert!(row.get::<bool, _>(0));
    }
}

#[sqlx::test]
async fn nothing_can_be_written(pool: PgPool) {
    prepare(
        &pool,
        "create table public.tanks (id int);
         create function public.fill() returns int language sql as 'insert into public.tanks values (1) returning id'",
    )
    .await;
    prepare(&pool, FUNCTIONS).await;
    let checks = checks(&[
        ("a_calls.sql", "", "select public.fill() as entity_id"),
        (
            "b_makes_writable.sql",
            "",
            "select public.set('transaction_read_only', 'off', true) as entity_id",
        ),
        ("c_calls.sql", "", "select public.fill() as entity_id"),
        (
            "d_counts.sql",
            "",
            "select count(*) as entity_id from public.tanks",
        ),
    ]);
    let evaluations = run(&PgCheckRunner::new(pool.clone()), &checks).await;
    for evaluation in &evaluations[..3] {
        failed(evaluation.clone());
    }
    assert_eq!(ids(&evaluations[3]), ["0"], "and the transaction still stands");
    let written: i64 = sqlx::query_scalar("select count(*) from public.tanks")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(written, 0);
}

#[sqlx::test]
async fn a_runner_without_a_database_says_unavailable(pool: PgPool) {
    let runner = PgCheckRunner::new(pool.clone());
    pool.close().await;
    let Err(error) = runner.begin().await else {
        panic!("there is no pool")
    };
    assert_eq!(error.code(), "unavailable");
}
