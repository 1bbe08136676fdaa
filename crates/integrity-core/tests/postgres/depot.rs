//! The depot pack on the demo's depot.

use integrity_core::{Outcome, Pack, postgres::PgCheckRunner};
use sqlx::PgPool;

use crate::{prepare, run};

const SCHEMA: &str = include_str!("../../../../sql/demo/schema.sql");
const DATA: &str = include_str!("../../../../sql/demo/data.sql");
const ANOMALIES: &str = include_str!("../../../../sql/demo/anomalies.sql");

#[sqlx::test]
async fn every_check_is_silent_on_healthy_data_and_fires_on_the_anomalies(pool: PgPool) {
    let pack = Pack::builtin("depot").unwrap();
    assert_eq!(pack.bad, []);
    let runner = PgCheckRunner::new(pool.clone());
    prepare(&pool, SCHEMA).await;
    load(&pool, DATA).await;
    for evaluation in run(&runner, &pack.checks).await {
        assert_eq!(
            (evaluation.outcome, evaluation.findings),
            (Outcome::Complete, Vec::new()),
            "{}",
            evaluation.code
        );
    }
    load(&pool, ANOMALIES).await;
    for evaluation in run(&runner, &pack.checks).await {
        assert_eq!(evaluation.outcome, Outcome::Complete, "{}", evaluation.code);
        assert!(
            !evaluation.findings.is_empty(),
            "{} does not fire",
            evaluation.code
        );
        for finding in &evaluation.findings {
            assert!(
                !finding.message.contains('–'),
                "{}: a figure is missing: {}",
                evaluation.code,
                finding.message
            );
        }
    }
}

#[sqlx::test]
async fn every_check_fails_with_a_reason_where_its_tables_are_missing(pool: PgPool) {
    let pack = Pack::builtin("depot").unwrap();
    for evaluation in run(&PgCheckRunner::new(pool), &pack.checks).await {
        let reason = evaluation.outcome.reason();
        assert_eq!(
            evaluation.outcome.to_string(),
            "Failed(MissingObject)",
            "{}: {reason}",
            evaluation.code
        );
        assert!(reason.contains("is not there"), "{}: {reason}", evaluation.code);
    }
}

/// The demo's data uses temporary functions and local settings, so it wants one transaction.
async fn load(pool: &PgPool, sql: &'static str) {
    let mut transaction = pool.begin().await.unwrap();
    sqlx::raw_sql(sql).execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
}
