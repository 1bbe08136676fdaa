//! `PgCheckRunner` on a real server. Needs `DATABASE_URL` of one on which databases and roles can be created;
//! without it every test fails and says so.

#[path = "../contract/mod.rs"]
mod contract;

mod columns;
mod depot;
mod installation;
mod isolation;
mod lint;
mod parameters;
mod postgres_pack;
mod promises;
mod regressions;
mod runbooks;
mod side_by_side;
mod smuggling;
mod view;

use integrity_core::{
    Check, CheckRunner, Evaluation, FailureKind, Outcome, Pack, Payload, postgres::PgCheckRunner,
};
use sqlx::PgPool;

/// A CRITICAL check with this SQL; `front` is added to its front matter.
fn check(code: &str, front: &str, sql: &str) -> Check {
    checks(&[(&format!("{}.sql", code.to_ascii_lowercase()), front, sql)]).remove(0)
}

/// Checks made of files: name, what is added to the front matter, SQL.
fn checks(files: &[(&str, &str, &str)]) -> Vec<Check> {
    let texts: Vec<String> = files
        .iter()
        .map(|(name, front, sql)| {
            let code = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
            format!(
                "/*+++\ncode = \"{code}\"\nformat = 1\nseverity = \"CRITICAL\"\nentity = \"THING\"\n\
                 title = {{ en = \"A thing\" }}\nmessage = {{ en = \"{{{{ entity_label }}}} is {{{{ payload.n }}}}\" }}\n\
                 {front}\n+++*/\n{sql}"
            )
        })
        .collect();
    let files = files
        .iter()
        .zip(&texts)
        .map(|((name, _, _), text)| (*name, text.as_bytes()));
    let manifest = ("pack.toml", &b"name = \"test\"\nformat = 1"[..]);
    let pack = Pack::from_files(files.chain([manifest])).expect("a pack");
    assert_eq!(pack.bad, []);
    pack.checks
}

/// One run of these checks.
async fn run(runner: &PgCheckRunner, checks: &[Check]) -> Vec<Evaluation> {
    let mut snapshot = runner.begin().await.expect("a snapshot");
    let mut evaluations = Vec::new();
    for check in checks {
        evaluations.push(snapshot.evaluate(check).await.expect("an evaluation"));
    }
    snapshot.end().await;
    evaluations
}

/// One run of one check.
async fn look(pool: &PgPool, check: &Check) -> Evaluation {
    run(&PgCheckRunner::new(pool.clone()), std::slice::from_ref(check))
        .await
        .remove(0)
}

/// How the run of a check failed.
async fn failure(pool: &PgPool, check: &Check) -> (FailureKind, String) {
    failed(look(pool, check).await)
}

fn failed(evaluation: Evaluation) -> (FailureKind, String) {
    assert_eq!(evaluation.findings, []);
    match evaluation.outcome {
        Outcome::Failed(failure) => (failure.kind, failure.message),
        other => panic!("{}: {other:?}", evaluation.code),
    }
}

fn ids(evaluation: &Evaluation) -> Vec<&str> {
    evaluation
        .findings
        .iter()
        .map(|finding| finding.entity_id.as_str())
        .collect()
}

fn payload(text: &str) -> Payload {
    Payload::from_json(text).expect("a payload")
}

/// What the loader refuses in a check's own text can still stand behind a function of the watched database.
const FUNCTIONS: &str = "
    create function public.nap(seconds double precision) returns void language sql as 'select pg_catalog.pg_sleep(seconds)';
    create function public.set(name text, value text, is_local boolean) returns text language sql
        as 'select pg_catalog.set_config(name, value, is_local)';
    create function public.lock(key bigint) returns void language sql as 'select pg_catalog.pg_advisory_lock(key)'";

/// Statements of a test that prepare its database.
async fn prepare(pool: &PgPool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(pool).await.expect("prepared");
}
