//! What people read, word by word.

use crate::{
    harness::{World, check},
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
        let answer = crate::harness::Answer::of(shell.args(["-c", &script])).exits(0);
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
    crate::harness::Answer::of(&mut full)
        .exits(2)
        .says("cannot write the result");
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
