//! Broken checks beside healthy ones in one run, and what each failure says.

use std::time::Duration;

use integrity_core::{CheckRunner, FailureKind, Outcome, Severity, postgres::PgCheckRunner};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{FUNCTIONS, check, checks, failed, failure, ids, prepare, run};

/// Someone who may read but whom Row Level Security applies to. Roles belong to the whole server, so several
/// runs of the tests may make it at once.
const READER: &str = "do $$ begin
        create role integrity_core_reader login password 'reader' nobypassrls;
    exception when duplicate_object or unique_violation then null;
    end $$;
    create table public.tanks (id int, level numeric);
    create table public.hidden (id int, depot text);
    create table public.forbidden (id int);
    insert into public.tanks values (1, -5), (2, 7);
    insert into public.hidden values (1, 'North'), (2, 'South');
    alter table public.hidden enable row level security;
    create policy north on public.hidden for select to integrity_core_reader using (depot = 'North');
    grant usage on schema public to integrity_core_reader;
    grant select on public.tanks, public.hidden to integrity_core_reader;
    create function public.refuse() returns int language plpgsql as
        'begin raise exception ''the secret is %'', 42; end'";

#[sqlx::test]
async fn each_broken_check_says_why_and_the_healthy_ones_are_evaluated(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let owner = options.clone().connect_with(connect.clone()).await.unwrap();
    prepare(&owner, READER).await;
    prepare(&owner, FUNCTIONS).await;
    let login = connect.username("integrity_core_reader").password("reader");
    let pool = options.connect_with(login).await.unwrap();
    let checks = checks(&[
        ("a_throws.sql", "", "select public.refuse() as entity_id"),
        (
            "b_times_out.sql",
            "timeout = \"100ms\"",
            "select public.nap(30)::text as entity_id",
        ),
        (
            "c_wrong_column.sql",
            "",
            "select id as entity_id, level from public.tanks",
        ),
        (
            "d_missing_table.sql",
            "",
            "select id as entity_id\nfrom public.nowhere",
        ),
        (
            "e_blinded.sql",
            "",
            "select id as entity_id from public.hidden where depot = 'South'",
        ),
        (
            "f_forbidden.sql",
            "",
            "select id as entity_id from public.forbidden",
        ),
        (
            "g_duplicates.sql",
            "",
            "select 1 as entity_id, jsonb_build_object('n', g) as payload from generate_series(2, 4) g",
        ),
        (
            "h_info.sql",
            "",
            "select id as entity_id, 'INFO' as severity from public.tanks where level < 0",
        ),
        (
            "i_nothing.sql",
            "",
            "select id as entity_id from public.tanks where level > 100",
        ),
    ]);
    let mut evaluations = run(&PgCheckRunner::new(pool), &checks).await.into_iter();
    let mut next = || evaluations.next().unwrap();

    for (kind, message) in [
        (
            FailureKind::Sql,
            "an exception raised by a function (SQLSTATE P0001, a_throws.sql)",
        ),
        (FailureKind::Timeout, "it took longer than its timeout of 100ms"),
        (
            FailureKind::Contract,
            "c_wrong_column.sql: it returns unknown column \"level\"; a check returns entity_id and any of entity_id, \
             entity_label, entity_type, severity, message, payload, occurred_at, scope",
        ),
        (
            FailureKind::MissingObject,
            "relation \"public.nowhere\" does not exist (SQLSTATE 42P01, d_missing_table.sql line 11)",
        ),
        (
            FailureKind::Privilege,
            "query would be affected by row-level security policy for table \"hidden\" (SQLSTATE 42501, \
             e_blinded.sql): Row Level Security hides rows from this login; give it BYPASSRLS",
        ),
        (
            FailureKind::Privilege,
            "permission denied for table forbidden (SQLSTATE 42501, f_forbidden.sql)",
        ),
    ] {
        assert_eq!(failed(next()), (kind, message.to_owned()));
    }
    let duplicates = next();
    assert_eq!(
        (duplicates.outcome.clone(), ids(&duplicates), duplicates.merged),
        (Outcome::Complete, vec!["1"], 2)
    );
    assert_eq!(duplicates.findings[0].message, "1 is 2");
    let info = next();
    assert_eq!(
        (info.outcome.clone(), info.findings[0].severity),
        (Outcome::Complete, Severity::Info)
    );
    let nothing = next();
    assert_eq!(
        (nothing.outcome.clone(), nothing.findings.len()),
        (Outcome::Complete, 0)
    );
}

#[sqlx::test]
async fn a_failure_quotes_objects_but_never_data(pool: PgPool) {
    prepare(
        &pool,
        "create table public.people (name text, age text);
         insert into public.people values ('secret', 'secret');
         create function public.tell(p text) returns int language plpgsql as
            'begin execute ''select '' || quote_ident(p) || '' from public.people''; return 1; end';
         create function public.deny(p text) returns int language plpgsql as
            'begin raise insufficient_privilege using message = p; end'",
    )
    .await;
    for (sql, kind, message) in [
        (
            "select age::int as entity_id from public.people",
            FailureKind::Sql,
            "text that is no value of the type it is cast to (SQLSTATE 22P02, abc.sql)",
        ),
        (
            "select 1 / length(nullif(name, name)) as entity_id, name from public.people",
            FailureKind::Contract,
            "",
        ),
        (
            "select to_date(name, 'YYYY') as entity_id from public.people",
            FailureKind::Sql,
            "an invalid date or time (SQLSTATE 22007, abc.sql)",
        ),
        (
            "select public.tell(name) as entity_id from public.people",
            FailureKind::MissingObject,
            "an error within a function (SQLSTATE 42703, abc.sql)",
        ),
        (
            "select public.deny(name) as entity_id from public.people",
            FailureKind::Privilege,
            "permission denied within a function (SQLSTATE 42501, abc.sql)",
        ),
        (
            "select nmae as entity_id from public.people",
            FailureKind::MissingObject,
            "column \"nmae\" does not exist (SQLSTATE 42703, abc.sql line 10)",
        ),
        (
            "select x.y() as entity_id",
            FailureKind::MissingObject,
            "schema \"x\" does not exist (SQLSTATE 3F000, abc.sql line 10)",
        ),
        (
            "select no_such() as entity_id",
            FailureKind::MissingObject,
            "function no_such() does not exist (SQLSTATE 42883, abc.sql line 10)",
        ),
        (
            "select 1 as entity_id fro m",
            FailureKind::Sql,
            "syntax error at or near \"fro\" (SQLSTATE 42601, abc.sql line 10)",
        ),
        (
            "select 1::no_such as entity_id",
            FailureKind::MissingObject,
            "type \"no_such\" does not exist (SQLSTATE 42704, abc.sql line 10)",
        ),
    ] {
        let (found, said) = failure(&pool, &check("ABC", "", sql)).await;
        assert_eq!(found, kind, "{sql}: {said}");
        assert!(!said.contains("secret"), "{said}");
        if !message.is_empty() {
            assert_eq!(said, message);
        }
    }
}

#[sqlx::test]
async fn a_lock_is_not_waited_for_longer_than_two_seconds(pool: PgPool) {
    prepare(&pool, "create table public.tanks (id int)").await;
    let mut migration = pool.begin().await.unwrap();
    sqlx::query("alter table public.tanks add column name text")
        .execute(&mut *migration)
        .await
        .unwrap();
    let (kind, message) = failure(
        &pool,
        &check(
            "ABC",
            "timeout = \"1m\"",
            "select id as entity_id from public.tanks",
        ),
    )
    .await;
    assert_eq!(kind, FailureKind::Timeout);
    assert_eq!(
        message,
        "it waited 2s for a lock: another session is changing something that it reads"
    );
}

#[sqlx::test]
async fn the_budget_of_a_run_bounds_the_last_checks(pool: PgPool) {
    prepare(&pool, FUNCTIONS).await;
    let checks = checks(&[
        ("a_quick.sql", "", "select 1 as entity_id"),
        (
            "b_slow.sql",
            "timeout = \"1m\"",
            "select public.nap(30)::text as entity_id",
        ),
        ("c_late.sql", "", "select 1 as entity_id"),
    ]);
    let runner = PgCheckRunner::new(pool).with_budget(Duration::from_millis(400));
    let mut evaluations = run(&runner, &checks).await;
    let late = evaluations.pop().unwrap();
    let slow = evaluations.pop().unwrap();
    assert_eq!(evaluations[0].outcome, Outcome::Complete);
    assert!(slow.elapsed < Duration::from_secs(5), "{:?}", slow.elapsed);
    let used_up = (
        FailureKind::Timeout,
        "the run's budget of 400ms is used up".to_owned(),
    );
    assert_eq!(failed(slow), used_up);
    assert_eq!(failed(late), used_up);
}

/// However little of the budget is left, it is the check that fails and not the run.
#[sqlx::test]
async fn a_budget_may_end_at_any_moment_of_a_check(pool: PgPool) {
    prepare(&pool, FUNCTIONS).await;
    prepare(&pool, "create table public.tanks (id int)").await;
    let front = "guard = \"select public.nap(0.06) is not null\"\nrequires = [\"public.tanks\"]\n\
                 without_columns = [\"public.tanks.name\"]";
    let check = check(
        "ABC",
        front,
        "select id as entity_id, public.nap(0.06) is null as scope from public.tanks",
    );
    prepare(&pool, "insert into public.tanks values (1)").await;
    for milliseconds in [1, 5, 20, 40, 55, 65, 80, 100, 115] {
        let runner = PgCheckRunner::new(pool.clone()).with_budget(Duration::from_millis(milliseconds));
        let (kind, message) = failed(run(&runner, std::slice::from_ref(&check)).await.remove(0));
        assert_eq!(kind, FailureKind::Timeout, "{message}");
        assert!(
            message.ends_with(&format!("the run's budget of {milliseconds}ms is used up")),
            "{message}"
        );
    }
}

#[sqlx::test]
async fn a_check_cancelled_by_someone_says_so(pool: PgPool) {
    prepare(&pool, FUNCTIONS).await;
    let check = check(
        "ABC",
        "timeout = \"1m\"",
        "select public.nap(30)::text as entity_id",
    );
    let cancel = async {
        let mut cancelled = false;
        while !cancelled {
            cancelled = sqlx::query_scalar::<_, bool>(SLEEPER_CANCELLED)
                .fetch_one(&pool)
                .await
                .unwrap();
        }
    };
    let ((kind, message), ()) = tokio::join!(failure(&pool, &check), cancel);
    assert_eq!(
        (kind, message.as_str()),
        (FailureKind::Timeout, "it was cancelled from outside")
    );
}

const SLEEPER_CANCELLED: &str =
    "select coalesce(bool_or(pg_cancel_backend(pid)), false) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and wait_event = 'PgSleep'";

#[sqlx::test]
async fn a_lost_connection_is_an_error_and_the_snapshot_is_gone(pool: PgPool) {
    prepare(&pool, FUNCTIONS).await;
    let check = check(
        "ABC",
        "timeout = \"1m\"",
        "select public.nap(30)::text as entity_id",
    );
    let mut snapshot = PgCheckRunner::new(pool.clone()).begin().await.unwrap();
    let kill = async {
        let mut killed = false;
        while !killed {
            killed = sqlx::query_scalar::<_, bool>(SLEEPER_KILLED)
                .fetch_one(&pool)
                .await
                .unwrap();
        }
    };
    let (lost, ()) = tokio::join!(snapshot.evaluate(&check), kill);
    assert_eq!(lost.unwrap_err().code(), "unavailable");
    assert_eq!(snapshot.evaluate(&check).await.unwrap_err().code(), "unavailable");
    snapshot.end().await;
}

const SLEEPER_KILLED: &str =
    "select coalesce(bool_or(pg_terminate_backend(pid)), false) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and wait_event = 'PgSleep'";
