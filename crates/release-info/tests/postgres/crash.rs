//! What is cut off in the middle leaves a ledger in order, which says how it goes on.

use std::time::{Duration, Instant};

use release_info::ledger::{
    Entry, Error, ReleaseLedger as _, Stage,
    postgres::sqlx::{self, PgPool},
};

use crate::{
    contract::scene::*,
    server::{Postgres, login, run},
};

/// Asks until it is so.
pub(crate) async fn until(pool: &PgPool, question: &'static str) {
    let begun = Instant::now();
    loop {
        let is_so: bool = sqlx::query_scalar(question)
            .fetch_one(pool)
            .await
            .expect("an answer");
        if is_so {
            return;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "never: {question}");
        tokio::task::yield_now().await;
    }
}

pub(crate) const WAITS: &str = "select exists (select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like '%record_release_event%')";
const KILL: &str = "select bool_and(pg_terminate_backend(pid)) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like '%record_release_event%'";

/// The server ends the session while an event is being recorded: nothing of it stands, and the same key records it once.
#[sqlx::test(migrations = false)]
async fn a_session_that_is_ended_has_recorded_nothing(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres);
    scene.live('a', &[Started]).await;
    let deployed = Entry {
        key: Some("run 17, deployed".to_owned()),
        ..entry('a', Deployed)
    };
    // Events wait for whoever records: here they wait in the middle, with the table's row not yet written.
    let mut holder = postgres.owner.acquire().await.expect("a connection");
    let hold = "begin; lock table vigie.release_events in share mode";
    sqlx::raw_sql(hold).execute(&mut *holder).await.expect("held");
    let recording = {
        let (people, deployed) = (postgres.people.clone(), deployed.clone());
        tokio::spawn(async move { people.record(&amina(), &deployed).await })
    };
    until(&postgres.owner, WAITS).await;
    run(&postgres.owner, KILL).await;
    let cut = recording.await.expect("finished");
    assert!(matches!(cut, Err(Error::Unavailable(_))), "{cut:?}");
    sqlx::raw_sql("rollback")
        .execute(&mut *holder)
        .await
        .expect("let go");

    assert_eq!(
        (scene.stage('a').await, scene.count('a').await),
        (Stage::Started, 1)
    );
    let first = scene.record(deployed.clone()).await;
    let again = scene.record(deployed).await;
    assert_eq!((first.replayed, again.replayed), (false, true));
    assert_eq!(
        (scene.stage('a').await, scene.count('a').await),
        (Stage::Deployed, 2)
    );
}

/// The recorder itself dies after the statement and before it is done: the same.
#[sqlx::test(migrations = false)]
async fn what_was_not_committed_was_not_recorded(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres);
    scene.live('o', &[Started, Deployed]).await;
    scene.live('a', &[Started, Deployed]).await;
    scene.record(back('a', 'o')).await;
    let dying = login(
        &postgres.owner,
        "select set_config('application_name', 'dying', false)",
    )
    .await;
    let mut connection = dying.acquire().await.expect("a connection");
    sqlx::raw_sql("begin; select set_config('request.jwt.claims', '{\"sub\": \"amina\"}', true)")
        .execute(&mut *connection)
        .await
        .expect("begun");
    let asked = serde_json::to_value(entry('a', RolledBack)).expect("JSON");
    let recorded: serde_json::Value = sqlx::query_scalar("select vigie.record_release_event($1)")
        .bind(asked)
        .fetch_one(&mut *connection)
        .await
        .expect("recorded, and not committed");
    assert_eq!(recorded["release"]["stage"], "rolled_back");
    let kill = "select bool_and(pg_terminate_backend(pid)) from pg_stat_activity
                where datname = current_database() and application_name = 'dying'";
    run(&postgres.owner, kill).await;
    sqlx::query("select 1")
        .execute(&mut *connection)
        .await
        .expect_err("the session has ended");

    assert_eq!(scene.stage('a').await, Stage::RollingBack, "as before");
    assert_eq!(scene.current().await, Some(release('a')));
    let second = scene.try_record(&entry('c', Started)).await;
    assert!(matches!(second, Err(Error::Occupied { .. })), "{second:?}");
    scene.record(entry('a', RolledBack)).await;
    assert_eq!(scene.current().await, Some(release('o')));
}

/// Between two events nothing is held: whoever begins again finds what is open, and each way out is legal.
#[sqlx::test(migrations = false)]
async fn what_is_open_after_a_crash_can_be_ended_either_way(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres);
    scene.live('o', &[Started, Deployed]).await;
    for (letter, way_out) in [('a', Failed), ('a', Deployed), ('b', Deployed)] {
        scene.record(entry(letter, Started)).await;
        // A new process knows nothing but the ledger.
        let found = scene.found(letter).await.expect("a release");
        assert!(found.stage.is_open());
        scene.record(entry(letter, way_out)).await;
    }
    for way_out in [Failed, RolledBack] {
        scene.record(back('b', 'a')).await;
        assert!(scene.found('b').await.expect("a release").stage.is_open());
        scene.record(entry('b', way_out)).await;
    }
    assert_eq!(scene.current().await, Some(release('a')));
}
