//! `vigie.sync_heartbeat`: never null, never negative, and never a wrong number for a stranger.

use alerts_store::postgres::sqlx::{self, PgPool};
use integrity_core::{
    Caller, Door,
    postgres::{CallerTransaction, error_code},
};

use crate::{
    contract::{Harness as _, scene::Scene},
    host::{AMINA, Host, run},
    server::Postgres,
};

/// In seconds.
const DAY: f64 = 86_400.0;

async fn seconds(pool: &PgPool, database: Option<&str>) -> f64 {
    sqlx::query_scalar("select extract(epoch from vigie.sync_heartbeat($1))::float8")
        .bind(database)
        .fetch_one(pool)
        .await
        .expect("never null")
}

#[sqlx::test(migrations = false)]
async fn silence_is_never_null_nor_zero(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let owner = &postgres.owner;
    let execute = async |statement: &'static str| {
        sqlx::query(statement).execute(owner).await.expect(statement);
    };
    execute("update vigie.alerts_store_migrations set installed_on = installed_on - interval '9 days'").await;
    for database in [Some("main"), Some("elsewhere"), None] {
        let age = seconds(owner, database).await;
        assert!(
            (9.0 * DAY..10.0 * DAY).contains(&age),
            "since it was made: {database:?}: {age}"
        );
    }
    Scene::new(&postgres).sees_nothing().await;
    postgres.pass(chrono::TimeDelta::days(5)).await;
    let age = seconds(owner, Some("main")).await;
    assert!(
        (5.0 * DAY..6.0 * DAY).contains(&age),
        "since a check was seen: {age}"
    );
    execute(
        "insert into vigie.runs (database, started_at, finished_at, status, outcomes, parameters)
         select d, at, at, 'OK', '{}', '{}'
         from (values ('main', now() - interval '3 days'), ('main', now() - interval '4 days'),
                      ('main', now() + interval '1 day'), ('elsewhere', now() - interval '1 day')) r (d, at)",
    )
    .await;
    let age = seconds(owner, Some("main")).await;
    assert!(
        (3.0 * DAY..4.0 * DAY).contains(&age),
        "since the last run that has been: {age}"
    );
    let age = seconds(owner, Some("elsewhere")).await;
    assert!((DAY..2.0 * DAY).contains(&age), "{age}");
    execute("update vigie.runs set finished_at = clock_timestamp() + interval '30 s'").await;
    assert_eq!(
        seconds(owner, Some("main")).await.total_cmp(&0.0),
        std::cmp::Ordering::Equal
    );
    execute("truncate vigie.runs, vigie.check_states, vigie.alerts_store_migrations").await;
    assert!(
        seconds(owner, Some("main")).await > 50.0 * 365.0 * DAY,
        "nobody knows of anything"
    );
}

#[sqlx::test(migrations = false)]
async fn members_and_the_service_are_told_and_strangers_refused(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let ask = "select vigie.sync_heartbeat() is not null";
    for who in ["amina", "didier", "patricia", "etranger", ""] {
        let caller = Caller::person(who);
        let mut transaction = CallerTransaction::begin(&postgres.owner, &caller, Door::Api)
            .await
            .expect("begun");
        let told = sqlx::query_scalar::<_, bool>(ask)
            .fetch_one(transaction.connection())
            .await;
        let code = told.err().and_then(|error| error_code(&error));
        let expected = ["etranger", ""].contains(&who).then_some("42501");
        assert_eq!(code.as_deref(), expected, "{who:?}");
    }
    for (login, is_told) in [("vigie_sync", true), ("vigie_api", true), ("vigie_eval", false)] {
        let mut session = postgres.owner.acquire().await.expect("a connection").detach();
        sqlx::query("select set_config('session_authorization', $1, false)")
            .bind(login)
            .execute(&mut session)
            .await
            .expect("a login");
        let told = sqlx::query_scalar::<_, bool>(ask).fetch_one(&mut session).await;
        assert_eq!(told.is_ok(), is_told, "{login}: {told:?}");
    }
}

/// A login that monitors sees no run; the age it is told is right all the same. It is no member, and needs no more.
#[tokio::test]
async fn a_login_that_monitors_is_told_the_truth() {
    let host = Host::with_vigie().await;
    host.finds(&["T1"]).await;
    run(
        &host.owner,
        "create role monitor nologin;
         grant monitor to host_owner;
         grant usage on schema vigie to monitor;
         insert into vigie.runs (database, started_at, finished_at, status, outcomes, parameters)
             values ('main', now(), now() - interval '1 hour', 'OK', '{}', '{}')",
    )
    .await;
    let ask = "select extract(epoch from vigie.sync_heartbeat())::int";
    let mut screen = host.postgrest().await;
    let as_monitor = async || {
        let mut transaction = host.owner.begin().await.expect("begun");
        sqlx::query("set local role monitor")
            .execute(&mut *transaction)
            .await
            .expect("the role");
        sqlx::query_scalar::<_, i32>(ask)
            .fetch_one(&mut *transaction)
            .await
    };
    assert!(as_monitor().await.is_err(), "nothing was granted");
    run(
        &host.owner,
        "grant execute on function vigie.sync_heartbeat(text) to monitor",
    )
    .await;
    let age = as_monitor().await.expect("the age");
    assert!((3600..3900).contains(&age), "{age}");

    let stranger = "3f0c6f6e-6a55-4c5e-8a61-2f0f4c1d9aff";
    // A grant to everybody makes nobody a member.
    run(
        &host.owner,
        "grant execute on function vigie.sync_heartbeat(text) to public",
    )
    .await;
    for (role, user, is_told) in [
        ("authenticated", Some(AMINA), true),
        ("authenticated", Some(stranger), false),
        ("authenticated", None, false),
        ("anon", None, false),
        ("service_role", None, false),
    ] {
        let ask = "select to_json(vigie.sync_heartbeat() is not null) as body";
        let answer = screen.request(role, user, ask).await;
        let code = answer.err();
        assert_eq!(code.as_deref(), (!is_told).then_some("42501"), "{role} {user:?}");
    }
}
