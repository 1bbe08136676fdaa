//! Two recorders at once, each at the very instant that matters: one is in the middle, and the other waits for it.

use release_info::ledger::{
    Entry, Error, Recorded, ReleaseLedger as _,
    postgres::sqlx::{self, PgConnection, PgPool},
};

use crate::{
    contract::scene::*,
    crash::{WAITS, until},
    server::Postgres,
};

/// Records as amina, and does not commit.
async fn record_and_wait(connection: &mut PgConnection, entry: &Entry) {
    let begin = "begin; select set_config('request.jwt.claims', '{\"sub\": \"amina\"}', true)";
    sqlx::raw_sql(begin)
        .execute(&mut *connection)
        .await
        .expect("begun");
    sqlx::query("select vigie.record_release_event($1)")
        .bind(serde_json::to_value(entry).expect("JSON"))
        .execute(&mut *connection)
        .await
        .expect("recorded");
}

/// What the second one is told, whose call began while the first one was not done.
async fn second(pool: PgPool, first: Entry, second: Entry) -> Result<Recorded, Error> {
    let postgres = Postgres::new(pool).await;
    let mut connection = postgres.owner.acquire().await.expect("a connection");
    record_and_wait(&mut connection, &first).await;
    let people = postgres.people.clone();
    let recording = tokio::spawn(async move { people.record(&amina(), &second).await });
    until(&postgres.owner, WAITS).await;
    sqlx::raw_sql("commit")
        .execute(&mut *connection)
        .await
        .expect("done");
    recording.await.expect("finished")
}

fn keyed(entry: Entry) -> Entry {
    Entry {
        key: Some("run 17".to_owned()),
        ..entry
    }
}

#[sqlx::test(migrations = false)]
async fn the_second_deployment_sees_the_first(pool: PgPool) {
    let told = second(pool, entry('a', Started), entry('b', Started)).await;
    assert!(matches!(told, Err(Error::Occupied { .. })), "{told:?}");
}

#[sqlx::test(migrations = false)]
async fn the_same_event_is_answered_as_the_first_recorded_it(pool: PgPool) {
    let told = second(pool, keyed(entry('a', Started)), keyed(entry('a', Started))).await;
    assert!(told.expect("answered").replayed);
}

#[sqlx::test(migrations = false)]
async fn the_key_of_another_event_at_another_place_is_taken(pool: PgPool) {
    let mut elsewhere = keyed(entry('a', Started));
    elsewhere.place.target = "api".to_owned();
    let told = second(pool, keyed(entry('a', Started)), elsewhere).await;
    assert!(matches!(told, Err(Error::Conflict { .. })), "{told:?}");
}
