//! What the first version of this system got wrong, and this crate must not repeat. The numbers are those of
//! the project's list of defects; `docs/regressions.md` says for each what makes its test fail.

use integrity_core::{CheckRunner, FailureKind, Outcome, Severity, Suspicion, postgres::PgCheckRunner};
use sqlx::PgPool;

use crate::{check, checks, failed, ids, look, prepare, run};

/// One bad row, one throwing check or one INFO row stored nothing at all.
#[sqlx::test]
async fn defect_03_one_throwing_check_leaves_the_others(pool: PgPool) {
    let checks = checks(&[
        ("a_throws.sql", "", "select 1 / 0 as entity_id"),
        (
            "b_two_owners.sql",
            "",
            "select 'T-1' as entity_id from generate_series(1, 2)",
        ),
        ("c_info.sql", "", "select 'T-2' as entity_id, 'INFO' as severity"),
    ]);
    let evaluations = run(&PgCheckRunner::new(pool), &checks).await;
    assert_eq!(failed(evaluations[0].clone()).0, FailureKind::Sql);
    assert_eq!(
        (
            evaluations[1].outcome.clone(),
            ids(&evaluations[1]),
            evaluations[1].merged
        ),
        (Outcome::Complete, vec!["T-1"], 1)
    );
    assert_eq!(
        (
            evaluations[2].outcome.clone(),
            evaluations[2].findings[0].severity
        ),
        (Outcome::Complete, Severity::Info)
    );
}

/// An empty source resolved every alert.
#[sqlx::test]
async fn defect_04_an_empty_source_is_suspect(pool: PgPool) {
    prepare(&pool, "create table public.tanks (id int)").await;
    let front = "guard = \"select count(*) > 0 from public.tanks\"";
    let check = check(
        "ABC",
        front,
        "select id as entity_id from public.tanks where id < 0",
    );
    assert_eq!(
        look(&pool, &check).await.outcome,
        Outcome::Suspect(Suspicion::Guard)
    );
    prepare(&pool, "insert into public.tanks values (1)").await;
    assert_eq!(look(&pool, &check).await.outcome, Outcome::Complete);
}

/// An unreadable source looked empty, and resolved every alert: here a table that Row Level Security filters.
#[sqlx::test]
async fn defect_04_a_blinded_check_is_failed_and_never_empty(pool: PgPool) {
    prepare(
        &pool,
        "create table public.tanks (id int); insert into public.tanks values (1);
         alter table public.tanks enable row level security; alter table public.tanks force row level security;
         do $$ begin execute format('create schema watcher; create function watcher.count() returns bigint
            language sql security definer as %L', 'select count(*) from public.tanks');
         end $$;
         do $$ begin
            create role integrity_core_owner nobypassrls;
         exception when duplicate_object or unique_violation then null; end $$;
         alter table public.tanks owner to integrity_core_owner;
         grant usage, create on schema watcher to integrity_core_owner;
         alter function watcher.count() owner to integrity_core_owner",
    )
    .await;
    // Row Level Security applies to the owner of the function, also where the login bypasses it.
    let (kind, message) =
        crate::failure(&pool, &check("ABC", "", "select watcher.count() as entity_id")).await;
    assert_eq!(kind, FailureKind::Privilege);
    assert!(
        message.ends_with("Row Level Security hides rows from this login; give it BYPASSRLS"),
        "{message}"
    );
}

/// LIMIT without ORDER BY hid what was most severe.
#[sqlx::test]
async fn defect_06_truncation_is_deterministic_most_severe_first(pool: PgPool) {
    prepare(&pool, "create table public.tanks (id int, severity text)").await;
    let check = check(
        "ABC",
        "max_rows = 3",
        "select id as entity_id, severity from public.tanks",
    );
    // The rows stand in the table forwards, backwards and shuffled.
    for step in [1, 100, 37] {
        prepare(&pool, "truncate public.tanks").await;
        sqlx::query(
            "insert into public.tanks
             select g, case when g in (50, 7) then 'CRITICAL' when g in (20, 21) then 'WARN' else 'INFO' end
             from generate_series(1, 100) as g order by g * $1 % 101",
        )
        .bind(step)
        .execute(&pool)
        .await
        .unwrap();
        let evaluation = look(&pool, &check).await;
        assert_eq!(evaluation.outcome, Outcome::Truncated);
        assert_eq!(ids(&evaluation), ["50", "7", "20"], "step {step}");
    }
}

/// Two statements saw two snapshots: an alert opened and resolved at the same instant.
#[sqlx::test]
async fn defect_07_one_snapshot(pool: PgPool) {
    prepare(
        &pool,
        "create table public.tanks (id int); insert into public.tanks values (1)",
    )
    .await;
    let check = check("ABC", "", "select id as entity_id from public.tanks");
    let mut snapshot = PgCheckRunner::new(pool.clone()).begin().await.unwrap();
    prepare(&pool, "insert into public.tanks values (2)").await;
    let first = snapshot.evaluate(&check).await.unwrap();
    prepare(
        &pool,
        "insert into public.tanks values (3); delete from public.tanks where id = 1",
    )
    .await;
    let second = snapshot.evaluate(&check).await.unwrap();
    snapshot.end().await;
    assert_eq!((ids(&first), ids(&second)), (vec!["1"], vec!["1"]));
    assert_eq!(first.snapshot_at, second.snapshot_at);
    assert_eq!(ids(&look(&pool, &check).await), ["2", "3"]);
}
