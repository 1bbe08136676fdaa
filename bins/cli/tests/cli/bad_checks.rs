//! Check files, packs and configuration that are wrong: what is said, and that nothing is changed.

use crate::harness::{World, check, row};

const GOOD: &str = "select id as entity_id from public.bacs where litres < 0";

/// A world with one good check, and a bad file beside it.
fn beside(bad: &[u8]) -> World {
    let world = World::migrated();
    world.sql("create table public.bacs (id text, litres int); insert into public.bacs values ('1', -1)");
    world.pack(&[("good.sql", &check("GOOD", "WARN", "", GOOD))]);
    world.file("checks/bad.sql", bad);
    world
}

/// The bad file is told with its line and what would be right, the good one applied all the same.
#[track_caller]
fn told(bad: &[u8], place: &str, what: &str) -> World {
    let world = beside(bad);
    let answer = world.vigie(&["sync", "--pack", "./checks", "--json"]).exits(3);
    let report = answer.json();
    assert_eq!(
        (&row(&report, "BAD")["outcome"], &row(&report, "BAD")["kind"]),
        (&"Failed".into(), &"Contract".into())
    );
    assert_eq!(row(&report, "GOOD")["opened"], 1);
    // what ought to be fresh is not made less by a file that cannot be read
    assert_eq!(report["coverage"]["enabled"], 2);
    let answer = answer.says(&format!("BAD: Failed(Contract): {place}"));
    answer.says(what);
    assert_eq!(world.value("select count(*)::text from public.bacs"), "1");
    world
}

#[test]
fn broken_front_matter() {
    told(b"select 1", "bad.sql:1:", "front matter");
    told(
        check("BAD", "WARN", "timeout = soon", GOOD).as_bytes(),
        "bad.sql:8:",
        "TOML",
    );
    // every problem at once, each with its line and what would be right
    let world = told(
        b"/*+++\nformat = 2\n+++*/\nselect 1 as entity_id; select 2",
        "bad.sql:1:",
        "code is missing",
    );
    let answer = world.vigie(&["sync", "--pack", "./checks"]).exits(3);
    answer
        .says("bad.sql:1: severity is missing; write severity = ")
        .says("bad.sql:2: ")
        .says("bad.sql:4: more than one");
    told(b"/*+++\ncode = \"BAD\"\n", "bad.sql:1:", "never ends");
}

#[test]
fn unknown_keys() {
    let file = check("BAD", "WARN", "severty = \"WARN\"", GOOD);
    told(file.as_bytes(), "bad.sql:8:", "unknown key severty");
}

#[test]
fn two_statements() {
    let file = check(
        "BAD",
        "WARN",
        "",
        "select 'x' as entity_id; delete from public.bacs",
    );
    told(file.as_bytes(), "bad.sql:10:", "more than one statement");
}

#[test]
fn a_commit_smuggled_in() {
    let file = check(
        "BAD",
        "WARN",
        "",
        "select 'x' as entity_id; commit; delete from public.bacs; begin;",
    );
    told(file.as_bytes(), "bad.sql:10:", "more than one statement");
    // as the tail of a string or a comment that only looks closed, it never becomes a statement of its own
    let file = check(
        "SMUGGLED",
        "WARN",
        "",
        "select $a$x$a$ as entity_id /* ' */ ) q; commit; delete from public.bacs --",
    );
    let world = beside(b"nothing");
    world.file("checks/smuggled.sql", file);
    world
        .vigie(&["sync", "--pack", "./checks"])
        .exits(3)
        .says("SMUGGLED: Failed(Contract)");
    assert_eq!(world.value("select count(*)::text from public.bacs"), "1");
}

#[test]
fn a_bracket_that_would_leave_the_wrapping() {
    let file = check(
        "BAD",
        "WARN",
        "",
        "select 'x' as entity_id) q, (delete from public.bacs returning 1",
    );
    let world = beside(file.as_bytes());
    world
        .vigie(&["sync", "--pack", "./checks"])
        .exits(3)
        .says("BAD: Failed(");
    assert_eq!(world.value("select count(*)::text from public.bacs"), "1");
}

#[test]
fn invalid_utf_8() {
    let mut file = check("BAD", "WARN", "", GOOD).into_bytes();
    file.extend(b"-- \xff\xfe");
    told(&file, "bad.sql:11:", "not UTF-8");
}

#[test]
fn an_existing_alert_stays_when_its_file_breaks() {
    let world = beside(check("BAD", "WARN", "", "select 'x' as entity_id").as_bytes());
    world.vigie(&["sync", "--pack", "./checks"]).exits(0);
    let list = || {
        world
            .vigie(&["alerts", "list", "--check", "BAD", "--json"])
            .exits(0)
            .json()
    };
    let before = list();
    assert_eq!(before["alerts"].as_array().map(Vec::len), Some(1));
    world.file("checks/bad.sql", "");
    world.vigie(&["sync", "--pack", "./checks"]).exits(3);
    world.vigie(&["sync", "--pack", "./checks"]).exits(3);
    assert_eq!(list(), before);
}

#[test]
fn packs_that_cannot_be_used_stop_the_run() {
    let world = beside(b"nothing");
    let before = || {
        world.value("select count(*)::text from vigie.runs")
            + &world.value("select count(*)::text from vigie.checks")
    };
    world
        .vigie(&["sync", "--pack", "deopt"])
        .exits(2)
        .says("\"deopt\" is neither a folder nor one of depot");
    world.file(
        "checks/pack.toml",
        "name = \"checks\"\nformat = 1\nlangage = \"fr\"\n",
    );
    world
        .vigie(&["sync", "--pack", "./checks"])
        .exits(2)
        .says("pack.toml:3: unknown key langage");
    world.file("empty/pack.toml", "name = \"empty\"\nformat = 1\n");
    world
        .vigie(&["sync", "--pack", "./empty"])
        .exits(2)
        .says("has no check");
    world
        .vigie(&["sync", "--pack", "depot", "depot"])
        .exits(2)
        .says("choose one of them");
    let only = world
        .vigie(&["sync", "--pack", "depot", "--only", "STOCK_NEGATIVE"])
        .exits(2);
    only.says("no chosen pack has a check \"STOCK_NEGATIVE\"; did you mean STOCK_NEGATIF");
    assert_eq!(before(), "00");
}

#[test]
fn configuration_that_is_wrong_stops_the_run() {
    let world = World::migrated();
    world.sql("create table public.bacs (id text, litres int); insert into public.bacs values ('1', -5)");
    let parameter = "[params.least]\ntype = \"integer\"\ndefault = 0\nmax = 10";
    let sql = "select id as entity_id from public.bacs where litres < :least";
    world.pack(&[("low.sql", &check("LOW", "WARN", parameter, sql))]);
    let sync = |config: &str| {
        world.file("vigie.toml", config);
        world.vigie(&["sync"])
    };
    sync("packs = [\"./checks\"]\npakcs = []\n")
        .exits(2)
        .says("vigie.toml:2: unknown field `pakcs`");
    sync("packs = [\"./checks\"").exits(2).says("vigie.toml:1: ");
    sync("packs = [\"./checks\"]\n[checks.LOW]\nseverty = \"INFO\"\n")
        .exits(2)
        .says("unknown field `severty`");
    sync("packs = [\"./checks\"]\nchecks.LOW.params.least = \"many\"\n")
        .exits(2)
        .says("vigie.toml: LOW: params.least: ");
    sync("packs = [\"./checks\"]\nchecks.LOW.params.least = 11\n")
        .exits(2)
        .says("params.least: ");
    sync("packs = [\"./checks\"]\nchecks.LOW.params.most = 1\n")
        .exits(2)
        .says("no such parameter");
    sync("packs = [\"./checks\"]\nchecks.LOV.enabled = false\n")
        .exits(2)
        .says("did you mean LOW?");
    sync("packs = [\"./checks\"]\ntime_zone = \"Kinshasa\"\n")
        .exits(2)
        .says("vigie.toml:2: ");
    assert_eq!(world.value("select count(*)::text from vigie.runs"), "0");

    // right at last: the threshold is in force, and on record
    let answer =
        sync("packs = [\"./checks\"]\nchecks.LOW.params.least = -7\nchecks.LOW.severity = \"INFO\"\n");
    answer.exits(0);
    assert_eq!(
        world.value("select (parameters -> 'LOW')::text from vigie.runs"),
        "{\"least\": -7}"
    );
    assert_eq!(world.value("select count(*)::text from vigie.alerts"), "0");
    let elsewhere = world.vigie(&["--config", "nowhere.toml", "sync"]).exits(2);
    elsewhere.says("the configuration nowhere.toml: ");
}

#[test]
fn the_pack_postgres_runs_where_no_other_is_chosen() {
    let world = World::migrated();
    let report = world.vigie(&["sync", "--json"]).exits(0).json();
    let codes: Vec<_> = report["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .map(|row| row["code"].as_str().expect("a code").to_owned())
        .collect();
    assert!(codes.contains(&"INDEX_INVALID".to_owned()), "{codes:?}");
    assert!(!codes.contains(&"STOCK_NEGATIF".to_owned()), "{codes:?}");
}
