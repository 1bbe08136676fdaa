//! `vigie checks test`: cases on a private server, what they prove, and what is said when they do not.

use std::{fs, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Answer, World, check, row, vigie};

pub(crate) const SCHEMA: &str = "create table public.bacs (id text primary key, litres int not null, parent text references public.bacs);\n\
                      create view public.v_bacs as select id, greatest(litres, 0) as litres from public.bacs;\n";

pub(crate) const SQL: &str = "select id as entity_id, jsonb_build_object('litres', litres) as payload\n\
                   from public.bacs\nwhere litres < :least";

pub(crate) const LEAST: &str =
    "guard = \"select exists (select from public.bacs)\"\n[params.least]\ntype = \"integer\"\ndefault = 0";

pub(crate) const FIRES: &str = "[[case]]\nname = \"a litre missing\"\n\
                     given = \"insert into public.bacs values ('1', -1, 'nobody')\"\n\
                     expect = [{ entity_id = \"1\", payload = { litres = -1.0 } }]\n";

pub(crate) const SILENT: &str = "[[case]]\nname = \"empty and full\"\n\
                      given = \"insert into public.bacs values ('1', 0), ('2', 5)\"\nexpect_none = true\n";

/// A folder with a pack `checks` in it.
pub(crate) struct Bench(TempDir);

impl Bench {
    /// A pack with a schema and one check LOW; `cases` stand beside it.
    pub(crate) fn new(cases: &str) -> Self {
        let bench = Self(tempfile::tempdir().expect("a folder"));
        bench.file(
            "checks/pack.toml",
            "name = \"checks\"\nformat = 1\nschema = \"schema.sql\"\n",
        );
        bench.file("checks/schema.sql", SCHEMA);
        bench.file("checks/low.sql", &check("LOW", "WARN", LEAST, SQL));
        bench.file("checks/low.test.toml", &format!("format = 1\n{cases}"));
        bench
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, path: &str, contents: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, contents).expect("a file");
    }

    pub(crate) fn record(&self) -> Option<String> {
        fs::read_to_string(self.path().join("checks/proved.toml")).ok()
    }

    pub(crate) fn test(&self, args: &[&str]) -> Answer {
        let words = ["checks", "test", "--pack", "./checks"];
        Answer::of(vigie(self.path()).args(words).args(args))
    }
}

#[track_caller]
fn prints(answer: &Answer, words: &[&str]) {
    for words in words {
        assert!(
            answer.stdout.contains(words),
            "nothing of {words:?} in {answer:#?}"
        );
    }
}

pub(crate) fn cases<'r>(report: &'r Value, file: &str) -> &'r [Value] {
    let files = report["packs"][0]["files"].as_array().expect("files");
    let report = files
        .iter()
        .find(|report| report["file"] == file)
        .expect("the file");
    report["cases"].as_array().expect("cases")
}

#[test]
fn what_passes_is_recorded_and_counts_as_proved() {
    let bench = Bench::new(&format!("{FIRES}{SILENT}"));
    let answer = bench.test(&[]).exits(0).says("wrote ./checks/proved.toml");
    prints(
        &answer,
        &["ok low.sql: 2 cases", "2 cases passed; 1 of 1 file proved"],
    );
    let record = bench.record().expect("a record");
    let again = bench.test(&["--json"]).exits(0);
    assert!(!again.stderr.contains("wrote"), "{again:#?}");
    assert_eq!(bench.record(), Some(record));
    let report = again.json();
    assert_eq!(
        (&report["passed"], &report["cases"], &report["proved"]),
        (&true.into(), &2.into(), &1.into())
    );

    // The coverage of a database counts it, until one of its files changes.
    let world = World::migrated();
    world.sql(SCHEMA);
    world.sql("insert into public.bacs values ('1', 3)");
    let pack = bench.path().join("checks");
    let sync = || {
        world
            .vigie(&["sync", "--pack", pack.to_str().expect("a path"), "--json"])
            .exits(0)
            .json()
    };
    let coverage = sync()["coverage"].clone();
    assert_eq!(
        (&coverage["proved"], &coverage["covered"]),
        (&1.into(), &1.into())
    );
    bench.file("checks/schema.sql", &format!("{SCHEMA}-- later\n"));
    assert_eq!(sync()["coverage"]["proved"], 0);
    bench.test(&[]).exits(0).says("wrote ./checks/proved.toml");
    assert_eq!(sync()["coverage"]["proved"], 1);
}

#[test]
fn a_case_that_fails_says_what_was_expected_and_unproves() {
    let bench = Bench::new(&format!("{FIRES}{SILENT}"));
    bench.test(&[]).exits(0);
    let wrong = FIRES
        .replace("-1.0", "-2")
        .replace("a litre missing", "two litres missing");
    bench.file(
        "checks/low.test.toml",
        &format!("format = 1\n{SILENT}{FIRES}{wrong}"),
    );
    let answer = bench.test(&[]).exits(1).says("wrote ./checks/proved.toml");
    prints(
        &answer,
        &[
            "FAILED low.sql: 1 of 3 cases failed",
            "    two litres missing low.test.toml:10",
            "      row 1 of expect: payload.litres is -1, not -2 (nearest row: BAC 1 (WARN) {\"litres\": -1})",
            "UNPROVED low.sql: 1 of its cases failed",
            "1 of 3 cases FAILED; 0 of 1 file proved",
        ],
    );
    assert!(bench.record().expect("a record").ends_with("[proved]\n"));
}

/// Every way in which a case can be wrong about its own database, each told without touching the next case.
#[test]
fn cases_share_nothing() {
    let touching = "[[case]]\nname = \"NAME\"\nbefore = \"\"\"BEFORE\"\"\"\nafter = \"\"\"AFTER\"\"\"\ngiven = \"\"\"GIVEN\"\"\"\nexpect_none = true\n";
    let case = |name: &str, before: &str, given: &str, after: &str| {
        let or_nothing = |sql: &str| {
            if sql.is_empty() {
                "select 1".to_owned()
            } else {
                sql.to_owned()
            }
        };
        let text = touching.replace("NAME", name);
        let text = text
            .replace("BEFORE", &or_nothing(before))
            .replace("AFTER", &or_nothing(after));
        text.replace(
            "GIVEN",
            &format!("{given}; insert into public.bacs values ('ok', 1)"),
        )
    };
    let prepared = "begin; insert into public.bacs values ('p', -1); prepare transaction 'p'";
    let slot = "select pg_create_logical_replication_slot('s', 'pgoutput')";
    let fixture = [
        FIRES.to_owned(),
        case("leaves rows", "insert into public.bacs values ('b', 1)", "", ""),
        case("leaves a transaction", prepared, "", ""),
        case("leaves a slot", slot, "", ""),
        case("leaves a role", "create role nobody_else", "", ""),
        case(
            "takes all away",
            &format!("{slot}; {prepared}"),
            "",
            "rollback prepared 'p'; select pg_drop_replication_slot('s')",
        ),
        case(
            "commits",
            "",
            "insert into public.bacs values ('c', -1); commit; begin",
            "",
        ),
        case(
            "fails and is cleaned",
            prepared,
            "select 1 / 0",
            "rollback prepared 'p'",
        ),
        case("before fails", "select 1;\nselect nothing", "", ""),
        // each statement by itself: this one refuses to run in any transaction
        case(
            "vacuums",
            "vacuum public.bacs; create index concurrently i on public.bacs (id)",
            "",
            "",
        ),
        SILENT.to_owned(),
    ];
    let bench = Bench::new(&fixture.concat());
    let answer = bench.test(&["--json"]).exits(1);
    let report = answer.json();
    let told: Vec<(String, Vec<String>)> = cases(&report, "low.sql")
        .iter()
        .map(|case| {
            let objections = serde_json::from_value(case["objections"].clone()).expect("words");
            (case["name"].as_str().expect("a name").to_owned(), objections)
        })
        .collect();
    let left = |thing: &str| {
        vec![format!(
            "the case leaves behind: {thing}; take it away in `after`"
        )]
    };
    let expected = [
        ("a litre missing", vec![]),
        ("leaves rows", vec![]),
        ("leaves a transaction", left("prepared transaction p")),
        ("leaves a slot", left("replication slot s")),
        ("leaves a role", left("role nobody_else")),
        ("takes all away", vec![]),
        (
            "commits",
            vec!["given leaves the case's transaction; take its begin, commit and rollback out".to_owned()],
        ),
        (
            "fails and is cleaned",
            vec!["given, line 46 or below: division by zero (SQLSTATE 22012)".to_owned()],
        ),
        (
            "before fails",
            vec!["before, line 51: column \"nothing\" does not exist (SQLSTATE 42703)".to_owned()],
        ),
        ("vacuums", vec![]),
        ("empty and full", vec![]),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(name, told)| (name.to_owned(), told))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn a_case_is_seen_as_a_run_sees_it() {
    let cases = format!(
        "{SILENT}[[case]]\nname = \"the guard\"\nexpect_none = true\nexpect_suspect = true\n\
         [[case]]\nname = \"as of\"\nas_of = \"2026-03-31T22:30:00+02:00\"\ngiven = \"insert into public.bacs values ('1', -1)\"\n\
         params = {{ least = -5 }}\nexpect_none = true\n{FIRES}"
    );
    let bench = Bench::new(&cases);
    // `given` may do what a run may not; what it sets is gone when the check looks.
    let sets = "set search_path = nowhere; set timezone = 'Asia/Tokyo'; set role pg_monitor; reset role; \
                insert into public.bacs values ('1', 1)";
    bench.file(
        "checks/seen.sql",
        &check(
            "SEEN",
            "INFO",
            "",
            "select 'x' as entity_id, jsonb_build_object(\n'zone', current_setting('timezone'), 'path', \
             current_setting('search_path'),\n'replica', current_setting('session_replication_role'), 'read_only', \
             current_setting('transaction_read_only'),\n'rls', current_setting('row_security'), 'at', :as_of::text) as payload",
        ),
    );
    bench.file(
        "checks/seen.test.toml",
        &format!(
            "format = 1\n[[case]]\nname = \"settings\"\nas_of = \"2026-03-31T22:30:00+02:00\"\ngiven = \"{sets}\"\n\
             expect = [{{ message = \"x is wrong\", payload = {{ zone = \"UTC\", path = \"pg_catalog, public, pg_temp\", \
             replica = \"origin\", read_only = \"on\", rls = \"off\", at = \"2026-03-31 20:30:00+00\" }} }}]\n"
        ),
    );
    let answer = bench.test(&[]).exits(0);
    prints(
        &answer,
        &[
            "ok low.sql: 4 cases",
            "ok seen.sql: 1 case",
            "5 cases passed; 1 of 2 files proved",
        ],
    );
    // A guard that is false unexpectedly is no silence.
    bench.file(
        "checks/low.test.toml",
        "format = 1\n[[case]]\nname = \"empty\"\nexpect_none = true\n",
    );
    let answer = bench.test(&["--only", "LOW"]).exits(1);
    prints(
        &answer,
        &["the guard is false: the source looks empty; fill that source in `given`"],
    );
}

#[test]
fn the_file_that_runs_is_the_one_whose_cases_these_are() {
    let bench = Bench::new(&format!("{FIRES}{SILENT}"));
    let column = "public.bacs.parent";
    let more = format!("requires_columns = [\"{column}\"]\n{LEAST}");
    let new = check("LOW", "WARN", &more, SQL);
    let old = new.replace("requires_columns", "without_columns");
    bench.file("checks/low.sql", &new);
    bench.file("checks/low.legacy.sql", &old);
    let cases = format!("format = 1\n{FIRES}{SILENT}");
    bench.file("checks/low.legacy.test.toml", &cases);
    let answer = bench.test(&[]).exits(1);
    prints(
        &answer,
        &[
            "ok low.sql: 2 cases",
            "FAILED low.legacy.sql: 2 of 2 cases failed",
            "low.sql is the file for this schema, not low.legacy.sql; change the schema in `given`",
        ],
    );
    let older = cases
        .replace(
            "given = \"",
            "given = \"alter table public.bacs drop column parent; ",
        )
        .replace(", 'nobody'", "")
        .replace("format = 1", "format = 1\nalters_schema = \"older: no parent\"");
    bench.file("checks/low.legacy.test.toml", &older);
    bench.test(&[]).exits(0);
}

#[test]
fn a_check_of_a_clamped_view_cannot_be_proved() {
    let bench = Bench::new(&format!("{FIRES}{SILENT}"));
    bench.file(
        "checks/clamped.sql",
        &check(
            "CLAMPED",
            "CRITICAL",
            "",
            "select id as entity_id from public.v_bacs where litres < 0",
        ),
    );
    bench.file(
        "checks/clamped.test.toml",
        &format!(
            "format = 1\n{}{SILENT}",
            FIRES.replace(", payload = { litres = -1.0 }", "")
        ),
    );
    let answer = bench.test(&[]).exits(1);
    prints(
        &answer,
        &[
            "FAILED clamped.sql: 1 of 2 cases failed",
            "    a litre missing clamped.test.toml:2",
            "      expected 1 row, got no row",
            "      row 1 of expect did not come",
            "UNPROVED clamped.sql: 1 of its cases failed",
        ],
    );
    let record = bench.record().expect("a record");
    assert!(
        record.contains("\"low.sql\"") && !record.contains("clamped"),
        "{record}"
    );

    let world = World::migrated();
    world.sql(SCHEMA);
    world.sql("insert into public.bacs values ('1', -5)");
    let pack = bench.path().join("checks");
    let report = world
        .vigie(&["sync", "--pack", pack.to_str().expect("a path"), "--json"])
        .exits(0)
        .json();
    assert_eq!(row(&report, "CLAMPED")["findings"], 0, "the clamp hides it");
    assert_eq!(row(&report, "LOW")["findings"], 1);
    assert_eq!(report["coverage"]["proved"], 1);
    let status = world.vigie(&["status", "--json"]).json();
    assert_eq!(status["unproved"], serde_json::json!(["CLAMPED"]));
}

#[test]
fn what_must_have_fixtures_and_has_none_is_an_error() {
    let bench = Bench::new(SILENT);
    bench.file(
        "checks/none.sql",
        &check("NONE", "INFO", "", "select 'x' as entity_id"),
    );
    let answer = bench.test(&[]).exits(0);
    prints(
        &answer,
        &[
            "UNPROVED low.sql: low.test.toml has no case in which the check fires",
            "UNPROVED none.sql: there is no none.test.toml",
            "1 case passed; 0 of 2 files proved",
        ],
    );
    assert_eq!(bench.record(), None, "nothing is proved");
    bench.file(
        "checks/pack.toml",
        "name = \"checks\"\nformat = 1\nschema = \"schema.sql\"\nrequire_fixtures = true\n",
    );
    bench.test(&[]).exits(1);
    let junit = bench.test(&["--format", "junit"]).exits(1).stdout;
    assert!(junit.contains("failures=\"2\""), "{junit}");
}

#[test]
fn files_that_are_wrong_are_told_and_the_others_tested() {
    let bench = Bench::new(&format!("{FIRES}{SILENT}"));
    bench.file("checks/bad.sql", "select 1");
    bench.file("checks/lost.test.toml", "format = 1\n");
    bench.file(
        "checks/good.sql",
        &check("GOOD", "INFO", "", "select 'x' as entity_id"),
    );
    bench.file("checks/good.test.toml", "format = 1\n[[case]]\nname = \"x\"\n");
    let answer = bench.test(&[]).exits(1);
    prints(
        &answer,
        &[
            "wrong bad.sql:1: there is no front matter",
            "wrong good.test.toml:2: the case says not what it expects",
            "wrong lost.test.toml:1: there is no check lost.sql beside it",
            "ok low.sql: 2 cases",
        ],
    );
    // Asked about one check only, what is wrong elsewhere is no matter.
    bench.test(&["--only", "LOW"]).exits(0);
    bench
        .test(&["--only", "LOV"])
        .exits(2)
        .says("--only: no chosen pack has a check \"LOV\"; did you mean LOW?");
}

#[test]
fn another_schema_is_tried_and_proves_nothing_about_the_packs_own() {
    let bench = Bench::new(&format!("{FIRES}{SILENT}"));
    let dump = format!(
        "\\restrict x\nSET no_such_setting = 1;\n{SCHEMA}alter table public.bacs owner to some_one;\n"
    );
    bench.file("dump.sql", &dump);
    let answer = bench.test(&["--schema", "dump.sql"]).exits(0);
    let answer = answer
        .says("the schema without its line 1: \\restrict: a command of psql")
        .says("the schema without its line 2: SET: this server has no such setting")
        .says("the schema without its line 5: ALTER TABLE: this server has no such role");
    answer.says(
        "nothing is recorded as proved: the cases ran on another schema than the pack's own schema.sql",
    );
    assert_eq!(bench.record(), None);
    // Nor is it where the pack names none: which one it was, the record could not tell.
    bench.file("checks/pack.toml", "name = \"checks\"\nformat = 1\n");
    fs::remove_file(bench.path().join("checks/schema.sql")).expect("removed");
    let answer = bench.test(&["--schema", "dump.sql"]).exits(0);
    answer.says("nothing is recorded as proved: the cases ran on a schema that pack.toml does not name");
    assert_eq!(bench.record(), None);
    bench.file(
        "dump.sql",
        "select 1;\ncreate table public.bacs (id no_such_type);",
    );
    bench
        .test(&["--schema", "dump.sql"])
        .exits(2)
        .says("the schema cannot be loaded: line 2, CREATE TABLE: type \"no_such_type\" does not exist");
    bench
        .test(&["--schema", "nowhere.sql"])
        .exits(2)
        .says("the schema nowhere.sql: ");
}

#[test]
fn a_folder_that_cannot_be_written_is_no_crash() {
    let bench = Bench::new(&format!("{FIRES}{SILENT}"));
    fs::create_dir_all(bench.path().join("checks/proved.toml/in_the_way")).expect("a directory");
    let answer = bench.test(&[]).exits(0).says("cannot write ./checks/proved.toml");
    prints(
        &answer,
        &["2 cases passed; 0 of 1 file proved", "UNPROVED low.sql: "],
    );
    let names = fs::read_dir(bench.path().join("checks"))
        .expect("there")
        .flatten();
    let left: Vec<_> = names
        .map(|entry| entry.file_name())
        .filter(|name| name.to_string_lossy().starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn junit_is_what_ci_servers_read() {
    let odd = FIRES.replace("a litre missing", "<a> & \\\"b\\\" ]]> \\u001b\\uffff é");
    let wrong = SILENT.replace("'2', 5", "'<2>&', -5");
    let bench = Bench::new(&format!("{odd}{wrong}"));
    let answer = bench.test(&["--format", "junit"]).exits(1);
    let report = quick_junit::Report::deserialize_from_str(&answer.stdout).expect("JUnit");
    assert_eq!((report.tests, report.failures, report.errors), (2, 1, 0));
    let suite = &report.test_suites[0];
    assert_eq!(suite.name.as_str(), "checks");
    let [passed, failed] = suite.test_cases.as_slice() else {
        panic!("{suite:#?}")
    };
    assert_eq!(
        passed.classname.as_ref().map(quick_junit::XmlString::as_str),
        Some("LOW")
    );
    assert_eq!(passed.name.as_str(), "<a> & \"b\" ]]> \\u{1b}\\u{ffff} é");
    assert!(passed.time.is_some());
    let quick_junit::TestCaseStatus::NonSuccess {
        message, description, ..
    } = &failed.status
    else {
        panic!("{failed:#?}")
    };
    assert_eq!(
        message.as_ref().map(quick_junit::XmlString::as_str),
        Some("expected no row, got 1 row")
    );
    let description = description
        .as_ref()
        .map(quick_junit::XmlString::as_str)
        .unwrap_or_default();
    assert!(
        description.contains("low.test.toml:6") && description.contains("BAC <2>& (WARN)"),
        "{description}"
    );
    bench
        .test(&["--weaken", "--format", "junit"])
        .exits(2)
        .says("--weaken has no JUnit form");
}

#[test]
fn what_no_case_notices_survives() {
    let far = SILENT.replace("('1', 0), ", "");
    let bench = Bench::new(&format!("{FIRES}{far}"));
    let answer = bench.test(&["--weaken"]).exits(1);
    prints(
        &answer,
        &[
            "low.sql  15",
            "SURVIVED",
            "1 change: 0 caught, 1 SURVIVED, 0 invalid",
        ],
    );
    bench.file("checks/low.test.toml", &format!("format = 1\n{FIRES}{SILENT}"));
    let answer = bench.test(&["--weaken", "--json"]).exits(0);
    assert_eq!(
        answer.json(),
        serde_json::json!({
            "passed": true, "caught": 1, "survived": 0, "invalid": 0,
            "changes": [{
                "pack": "checks", "code": "LOW", "file": "low.sql", "line": 15, "was": "<", "becomes": "<=",
                "text": "where litres < :least", "verdict": "caught", "caught_by": "empty and full"
            }]
        })
    );
    // What PostgreSQL refuses is nobody's mistake, and a check whose own cases fail tells nothing.
    let refused = format!("{SQL} and interval '1 day' + date '2026-01-01' > date '2025-01-01'");
    bench.file("checks/low.sql", &check("LOW", "WARN", LEAST, &refused));
    let answer = bench.test(&["--weaken", "--json"]).exits(1).json();
    assert_eq!(answer["invalid"], 1, "{answer:#}");
    bench.file(
        "checks/low.test.toml",
        &format!("format = 1\n{FIRES}{}", SILENT.replace("'2', 5", "'2', -5")),
    );
    bench
        .test(&["--weaken"])
        .exits(1)
        .says("a check whose own cases fail cannot be weakened");
}

#[test]
fn the_packs_prove_themselves() {
    let words = ["checks", "test", "--pack", "depot", "postgres"];
    let folder = tempfile::tempdir().expect("a folder");
    let answer = Answer::of(vigie(folder.path()).args(words)).exits(0);
    assert!(!answer.stdout.contains("UNPROVED"), "{}", answer.stdout);
}

#[test]
fn every_weakened_condition_of_the_packs_is_noticed() {
    let words = ["checks", "test", "--pack", "depot", "postgres", "--weaken"];
    let folder = tempfile::tempdir().expect("a folder");
    let answer = Answer::of(vigie(folder.path()).args(words));
    let survivors: Vec<&str> = answer
        .stdout
        .lines()
        .filter(|line| line.contains("SURVIVED"))
        .collect();
    assert_eq!(
        (answer.code, survivors),
        (Some(0), Vec::new()),
        "{}",
        answer.stderr
    );
}
