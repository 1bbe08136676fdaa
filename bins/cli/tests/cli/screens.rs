//! What people read, word by word.

use crate::{
    harness::{Answer, World, check},
    redact::redact,
};

/// Three findings: one of each severity.
const SQL: &str = "select id as entity_id, 'Bac ' || id as entity_label, severity, \
                   jsonb_build_object('litres', litres, 'note', null) as payload, 'north' as scope \
                   from public.bacs where litres < 0";

fn world() -> World {
    let world = World::migrated();
    world.sql(
        "create table public.bacs (id text, litres numeric, severity text);
         insert into public.bacs values ('1', -12.50, 'CRITICAL'), ('2', -3, 'WARN'), ('3', -1, 'INFO'), ('4', 5, 'WARN')",
    );
    world.pack(&[("bac_negatif.sql", &check("BAC_NEGATIF", "WARN", "", SQL))]);
    world
}

#[test]
fn status_before_and_after() {
    let world = world();
    insta::assert_snapshot!("status_never", redact(&world.vigie(&["status"]).exits(3).stdout));
    insta::assert_snapshot!(
        "sync",
        redact(&world.vigie(&["sync", "--pack", "./checks"]).exits(0).stdout)
    );
    world.sql("update vigie.alerts set first_detected_at = first_detected_at");
    insta::assert_snapshot!("status", redact(&world.vigie(&["status"]).exits(0).stdout));
    let json = world.vigie(&["status", "--json"]).exits(0).json();
    for key in [
        "at",
        "complete_at",
        "coverage",
        "live",
        "overdue",
        "failing",
        "suspect",
        "unproved",
        "acknowledge",
        "resolve",
        "database",
        "checks",
    ] {
        assert!(json.get(key).is_some(), "{key} in {json:#}");
    }
}

#[test]
fn the_list() {
    let world = world();
    insta::assert_snapshot!("list_empty", world.vigie(&["alerts", "list"]).exits(0).stdout);
    world.vigie(&["sync", "--pack", "./checks"]).exits(0);
    insta::assert_snapshot!("list", redact(&world.vigie(&["alerts", "list"]).exits(0).stdout));

    let count = |args: &[&str]| {
        let json = world
            .vigie(&[&["alerts", "list", "--json"], args].concat())
            .exits(0)
            .json();
        json["alerts"].as_array().expect("alerts").len()
    };
    assert_eq!(count(&[]), 3);
    assert_eq!(count(&["--severity", "critical"]), 1);
    assert_eq!(count(&["--severity", "CRITICAL", "--severity", "INFO"]), 2);
    assert_eq!(count(&["--status", "RESOLVED"]), 0);
    assert_eq!(count(&["--text", "bAc 2"]), 1);
    assert_eq!(count(&["--scope", "south"]), 0);
    assert_eq!(
        count(&[
            "--check",
            "BAC_NEGATIF",
            "--entity-type",
            "BAC",
            "--scope",
            "north"
        ]),
        3
    );
    assert_eq!(count(&["--overdue"]), 0);
    let cut = world
        .vigie(&["alerts", "list", "--all", "--limit", "2", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        (cut["alerts"].as_array().map(Vec::len), &cut["more"]),
        (Some(2), &true.into())
    );
}

#[test]
fn colour_is_for_terminals_and_a_closed_pipe_is_no_error() {
    let world = world();
    world.vigie(&["sync", "--pack", "./checks"]).exits(0);
    for args in [
        &["alerts", "list"][..],
        &["status"],
        &["sync", "--pack", "./checks"],
    ] {
        let answer = world.vigie(args).exits(0);
        assert!(
            !answer.stdout.contains('\u{1b}') && !answer.stderr.contains('\u{1b}'),
            "{answer:#?}"
        );
        assert!(
            answer.stdout.lines().all(|line| !line.ends_with(' ')),
            "{answer:#?}"
        );
    }
    let program = env!("CARGO_BIN_EXE_vigie");
    for args in ["alerts list", "alerts list --json", "completions bash", "--help"] {
        let mut shell = std::process::Command::new("bash");
        shell
            .env("VIGIE_DATABASE_URL", world.url())
            .current_dir(world.directory.path());
        // The reader is gone before the first word is written.
        let script = format!("exec 3> >(exec <&-); sleep 0.3; {program} {args} >&3; echo $?");
        let answer = Answer::of(shell.args(["-c", &script])).exits(0);
        assert_eq!(
            (answer.stdout.trim(), answer.stderr.as_str()),
            ("0", ""),
            "{args}"
        );
    }
    let mut full = world.command(&world.url(), &["status"]);
    full.stdout(
        std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("a full device"),
    );
    Answer::of(&mut full).exits(2).says("cannot write the result");
}

/// Clears the screen, begins a line of its own, rings, turns the reading direction, speaks C1.
const HOSTILE: &str = "\\u001b[2J\\nFORGED\\r\\u0007\\u202e\\u2066\\u009b\\u2028";

#[test]
fn data_cannot_forge_a_line_or_steer_the_terminal() {
    let world = World::migrated();
    world.sql(&format!(
        "create table public.bacs (id text, note text);
         insert into public.bacs values (E'id{HOSTILE}', E'Citerne d’été, صهريج, מיכל{HOSTILE}')"
    ));
    let sql = "select id as entity_id, note as entity_label, jsonb_build_object('k' || id, id, 'deep', jsonb_build_array(id)) \
               as payload, note as scope from public.bacs";
    world.pack(&[("bac_hostile.sql", &check("BAC_HOSTILE", "WARN", "", sql))]);
    world.vigie(&["sync", "--pack", "./checks"]).exits(0);
    let id = world.value("select id::text from vigie.alerts");
    // People, messages and reasons as another program, or a person, may have written them.
    world.sql(&format!(
        "insert into vigie.members values (E'eve{HOSTILE}', 'admin');
         set session_replication_role = replica;
         update vigie.alerts set message = E'message{HOSTILE}', acknowledged_by = E'eve{HOSTILE}', status = 'ACK',
                acknowledged_at = now(), entity_type = E'type{HOSTILE}';
         update vigie.check_states set reason = E'reason{HOSTILE}', failures = 3, outcome = 'Failed'"
    ));
    let hostile = "told\u{1b}[2J\nFORGED\u{7}\u{202e}";
    let eve = "eve\u{1b}[2J\nFORGED\r\u{7}\u{202e}\u{2066}\u{9b}\u{2028}";
    for person in ["amina", eve] {
        let said = ["alerts", "comment", &id, "--as", person, "--reason", hostile];
        world.vigie(&said).exits(0);
    }
    for args in [
        &["alerts", "list"][..],
        &["alerts", "show", &id],
        &["alerts", "history", &id],
        &["alerts", "ack", &id, "--as", "amina"],
        &["status"],
    ] {
        let answer = Answer::of(world.command(&world.url(), args).env("CLICOLOR_FORCE", "1"));
        let said = format!("{}{}", answer.stdout, answer.stderr);
        assert!(
            said.contains("\\u{202e}")
                && (said.contains("\\u{1b}[2J⏎FORGED") || said.contains("\n  │ FORGED")),
            "{args:?}: {said}"
        );
        assert!(!said.contains("\u{1b}[2J"), "{args:?}: {said:?}");
        assert!(
            said.lines().all(|line| !line.trim_start().starts_with("FORGED")),
            "{args:?}: {said}"
        );
        let raw = said.chars().find(|&c| {
            (c.is_control() && c != '\n' && c != '\u{1b}') || "\u{202e}\u{2066}\u{2028}".contains(c)
        });
        assert_eq!(raw, None, "{args:?}: {said:?}");
    }
    let shown = world.vigie(&["alerts", "show", &id]).exits(0).stdout;
    assert!(shown.contains("Citerne d’été, صهريج, מיכל"), "{shown}");
    // Programs get the text as it is.
    let json = world.vigie(&["alerts", "show", &id, "--json"]).exits(0).json();
    assert_eq!(
        json["message"],
        "message\u{1b}[2J\nFORGED\r\u{7}\u{202e}\u{2066}\u{9b}\u{2028}"
    );
}

#[test]
fn completions_name_the_commands() {
    let world = World::empty();
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            world
                .vigie(&["completions", shell])
                .exits(0)
                .stdout
                .contains("false-positive"),
            "{shell}"
        );
    }
}
