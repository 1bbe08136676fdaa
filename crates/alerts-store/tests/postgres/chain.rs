//! What was written cannot be changed unseen.

use alerts_store::{
    Alert, AlertStore as _, Discrepancy, Problem,
    postgres::sqlx::{self, PgPool},
};
use integrity_core::{Caller, Severity};

use crate::{contract::scene::Scene, server::Postgres};

/// An alert with three events, as the database owner could forge it.
async fn forged(pool: PgPool, forgery: &'static str) -> (Alert, Vec<Discrepancy>) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres);
    let alert = scene.sees_one(Severity::Warn).await;
    scene.ack(&alert, "didier").await;
    scene.resolve(&alert, "didier").await;
    scene.verifies().await;
    let past_the_trigger =
        format!("set session_replication_role = replica; {forgery}; reset session_replication_role");
    let forgery = sqlx::AssertSqlSafe(past_the_trigger);
    sqlx::raw_sql(forgery)
        .execute(&postgres.owner)
        .await
        .expect("forged");
    let verification = postgres
        .service
        .verify(&Caller::Service)
        .await
        .expect("a verification");
    (alert, verification.discrepancies)
}

#[sqlx::test(migrations = false)]
async fn an_edited_event_is_named(pool: PgPool) {
    let (alert, found) = forged(
        pool,
        "update vigie.alert_events set actor = 'personne' where seq = 2",
    )
    .await;
    assert_eq!(
        found,
        [Discrepancy {
            alert_id: alert.id,
            seq: Some(2),
            problem: Problem::EventEdited
        }]
    );
}

#[sqlx::test(migrations = false)]
async fn an_edited_time_is_named(pool: PgPool) {
    let (alert, found) = forged(
        pool,
        "update vigie.alert_events set at = at + interval '1 microsecond' where seq = 1",
    )
    .await;
    assert_eq!(
        found,
        [Discrepancy {
            alert_id: alert.id,
            seq: Some(1),
            problem: Problem::EventEdited
        }]
    );
}

#[sqlx::test(migrations = false)]
async fn a_missing_event_is_named(pool: PgPool) {
    let (alert, found) = forged(pool, "delete from vigie.alert_events where seq = 2").await;
    let problems: Vec<_> = found
        .iter()
        .map(|found| (found.alert_id, found.seq, found.problem))
        .collect();
    assert!(
        problems.contains(&(alert.id, Some(3), Problem::EventMissing)),
        "{problems:?}"
    );
}

#[sqlx::test(migrations = false)]
async fn a_cut_tail_is_named(pool: PgPool) {
    let (alert, found) = forged(pool, "delete from vigie.alert_events where seq = 3").await;
    let problems: Vec<_> = found
        .iter()
        .map(|found| (found.alert_id, found.seq, found.problem))
        .collect();
    assert!(
        problems.contains(&(alert.id, None, Problem::TailMissing)),
        "{problems:?}"
    );
}

#[sqlx::test(migrations = false)]
async fn an_edited_row_is_named(pool: PgPool) {
    let (alert, found) = forged(pool, "update vigie.alerts set resolved_by = 'personne'").await;
    assert_eq!(
        found,
        [Discrepancy {
            alert_id: alert.id,
            seq: None,
            problem: Problem::RowEdited
        }]
    );
}

#[sqlx::test(migrations = false)]
async fn events_are_only_added(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    Scene::new(&postgres).sees_one(Severity::Warn).await;
    for statement in [
        "update vigie.alert_events set actor = 'personne'",
        "delete from vigie.alert_events",
        "truncate vigie.alert_events",
    ] {
        let error = sqlx::query(statement)
            .execute(&postgres.owner)
            .await
            .expect_err("refused even to the owner");
        assert!(
            error.to_string().contains("its rows are added, never changed"),
            "{error}"
        );
    }
}

#[sqlx::test(migrations = false)]
async fn the_hash_does_not_depend_on_the_session(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    Scene::new(&postgres).sees_one(Severity::Warn).await;
    let broken = |settings: &'static str| {
        let owner = postgres.owner.clone();
        async move {
            let mut connection = owner.acquire().await.expect("a connection").detach();
            sqlx::raw_sql(settings)
                .execute(&mut connection)
                .await
                .expect("set");
            let json: String = sqlx::query_scalar(include_str!("../../../../sql/alerts-store/verify.sql"))
                .fetch_one(&mut connection)
                .await
                .expect("verified");
            json
        }
    };
    let plain = broken("set time zone 'UTC'").await;
    let odd = broken(
        "set time zone 'Pacific/Chatham'; set datestyle = 'SQL, DMY'; set bytea_output = escape;
         set extra_float_digits = 0; set intervalstyle = sql_standard",
    )
    .await;
    assert_eq!(plain, odd);
    assert!(plain.contains("\"broken\": 0"), "{plain}");
}

#[sqlx::test(migrations = false)]
async fn what_cannot_even_be_read_is_named(pool: PgPool) {
    let forgery =
        "update vigie.alert_events set diff = jsonb_set(diff, '{set,due_at}', '\"x\"') where seq = 1;
                   update vigie.alert_events set at = 'infinity' where seq = 2";
    let (alert, found) = forged(pool, forgery).await;
    let problems: Vec<_> = found.iter().map(|found| (found.seq, found.problem)).collect();
    assert!(
        problems.contains(&(Some(1), Problem::EventEdited)),
        "{problems:?}"
    );
    assert!(
        problems.contains(&(Some(2), Problem::EventEdited)),
        "{problems:?}"
    );
    assert!(found.iter().all(|found| found.alert_id == alert.id));
}

#[sqlx::test(migrations = false)]
async fn an_edited_book_is_named(pool: PgPool) {
    let forgery = "update vigie.alerts set updated_at = updated_at - interval '1 hour'";
    let (alert, found) = forged(pool, forgery).await;
    assert_eq!(
        found,
        [Discrepancy {
            alert_id: alert.id,
            seq: None,
            problem: Problem::RowEdited
        }]
    );
}

#[sqlx::test(migrations = false)]
async fn a_deleted_alert_is_named_by_its_events(pool: PgPool) {
    let (alert, found) = forged(pool, "delete from vigie.alerts").await;
    assert_eq!(
        found,
        [Discrepancy {
            alert_id: alert.id,
            seq: None,
            problem: Problem::RowMissing
        }]
    );
}
