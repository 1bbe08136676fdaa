//! Behind a real PgBouncer, of a version that loses prepared statements in transaction mode.

use sqlx::{Connection as _, Executor as _, PgConnection, Row as _, postgres::PgConnectOptions};
use tokio::runtime::Builder;

use crate::{
    bouncer::Bouncer,
    harness::{Answer, World},
};

/// Whatever connects.
const COMMANDS: [&[&str]; 5] = [
    &["status"],
    &["sync", "--pack", "depot"],
    &["migrate"],
    &["migrate", "--check"],
    &["alerts", "list"],
];

/// How a pooler may hand out its connections: as it comes, one to all, or each in its turn.
const POOLS: [&str; 3] = ["", "default_pool_size = 1", "server_round_robin = 1"];

#[test]
fn one_in_transaction_mode_is_refused() {
    let world = World::migrated();
    for pool in POOLS {
        let bouncer = Bouncer::start(&world.url(), "transaction", pool);
        for args in COMMANDS {
            let answer = Answer::of(&mut world.command(&bouncer.url(), args)).exits(2);
            let answer = answer.says("a pooler in transaction mode on the way");
            answer
                .says("use a direct connection, or a pooler in session mode")
                .says("port 5432 in place of 6543");
        }
    }
}

#[test]
fn one_whose_connections_were_busy_is_refused_too() {
    let world = World::migrated();
    let bouncer = Bouncer::start(&world.url(), "transaction", "server_round_robin = 1");
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    // Several server connections are open, so that two clients need not meet on one.
    let mut held = Vec::new();
    runtime.block_on(async {
        for _ in 0..5 {
            let mut client = through(&bouncer).await;
            client.execute("begin").await.expect("held");
            held.push(client);
        }
        for client in &mut held {
            client.execute("rollback").await.expect("given back");
        }
    });
    for args in COMMANDS {
        Answer::of(&mut world.command(&bouncer.url(), args))
            .exits(2)
            .says("a pooler in transaction mode on the way");
    }
}

#[test]
fn a_refusal_leaves_nothing_behind_in_the_pooler() {
    let world = World::migrated();
    let bouncer = Bouncer::start(&world.url(), "transaction", "default_pool_size = 1");
    Answer::of(&mut world.command(&bouncer.url(), &["status"])).exits(2);
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let left: i64 = runtime.block_on(async {
        let mut client = through(&bouncer).await;
        let count = sqlx::raw_sql("select count(*) from pg_prepared_statements");
        client
            .fetch_one(count)
            .await
            .expect("counted")
            .try_get(0)
            .expect("a number")
    });
    assert_eq!(left, 0);
}

#[test]
fn one_before_the_evaluating_login_is_refused() {
    let world = World::depot();
    let bouncer = Bouncer::start(&world.url(), "transaction", "");
    let mut sync = world.command(&world.url(), &["sync", "--pack", "depot"]);
    Answer::of(sync.env("VIGIE_EVAL_URL", bouncer.url()))
        .exits(2)
        .says("a pooler in transaction mode on the way");
    assert_eq!(world.value("select count(*)::text from vigie.runs"), "0");
}

#[test]
fn one_in_session_mode_works() {
    let world = World::depot();
    world.sql("drop schema vigie cascade");
    let bouncer = Bouncer::start(&world.url(), "session", "");
    let run = |args: &[&str]| Answer::of(&mut world.command(&bouncer.url(), args));
    run(&["migrate"]).exits(0);
    let report = run(&["sync", "--pack", "depot", "--json"]).exits(0).json();
    assert_eq!(report["checks"].as_array().map(Vec::len), Some(11));
    run(&["status"]).exits(0);
    run(&["alerts", "list"]).exits(0);
}

async fn through(bouncer: &Bouncer) -> PgConnection {
    let options: PgConnectOptions = bouncer.url().parse().expect("a URL");
    // PgBouncer refuses settings that it does not know.
    PgConnection::connect_with(&options.extra_float_digits(None))
        .await
        .expect("a connection")
}
