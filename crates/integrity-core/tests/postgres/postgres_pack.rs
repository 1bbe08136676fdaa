//! The postgres pack where a fixture cannot go: other sessions, logins without rights, Vigie's own tables.

use std::{fs, path::Path};

use integrity_core::{Check, Evaluation, Outcome, Overrides, Pack, Severity, postgres::PgCheckRunner};
use serde_json::json;
#[expect(
    clippy::disallowed_types,
    reason = "migrations from files, and statements named in this file"
)]
use sqlx::AssertSqlSafe;
use sqlx::{Executor as _, PgPool, postgres::PgPoolOptions};

use crate::{ids, look, prepare, run};

fn check(code: &str) -> Check {
    let mut pack = Pack::builtin("postgres").unwrap();
    pack.checks.retain(|check| check.code().as_str() == code);
    pack.checks.remove(0)
}

/// The same database for a login that may do nothing: a predefined role, since roles belong to the whole server.
async fn with_no_right(pool: &PgPool) -> PgPool {
    PgPoolOptions::new()
        .max_connections(1)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection
                    .execute("set session authorization pg_signal_backend")
                    .await?;
                Ok(())
            })
        })
        .connect_with((*pool.connect_options()).clone())
        .await
        .unwrap()
}

/// Those that look at one database; what the others find belongs to the whole server.
fn of_this_database(evaluation: &Evaluation) -> bool {
    !["XID_AGE", "REPLICATION_SLOT_HOLDS_WAL"].contains(&evaluation.code.as_str())
}

#[sqlx::test]
async fn every_check_is_silent_on_vigies_own_tables(pool: PgPool) {
    let pack = Pack::builtin("postgres").unwrap();
    assert_eq!(pack.bad, []);
    prepare(&pool, "create schema if not exists vigie").await;
    for crate_name in ["integrity-core", "alerts-store"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../sql/{crate_name}/migrations"));
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        for file in files {
            let migration = fs::read_to_string(&file).unwrap();
            pool.execute(sqlx::raw_sql(AssertSqlSafe(migration)))
                .await
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        }
    }
    for evaluation in run(&PgCheckRunner::new(pool), &pack.checks).await {
        assert_eq!(evaluation.outcome, Outcome::Complete, "{}", evaluation.code);
        if of_this_database(&evaluation) {
            assert_eq!(evaluation.findings, [], "{}", evaluation.code);
        }
    }
}

/// Everything that is wrong is shown to a login that may do nothing; where it is not, the check says so.
#[sqlx::test]
async fn a_login_without_any_right_sees_as_much_or_says_that_it_does_not(pool: PgPool) {
    prepare(
        &pool,
        "create schema closed;
         create table closed.notes (n int);
         create index notes_n_idx on closed.notes (n);
         update pg_index set indisvalid = false where indexrelid = 'closed.notes_n_idx'::regclass;
         alter table closed.notes add constraint notes_n_check check (n > 0) not valid;
         create sequence closed.hidden maxvalue 10;
         select setval('closed.hidden', 10);
         create sequence public.shown maxvalue 10;
         select setval('public.shown', 10);
         grant usage on sequence public.shown to public;",
    )
    .await;
    let blind = PgCheckRunner::new(with_no_right(&pool).await);
    let pack = Pack::builtin("postgres").unwrap();
    let seen = run(&PgCheckRunner::new(pool.clone()), &pack.checks).await;
    let seen_blindly = run(&blind, &pack.checks).await;
    for (seen, blindly) in seen.iter().zip(&seen_blindly) {
        assert_eq!(seen.outcome, Outcome::Complete, "{}", seen.code);
        if seen.code.as_str() == "SEQUENCE_NEARLY_EXHAUSTED" {
            assert_eq!(ids(seen), ["closed.hidden", "public.shown"]);
            assert_eq!(blindly.outcome, Outcome::Complete);
            // The same thing, so that its alert stays; what is not known is said, and how to know it.
            assert_eq!(ids(blindly), ["public.shown", "closed.hidden"]);
            let hidden = blindly
                .findings
                .iter()
                .find(|finding| finding.entity_id == "closed.hidden");
            let hidden = hidden.unwrap();
            let grant = "GRANT SELECT ON SEQUENCE closed.hidden TO pg_signal_backend";
            assert_eq!(hidden.severity, Severity::Info);
            assert!(
                hidden.message.contains("is not known") && hidden.message.contains(grant),
                "{}",
                hidden.message
            );
            continue;
        }
        assert_eq!(blindly.outcome, Outcome::Complete, "{}", blindly.code);
        if of_this_database(seen) {
            assert_eq!(seen.findings, blindly.findings, "{}", seen.code);
        }
    }
    // Somebody has said that nobody here minds that schema.
    let check = check("SEQUENCE_NEARLY_EXHAUSTED").with_overrides(&set("except_schemas", json!("closed")));
    let evaluation = run(&blind, &[check.unwrap()]).await.remove(0);
    assert_eq!(evaluation.outcome, Outcome::Complete);
    assert_eq!(ids(&evaluation), ["public.shown"]);
}

fn set(parameter: &str, value: serde_json::Value) -> Overrides {
    Overrides {
        params: [(parameter.to_owned(), value)].into(),
        ..Overrides::default()
    }
}

const CREATE: &str = "create index concurrently tanks_new_idx on public.tanks (name)";

fn severities(evaluation: &Evaluation) -> Vec<(&str, Severity)> {
    let findings = evaluation.findings.iter();
    findings
        .map(|finding| (finding.entity_id.as_str(), finding.severity))
        .collect()
}

/// CREATE, REINDEX and DROP INDEX CONCURRENTLY leave an invalid index about while they wait for writers.
#[sqlx::test]
async fn an_index_is_reported_once_nobody_works_on_it_any_more(pool: PgPool) {
    prepare(&pool, "create table public.tanks (id int primary key, name text)").await;
    let check = check("INDEX_INVALID");
    let blind = with_no_right(&pool).await;
    for (work, left_over) in [
        (CREATE, "public.tanks_new_idx"),
        (
            "reindex index concurrently public.tanks_name_idx",
            "public.tanks_name_idx_ccnew",
        ),
        (
            "drop index concurrently public.tanks_name_idx",
            "public.tanks_name_idx",
        ),
    ] {
        prepare(&pool, "create index tanks_name_idx on public.tanks (name)").await;
        let mut writer = pool.begin().await.unwrap();
        writer
            .execute("insert into public.tanks values (1, 'T01')")
            .await
            .unwrap();
        let session = pool.clone();
        let worker = tokio::spawn(async move { session.execute(sqlx::raw_sql(work)).await });
        until(
            &pool,
            "select count(*) > 0 from pg_index where not indisvalid
             and (select bool_or(wait_event = 'virtualxid') from pg_stat_activity where datname = current_database())",
        )
        .await;
        for pool in [&pool, &blind] {
            let evaluation = look(pool, &check).await;
            assert_eq!(evaluation.outcome, Outcome::Complete);
            // Which index is created is not shown to everybody: then it is reported, without alarm.
            if work == CREATE && std::ptr::eq(pool, &raw const blind) {
                assert_eq!(
                    severities(&evaluation),
                    [("public.tanks_new_idx", Severity::Info)]
                );
            } else {
                assert_eq!(severities(&evaluation), [], "{work}");
            }
        }
        until(
            &pool,
            "select coalesce(bool_or(pg_cancel_backend(pid)), false) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() and wait_event = 'virtualxid'",
        )
        .await;
        worker.await.unwrap().expect_err("it was cancelled");
        // The server says so before it has cleaned up.
        until(
            &pool,
            "select count(*) = 0 from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() and state = 'active'",
        )
        .await;
        for pool in [&pool, &blind] {
            let evaluation = look(pool, &check).await;
            assert_eq!(severities(&evaluation), [(left_over, Severity::Warn)], "{work}");
        }
        writer.rollback().await.unwrap();
        prepare(
            &pool,
            "drop index if exists public.tanks_new_idx, public.tanks_name_idx, public.tanks_name_idx_ccnew",
        )
        .await;
    }
}

/// What is left over from one attempt does not look mended because somebody tries something else.
#[sqlx::test]
async fn building_another_index_does_not_hide_an_invalid_one(pool: PgPool) {
    prepare(
        &pool,
        "create table public.tanks (id int primary key, name text);
         create index tanks_id_idx on public.tanks (id);
         update pg_index set indisvalid = false where indexrelid = 'public.tanks_id_idx'::regclass",
    )
    .await;
    let blind = with_no_right(&pool).await;
    let mut writer = pool.begin().await.unwrap();
    writer
        .execute("insert into public.tanks values (1, 'T01')")
        .await
        .unwrap();
    let session = pool.clone();
    let worker = tokio::spawn(async move { session.execute(sqlx::raw_sql(CREATE)).await });
    until(
        &pool,
        "select count(*) > 1 from pg_index where not indisvalid
         and (select bool_or(wait_event = 'virtualxid') from pg_stat_activity where datname = current_database())",
    )
    .await;
    let check = check("INDEX_INVALID");
    let evaluation = look(&pool, &check).await;
    assert_eq!(severities(&evaluation), [("public.tanks_id_idx", Severity::Warn)]);
    let either = [
        ("public.tanks_id_idx", Severity::Info),
        ("public.tanks_new_idx", Severity::Info),
    ];
    assert_eq!(severities(&look(&blind, &check).await), either);
    writer.rollback().await.unwrap();
    worker.await.unwrap().expect("it is built");
}

/// A list that is cut short clears nothing.
#[sqlx::test]
async fn an_old_application_has_more_than_five_hundred_tables_without_a_key(pool: PgPool) {
    prepare(
        &pool,
        "do $$ begin for n in 1..501 loop execute format('create table public.t%s ()', n); end loop; end $$",
    )
    .await;
    let evaluation = look(&pool, &check("TABLE_WITHOUT_PRIMARY_KEY")).await;
    assert_eq!(
        (evaluation.outcome, evaluation.findings.len()),
        (Outcome::Complete, 501)
    );
}

/// Asks again until the answer is yes.
async fn until(pool: &PgPool, question: &'static str) {
    while !sqlx::query_scalar::<_, bool>(question)
        .fetch_one(pool)
        .await
        .unwrap()
    {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

/// Numbers that never stand still are shown, and are no news.
#[sqlx::test]
async fn what_ever_changes_does_not_change_an_alert(pool: PgPool) {
    prepare(
        &pool,
        "create sequence public.numbers maxvalue 100000; select setval('public.numbers', 90000)",
    )
    .await;
    let aged = check("XID_AGE").with_overrides(&set("warn_pct", json!(0)));
    let checks = [aged.unwrap(), check("SEQUENCE_NEARLY_EXHAUSTED")];
    let runner = PgCheckRunner::new(pool.clone());
    let look = || async {
        let evaluations = run(&runner, &checks).await;
        let findings = evaluations.into_iter().flat_map(|evaluation| {
            let volatile = evaluation.terms.volatile;
            let hashed = move |finding: integrity_core::Finding| (finding.content_hash(&volatile), finding);
            evaluation.findings.into_iter().map(hashed)
        });
        let known = ["template1/xid", "public.numbers"];
        findings
            .filter(|(_, finding)| known.contains(&finding.entity_id.as_str()))
            .collect::<Vec<_>>()
    };
    let before = look().await;
    prepare(&pool, "select nextval('public.numbers')").await;
    prepare(&pool, "create table public.takes_a_transaction_id ()").await;
    let after = look().await;
    assert_eq!((before.len(), after.len()), (2, 2));
    for ((hash_before, before), (hash_after, after)) in before.iter().zip(&after) {
        assert_ne!(before.payload, after.payload, "{}", before.entity_id);
        assert_eq!(hash_before, hash_after, "{}", before.entity_id);
    }
}
