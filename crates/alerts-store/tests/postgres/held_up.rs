//! What somebody else's transaction holds up: done anew where the database ended it, and waited for no longer than it
//! takes for the other checks to have their turn.

use alerts_store::{
    AlertId, AlertStore as _, CheckCommand, Error, Status, Verb,
    postgres::sqlx::{self, PgConnection, PgPool},
};
use futures_util::future::join;
use integrity_core::{
    Caller, Door, Outcome,
    postgres::{CallerTransaction, error_code},
};

use crate::{
    contract::{
        Harness as _,
        scene::{CODE, Scene, evaluation, guarded, tanks},
    },
    server::Postgres,
    together::waiting,
};

async fn hold(connection: &mut PgConnection, id: AlertId) {
    sqlx::query("select from vigie.alerts where id = $1 for update")
        .bind(id.0)
        .execute(connection)
        .await
        .expect("held");
}

/// Makes `ours`, which takes the alerts in the order of their ids, wait in a circle with somebody who takes them in
/// another: it is the last to wait, and only it looks for circles.
async fn in_a_circle<T>(postgres: &Postgres, ours: impl Future<Output = T>) -> T {
    let mut ids: Vec<AlertId> = Scene::new(postgres)
        .all()
        .await
        .iter()
        .map(|alert| alert.id)
        .collect();
    ids.sort_unstable();
    let mut pause = postgres.owner.begin().await.expect("begun");
    let mut person = postgres.owner.begin().await.expect("begun");
    hold(&mut pause, ids[1]).await;
    sqlx::raw_sql("set local deadlock_timeout = '1h'")
        .execute(&mut *person)
        .await
        .expect("patient");
    hold(&mut person, ids[2]).await;
    let others = async {
        while waiting(postgres).await < 1 {}
        let closes = async {
            hold(&mut person, ids[0]).await;
            person.commit().await.expect("committed");
        };
        let lets_go = async {
            while waiting(postgres).await < 2 {}
            pause.commit().await.expect("committed");
        };
        join(closes, lets_go).await;
    };
    join(ours, others).await.0
}

async fn deadlocks(postgres: &Postgres) -> i64 {
    sqlx::raw_sql("select pg_stat_clear_snapshot()")
        .execute(&postgres.owner)
        .await
        .expect("a look");
    sqlx::query_scalar("select deadlocks from pg_stat_database where datname = current_database()")
        .fetch_one(&postgres.owner)
        .await
        .expect("the statistics")
}

#[sqlx::test(migrations = false)]
async fn an_evaluation_that_lost_a_deadlock_is_applied_anew(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let mut scene = Scene::new(&postgres);
    scene.terms.resolve_after = 1;
    scene.sees(Outcome::Complete, tanks(3)).await;
    let applied = in_a_circle(&postgres, scene.sees_nothing()).await;
    assert_eq!(applied.cleared, 3);
    while deadlocks(&postgres).await == 0 {}
    scene.verifies().await;
}

#[sqlx::test(migrations = false)]
async fn an_act_on_a_check_that_lost_a_deadlock_is_done_anew(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres);
    scene.sees(Outcome::Complete, tanks(3)).await;
    let resolve = CheckCommand::new("main", CODE, Verb::Resolve).comment("fait");
    let amina = Caller::person("amina");
    let act = postgres.people.act_on_check(&amina, &resolve);
    assert_eq!(in_a_circle(&postgres, act).await.expect("acted"), 3);
    while deadlocks(&postgres).await == 0 {}
    for alert in scene.all().await {
        assert_eq!((alert.status, alert.version), (Status::Resolved, 2), "once");
    }
    scene.verifies().await;
}

fn is_held_up<T: std::fmt::Debug>(done: &Result<T, Error>) -> bool {
    let Err(Error::Unavailable(source)) = done else {
        panic!("{done:?}")
    };
    source.downcast_ref().and_then(error_code).as_deref() == Some("55P03")
}

/// The lock is never let go: whoever waited without an end would hang here, or run into another limit.
#[sqlx::test(migrations = false)]
async fn nobody_waits_for_a_check_without_an_end(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres);
    scene.sees(guarded(), tanks(2)).await;
    let mut hangs = postgres.owner.begin().await.expect("begun");
    sqlx::raw_sql("select pg_advisory_xact_lock(hashtextextended('vigie.apply main STOCK_NEGATIF', 0))")
        .execute(&mut *hangs)
        .await
        .expect("held");
    let seen = evaluation(CODE, postgres.now().await, Outcome::Complete, Vec::new());
    let resolve = CheckCommand::new("main", CODE, Verb::Resolve).comment("fait");
    let amina = Caller::person("amina");
    let (applied, (confirmed, acted)) = join(
        postgres.service.apply(&Caller::Service, &seen),
        join(
            postgres.people.confirm(&amina, "main", CODE, "vu"),
            postgres.people.act_on_check(&amina, &resolve),
        ),
    )
    .await;
    assert!(is_held_up(&applied));
    assert!(is_held_up(&confirmed));
    assert!(is_held_up(&acted));
    let other = evaluation("ANOTHER", postgres.now().await, Outcome::Complete, tanks(1));
    let applied = postgres.service.apply(&Caller::Service, &other).await;
    assert_eq!(applied.expect("applied").opened, 1, "the others go on");
}

/// A program that is stopped in the middle, or cut off, cannot let go: the server does, and the others go on.
#[sqlx::test(migrations = false)]
async fn who_falls_silent_in_the_middle_is_let_go_of(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    for caller in [Caller::Service, Caller::person("amina")] {
        let mut transaction = CallerTransaction::begin(&postgres.owner, &caller, Door::Sync)
            .await
            .expect("begun");
        let silence: String =
            sqlx::query_scalar("select current_setting('idle_in_transaction_session_timeout')")
                .fetch_one(transaction.connection())
                .await
                .expect("the setting");
        assert_eq!(silence, "15s", "{caller:?}");
    }
}
