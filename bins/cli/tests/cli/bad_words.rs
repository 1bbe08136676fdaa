//! A command line that is wrong: what is said, and that nothing is changed.

use crate::harness::{Answer, World, vigie};

const NO_ID: &str = "00000000-0000-4000-8000-000000000000";

#[test]
fn a_password_in_the_flag_is_refused() {
    let world = World::empty();
    for url in [
        "postgres://amina:secret@127.0.0.1:1/d",
        "postgres://127.0.0.1:1/d?user=amina&password=secret",
    ] {
        let answer =
            Answer::of(vigie(world.directory.path()).args(["status", "--database-url", url])).exits(2);
        let answer = answer.says("--database-url: a password does not belong there");
        for remedy in ["VIGIE_DATABASE_URL", "--database-url-file", "PGPASSFILE"] {
            assert!(answer.stderr.contains(remedy), "{answer:#?}");
        }
        assert!(
            !answer.stderr.contains("secret") && !answer.stderr.contains("amina"),
            "{answer:#?}"
        );
    }
}

#[test]
fn where_the_url_comes_from() {
    let world = World::migrated();
    let run = |command: &mut std::process::Command| Answer::of(command.args(["alerts", "verify"]));
    // from a file named by flag, by environment, by configuration
    world.file("url", format!("{}\n", world.url()));
    run(vigie(world.directory.path()).args(["--database-url-file", "url"])).exits(0);
    run(vigie(world.directory.path()).env("VIGIE_DATABASE_URL_FILE", "url")).exits(0);
    run(&mut vigie(world.directory.path()))
        .exits(2)
        .says("no database is named: set VIGIE_DATABASE_URL");
    world.file("etc/vigie.toml", "database_url_file = \"../url\"\n");
    run(vigie(world.directory.path()).args(["--config", "etc/vigie.toml"])).exits(0);
    // the flag wins over the environment, the environment over the configuration
    let nowhere = "postgres://nobody@127.0.0.1:1/nowhere";
    run(&mut world.command(&world.url(), &["--database-url", nowhere]))
        .exits(5)
        .says("127.0.0.1:1");
    run(&mut world.command(nowhere, &["--database-url-file", "url"])).exits(0);
    run(&mut world.command(nowhere, &["--config", "etc/vigie.toml"])).exits(5);
    // an empty variable is none
    run(&mut world.command("", &["--config", "etc/vigie.toml"])).exits(0);
    let both = ["--database-url", nowhere, "--database-url-file", "url"];
    run(vigie(world.directory.path()).args(both))
        .exits(2)
        .says("not both");
    run(vigie(world.directory.path()).args(["--database-url-file", "gone"]))
        .exits(2)
        .says("gone");
    world.file("vigie.toml", "database_url = \"postgres://amina:secret@h/d\"\n");
    let answer = run(&mut vigie(world.directory.path()))
        .exits(2)
        .says("name it in database_url_file");
    assert!(!answer.stderr.contains("secret"), "{answer:#?}");
}

#[test]
fn a_url_that_is_none() {
    let world = World::empty();
    for url in [
        "amina:secret@h/d",
        "mysql://amina:secret@h/d",
        "postgres://amina:secret@h:port/d",
    ] {
        let answer = Answer::of(&mut world.command(url, &["status"])).exits(2);
        let answer = answer
            .says("VIGIE_DATABASE_URL: not ")
            .says("right is postgres://user@host:5432/database");
        assert!(!answer.stderr.contains("secret"), "{answer:#?}");
    }
}

/// What is not percent-encoded moves a part of the password into the host or the database, which are shown.
#[test]
fn a_password_that_falls_apart() {
    let world = World::empty();
    for url in [
        "postgres://amina:12/34secret@127.0.0.1:1/depot",
        "postgres://amina:12secret/34@127.0.0.1:1/depot",
        "postgres://amina:12?34secret@127.0.0.1:1/depot",
        "postgres://amina:12#34secret@127.0.0.1:1/depot",
        "postgres://amina:p@secret/w0rd@127.0.0.1:1/depot",
        "postgres://amina:p@secret@127.0.0.1:1/depot",
        "postgres://127.0.0.1:1/depot?user=amina&password=p@secret",
        "postgres://127.0.0.1:1/depot?user=amina&password=12#34secret",
    ] {
        for args in [&["status"][..], &["status", "--json"]] {
            let answer = Answer::of(&mut world.command(url, args)).exits(2);
            let answer = answer
                .says("VIGIE_DATABASE_URL: ")
                .says("percent-encode the password");
            let said = format!("{}{}", answer.stdout, answer.stderr);
            for part in ["secret", "amina", "w0rd", "12", "34", "127.0.0.1", "depot"] {
                assert!(
                    !said.replace("5432", "").contains(part),
                    "{part} of {url}: {said}"
                );
            }
        }
    }
    let encoded = "postgres://amina:12%2F34%40%23@127.0.0.1:1/depot";
    Answer::of(&mut world.command(encoded, &["status"]))
        .exits(5)
        .says("database \"depot\" at 127.0.0.1:1 cannot be reached");
}

#[test]
fn a_url_with_control_characters() {
    let world = World::empty();
    for url in [
        "postgres://amina:secret@127.0.0.1:1/d%00x",
        "postgres://amina:secret%00@127.0.0.1:1/d",
        "postgres://amina:secret@127.0.0.1:1/d?application_name=%00",
        "postgres://amina:secret@127.0.0.1:1/d\npostgres://amina:secret@127.0.0.1:2/d",
    ] {
        let answer = Answer::of(&mut world.command(url, &["status"])).exits(2);
        let answer = answer.says("VIGIE_DATABASE_URL: holds a control character");
        assert!(!answer.stderr.contains("secret"), "{answer:#?}");
    }
}

#[test]
fn a_file_without_end() {
    let world = World::empty();
    world.file("url", format!("{}{}", " ".repeat(64 * 1024), world.url()));
    for file in ["url", "/dev/zero"] {
        Answer::of(vigie(world.directory.path()).args(["status", "--database-url-file", file]))
            .exits(2)
            .says(&format!("{file}: larger than 64 KiB"));
    }
    Answer::of(vigie(world.directory.path()).args(["status", "--config", "/dev/zero"]))
        .exits(2)
        .says("the configuration /dev/zero: larger than 1024 KiB");
    world.file("url", b"postgres://amina:\xff@127.0.0.1:1/d");
    Answer::of(vigie(world.directory.path()).args(["status", "--database-url-file", "url"]))
        .exits(2)
        .says("url: not UTF-8");
}

#[test]
fn identifiers_dates_and_reasons() {
    let world = World::depot();
    world.vigie(&["sync", "--pack", "depot"]).exits(0);
    let before = world.traces();
    let id = world.value("select id::text from vigie.alerts where check_code = 'STOCK_NEGATIF' limit 1");
    let amina = ["--as", "amina"];
    let act = |verb: &str, more: &[&str]| world.vigie(&[&["alerts", verb, &id][..], &amina, more].concat());

    world
        .vigie(&["alerts", "show", "1234"])
        .exits(2)
        .says("not the identifier of an alert: a UUID");
    world
        .vigie(&["alerts", "show", NO_ID])
        .exits(1)
        .says("no such alert");
    world
        .vigie(&["alerts", "history", NO_ID])
        .exits(1)
        .says("no such alert");
    world
        .vigie(&["alerts", "ack", NO_ID, "--as", "amina"])
        .exits(1)
        .says("no such alert");
    let json = world.vigie(&["alerts", "show", NO_ID, "--json"]).exits(1).json();
    assert_eq!(json["error"]["code"], "not_found");

    act("resolve", &[]).exits(2).says("--reason: is required");
    act("resolve", &["--reason", "  "])
        .exits(2)
        .says("--reason: is required");
    act("comment", &[]).exits(2).says("--reason: is required");
    act("accept", &["--reason", "x"])
        .exits(2)
        .says("--until: is required");
    act("accept", &["--until", "30d"])
        .exits(2)
        .says("--reason: is required");
    for (until, says) in [
        (
            "2020-01-01",
            "--until: must be in the future, at most 180 days away",
        ),
        ("2020-01-01T00:00:00Z", "--until: must be in the future"),
        ("181d", "--until: must be in the future, at most 180 days away"),
        ("tomorrow", "neither a day (2026-12-31), nor an instant"),
        ("2026-02-30", "neither a day"),
    ] {
        act("accept", &["--reason", "x", "--until", until])
            .exits(2)
            .says(says);
    }
    act("ack", &["--expect", "soon"]).exits(2).says("--expect");
    act("ack", &["--expect", "4294967295"])
        .exits(1)
        .says("has changed since");
    act("ack", &["--request-id", "7"]).exits(2).says("--request-id");
    world
        .vigie(&["alerts", "list", "--status", "CLOSED"])
        .exits(2)
        .says("not OPEN, ACK or RESOLVED");
    world
        .vigie(&["alerts", "list", "--severity", "HIGH"])
        .exits(2)
        .says("not CRITICAL, WARN or INFO");
    world.vigie(&["alerts", "list", "--limit", "0"]).exits(2);
    world.vigie(&["aelrts"]).exits(2).says("alerts");
    assert_eq!(world.traces(), before);
}

#[test]
fn a_demo_that_cannot_be_kept() {
    let world = World::empty();
    world.file("full/of", "something");
    let answer =
        Answer::of(vigie(world.directory.path()).args(["demo", "--once", "--keep", "full"])).exits(2);
    answer.says("full");
    let none = Answer::of(
        vigie(world.directory.path())
            .args(["demo", "--once"])
            .env("VIGIE_PG_BIN", "/nowhere"),
    )
    .exits(2);
    none.says("/nowhere");
}
