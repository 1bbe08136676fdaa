//! A database that is not there, does not answer, or holds another schema.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use crate::harness::{Answer, World, vigie};

/// Every command that needs a database.
const COMMANDS: [&[&str]; 5] = [
    &["migrate"],
    &["sync", "--pack", "depot"],
    &["status"],
    &["alerts", "list"],
    &[
        "alerts",
        "ack",
        "00000000-0000-4000-8000-000000000000",
        "--as",
        "amina",
    ],
];

#[test]
fn one_that_refuses() {
    let free = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port();
    let elsewhere = tempfile::tempdir().expect("a directory");
    let url = format!("postgres://amina:secret@127.0.0.1:{free}/depot");
    for args in COMMANDS {
        let begun = Instant::now();
        let answer = Answer::of(vigie(elsewhere.path()).env("VIGIE_DATABASE_URL", &url).args(args)).exits(5);
        let place =
            format!("vigie: database \"depot\" at 127.0.0.1:{free} cannot be reached: nothing listens there");
        let answer = answer.says(&place);
        assert!(
            !answer.stderr.contains("secret") && !answer.stderr.contains("amina"),
            "{answer:#?}"
        );
        assert!(begun.elapsed() < Duration::from_secs(3), "told at once");
    }
}

#[test]
fn one_at_an_ipv6_address() {
    let elsewhere = tempfile::tempdir().expect("a directory");
    for url in [
        "postgres://amina@[::1]:1/depot",
        "postgres:///depot?user=amina&host=::1&port=1",
    ] {
        let answer = Answer::of(
            vigie(elsewhere.path())
                .env("VIGIE_DATABASE_URL", url)
                .args(["status"]),
        )
        .exits(5);
        let answer = answer.says("database \"depot\" at [::1]:1 cannot be reached: ");
        assert!(!answer.stderr.contains("lookup"), "{answer:#?}");
    }
}

#[test]
fn one_that_never_answers() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let elsewhere = tempfile::tempdir().expect("a directory");
    let url = format!("postgres://amina:secret@127.0.0.1:{port}/depot");
    let begun = Instant::now();
    let answer = Answer::of(
        vigie(elsewhere.path())
            .env("VIGIE_DATABASE_URL", &url)
            .args(["status", "--json"]),
    )
    .exits(5);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    let error = answer.json();
    assert_eq!(error["error"]["code"], "unavailable");
    let answer = answer.says(&format!(
        "database \"depot\" at 127.0.0.1:{port} cannot be reached: no answer within 10 s"
    ));
    assert!(
        !answer.stderr.contains("secret") && !answer.stdout.contains("amina"),
        "{answer:#?}"
    );
}

#[test]
fn one_that_is_not_there() {
    let world = World::empty();
    let url = format!("{}_gone", world.url());
    Answer::of(&mut world.command(&url, &["status"]))
        .exits(2)
        .says("the server has no such database");
}

/// How many the store brings, counted where they stand.
fn migrations_of_the_store() -> usize {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sql/alerts-store/migrations");
    std::fs::read_dir(folder).expect("the migrations").count()
}

#[test]
fn pending_migrations() {
    let world = World::empty();
    let migrations = migrations_of_the_store();
    for args in &COMMANDS[1..] {
        world.vigie(args).exits(2).says("run `vigie migrate`");
    }
    let check = world.vigie(&["migrate", "--check", "--json"]).exits(4).json();
    assert_eq!(check["rooms"][0]["room"], "integrity-core");
    assert_eq!(check["rooms"][1]["state"], "pending");
    assert!(
        world
            .vigie(&["migrate", "--check"])
            .exits(4)
            .stdout
            .contains(&format!("alerts-store: {migrations} pending"))
    );
    let plan = world.vigie(&["migrate", "--plan"]).exits(0);
    assert!(plan.stdout.contains("create table vigie.members"), "{plan:#?}");
    assert_eq!(
        world.value("select count(*)::text from pg_namespace where nspname = 'vigie'"),
        "0"
    );

    assert!(
        world
            .vigie(&["migrate"])
            .exits(0)
            .stdout
            .contains(&format!("alerts-store: {migrations} applied"))
    );
    assert!(
        world
            .vigie(&["migrate"])
            .exits(0)
            .stdout
            .contains("alerts-store: up to date")
    );
    world.vigie(&["migrate", "--check"]).exits(0);
    assert!(
        world
            .vigie(&["migrate", "--plan"])
            .exits(0)
            .stdout
            .contains("nothing to do")
    );
}

#[test]
fn a_schema_newer_than_the_program() {
    let world = World::migrated();
    world.sql(
        "insert into vigie.alerts_store_migrations (version, description, success, checksum, execution_time)
         values (20991231000000, 'from the future', true, '', 0)",
    );
    let newest = world
        .value("select max(version)::text from vigie.alerts_store_migrations where version < 20990101000000");
    let before = world.value("select count(*)::text from vigie.alerts_store_migrations");
    let commands = COMMANDS
        .iter()
        .copied()
        .chain([&["migrate", "--check"][..], &["migrate", "--plan"]]);
    for args in commands {
        let answer = world.vigie(args).exits(2).says("alerts-store: ");
        answer.says("20991231000000").says(&newest);
    }
    assert_eq!(
        world.value("select count(*)::text from vigie.alerts_store_migrations"),
        before
    );
    assert_eq!(world.value("select count(*)::text from vigie.runs"), "0");
}

#[test]
fn a_login_without_rights() {
    let mut world = World::migrated();
    let service = world.service();
    // the service applies evaluations, and acts for nobody
    Answer::of(&mut world.command(&service, &["sync", "--pack", "depot"]))
        .exits(3)
        .says("MissingObject");
    let id = world.value("select id::text from vigie.alerts limit 1");
    let acting = ["alerts", "ack", &id, "--as", "amina"];
    Answer::of(&mut world.command(&service, &acting))
        .exits(1)
        .says("not allowed");
    Answer::of(&mut world.command(&service, &["migrate"])).exits(0);
    let stranger = world.stranger();
    for args in &COMMANDS[1..] {
        let answer = Answer::of(&mut world.command(&stranger, args));
        let answer = answer.exits(2);
        answer.says("privilege");
    }
}

#[test]
fn a_login_that_serves_people() {
    let mut world = World::depot();
    world.vigie(&["sync", "--pack", "depot"]).exits(0);
    let url = world.people();
    let id = world.value("select id::text from vigie.alerts limit 1");
    let run = |args: &[&str]| Answer::of(&mut world.command(&url, args));
    run(&["alerts", "ack", &id, "--as", "didier"]).exits(0);
    let shown = run(&["alerts", "show", &id, "--as", "patricia", "--json"])
        .exits(0)
        .json();
    assert_eq!(shown["acknowledged_by"], "didier");
    run(&["status", "--as", "patricia"]).exits(0);
    run(&["alerts", "list", "--as", "stranger"])
        .exits(1)
        .says("no role in Vigie");
    // for itself it may not even look: nothing to see must not look like nothing is wrong
    run(&["alerts", "list"]).exits(2).says("not allowed");
    run(&["status"]).exits(2).says("not allowed");
    run(&["alerts", "verify"]).exits(2).says("not allowed");
    run(&["sync", "--pack", "depot"])
        .exits(2)
        .says("run this with the login vigie_sync");
}
