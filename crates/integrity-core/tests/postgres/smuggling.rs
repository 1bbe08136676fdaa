//! Attempts to run more than the one SELECT that a check is.

use integrity_core::{FailureKind, Outcome, Pack};
use sqlx::PgPool;

use crate::{check, failure, look, prepare};

#[test]
fn a_second_statement_is_refused_when_loading() {
    for sql in [
        "select 1 as entity_id; commit;",
        "select 1 as entity_id; delete from public.tanks",
        "select 1;;",
    ] {
        let text = format!(
            "/*+++\ncode = \"ABC\"\nformat = 1\nseverity = \"WARN\"\nentity = \"E\"\ntitle = {{ en = \"t\" }}\n\
             message = {{ en = \"m\" }}\n+++*/\n{sql}"
        );
        let files = [
            ("pack.toml", "name = \"p\"\nformat = 1"),
            ("abc.sql", text.as_str()),
        ];
        let pack = Pack::from_files(files.map(|(name, text)| (name, text.as_bytes()))).unwrap();
        assert_eq!(
            pack.bad[0].problems[0].to_string(),
            "abc.sql:9: more than one statement; a check is one SELECT; give each its own file"
        );
    }
}

#[sqlx::test]
async fn text_that_breaks_out_of_its_brackets_is_refused_by_the_server(pool: PgPool) {
    prepare(&pool, "create table public.tanks (id int)").await;
    for sql in [
        "select 1 as entity_id) as q) select 1 as entity_id from (select 2",
        "select 1 as entity_id) as q), judged as (select 1 --",
        "select 1 as entity_id) --",
        "select 1 as entity_id /* ) */ )",
    ] {
        let (kind, message) = failure(&pool, &check("ABC", "", sql)).await;
        assert_eq!(kind, FailureKind::Sql);
        assert!(message.starts_with("syntax error"), "{message}");
    }
    for guard in [
        "select true) as holds; commit; --",
        "select true) --",
        // Balanced, so that it would be sound within the brackets, and true.
        "select false) or (select true",
    ] {
        let (kind, message) = failure(
            &pool,
            &check(
                "ABC",
                &format!("guard = \"{}\"", guard.replace(';', "")),
                "select 1 as entity_id",
            ),
        )
        .await;
        assert_eq!(kind, FailureKind::Sql);
        assert!(message.starts_with("guard: syntax error"), "{message}");
    }
}

#[sqlx::test]
async fn what_is_no_select_is_never_executed(pool: PgPool) {
    for sql in [
        "commit",
        "rollback",
        "set role pg_monitor",
        "listen x",
        "vacuum",
        "do $$ begin end $$",
        "begin",
    ] {
        let (kind, message) = failure(&pool, &check("ABC", "", sql)).await;
        assert_eq!(kind, FailureKind::Contract, "{sql}: {message}");
        assert!(
            message.contains("no columns at all, so this is no SELECT"),
            "{message}"
        );
    }
    let (kind, _) = failure(&pool, &check("ABC", "", "explain select 1 as entity_id")).await;
    assert_eq!(kind, FailureKind::Contract);
}

#[sqlx::test]
async fn a_name_in_public_cannot_shadow_a_built_in(pool: PgPool) {
    prepare(
        &pool,
        "create function public.lower(text) returns text language sql as $$ select 'stolen' $$;
         create table public.pg_class (relname text)",
    )
    .await;
    let check = check(
        "ABC",
        "",
        "select lower('X') as entity_id from pg_class where relname = 'pg_class' and relkind = 'r' limit 1",
    );
    let evaluation = look(&pool, &check).await;
    assert_eq!(
        (evaluation.outcome.clone(), crate::ids(&evaluation)),
        (Outcome::Complete, vec!["x"])
    );
}
