//! Attempts to run more than the one SELECT that a check is.

use integrity_core::{FailureKind, Outcome, Pack};
use sqlx::PgPool;

use crate::{check, failure, look, prepare};

/// Everything that is said about a check with this SQL.
fn refused(sql: &str) -> Vec<String> {
    let text = format!(
        "/*+++\ncode = \"ABC\"\nformat = 1\nseverity = \"WARN\"\nentity = \"E\"\ntitle = {{ en = \"t\" }}\n\
         message = {{ en = \"m\" }}\n+++*/\n{sql}"
    );
    let files = [
        ("pack.toml", "name = \"p\"\nformat = 1"),
        ("abc.sql", text.as_str()),
    ];
    let pack = Pack::from_files(files.map(|(name, text)| (name, text.as_bytes()))).unwrap();
    pack.bad[0].problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_second_statement_is_refused_when_loading() {
    for sql in [
        "select 1 as entity_id; commit;",
        "select 1 as entity_id; delete from public.tanks",
        "select 1;;",
    ] {
        assert_eq!(
            refused(sql),
            ["abc.sql:9: more than one statement; a check is one SELECT; give each its own file"]
        );
    }
}

#[test]
fn what_is_no_select_is_refused_when_loading() {
    for sql in [
        "commit",
        "rollback",
        "set role pg_monitor",
        "listen x",
        "vacuum",
        "do $$ begin end $$",
        "begin",
        "explain select 1 as entity_id",
        "delete from public.tanks",
    ] {
        let said = refused(sql);
        assert!(said[0].starts_with("abc.sql:9: it begins with "), "{said:?}");
    }
    for sql in [
        "with x as (insert into public.tanks values (1) returning id) select id as entity_id from x",
        "select 1 as entity_id into public.copy",
        "select 1 as entity_id from public.people for update",
    ] {
        assert_eq!(refused(sql).len(), 1, "{sql}");
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
        "select lower('X') as entity_id from pg_class where relname = 'pg_class' and relkind = 'r'",
    );
    let evaluation = look(&pool, &check).await;
    assert_eq!(
        (evaluation.outcome.clone(), crate::ids(&evaluation)),
        (Outcome::Complete, vec!["x"])
    );
}
