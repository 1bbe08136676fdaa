//! `vigie checks lint`: every problem of every file in one run, each with its line and what would be right.

use std::path::Path;

use serde_json::Value;

use crate::harness::{Answer, World, check, vigie};

const FOURTEEN: &str = r#"/*+++
code     = "WRONG_CODE"
format   = 2
severity = "SEVERE"
entity   = "bac"
title    = { fr = "sans anglais" }
message  = { en = "{{ label }}" }
every    = "5 minutes"
guard    = "select count(*) > 0 from public.bacs where at < now()"
colour   = "red"
[params.limit_l]
type     = "numeric"
default  = "many"
+++*/
select b.id as entity_id, random() as scope
from public.bacs as b
where b.at < current_date
  and b.litres < :undeclared + :limit_l
  and pg_advisory_lock(1) is not null
  and b.seen = 'today'::date
limit 10
for update;
delete from public.bacs
"#;

/// Where the files are that a test writes, without a database.
struct Files(tempfile::TempDir);

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let files_of_test = Self(tempfile::tempdir().expect("a directory"));
        files_of_test.write("checks/pack.toml", "name = \"checks\"\nformat = 1\n");
        for (name, text) in files {
            files_of_test.write(&format!("checks/{name}"), text);
        }
        files_of_test
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    fn lint(&self, args: &[&str]) -> Answer {
        lint_in(self.0.path(), args)
    }
}

fn lint_in(directory: &Path, args: &[&str]) -> Answer {
    Answer::of(vigie(directory).args(["checks", "lint"]).args(args))
}

/// What stands in `problems`, `warnings` or `unseen` of one pack, as a person reads it.
fn said(report: &Value, pack: usize, kind: &str) -> Vec<String> {
    let problems = report["packs"][pack][kind].as_array().expect("a list");
    problems
        .iter()
        .map(|problem| {
            let text = |key: &str| problem[key].as_str().expect("text").to_owned();
            assert!(!text("remedy").is_empty(), "{problem}");
            format!("{}:{}: {}", text("file"), problem["line"], text("what"))
        })
        .collect()
}

#[test]
fn every_mistake_of_a_file_is_told_in_one_run_with_its_line_and_remedy() {
    let files = Files::new(&[("bad.sql", FOURTEEN)]);
    let expected = [
        (
            "2: code WRONG_CODE does not match the file's name",
            "name the file wrong_code.sql",
        ),
        (
            "3: format: format 2 is not known to this program",
            "write format = 1",
        ),
        ("4: severity: \"SEVERE\" is no severity", "write severity = "),
        ("5: entity: \"bac\" is no kind of entity", "write entity = "),
        ("6: title.en is missing", "write en = "),
        ("7: message.en: {{ label }} is no placeholder", "known are "),
        (
            "8: every: \"5 minutes\" is not a duration",
            "write every = \"5m\"",
        ),
        ("9: guard: now() reads the clock", "use :as_of"),
        ("10: unknown key colour", "known are "),
        (
            "13: params.limit_l.default: \"many\" is no numeric",
            "write default = 1.5",
        ),
        (
            "15: random() gives another value at every call",
            "identify them by their own key",
        ),
        ("17: current_date reads the clock", "use :as_of"),
        ("18: :undeclared is not declared", "declare [params.undeclared]"),
        (
            "19: pg_advisory_lock() takes a lock that others wait for",
            "take it out",
        ),
        ("20: 'today'::", "use :as_of"),
        (
            "21: LIMIT without ORDER BY keeps rows by chance",
            "add an ORDER BY",
        ),
        ("22: FOR UPDATE locks the rows that it reads", "take it out"),
        ("23: more than one statement", "give each its own file"),
    ];
    let answer = files.lint(&["--pack", "./checks"]).exits(2);
    let lines: Vec<&str> = answer.stdout.lines().collect();
    for (n, (what, remedy)) in expected.iter().enumerate() {
        let what = what.replace("'today'::", "'today' as a time reads the clock");
        let (line, what) = what.split_once(": ").expect("a line");
        let start = format!("./checks/bad.sql:{line}: error: {what}");
        assert!(lines[n].starts_with(&start), "{start}\n{lines:#?}");
        let told = lines[n].split_once("; ").map_or("", |(_, told)| told);
        assert!(
            lines[n].contains(remedy) && !told.is_empty(),
            "{remedy}\n{}",
            lines[n]
        );
    }
    assert_eq!(
        lines[expected.len()..],
        ["", "18 problems, 0 warnings in 1 check of 1 pack"]
    );
    assert!(!answer.stdout.contains('\u{1b}'), "colour belongs to a terminal");
    answer
        .says("views and functions were not looked at")
        .says("--schema FILE, or --live");

    let report = files.lint(&["--pack", "./checks", "--json"]).exits(2).json();
    assert_eq!(report["problems"], 18);
    assert_eq!(said(&report, 0, "problems").len(), 18);
    // What lint refuses, no run evaluates either.
    let world = World::migrated();
    world.pack(&[("bad.sql", FOURTEEN)]);
    world
        .vigie(&["sync", "--pack", "./checks"])
        .exits(3)
        .says("BAD: Failed(Contract): bad.sql:2: code WRONG_CODE");
}

#[test]
fn broken_toml_does_not_hide_what_is_wrong_with_the_sql() {
    let file = check(
        "BAD",
        "WARN",
        "every = = \"5m\"",
        "select now() as entity_id, :n as scope",
    );
    let bare = "select 1 as entity_id\nfor update";
    let files = Files::new(&[("bad.sql", &file), ("bare.sql", bare)]);
    let report = files.lint(&["--pack", "./checks", "--json"]).exits(2).json();
    let said = said(&report, 0, "problems");
    assert!(
        said.iter().any(|what| what.starts_with("bad.sql:8: TOML: ")),
        "{said:#?}"
    );
    for expected in [
        "bad.sql:10: now() reads the clock",
        "bare.sql:1: there is no front matter",
        "bare.sql:2: FOR UPDATE locks the rows that it reads",
    ] {
        assert!(said.iter().any(|what| what == expected), "{said:#?}");
    }
    // What is declared cannot be told, so nothing is said about it.
    assert!(!said.iter().any(|what| what.contains("declared")), "{said:#?}");
}

#[test]
fn warnings_alone_are_no_failure() {
    let sql = "select id as entity_id, (litres / level)::text as scope from public.bacs";
    let files = Files::new(&[("abc.sql", &check("ABC", "WARN", "", sql))]);
    let answer = files.lint(&["--pack", "./checks"]).exits(0);
    for expected in [
        "./checks/abc.sql:1: warning: nothing proves that it can fire: there is no abc.test.toml; write into abc.test.toml",
        "./checks/abc.sql:10: warning: a division that may be by zero, which would fail the whole check; \
         divide by nullif(…, 0)",
        "no problem, 2 warnings in 1 check of 1 pack",
    ] {
        assert!(answer.stdout.contains(expected), "{expected}\n{answer:#?}");
    }
    let required = "name = \"checks\"\nformat = 1\nrequire_fixtures = true\n";
    files.write("checks/pack.toml", required);
    let report = files.lint(&["--pack", "./checks", "--json"]).exits(2).json();
    assert_eq!((&report["problems"], &report["warnings"]), (&1.into(), &1.into()));
    assert_eq!(report["packs"][0]["beside"], Value::Null);
}

#[test]
fn a_pack_that_cannot_be_opened_hides_no_other() {
    let files = Files::new(&[("abc.sql", &check("ABC", "WARN", "", "select now() as entity_id"))]);
    files.write(
        "other/pack.toml",
        "name = \"Other\"\nformat = 3\nlanguage = \"de\"\n",
    );
    files.write("third/pack.toml", "name = \"third\"\nformat = 1\n");
    files.write(
        "third/abc.sql",
        &check("ABC", "WARN", "", "select 1 as entity_id"),
    );
    let args = ["--pack", "./other", "./nowhere", "./checks", "./third", "--json"];
    let report = files.lint(&args).exits(2).json();
    assert_eq!(
        said(&report, 0, "problems"),
        [
            "pack.toml:1: name: \"Other\" is not of a-z, 0-9, _ and -",
            "pack.toml:2: format: format 3 is not known to this program",
            "pack.toml:3: language: \"de\" is no language that Vigie speaks",
        ]
    );
    let nowhere = said(&report, 1, "problems");
    assert!(
        nowhere[0].contains("\"./nowhere\" is neither a folder nor one of"),
        "{nowhere:?}"
    );
    assert_eq!(
        said(&report, 2, "problems"),
        ["abc.sql:10: now() reads the clock"]
    );
    assert_eq!(
        said(&report, 3, "problems"),
        ["abc.sql:1: ./checks has a check ABC as well"]
    );
    assert_eq!(report["problems"], 6);
}

#[test]
fn the_configuration_counts() {
    let file = check(
        "ABC",
        "WARN",
        "[params.n]\ntype = \"integer\"\ndefault = 1",
        "select 1 as entity_id where 1 = :n",
    );
    let files = Files::new(&[("abc.sql", &file)]);
    files.write(
        "vigie.toml",
        "packs = [\"checks\"]\n[checks.ABC]\nparams.n = \"many\"\n",
    );
    let answer = files.lint(&[]).exits(2);
    assert!(
        answer
            .stdout
            .starts_with("vigie.toml:1: error: checks: ABC: params.n: \"many\" is no integer"),
        "{answer:#?}"
    );
}

const CLAMPED: &str =
    "select v.citerne_id as entity_id\nfrom public.v_stock_actuel as v\nwhere v.stock_ambiant < 0";

/// What is told of a check that can never fire, and of one that PostgreSQL does not understand.
fn told_beside_the_depot(report: &Value, beside: &str) {
    assert_eq!(report["packs"][0]["beside"], beside);
    let warnings = said(report, 0, "warnings");
    let expected = "never.sql:12: v.stock_ambiant < 0 can never be true: public.v_stock_actuel.stock_ambiant is GREATEST(";
    assert!(
        warnings.iter().any(|what| what.starts_with(expected)),
        "{warnings:#?}"
    );
    let problems = said(report, 0, "problems");
    let expected = "typo.sql:11: PostgreSQL refuses it: column c.nmo does not exist (SQLSTATE 42703)";
    assert_eq!(problems, [expected]);
}

#[test]
fn a_schema_shows_what_can_never_fire() {
    let files = Files::new(&[
        ("never.sql", &check("NEVER", "CRITICAL", "", CLAMPED)),
        (
            "typo.sql",
            &check(
                "TYPO",
                "WARN",
                "",
                "select c.id as entity_id,\nc.nmo as scope from public.citernes c",
            ),
        ),
    ]);
    files.write(
        "depot.sql",
        include_str!("../../../../sql/packs/depot/schema.sql"),
    );
    let answer = files
        .lint(&["--pack", "./checks", "--schema", "depot.sql", "--json"])
        .exits(2);
    assert!(!answer.stderr.contains("not looked at"), "{answer:#?}");
    told_beside_the_depot(&answer.json(), "a schema");
    // The pack may name its own.
    let manifest = "name = \"checks\"\nformat = 1\nschema = \"../depot.sql\"\n";
    files.write("checks/pack.toml", manifest);
    let report = files.lint(&["--pack", "./checks", "--json"]).exits(2).json();
    told_beside_the_depot(&report, "a schema");

    files.write("depot.sql", "create table public.t (id int);\nselect nonsense;\n");
    let answer = files
        .lint(&["--pack", "./checks", "--schema", "depot.sql"])
        .exits(2);
    assert!(
        answer
            .stdout
            .contains("depot.sql:1: error: it cannot be loaded: "),
        "{answer:#?}"
    );
    answer.says("views and functions were not looked at");
    files
        .lint(&["--pack", "./checks", "--schema", "gone.sql"])
        .exits(2)
        .says("the schema gone.sql");
}

#[test]
fn a_live_database_is_looked_at_and_left_as_it_was() {
    let world = World::depot();
    world.pack(&[
        ("never.sql", &check("NEVER", "CRITICAL", "", CLAMPED)),
        (
            "typo.sql",
            &check(
                "TYPO",
                "WARN",
                "",
                "select c.id as entity_id,\nc.nmo as scope from public.citernes c",
            ),
        ),
    ]);
    let traces =
        || world.value("select string_agg(oid::text, ',' order by oid) from pg_class") + &world.traces();
    let before = traces();
    let report = world
        .vigie(&["checks", "lint", "--pack", "./checks", "--live", "--json"])
        .exits(2)
        .json();
    told_beside_the_depot(&report, "the configured database");
    assert_eq!(traces(), before);
    // What a check hides in a function of the database.
    world.sql("create function public.touch(text) returns text language sql as 'select $1'");
    world.pack(&[(
        "touch.sql",
        &check(
            "TOUCH",
            "WARN",
            "",
            "select public.touch(id::text) as entity_id from public.citernes",
        ),
    )]);
    world
        .vigie(&["checks", "lint", "--pack", "./checks", "--live"])
        .exits(2);
    let nowhere = "postgres://nobody@127.0.0.1:1/nothing";
    Answer::of(&mut world.command(nowhere, &["checks", "lint", "--pack", "./checks", "--live"])).exits(5);
}
