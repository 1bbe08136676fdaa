//! `--once`, and everything that ends the program before its work.

use std::net::{Ipv4Addr, TcpListener};

use crate::{
    harness::{Answer, World, check},
    http::free_address,
    running::Running,
    secrets::{self, TOKEN},
};

fn world() -> World {
    let world = World::migrated();
    let fine = check("FINE", "WARN", "", "select 'B1' as entity_id");
    world.pack(&[("fine.sql", &fine)]);
    world.file("vigie.toml", "packs = [\"checks\"]\n");
    world
}

#[test]
fn everything_was_evaluated() {
    let world = world();
    let report = world.sync(&["--once", "--json"]).exits(0).json();
    assert_eq!(report["status"], "OK");
    assert_eq!(report["checks"][0]["code"], "FINE");
    assert_eq!(report["checks"][0]["opened"], 1);
    assert_eq!(report["left"], 0);
    // Due or not.
    let again = world.sync(&["--once", "--json"]).exits(0).json();
    assert_eq!(again["checks"][0]["outcome"], "Complete");
    assert_eq!(again["checks"][0]["opened"], 0);
    assert_eq!(
        world.value("select string_agg(status, ' ') from vigie.runs"),
        "OK OK"
    );
}

#[test]
fn the_log_is_json_where_that_is_wanted_and_never_on_standard_output() {
    let world = world();
    let answer = world.sync(&["--once", "--log-format", "json"]).exits(0);
    assert_eq!(answer.stdout, "");
    let lines: Vec<serde_json::Value> = answer
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(
        lines
            .iter()
            .any(|line| line["message"] == "run" && line["status"] == "OK"),
        "{lines:#?}"
    );
}

#[test]
fn something_was_not_evaluated() {
    let world = world();
    let broken = check("BROKEN", "WARN", "", "select id as entity_id from no_such_table");
    world.file("checks/broken.sql", broken);
    let report = world.sync(&["--once", "--json"]).exits(3).json();
    assert_eq!(report["status"], "PARTIAL");
    world.file("checks/fine.sql", "select 1");
    world.sync(&["--once"]).exits(3).says("FINE");
}

#[test]
fn nothing_is_configured() {
    let world = world();
    let mut command = world.command("", &["--once"]);
    Answer::of(&mut command)
        .exits(2)
        .says("no database is named: set VIGIE_DATABASE_URL");
}

#[test]
fn program_and_schema_do_not_go_together() {
    let world = World::empty();
    for args in [&["--once"][..], &[]] {
        world.sync(args).exits(2).says("run `vigie migrate`");
    }
    let world = World::migrated();
    world.sql(
        "insert into vigie.alerts_store_migrations (version, description, success, checksum, execution_time)
         values (99990101000001, 'from the future', true, '', 0)",
    );
    for args in [&["--once"][..], &[]] {
        world.sync(args).exits(2).says("use the vigie that migrated it");
    }
}

#[test]
fn a_key_that_is_none() {
    let world = world();
    world.file("vigie.toml", "packs = [\"checks\"]\n[sync]\nlaese = \"3s\"\n");
    world
        .sync(&["--once"])
        .exits(2)
        .says("vigie.toml:3: unknown field `laese`");
    for lease in ["1s", "2h", "soon"] {
        world.file("vigie.toml", format!("[sync]\nlease = \"{lease}\"\n"));
        world.sync(&["--once"]).exits(2).says("vigie.toml:2: ");
    }
}

#[test]
fn a_heartbeat_url_that_is_none_is_not_shown() {
    let world = world();
    world.file(
        "vigie.toml",
        "packs = [\"checks\"]\nsync.heartbeat_url_file = \"heartbeat\"\n",
    );
    world
        .sync(&["--once"])
        .exits(2)
        .says("sync.heartbeat_url_file heartbeat: No such file");
    for wrong in [
        format!("ftp://monitor.example/{TOKEN}"),
        format!("monitor.example/{TOKEN}"),
        TOKEN.to_owned(),
    ] {
        world.file("heartbeat", &wrong);
        world
            .sync(&["--once"])
            .exits(2)
            .says("sync.heartbeat_url_file heartbeat: no URL such as");
    }
}

#[test]
fn the_rights_of_its_own_logins_are_enough() {
    let mut world = world();
    world.sql("create table public.bacs (id text); insert into public.bacs values ('B1')");
    let bacs = check(
        "BACS",
        "WARN",
        "every = \"1s\"",
        "select id as entity_id from bacs",
    );
    world.file("checks/bacs.sql", bacs);
    let service = world.login("in role vigie_sync", "");
    let evaluating = world.login(
        "in role vigie_eval",
        "grant usage on schema public to {}; grant select on all tables in schema public to {}",
    );
    let service = Running::start_as(&world, "packs = [\"checks\"]\n", &service, Some(&evaluating)).ready();
    world.until(
        "runs",
        "select (count(*) >= 2)::text from vigie.runs where status = 'OK'",
    );
    assert_eq!(
        world
            .value("select string_agg(distinct parameters #>> '{evaluated_by,is_own}', ' ') from vigie.runs"),
        "true"
    );
    let said = service.said();
    assert!(!said.contains("WARN"), "{said}");
}

#[test]
fn the_port_is_taken() {
    let world = world();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = taken.local_addr().expect("an address");
    world.file(
        "vigie.toml",
        format!("packs = [\"checks\"]\n[ops]\nlisten = \"{address}\"\n"),
    );
    world
        .sync(&[])
        .exits(2)
        .says(&format!("ops.listen: cannot listen on {address}"));
    assert_eq!(
        world.value("select count(*)::text from vigie.runs"),
        "0",
        "who cannot be looked at does not run"
    );
    // Nobody looks at a single run.
    world.sync(&["--once"]).exits(0);
}

#[test]
fn the_database_cannot_be_reached() {
    let world = world();
    let url = format!("postgres://somebody:{TOKEN}@{}/nowhere", free_address());
    let answer = Answer::of(&mut world.command(&url, &["--once"]))
        .exits(5)
        .says("database \"nowhere\" at 127.0.0.1:");
    secrets::none_in(&world, &answer.stderr);
    assert!(!answer.stderr.contains("somebody"), "{answer:#?}");
}
