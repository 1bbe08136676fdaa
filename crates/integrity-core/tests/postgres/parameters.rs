//! Parameters, the instant of the run, guards, and files for databases of different ages.

use integrity_core::{CheckRunner, FailureKind, Outcome, Overrides, Suspicion, postgres::PgCheckRunner};
use serde_json::json;
use sqlx::PgPool;

use crate::{check, checks, failure, ids, look, prepare, run};

const TYPED: &str = "
    params.num = { type = \"numeric\", default = 0.10 }
    params.int = { type = \"integer\", default = 7 }
    params.big = { type = \"bigint\", default = 3000000000 }
    params.dbl = { type = \"double precision\", default = 1.5 }
    params.txt = { type = \"text\", default = \"it's; drop table x --\" }
    params.yes = { type = \"boolean\", default = true }
    params.gap = { type = \"interval\", default = \"1 day 02:00\" }
    params.day = { type = \"date\", default = 2026-01-31 }
    params.at  = { type = \"timestamptz\", default = \"2026-01-31T08:00:00+01:00\" }";

#[sqlx::test]
async fn parameters_arrive_typed_and_whole(pool: PgPool) {
    let sql = "select 1 as entity_id, jsonb_build_object(
        'num', :num, 'int', :int, 'big', :big, 'dbl', :dbl, 'txt', :txt, 'yes', :yes, 'gap', :gap, 'day', :day,
        'at', :at, 'types', concat_ws(' ', pg_typeof(:num), pg_typeof(:int), pg_typeof(:big), pg_typeof(:dbl),
            pg_typeof(:txt), pg_typeof(:yes), pg_typeof(:gap), pg_typeof(:day), pg_typeof(:at)),
        'overload', make_date(2000 + :int, 1, :int)) as payload";
    let evaluation = look(&pool, &check("ABC", TYPED, sql)).await;
    assert_eq!(evaluation.outcome, Outcome::Complete);
    let expected = json!({
        "num": 0.1, "int": 7, "big": 3_000_000_000_i64, "dbl": 1.5, "txt": "it's; drop table x --", "yes": true,
        "gap": "1 day 02:00:00", "day": "2026-01-31", "at": "2026-01-31T07:00:00+00:00",
        "types": "numeric integer bigint double precision text boolean interval date timestamp with time zone",
        "overload": "2007-01-07",
    });
    assert_eq!(
        serde_json::Value::from(evaluation.findings[0].payload.fields()),
        expected
    );
    assert!(
        evaluation.findings[0].payload.as_json().contains("\"num\": 0.10"),
        "numeric keeps its scale"
    );
}

#[sqlx::test]
async fn an_overridden_parameter_changes_what_is_found(pool: PgPool) {
    let front = "params.least = { type = \"integer\", default = 3, min = 1 }";
    let check = check(
        "ABC",
        front,
        "select g as entity_id from generate_series(1, 4) as g where g >= :least",
    );
    assert_eq!(ids(&look(&pool, &check).await), ["3", "4"]);
    let overrides = Overrides {
        params: [("least".to_owned(), json!(2))].into(),
        ..Overrides::default()
    };
    let check = check.with_overrides(&overrides).unwrap();
    assert_eq!(ids(&look(&pool, &check).await), ["2", "3", "4"]);
}

#[sqlx::test]
async fn every_check_sees_the_instant_of_the_snapshot(pool: PgPool) {
    crate::prepare(&pool, crate::FUNCTIONS).await;
    let sql = "select 1 as entity_id, :as_of as occurred_at, jsonb_build_object('n', public.nap(0.05)::text) as payload";
    let checks = checks(&[
        ("abc.sql", "", sql),
        ("abd.sql", "guard = \"select :as_of = :as_of\"", sql),
    ]);
    let runner = PgCheckRunner::new(pool.clone());
    let mut snapshot = runner.begin().await.unwrap();
    for check in &checks {
        let evaluation = snapshot.evaluate(check).await.unwrap();
        assert_eq!(evaluation.findings[0].occurred_at, Some(snapshot.taken_at()));
        assert_eq!(evaluation.snapshot_at, snapshot.taken_at());
    }
    snapshot.end().await;
}

#[sqlx::test]
async fn a_check_runs_under_fixed_settings(pool: PgPool) {
    prepare(&pool, "set timezone = 'Asia/Tokyo'").await;
    let sql = "select concat_ws(' | ', current_setting('timezone'), current_setting('transaction_isolation'),
        current_setting('transaction_read_only'), current_setting('row_security'), current_setting('jit'),
        current_setting('search_path'), current_setting('role'), current_setting('statement_timeout')) as entity_id";
    let evaluation = look(&pool, &check("ABC", "timeout = \"1h\"", sql)).await;
    let settings = ids(&evaluation)[0].rsplit_once(" | ").unwrap().0;
    assert_eq!(
        settings,
        "UTC | repeatable read | on | off | off | pg_catalog, public, pg_temp | none"
    );
}

#[sqlx::test]
async fn a_guard_that_does_not_hold_makes_an_evaluation_suspect(pool: PgPool) {
    for (guard, expected) in [
        ("select true", Outcome::Complete),
        ("select false", Outcome::Suspect(Suspicion::Guard)),
        ("select null::boolean", Outcome::Suspect(Suspicion::Guard)),
        ("select true where false", Outcome::Suspect(Suspicion::Guard)),
    ] {
        let check = check("ABC", &format!("guard = \"{guard}\""), "select 1 as entity_id");
        let evaluation = look(&pool, &check).await;
        assert_eq!(
            (evaluation.outcome.clone(), ids(&evaluation)),
            (expected, vec!["1"]),
            "{guard}"
        );
    }
    for (guard, kind, message) in [
        (
            "select count(*) from pg_class",
            FailureKind::Contract,
            "abc.sql: the guard returns no boolean",
        ),
        (
            "select true from public.nowhere",
            FailureKind::MissingObject,
            "guard: relation \"public.nowhere\" does not exist",
        ),
        (
            "select 1 / 0 > 0",
            FailureKind::Sql,
            "guard: division by zero (SQLSTATE 22012, abc.sql)",
        ),
    ] {
        let check = check("ABC", &format!("guard = \"{guard}\""), "select 1 as entity_id");
        let (found, said) = failure(&pool, &check).await;
        assert_eq!(found, kind);
        assert!(said.starts_with(message), "{said}");
    }
}

#[sqlx::test]
async fn the_file_that_fits_the_database_runs(pool: PgPool) {
    let check = checks(&[
        (
            "abc.sql",
            "requires_columns = [\"public.t.new\"]",
            "select 'new' as entity_id from (select new from public.t) as t",
        ),
        (
            "abc.legacy.sql",
            "without_columns = [\"public.t.new\"]\nrequires = [\"public.t\"]",
            "select 'old' as entity_id",
        ),
    ])
    .remove(0);
    let (kind, message) = failure(&pool, &check).await;
    assert_eq!(
        (kind, message.as_str()),
        (
            FailureKind::MissingObject,
            "abc.legacy.sql: public.t is not there"
        )
    );
    prepare(
        &pool,
        "create table public.t (old int); insert into public.t values (1)",
    )
    .await;
    assert_eq!(ids(&look(&pool, &check).await), ["old"]);
    prepare(&pool, "alter table public.t add column new int").await;
    assert_eq!(ids(&look(&pool, &check).await), ["new"]);

    let only_new = crate::check(
        "ABD",
        "requires_columns = [\"public.t.newest\"]",
        "select 1 as entity_id",
    );
    let (kind, message) = failure(&pool, &only_new).await;
    assert_eq!(kind, FailureKind::MissingObject);
    assert_eq!(message, "abd.sql: the column public.t.newest is not there");
}

#[sqlx::test]
async fn an_evaluation_names_the_database_it_is_about(pool: PgPool) {
    let runner = PgCheckRunner::new(pool).with_database("north");
    assert_eq!(
        run(&runner, &[check("ABC", "", "select 1 as entity_id")]).await[0].database,
        "north"
    );
}
