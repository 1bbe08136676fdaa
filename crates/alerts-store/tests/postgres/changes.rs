//! Hearing that something changed.

use std::time::Duration;

use alerts_store::{
    Command, PgChanges, Run, RunStatus, Verb,
    postgres::{
        Change,
        sqlx::{self, PgPool, postgres::PgListener},
    },
};
use integrity_core::{Caller, Outcome, Severity};
use serde_json::json;
use tokio::time::timeout;

use crate::{
    contract::{
        Harness as _,
        scene::{Scene, tank},
    },
    server::Postgres,
};

/// Waits until something is heard; that nothing ever is, is a failure after so long.
async fn heard(changes: &mut PgChanges) -> Change {
    timeout(Duration::from_mins(1), changes.next())
        .await
        .expect("something is heard within a minute")
}

/// How often the channel spoke since it was last asked. Each word is empty.
async fn words(postgres: &Postgres, listener: &mut PgListener) -> usize {
    sqlx::query("select pg_notify('vigie_changes', 'that was all')")
        .execute(&postgres.owner)
        .await
        .expect("told");
    let mut words = 0;
    loop {
        let word = listener.recv().await.expect("a word");
        match word.payload() {
            "that was all" => return words,
            payload => assert_eq!(payload, "", "whoever hears it may not be allowed to see it"),
        }
        words += 1;
    }
}

#[sqlx::test(migrations = false)]
async fn what_changes_is_told_once_and_without_a_word(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let mut listener = PgListener::connect_with(&postgres.owner)
        .await
        .expect("connected");
    listener.listen("vigie_changes").await.expect("listening");
    let scene = Scene::new(&postgres);
    let three = vec![
        tank("T1", Severity::Warn, 1),
        tank("T2", Severity::Warn, 1),
        tank("T3", Severity::Warn, 1),
    ];
    scene.sees(Outcome::Complete, three.clone()).await;
    assert_eq!(words(&postgres, &mut listener).await, 1, "three alerts at once");

    let alert = scene.alert("T1").await;
    scene.everything().await;
    scene.sees(Outcome::Complete, three).await;
    assert_eq!(
        words(&postgres, &mut listener).await,
        0,
        "reading, and an evaluation that tells nothing new"
    );

    scene.ack(&alert, "didier").await;
    let forbidden = Command::new(alert.id, Verb::Ack);
    assert!(scene.act("patricia", &forbidden).await.is_err());
    assert_eq!(
        words(&postgres, &mut listener).await,
        1,
        "a person's act; what is refused is none"
    );

    let run = Run {
        database: "main".to_owned(),
        started_at: postgres.now().await,
        status: RunStatus::Ok,
        outcomes: json!({}),
        parameters: json!({}),
    };
    for _ in 0..2 {
        let recorded = postgres.service().record_run(&Caller::Service, &run).await;
        recorded.expect("recorded");
    }
    assert_eq!(words(&postgres, &mut listener).await, 2, "every run");
}

#[sqlx::test(migrations = false)]
async fn whoever_listens_hears_changes_and_that_some_were_missed(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    // A stranger's login hears it too: there is nothing in it.
    let mut changes = PgChanges::listen(postgres.owner.clone());
    assert_eq!(
        heard(&mut changes).await,
        Change::Resync,
        "what was before was not heard"
    );
    let scene = Scene::new(&postgres);
    let alert = scene.sees_one(Severity::Warn).await;
    assert_eq!(heard(&mut changes).await, Change::Something);

    // Whoever waits and gives up has missed nothing.
    assert!(timeout(Duration::from_millis(50), changes.next()).await.is_err());
    scene.ack(&alert, "didier").await;
    assert_eq!(heard(&mut changes).await, Change::Something);

    let ended: i64 = sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity
         where datname = current_database() and query = 'LISTEN \"vigie_changes\"'",
    )
    .fetch_one(&postgres.owner)
    .await
    .expect("ended");
    assert_eq!(ended, 1, "one connection of its own");
    scene.resolve(&alert, "didier").await;
    assert_eq!(
        heard(&mut changes).await,
        Change::Resync,
        "it may have missed the act"
    );
    scene.sees_nothing().await;
    assert_eq!(heard(&mut changes).await, Change::Something);
}
