//! The depot pack on the demo's depot.

use integrity_core::{Finding, Outcome, Pack, postgres::PgCheckRunner};
#[expect(
    clippy::disallowed_types,
    reason = "one test for many columns, all named in this file"
)]
use sqlx::AssertSqlSafe;
use sqlx::PgPool;

use crate::{prepare, run};

const SCHEMA: &str = include_str!("../../../../sql/packs/depot/schema.sql");
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
        // As the head of the anomalies' file promises it.
        let promised = ANOMALIES
            .lines()
            .filter_map(|line| line.strip_prefix("--   ")?.split_once(' '))
            .find(|(code, _)| *code == evaluation.code.as_str())
            .map(|(_, count)| count.trim().to_owned());
        assert_eq!(
            promised,
            Some(evaluation.findings.len().to_string()),
            "{}",
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

/// NaN sorts above every number: `NaN < 0` is false, so a figure that is none looked healthy.
#[sqlx::test]
async fn a_stock_that_is_no_number_fires(pool: PgPool) {
    let runner = PgCheckRunner::new(pool.clone());
    prepare(&pool, SCHEMA).await;
    load(&pool, DATA).await;
    prepare(
        &pool,
        "create table public.kept as select * from public.stocks_snapshot",
    )
    .await;
    for figure in ["NaN", "Infinity"] {
        for column in ["stock_ambiant", "stock_15c"] {
            let set = format!(
                "update public.stocks_snapshot set {column} = '{figure}'
                 where (citerne_id, proprietaire_type) =
                       (select citerne_id, proprietaire_type from public.kept order by 1, 2 limit 1)"
            );
            sqlx::raw_sql(AssertSqlSafe(set)).execute(&pool).await.unwrap();
            for (code, key) in [
                ("STOCK_NEGATIF", "solde_min"),
                ("STOCK_LEDGER_MISMATCH", "ecart_max"),
            ] {
                let findings = of_check(&runner, code).await;
                assert_eq!(findings.len(), 1, "{code}: {column} {figure}");
                assert_eq!(findings[0].payload.fields()[key], *figure, "{code}: {column}");
            }
            prepare(
                &pool,
                "truncate public.stocks_snapshot;
                 insert into public.stocks_snapshot select * from public.kept",
            )
            .await;
        }
    }
}

/// A sum that has met a NaN stays NaN: one such movement silenced every later sortie of its stock.
#[sqlx::test]
async fn a_movement_that_is_no_number_is_found_and_hides_no_other(pool: PgPool) {
    let runner = PgCheckRunner::new(pool.clone());
    prepare(&pool, SCHEMA).await;
    load(&pool, DATA).await;
    load(&pool, ANOMALIES).await;
    let code = "SORTIE_STOCK_INSUFFISANT";
    let before = of_check(&runner, code).await;
    assert_eq!(before.len(), 2);
    // On the very stocks that are short, before what is short: within the window and before it, in and out.
    let none = "insert into public.sorties_produit
            (id, citerne_id, produit_id, proprietaire_type, volume_ambiant, volume_15c, statut, date_sortie, created_at)
        select gen_random_uuid(), citerne_id, produit_id, proprietaire_type, figure, 1, 'validee', le, le
        from public.sorties_produit
        cross join unnest('{NaN,Infinity}'::float8[]) figure
        cross join unnest(array[now() - interval '80 days', now() - interval '120 days']) le
        where id::text = any($1::text[])";
    let short: Vec<String> = before.iter().map(|finding| finding.entity_id.clone()).collect();
    sqlx::query(none).bind(&short).execute(&pool).await.unwrap();
    let received = none
        .replace("into public.sorties_produit", "into public.receptions")
        .replace("date_sortie", "date_reception");
    sqlx::query(AssertSqlSafe(received))
        .bind(&short)
        .execute(&pool)
        .await
        .unwrap();
    let after = of_check(&runner, code).await;
    for finding in &before {
        assert!(after.contains(finding), "{}", finding.message);
    }
    let new: Vec<_> = after.iter().filter(|finding| !before.contains(finding)).collect();
    assert_eq!(new.len(), 4, "each movement of the window that is no number");
    for finding in new {
        let fields = finding.payload.fields();
        assert!(
            fields["manque"] == "NaN" || fields["manque"] == "Infinity",
            "{fields:?}"
        );
        assert!(fields["disponible"].is_number(), "{fields:?}");
    }
}

/// Every other condition of the pack, with each figure that it compares.
#[sqlx::test]
async fn no_check_is_silent_on_a_figure_that_is_none(pool: PgPool) {
    let runner = PgCheckRunner::new(pool.clone());
    prepare(&pool, SCHEMA).await;
    load(&pool, DATA).await;
    for (table, column, code) in [
        ("citernes", "capacite_totale", "CITERNE_CAPACITE_INVALIDE"),
        ("citernes", "capacite_totale", "STOCK_OVER_CAPACITY"),
        ("citernes", "capacite_securite", "CITERNE_CAPACITE_INVALIDE"),
        ("citernes", "capacite_securite", "STOCK_OVER_CAPACITY"),
        ("stocks_snapshot", "stock_ambiant", "STOCK_OVER_CAPACITY"),
        ("receptions", "volume_ambiant", "RECEPTION_ECART_15C"),
        ("receptions", "volume_15c", "RECEPTION_ECART_15C"),
        ("receptions", "volume_15c", "RECEPTION_V15_MISSING"),
        ("receptions", "volume_ambiant", "STOCK_LEDGER_MISMATCH"),
        ("sorties_produit", "volume_ambiant", "SORTIE_ECART_15C"),
        ("sorties_produit", "volume_15c", "SORTIE_ECART_15C"),
        ("sorties_produit", "volume_15c", "SORTIE_V15_MISSING"),
        ("sorties_produit", "volume_15c", "STOCK_LEDGER_MISMATCH"),
    ] {
        for figure in ["NaN", "Infinity"] {
            assert!(of_check(&runner, code).await.is_empty(), "{code} before {figure}");
            let row = match table {
                "citernes" => {
                    "id = (select citerne_id from public.v_stock_actuel where stock_ambiant > 0
                               order by 1 limit 1)"
                }
                "stocks_snapshot" => {
                    "(citerne_id, proprietaire_type) = (select citerne_id, proprietaire_type
                               from public.stocks_snapshot order by 1, 2 limit 1)"
                }
                _ => "created_at = (select max(created_at) from public.TABLE where statut = 'validee')",
            };
            let row = row.replace("TABLE", table);
            let set = format!(
                "alter table public.{table} add column if not exists was double precision;
                 update public.{table} set was = {column}, {column} = '{figure}' where {row}"
            );
            sqlx::raw_sql(AssertSqlSafe(set)).execute(&pool).await.unwrap();
            assert!(
                !of_check(&runner, code).await.is_empty(),
                "{code}: {column} {figure}"
            );
            let back = format!(
                "update public.{table} set {column} = was where was is not null;
                 alter table public.{table} drop column was"
            );
            sqlx::raw_sql(AssertSqlSafe(back)).execute(&pool).await.unwrap();
        }
    }
}

/// The files for the schema without `sorties_produit.volume_15c`.
#[sqlx::test]
async fn the_older_schema_hides_no_figure_either(pool: PgPool) {
    let runner = PgCheckRunner::new(pool.clone());
    prepare(&pool, SCHEMA).await;
    load(&pool, DATA).await;
    prepare(
        &pool,
        "update public.sorties_produit set volume_corrige_15c = coalesce(volume_15c, volume_corrige_15c);
         alter table public.sorties_produit drop column volume_15c",
    )
    .await;
    for (column, codes) in [
        ("volume_ambiant", ["SORTIE_ECART_15C", "STOCK_LEDGER_MISMATCH"]),
        ("volume_corrige_15c", ["SORTIE_ECART_15C", "SORTIE_V15_MISSING"]),
    ] {
        for code in codes {
            assert!(of_check(&runner, code).await.is_empty(), "{code} before");
        }
        let set = format!(
            "update public.sorties_produit set {column} = 'NaN'
             where created_at = (select max(created_at) from public.sorties_produit where statut = 'validee')"
        );
        sqlx::query(AssertSqlSafe(set)).execute(&pool).await.unwrap();
        for code in codes {
            assert!(!of_check(&runner, code).await.is_empty(), "{code}: {column}");
        }
        prepare(&pool, "update public.sorties_produit set volume_ambiant = volume_corrige_15c where volume_ambiant = 'NaN'").await;
    }
}
