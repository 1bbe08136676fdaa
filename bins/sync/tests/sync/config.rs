//! `--check-config`: what would be in force, nothing secret, and nobody is connected to.

use crate::{
    harness::{Answer, World, check},
    http::free_address,
    running::Running,
    secrets::{self, TOKEN},
};

/// A world whose configuration is whole and whose database nobody needs.
fn world() -> World {
    let world = World::empty();
    let fine = check("FINE", "WARN", "every = \"10m\"", "select 'B1' as entity_id");
    world.pack(&[("fine.sql", &fine)]);
    world.file("heartbeat", format!("https://watch.example/ping/{TOKEN}\n"));
    world.file(
        "vigie.toml",
        "packs = [\"checks\"]\ntime_zone = \"Africa/Kinshasa\"\n\
         [sync]\nlease = \"45s\"\nheartbeat_url_file = \"heartbeat\"\n\
         [checks.FINE]\nseverity = \"CRITICAL\"\ntimeout = \"2s\"\n",
    );
    world
}

/// With logins whose database answers nobody.
#[track_caller]
fn check_config(world: &World) -> Answer {
    let place = free_address();
    let url = |login: &str| format!("postgres://{login}:{TOKEN}@{place}/depot");
    let mut command = world.command(&url("amina"), &["--check-config"]);
    let answer = Answer::of(command.env("VIGIE_EVAL_URL", url("didier")));
    for said in [&answer.stdout, &answer.stderr] {
        secrets::none_in(world, said);
        for hidden in ["amina", "didier", "watch.example"] {
            assert!(!said.contains(hidden), "{hidden:?} is in {said}");
        }
    }
    answer
}

#[test]
fn it_is_printed_without_its_secrets_and_without_a_database() {
    let world = world();
    let said = check_config(&world).exits(0).json();
    assert_eq!(said["time_zone"], "Africa/Kinshasa");
    assert_eq!(said["sync"]["lease"], "45s");
    assert_eq!(said["sync"]["heartbeat_url"], "set, not shown");
    assert_eq!(said["ops"]["listen"], "127.0.0.1:8081");
    let fine = &said["checks"]["FINE"];
    assert_eq!(
        [&fine["every"], &fine["timeout"], &fine["severity"]],
        ["10m", "2s", "CRITICAL"],
        "{said:#}"
    );
    assert!(
        said["database"]
            .as_str()
            .is_some_and(|place| place.starts_with("database \"depot\" at 127.0.0.1:")),
        "{said:#}"
    );
}

#[test]
fn where_it_runs_is_said_and_agrees_with_the_database() {
    let world = world();
    let said = check_config(&world).exits(0).json();
    assert_eq!(said["environment"], "test");
    assert!(
        said["release"]
            .as_str()
            .expect("a name")
            .starts_with("vigie-sync@"),
        "{said:#}"
    );
    let refused = |name: &str, value: Option<&str>, words: &str| {
        let mut command = world.command(&secrets::url(&world), &["--check-config"]);
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
        let answer = Answer::of(&mut command).exits(2).says(words);
        assert_eq!(answer.stdout, "");
    };
    refused("APP_ENV", None, "E501");
    refused("APP_ENV", Some("prod"), "E502");
    refused("APP_ENV", Some("test\n"), "E503");
    refused("APP_RELEASE", Some("vigie-sync@9.9.9+4110b38a1b2c"), "E504");
    world.file(
        "vigie.toml",
        "packs = [\"nowhere\"]\n[[environment]]\nname = \"production\"\nhosts = [\"127.0.0.1\"]\n",
    );
    refused(
        "APP_ENV",
        Some("staging"),
        "E505: APP_ENV is staging, and VIGIE_DATABASE_URL",
    );
    world.file(
        "vigie.toml",
        "packs = [\"checks\"]\naudit.url_file = \"auditor\"\n[[environment]]\nname = \"production\"\nhosts = [\"real.example\"]\n",
    );
    refused(
        "VIGIE_EVAL_URL",
        Some("postgres://e@real.example/depot"),
        "VIGIE_EVAL_URL names real.example",
    );
    world.file("auditor", "postgres://a@real.example/depot");
    refused("APP_ENV", Some("test"), "audit.url_file names real.example");
}

#[test]
fn a_check_whose_file_is_wrong_is_a_mistake_in_it() {
    let world = world();
    world.file("checks/wrong.sql", check("WRONG", "GRAVE", "", "select 1"));
    let answer = check_config(&world).exits(2);
    assert!(answer.stderr.contains("WRONG: "), "{answer:#?}");
    assert_eq!(
        answer.json()["checks"].as_object().map(serde_json::Map::len),
        Some(1)
    );
}

#[test]
fn a_mistake_is_found_before_anything_begins() {
    let world = world();
    world.file("heartbeat", TOKEN);
    check_config(&world).exits(2).says("sync.heartbeat_url_file");
    world.file("vigie.toml", "packs = [\"nowhere\"]\n");
    check_config(&world).exits(2).says("nowhere");
}

/// The one test for whose sake all the others search what they are told.
#[test]
#[should_panic(expected = "planted")]
fn a_secret_that_is_told_is_found() {
    let world = World::empty();
    secrets::none_in(&world, &format!("https://monitor.example/ping/{TOKEN}"));
}

#[test]
fn a_running_service_is_not_disturbed_by_it() {
    let world = World::migrated();
    let fine = check("FINE", "WARN", "", "select 'B1' as entity_id");
    world.pack(&[("fine.sql", &fine)]);
    let service = Running::start(&world, "packs = [\"checks\"]\n").ready();
    // The port of its own is taken by the service.
    let configuration = format!("packs = [\"checks\"]\n[ops]\nlisten = \"{}\"\n", service.address);
    world.file("vigie.toml", configuration);
    world.sync(&["--check-config"]).exits(0);
    service.answers(200);
}
