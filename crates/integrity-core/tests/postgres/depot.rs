//! The depot pack on the demo's depot.

use integrity_core::{Finding, Outcome, Pack, postgres::PgCheckRunner};
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

/// A check could never fire: it looked for a negative stock in a column that is clamped at zero.
#[sqlx::test]
async fn defect_01_a_negative_stock_fires_behind_the_clamp(pool: PgPool) {
    let runner = PgCheckRunner::new(pool.clone());
    prepare(&pool, SCHEMA).await;
    load(&pool, DATA).await;
    let adjusted = "insert into public.stocks_adjustments
            (mouvement_type, mouvement_id, citerne_id, produit_id, proprietaire_type, depot_id, delta_ambiant, reason)
        select 'SORTIE', gen_random_uuid(), citerne_id, produit_id, proprietaire_type, depot_id,
               -stock_ambiant_base - delta_ambiant_total - 50, 'trop retiré'
        from public.v_stock_actuel order by citerne_id, produit_id, proprietaire_type limit 1";
    sqlx::query(adjusted).execute(&pool).await.unwrap();
    let clamped: i64 =
        sqlx::query_scalar("select count(*) from public.v_stock_actuel where stock_ambiant < 0")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(
        clamped, 0,
        "the view clamps: what the first version read shows nothing"
    );
    let findings = of_check(&runner, "STOCK_NEGATIF").await;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].payload.fields()["solde_ambiant"], -50);
}

/// Capacity was compared owner by owner, so two owners together could overfill a tank unseen.
#[sqlx::test]
async fn defect_08_capacity_is_summed_per_tank(pool: PgPool) {
    let runner = PgCheckRunner::new(pool.clone());
    prepare(&pool, SCHEMA).await;
    load(&pool, DATA).await;
    // Each owner fills three fifths of the usable capacity of one tank: neither overfills it alone.
    let shared = "insert into public.stocks_snapshot
            (citerne_id, produit_id, proprietaire_type, depot_id, stock_ambiant, stock_15c)
        select id, produit_id, owner, depot_id, usable * 0.6, usable * 0.6
        from (select c.*, c.capacite_totale - c.capacite_securite as usable from public.citernes c
              order by c.id limit 1) tank
        cross join unnest('{MONALUXE,PARTENAIRE}'::text[]) owner
        on conflict (citerne_id, produit_id, proprietaire_type) do update set stock_ambiant = excluded.stock_ambiant";
    sqlx::query(shared).execute(&pool).await.unwrap();
    let findings = of_check(&runner, "STOCK_OVER_CAPACITY").await;
    assert_eq!(findings.len(), 1, "one finding for the tank, not one per owner");
}

async fn of_check(runner: &PgCheckRunner, code: &str) -> Vec<Finding> {
    let mut pack = Pack::builtin("depot").unwrap();
    pack.checks.retain(|check| check.code().as_str() == code);
    let evaluation = run(runner, &pack.checks).await.remove(0);
    assert_eq!(evaluation.outcome, Outcome::Complete);
    evaluation.findings
}
