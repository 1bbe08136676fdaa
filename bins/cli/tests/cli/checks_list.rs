//! `vigie checks list` and `vigie checks show`: what is watched, what is proved, and what is not.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Answer, check, vigie};

const FIXTURE: &str = "format = 1\n\
    [[case]]\nname = \"one too many\"\ngiven = \"insert into public.bacs values (1)\"\nexpect = [{ entity_id = \"1\" }]\n\
    [[case]]\nname = \"none\"\nexpect_none = true\n";

/// A good check with a parameter, one that is disabled, one whose file is wrong.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    };
    let front = "guard = \"select true\"\nrunbook = \"mine#good\"\nvolatile = [\"age_h\"]\n\
                 [params.limit_l]\ntype = \"numeric\"\ndefault = 0.10\nmin = 0";
    let sql = "select id as entity_id\n\tfrom public.bacs where litres < -:limit_l";
    write("checks/pack.toml", "name = \"mine\"\nformat = 1\n");
    write("checks/good.sql", &check("GOOD", "WARN", front, sql));
    write("checks/good.test.toml", FIXTURE);
    write(
        "checks/off.sql",
        &check("OFF", "INFO", "", "select 1 as entity_id"),
    );
    write(
        "checks/wrong.sql",
        &check("WRONG", "INFO", "max_rows = 0", "select now() as entity_id"),
    );
    write(
        "checks/wrong_off.sql",
        &check("WRONG_OFF", "INFO", "max_rows = 0", "select 1 as entity_id"),
    );
    let config = "packs = [\"checks\"]\n[checks.GOOD]\nseverity = \"CRITICAL\"\nparams.limit_l = 5\n\
                  [checks.OFF]\nenabled = false\n[checks.WRONG_OFF]\nenabled = false\n";
    write("vigie.toml", config);
    folder
}

fn ask(folder: &tempfile::TempDir, args: &[&str]) -> Answer {
    Answer::of(vigie(folder.path()).arg("checks").args(args))
}

/// Without the blanks at the ends of lines.
fn trimmed(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n")
}

#[test]
fn every_check_is_listed_with_what_is_wrong_with_it() {
    let folder = folder();
    let answer = ask(&folder, &["list"]).exits(0);
    insta::assert_snapshot!(trimmed(&answer.stdout), @r"
    CODE       PACK  SEVERITY  EVERY  PROVED    ENABLED  TITLE
    GOOD       mine  CRITICAL  5m     UNPROVED  yes      GOOD
    OFF        mine  INFO      5m     UNPROVED  no       OFF
    WRONG      mine  INFO      –      BAD       yes      wrong.sql:8: max_rows: 0 is not between 1 and 50000; write max_rows = 500
    WRONG_OFF  mine  INFO      –      BAD       no       its files are wrong; `vigie checks lint` says how

    4 checks: 0 proved, 2 unproved, 2 bad, 2 disabled
    ");
    let list = ask(&folder, &["list", "--json"]).exits(0).json();
    let rows: Vec<Value> = list["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .map(|row| {
            json!([
                row["code"],
                row["severity"],
                row["enabled"],
                row["proved"],
                row["bad"]
            ])
        })
        .collect();
    assert_eq!(
        rows,
        [
            json!(["GOOD", "CRITICAL", true, false, false]),
            json!(["OFF", "INFO", false, false, false]),
            json!(["WRONG", "INFO", true, false, true]),
            json!(["WRONG_OFF", "INFO", false, false, true]),
        ]
    );
    let good = &list["checks"][0];
    assert_eq!(
        good["unproved_because"],
        "`vigie checks test` has not passed on good.sql yet"
    );
    assert_eq!(good["definition"]["parameters"]["limit_l"]["value"], 5);
    assert_eq!(list["checks"][2]["problems"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_check_is_shown_with_everything_about_it() {
    let folder = folder();
    let answer = ask(&folder, &["show", "good"]).exits(0);
    insta::assert_snapshot!(trimmed(&answer.stdout), @r"
    GOOD GOOD

    pack           mine
    severity       CRITICAL (configured)
    proved         UNPROVED: `vigie checks test` has not passed on good.sql yet
    title en       GOOD
    message en     {{ entity_id }} is wrong
    entity         BAC
    runbook        mine#good
    every          5m
    timeout        5s
    max rows       500
    resolve after  2 complete evaluations without it
    cleared by     the system
    volatile       age_h
    parameter      limit_l = 5 (numeric), configured; 0.1 in the file, at least 0
    cases          good.test.toml
                   fires    one too many
                   silent   none

    good.sql
    guard          select true

      select id as entity_id
          from public.bacs where litres < -:limit_l
    ");
    let shown = ask(&folder, &["show", "GOOD", "--json"]).exits(0).json();
    assert_eq!(shown["configured"], json!(["severity", "params"]));
    assert_eq!(
        shown["definition"]["parameters"]["limit_l"],
        json!({ "type": "numeric", "value": 5, "default": 0.1, "changed": true, "min": 0 })
    );
    assert_eq!(
        shown["fixtures"],
        json!([{ "file": "good.test.toml", "cases": [
            { "name": "one too many", "expects": "fires" }, { "name": "none", "expects": "silent" }
        ] }])
    );
    assert_eq!(
        shown["definition"]["files"][0]["sql"],
        "select id as entity_id\n\tfrom public.bacs where litres < -:limit_l"
    );
    let wrong = ask(&folder, &["show", "WRONG"]).exits(0);
    for expected in [
        "BAD",
        "wrong.sql:8: max_rows: 0",
        "wrong.sql:10: now() reads the clock",
    ] {
        assert!(wrong.stdout.contains(expected), "{expected}\n{wrong:#?}");
    }
}

#[test]
fn an_unknown_code_is_told_with_the_nearest() {
    let folder = folder();
    ask(&folder, &["show", "GODO"])
        .exits(2)
        .says("no chosen pack has a check \"GODO\"; did you mean GOOD?");
    ask(&folder, &["show", "GOOD", "--pack", "./nowhere"])
        .exits(2)
        .says("./nowhere");
}
