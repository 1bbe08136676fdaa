//! The generated view finds what a run finds.

use integrity_core::{
    Check, CheckCode, Outcome, Overrides, Pack,
    postgres::{
        PgCheckRunner,
        view::{GeneratedView, generate},
    },
};
use sqlx::{PgPool, Row as _};

use crate::{check, checks, prepare, run};

/// Code, severity, entity type, entity id, message, payload.
type Seen = (String, String, String, String, String, String);

async fn create(pool: &PgPool, view: &GeneratedView) {
    let script = format!("begin;\n{}\ncommit;", view.sql);
    sqlx::raw_sql(sqlx::AssertSqlSafe(script))
        .execute(pool)
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", view.sql));
}

async fn in_view(pool: &PgPool) -> Vec<Seen> {
    let rows = sqlx::query(
        "select check_code, severity, entity_type, coalesce(entity_id, ''), message, payload::text
         from public.v_integrity_checks",
    )
    .fetch_all(pool)
    .await
    .expect("the view is read");
    let mut seen: Vec<Seen> = rows
        .iter()
        .map(|row| {
            (
                row.get(0),
                row.get(1),
                row.get(2),
                row.get(3),
                row.get(4),
                row.get(5),
            )
        })
        .collect();
    seen.sort();
    seen
}

async fn in_run(pool: &PgPool, checks: &[Check]) -> Vec<Seen> {
    let mut seen = Vec::new();
    for evaluation in run(&PgCheckRunner::new(pool.clone()), checks).await {
        assert_eq!(evaluation.outcome, Outcome::Complete, "{}", evaluation.code);
        for finding in evaluation.findings {
            seen.push((
                evaluation.code.to_string(),
                finding.severity.to_string(),
                finding.entity_type,
                finding.entity_id,
                finding.message,
                finding.payload.as_json().to_owned(),
            ));
        }
    }
    seen.sort();
    seen
}

#[sqlx::test]
async fn the_view_shows_what_a_run_finds_in_the_depot(pool: PgPool) {
    prepare(
        &pool,
        concat!(
            "begin;",
            include_str!("../../../../sql/packs/depot/schema.sql"),
            include_str!("../../../../sql/demo/data.sql"),
            include_str!("../../../../sql/demo/anomalies.sql"),
            "commit;"
        ),
    )
    .await;
    let pack = Pack::builtin("depot").expect("the depot");
    let view = generate(&pool, &pack.checks).await.expect("a view");
    assert_eq!(view.left_out, []);
    assert_eq!(view.codes.len(), pack.checks.len());
    create(&pool, &view).await;
    let found = in_run(&pool, &pack.checks).await;
    assert!(found.len() > 20, "{found:#?}");
    // Ages in hours may turn while the test runs: the same instant is asked for by both, one after the other.
    assert_eq!(in_view(&pool).await, found);
}

#[sqlx::test]
async fn defaults_duplicates_parameters_and_messages_are_the_runners(pool: PgPool) {
    prepare(
        &pool,
        "create table public.t (id text, label text, kind text, severity text, message text, payload jsonb);
         insert into public.t values
             ('a', null, null, null, null, '{\"n\": 1.50, \"words\": \"it''s \\\"{{ entity_id }}\\\" \\\\\"}'),
             ('a', 'twice', '', 'CRITICAL', null, '{\"n\": null}'),
             ('b', 'Bé', 'AUTRE', 'WARN', 'its own words', null),
             ('c', '', null, '', '', '{\"n\": {\"deep\": [1, 2]}, \"words\": \"\"}');",
    )
    .await;
    let front = "params.words = { type = \"text\", default = \"it's \\\\ $1 -- ; drop table public.t\" }\n\
                 params.span = { type = \"interval\", default = \"1 day\" }";
    let sql = "select id as entity_id, label as entity_label, kind as entity_type, severity, message, payload\n\
               from public.t where :words <> '$1' and :as_of > timestamptz '2000-01-01' - :span -- and this comment; )";
    let template = "message = { en = \"{{ entity_label }} ({{ entity_id }}): it's {{ payload.n }} \\\\ {{ payload.words }} {{ payload.none }}\" }";
    let text = format!(
        "/*+++\ncode = \"ODD\"\nformat = 1\nseverity = \"INFO\"\nentity = \"THING\"\ntitle = {{ en = \"Odd\" }}\n{template}\n{front}\n+++*/\n{sql}"
    );
    let files = [
        ("pack.toml", &b"name = \"odd\"\nformat = 1"[..]),
        ("odd.sql", text.as_bytes()),
    ];
    let pack = Pack::from_files(files).expect("a pack");
    assert_eq!(pack.bad, []);
    let view = generate(&pool, &pack.checks).await.expect("a view");
    assert_eq!(view.left_out, []);
    create(&pool, &view).await;
    let found = in_run(&pool, &pack.checks).await;
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found.iter().any(|row| row.4.contains("it's {")), "{found:#?}");
    assert_eq!(in_view(&pool).await, found);
}

#[sqlx::test]
async fn a_check_that_a_run_cannot_evaluate_is_left_out_and_named(pool: PgPool) {
    prepare(&pool, "create table public.t (id text)").await;
    let mut all = checks(&[
        ("good.sql", "", "select id as entity_id from public.t"),
        (
            "gone.sql",
            "requires = [\"public.gone\"]",
            "select id as entity_id from public.gone",
        ),
        (
            "odd.sql",
            "",
            "select id as entity_id, 1 as \"colour\" from public.t",
        ),
        (
            "two.sql",
            "",
            "select id as entity_id from public.t) union all (select id from public.t",
        ),
        (
            "aged.sql",
            "requires_columns = [\"public.t.age\"]",
            "select id as entity_id from public.t",
        ),
    ]);
    let disabled = Overrides {
        enabled: Some(false),
        ..Overrides::default()
    };
    let off = check("OFF_DUTY", "", "select id as entity_id from public.t");
    all.push(off.with_overrides(&disabled).expect("disabled"));
    let view = generate(&pool, &all).await.expect("a view");
    let names = |codes: &[CheckCode]| codes.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&view.codes), ["GOOD"]);
    assert_eq!(names(&view.disabled), ["OFF_DUTY"]);
    let left_out: Vec<String> = view
        .left_out
        .iter()
        .map(|(code, why)| format!("{code}: {why}"))
        .collect();
    assert_eq!(left_out.len(), 4, "{left_out:#?}");
    for words in [
        "AGED: aged.sql: the column public.t.age is not there",
        "GONE: gone.sql: public.gone is not there",
        "ODD: odd.sql: it returns unknown column \"colour\"",
        "TWO: syntax error at or near \")\"",
    ] {
        assert!(
            left_out.iter().any(|line| line.starts_with(words)),
            "{words} in {left_out:#?}"
        );
    }
    create(&pool, &view).await;
    let none = generate(&pool, &[]).await.expect("a view");
    create(&pool, &none).await;
    assert_eq!(in_view(&pool).await, []);
}

#[sqlx::test]
async fn a_broken_contract_is_seen_in_the_view(pool: PgPool) {
    let checks = [check(
        "HOLED",
        "",
        "select null::text as entity_id union all select 'x'",
    )];
    create(&pool, &generate(&pool, &checks).await.expect("a view")).await;
    let seen = in_view(&pool).await;
    let broken: Vec<&Seen> = seen
        .iter()
        .filter(|row| row.4.contains("breaks the contract"))
        .collect();
    assert_eq!((seen.len(), broken.len()), (2, 1), "{seen:#?}");
}

/// Code, entity type, entity id and payload, and what the message begins with.
fn about(seen: &[Seen]) -> Vec<(&str, &str, &str, &str, String)> {
    let first_words = |message: &str| message.split(' ').take(4).collect::<Vec<_>>().join(" ");
    seen.iter()
        .map(|(code, _, kind, id, message, payload)| {
            (
                code.as_str(),
                kind.as_str(),
                id.as_str(),
                payload.as_str(),
                first_words(message),
            )
        })
        .collect()
}

#[sqlx::test]
async fn a_guard_that_does_not_hold_is_seen_in_the_view(pool: PgPool) {
    prepare(
        &pool,
        "create table public.t (id text); create table public.empty (id text)",
    )
    .await;
    let sql = "select id as entity_id from public.t";
    let guarded = |code, guard: &str| check(code, &format!("guard = \"{guard}\""), sql);
    let checks = [
        guarded("NO_ROWS", "select count(*) > 0 from public.t -- so"),
        guarded("NOT_KNOWN", "select null::boolean"),
        guarded("NO_BOOLEAN", "select 'true'::text"),
        guarded("SOUND", "select true"),
    ];
    create(&pool, &generate(&pool, &checks).await.expect("a view")).await;
    let seen = in_view(&pool).await;
    let row = |code| (code, "CHECK", code, "{}", format!("The guard of {code}"));
    assert_eq!(
        about(&seen),
        [row("NOT_KNOWN"), row("NO_BOOLEAN"), row("NO_ROWS")]
    );
    assert!(
        seen.iter()
            .all(|row| row.1 == "CRITICAL" && row.4.ends_with("proves nothing")),
        "{seen:#?}"
    );
    prepare(&pool, "insert into public.t values ('a')").await;
    let seen = in_view(&pool).await;
    let codes: Vec<&str> = seen
        .iter()
        .filter(|row| row.2 == "CHECK")
        .map(|row| row.0.as_str())
        .collect();
    assert_eq!(codes, ["NOT_KNOWN", "NO_BOOLEAN"], "{seen:#?}");
}

#[sqlx::test]
async fn rows_that_row_level_security_hides_are_spoken_of(pool: PgPool) {
    prepare(
        &pool,
        "create schema \"it's\";
         create table public.open (id text);
         create table \"it's\".\"a \"\" b\" (id text);
         alter table \"it's\".\"a \"\" b\" enable row level security;
         insert into \"it's\".\"a \"\" b\" values ('wrong');
         create view public.as_reader with (security_invoker = true) as select id from \"it's\".\"a \"\" b\";
         create view public.as_owner as select id from \"it's\".\"a \"\" b\";
         create table public.later (id text);
         grant usage on schema \"it's\" to pg_signal_backend;
         grant select on public.open, public.later, public.as_reader, public.as_owner, \"it's\".\"a \"\" b\"
             to pg_signal_backend;",
    )
    .await;
    let reads = |code, relation: &str| check(code, "", &format!("select id as entity_id from {relation}"));
    let mut checks = vec![
        reads("DIRECT", "\"it's\".\"a \"\" b\""),
        reads("AS_READER", "public.as_reader"),
        reads("AS_OWNER", "public.as_owner"),
        reads("OPEN", "public.open"),
        reads("LATER", "public.later"),
    ];
    checks.push(check(
        "IN_GUARD",
        "guard = 'select count(*) >= 0 from public.as_reader'",
        "select id as entity_id from public.open",
    ));
    create(&pool, &generate(&pool, &checks).await.expect("a view")).await;
    let as_owner = in_view(&pool).await;
    assert!(as_owner.iter().all(|row| row.2 == "THING"), "{as_owner:#?}");
    assert_eq!(as_owner.len(), 3, "{as_owner:#?}");

    prepare(
        &pool,
        "grant select on public.v_integrity_checks to pg_signal_backend",
    )
    .await;
    let reader = sqlx::postgres::PgPoolOptions::new()
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::Executor::execute(connection, "set session authorization pg_signal_backend").await?;
                Ok(())
            })
        })
        .connect_with((*pool.connect_options()).clone())
        .await
        .expect("a reader");
    let hidden = r#"{"relations": ["it's.a \" b"]}"#;
    let row = |code, payload| (code, "CHECK", code, payload, "Row Level Security may".to_owned());
    let found = ("AS_OWNER", "THING", "wrong", "{}", "wrong is –".to_owned());
    let seen = in_view(&reader).await;
    let expected = [
        found.clone(),
        row("AS_READER", hidden),
        row("DIRECT", hidden),
        row("IN_GUARD", hidden),
    ];
    assert_eq!(about(&seen), expected);

    // What is switched on after the view was made counts as well.
    prepare(&pool, "alter table public.later enable row level security").await;
    let seen = in_view(&reader).await;
    assert!(
        about(&seen).contains(&row("LATER", r#"{"relations": ["public.later"]}"#)),
        "{seen:#?}"
    );
}
