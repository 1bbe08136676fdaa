//! What a check may return, and what becomes of a row that it may not.

use integrity_core::{FailureKind, Outcome, Severity};
use sqlx::PgPool;

use crate::{check, failure, ids, look, payload};

#[sqlx::test]
async fn wrong_columns_are_named_all_at_once(pool: PgPool) {
    let sql =
        "select 1 as id, 'x' as payload, 3 as severity, 'now' as occurred_at, 'a' as scope, 'b' as scope";
    let (kind, message) = failure(&pool, &check("ABC", "", sql)).await;
    assert_eq!(kind, FailureKind::Contract);
    assert_eq!(
        message,
        "abc.sql: it returns unknown column \"id\", payload is text, not jsonb or json, \
         severity is int4, not text or varchar, occurred_at is text, not timestamptz or timestamp or date, \
         two columns \"scope\", no column entity_id; a check returns entity_id and any of entity_id, entity_label, \
         entity_type, severity, message, payload, occurred_at, scope"
    );
}

#[sqlx::test]
async fn columns_are_judged_even_where_no_row_is_returned(pool: PgPool) {
    let (kind, _) = failure(&pool, &check("ABC", "", "select 1 as id where false")).await;
    assert_eq!(kind, FailureKind::Contract);
}

#[sqlx::test]
async fn texts_are_bounded_to_the_byte(pool: PgPool) {
    for (column, most) in [("message", 4000), ("entity_label", 1000), ("scope", 1000)] {
        let sql = |length: usize| {
            format!(
                "select 1 as entity_id, repeat('é', {length} / 2) || repeat('x', {length} % 2) as {column}"
            )
        };
        let evaluation = look(&pool, &check("ABC", "", &sql(most))).await;
        assert_eq!(
            (evaluation.outcome, evaluation.findings.len()),
            (Outcome::Complete, 1),
            "{column}"
        );
        let (kind, message) = failure(&pool, &check("ABC", "", &sql(most + 1))).await;
        let article = if column == "entity_label" { "an" } else { "a" };
        assert_eq!(
            (kind, message),
            (
                FailureKind::Contract,
                format!("abc.sql: it returns {article} {column} of more than {most} bytes")
            )
        );
    }
}

#[sqlx::test]
async fn one_broken_row_fails_the_check_and_quotes_nothing(pool: PgPool) {
    for (row, expected) in [
        ("null::text, null, '{}'", "a row without entity_id"),
        ("'', null, '{}'", "a row without entity_id"),
        (
            "repeat('x', 1001), null, '{}'",
            "an entity_id of more than 1000 bytes",
        ),
        (
            "'secret', 'secret', '{}'",
            "a severity that is none of INFO, WARN, CRITICAL",
        ),
        (
            "'secret', null, '[\"secret\"]'",
            "a payload that is no JSON object",
        ),
        ("'secret', null, 'null'", "a payload that is no JSON object"),
        (
            "'secret', null, jsonb_build_object('n', repeat('x', 16384))::text",
            "a payload of more than 16 KiB",
        ),
    ] {
        // Behind more good and more severe rows than the check may keep, and beside one with its own key.
        let sql = format!(
            "select q.id as entity_id, q.severity, q.payload::jsonb from
             (values ({row})) as q (id, severity, payload)
             union all select 'secret', 'CRITICAL', '{{}}'
             union all select 'g' || g, 'CRITICAL', '{{}}' from generate_series(1, 10) as g"
        );
        let (kind, message) = failure(&pool, &check("ABC", "max_rows = 2", &sql)).await;
        assert_eq!(
            (kind, message),
            (FailureKind::Contract, format!("abc.sql: it returns {expected}"))
        );
    }
}

#[sqlx::test]
async fn a_row_says_for_itself_what_it_likes(pool: PgPool) {
    let sql = "select * from (values
        (1, null, null, null, null, null::jsonb, null::timestamp, null),
        (2, 'Two', 'OTHER', 'INFO', 'its own words', '{\"n\": 2}', '2026-01-31 08:00', 'North'),
        (3, '', '', 'WARN', '', '{}', 'infinity', '')
    ) as r (entity_id, entity_label, entity_type, severity, message, payload, occurred_at, scope)";
    let evaluation = look(&pool, &check("ABC", "", sql)).await;
    assert_eq!(evaluation.outcome, Outcome::Complete);
    let [one, three, two] = &evaluation.findings[..] else {
        panic!("{evaluation:?}")
    };
    assert_eq!(
        (one.entity_type.as_str(), one.severity, one.message.as_str()),
        ("THING", Severity::Critical, "1 is –")
    );
    assert_eq!(
        (two.entity_type.as_str(), two.severity, two.message.as_str()),
        ("OTHER", Severity::Info, "its own words")
    );
    assert_eq!(two.occurred_at.unwrap().to_rfc3339(), "2026-01-31T08:00:00+00:00");
    assert_eq!(
        (two.scope.as_deref(), two.entity_label.as_deref()),
        (Some("North"), Some("Two"))
    );
    assert_eq!(
        (
            three.entity_label.as_deref(),
            three.scope.as_deref(),
            three.occurred_at
        ),
        (None, None, None)
    );
    assert_eq!(three.message, "3 is –", "an empty message is none");
}

#[sqlx::test]
async fn numbers_pass_through_untouched(pool: PgPool) {
    let sql = "select 1 as entity_id, json_build_object(
        'n', 12345678901234567890.12345678901234567890::numeric, 'price', 1.50, 'third', 1.0::double precision / 3
    ) as payload";
    let evaluation = look(&pool, &check("ABC", "", sql)).await;
    let finding = &evaluation.findings[0];
    let expected =
        r#"{"n": 12345678901234567890.12345678901234567890, "price": 1.50, "third": 0.3333333333333333}"#;
    assert_eq!(finding.payload, payload(expected));
    assert_eq!(finding.message, "1 is 12345678901234567890.12345678901234567890");
}

#[sqlx::test]
async fn a_trailing_comment_or_semicolon_does_no_harm(pool: PgPool) {
    for sql in [
        "select 1 as entity_id -- the end",
        "select 1 as entity_id;",
        "select 1 as entity_id /* ; */ ; -- x",
    ] {
        let evaluation = look(&pool, &check("ABC", "", sql)).await;
        assert_eq!(
            (evaluation.outcome.clone(), ids(&evaluation)),
            (Outcome::Complete, vec!["1"]),
            "{sql}"
        );
    }
}

#[sqlx::test]
async fn a_domain_counts_as_what_it_stands_for(pool: PgPool) {
    crate::prepare(
        &pool,
        "create domain public.gravity as text; create domain public.facts as jsonb",
    )
    .await;
    let sql =
        "select 1 as entity_id, 'INFO'::public.gravity as severity, '{\"n\": 1}'::public.facts as payload";
    assert_eq!(
        look(&pool, &check("ABC", "", sql)).await.outcome,
        Outcome::Complete
    );
}
