//! What is cut off whole, what hides behind much, and what waits to be sealed.

use access_journal::{
    integrity_core::{Caller, Severity},
    journal::{AccessJournal as _, Scope, Tampering, Verification, postgres::sqlx::PgPool, watch},
};
use chrono::TimeDelta;

use crate::{
    contract::scene::{Scene, seal_new},
    seals::{TAMPER, sealed},
    server::{Postgres, run},
};

async fn whole(postgres: &Postgres) -> Verification {
    let found = postgres
        .service
        .verify(&Caller::Service, Scope::Whole, None)
        .await;
    found.expect("compared")
}

#[sqlx::test(migrations = false)]
async fn a_seal_that_was_seen_is_missed_for_ever(pool: PgPool) {
    let postgres = sealed(pool).await;
    assert!(whole(&postgres).await.holds());
    let cut =
        "delete from vigie.access_seals where number = 2; delete from vigie.access_seal_parts where seal = 2;
               delete from vigie.access_seal_marks where seal = 2;
               delete from vigie.access_events where seq in (5, 6, 7); commit";
    run(&postgres.owner, &format!("{TAMPER} {cut}")).await;
    for look in 1..=3 {
        let found = whole(&postgres).await;
        let told: Vec<_> = found.discrepancies.iter().map(|it| (it.kind, it.seal)).collect();
        assert_eq!(told, [(Tampering::SealMissing, 2)], "look {look}");
    }
    let scene = Scene::new(&postgres).await;
    let event = scene.event("anew", TimeDelta::minutes(1));
    scene.record(&[event]).await.expect("recorded");
    assert_eq!(seal_new(&postgres).await.number, 2, "made anew");
    assert!(!whole(&postgres).await.holds());
}

#[sqlx::test(migrations = false)]
async fn a_month_does_not_go_before_its_time(pool: PgPool) {
    const PAST: &str = "(date_trunc('month', now() at time zone 'UTC') - interval '4 months')::date";
    let postgres = sealed(pool).await;
    let old = format!(
        "select vigie.begin_access_month({PAST});
         insert into vigie.access_events (occurred_at, source, event, outcome, severity, dedup_key)
         select {PAST} + interval '3 days', 'nginx', 'authz_fail', 'refused', 'INFO', 'old'"
    );
    run(&postgres.owner, &old).await;
    seal_new(&postgres).await;
    assert!(whole(&postgres).await.holds());
    let drop = format!(
        "do $$ begin execute format('drop table vigie.%I', 'access_events_' || to_char({PAST}, 'YYYYMM')); end $$"
    );
    run(&postgres.owner, &drop).await;
    // Events are kept for 180 days, and it is over for 90 to 92.
    for (at, under) in [
        ("'2099-01-01'", "'180 days'"),
        ("now()", "'180 days'"),
        ("now()", "'30 days'"),
        ("now()", "null"),
    ] {
        let claim = format!(
            "update vigie.access_keys set salt = null, destroyed_at = {at}, destroyed_under = {under} where month = {PAST}"
        );
        run(&postgres.owner, &claim).await;
        let found = whole(&postgres).await;
        assert!(found.broken > 0 && found.gone == 0, "{at} {under}: {found:?}");
        // Nor once the seals have been told so.
        postgres.service.seal(&Caller::Service).await.expect("sealed");
        assert!(!whole(&postgres).await.holds(), "{at} {under}, sealed");
    }
}

#[sqlx::test(migrations = false)]
async fn no_seal_hides_behind_another(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres).await;
    for keys in [0..150, 150..152] {
        let events: Vec<_> = keys
            .map(|key| scene.event(&key.to_string(), TimeDelta::minutes(1)))
            .collect();
        scene.record(&events).await.expect("recorded");
        seal_new(&postgres).await;
    }
    let edit = "update vigie.access_events set status = 200; commit";
    run(&postgres.owner, &format!("{TAMPER} {edit}")).await;
    let found = whole(&postgres).await;
    assert_eq!((found.broken, found.seals_broken), (152, 2));
    let told: Vec<_> = found
        .broken_seals
        .iter()
        .map(|seal| (seal.seal, seal.broken))
        .collect();
    assert_eq!(told, [(1, 150), (2, 2)]);
    assert_eq!(found.discrepancies.len(), 12, "ten of each");
    let findings = found.findings();
    assert_eq!(findings.len(), 2);
    assert!(findings[0].message.contains("and 149 more"), "{findings:?}");
    assert!(!found.is_cut());
}

#[sqlx::test(migrations = false)]
async fn after_a_restore_nothing_is_inserted_until_somebody_seals(pool: PgPool) {
    let postgres = sealed(pool).await;
    let scene = Scene::new(&postgres).await;
    run(
        &postgres.owner,
        &format!("{TAMPER} {}", crate::seals::OTHER_SERVER),
    )
    .await;
    let event = scene.event("g", TimeDelta::minutes(1));
    scene.record(&[event]).await.expect("recorded");
    // This server's clock is behind, and so are its transactions.
    let behind = "update vigie.access_events set recorded_at = now() - interval '2 hours', xid = '3'
                  where dedup_key = 'g'; commit";
    run(&postgres.owner, &format!("{TAMPER} {behind}")).await;
    let found = whole(&postgres).await;
    assert!(
        found.holds() && found.unsealed == 1 && found.generation_due,
        "{found:?}"
    );
    let seal = seal_new(&postgres).await;
    assert_eq!((seal.generation, seal.rows), (2, 1));
    let found = whole(&postgres).await;
    assert!(
        found.holds() && found.unsealed == 0 && !found.generation_due,
        "{found:?}"
    );
}

/// A transaction that is prepared has no process, and its rows may still come: what came after it waits, and is no alarm.
#[sqlx::test(migrations = false)]
async fn a_prepared_transaction_holds_the_seals_back(pool: PgPool) {
    let postgres = sealed(pool).await;
    let scene = Scene::new(&postgres).await;
    let name = format!("access {}", scene.now.timestamp_micros());
    let prepared = serde_json::json!([scene.event("prepared", TimeDelta::minutes(1))]);
    let mut connection = postgres.owner.acquire().await.expect("a connection");
    let prepare = format!("begin; select vigie.record_access('{prepared}'); prepare transaction '{name}'");
    sqlx::raw_sql(sqlx::AssertSqlSafe(prepare))
        .execute(&mut *connection)
        .await
        .expect("prepared");
    let event = scene.event("after", TimeDelta::minutes(1));
    scene.record(&[event]).await.expect("recorded");
    let mut looks = Vec::new();
    for _ in 1..=2 {
        let sealed = postgres.service.seal(&Caller::Service).await;
        looks.push((sealed, whole(&postgres).await));
    }
    // Before anything can fail: it would hold back whoever else seals on this server.
    run(&postgres.owner, &format!("commit prepared '{name}'")).await;
    for (sealed, found) in looks {
        assert_eq!(sealed.expect("an answer"), None);
        assert!(
            found.holds() && found.unsealed == 1 && found.held_by.is_some(),
            "{found:?}"
        );
    }
    let mut rows = 0;
    while rows < 2 {
        rows += seal_new(&postgres).await.rows;
    }
    let found = whole(&postgres).await;
    assert!(
        found.holds() && found.unsealed == 0 && found.rows == 8,
        "{found:?}"
    );
}

#[sqlx::test(migrations = false)]
async fn what_waits_for_long_is_told(pool: PgPool) {
    let postgres = sealed(pool).await;
    let scene = Scene::new(&postgres).await;
    // Before the event, so that it may not be sealed as long as this is open.
    let mut open = postgres.owner.begin().await.expect("begun");
    let pid: i32 = sqlx::query_scalar("select pg_backend_pid() from pg_current_xact_id()")
        .fetch_one(&mut *open)
        .await
        .expect("a process");
    let event = scene.event("g", TimeDelta::minutes(1));
    scene.record(&[event]).await.expect("recorded");
    let day = TimeDelta::days(1);
    let watched = watch(&*postgres.service, day).await.expect("watched");
    assert!(
        watched.sealed.is_none() && watched.findings.is_empty(),
        "{watched:?}"
    );
    let long_ago =
        "update vigie.access_events set recorded_at = now() - interval '61 minutes' where dedup_key = 'g';
                    commit";
    run(&postgres.owner, &format!("{TAMPER} {long_ago}")).await;
    let watched = watch(&*postgres.service, day).await.expect("watched");
    assert!(watched.sealed.is_none());
    let finding = &watched.findings[0];
    assert_eq!(
        (&*finding.entity_id, finding.severity),
        ("UNSEALED", Severity::Warn)
    );
    assert!(
        finding.message.contains("what keeps it waiting is"),
        "{finding:?}"
    );
    let found = whole(&postgres).await;
    assert!(found.held_by.is_some(), "{found:?}");
    let _ = pid;
    drop(open);
}

#[sqlx::test(migrations = false)]
async fn an_answer_from_the_future_is_no_answer(pool: PgPool) {
    let postgres = sealed(pool).await;
    whole(&postgres).await;
    let later = "update vigie.access_verifications set at = '2099-01-01',
                     found = jsonb_set(found, '{at}', '\"2099-01-01T00:00:00Z\"')";
    run(&postgres.owner, later).await;
    watch(&*postgres.service, TimeDelta::days(1))
        .await
        .expect("watched");
    let kept = postgres
        .service
        .verified(&Caller::Service)
        .await
        .expect("an answer");
    assert!(kept.expect("kept").at.timestamp() < 4_000_000_000);
}
