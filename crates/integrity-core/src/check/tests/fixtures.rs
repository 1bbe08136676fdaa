//! The cases beside checks, and the record of those that passed.

use super::*;

const CHECK: &str = "[params.least]\ntype = \"integer\"\ndefault = 1\nmin = 0";
const SQL: &str = "select 'x' as entity_id where 1 > :least";
const BOTH: &str = "format = 1\n[[case]]\nname = \"fires\"\nexpect = [{ entity_id = \"x\" }]\n\
                    [[case]]\nname = \"is silent\"\nexpect_none = true\n";

fn with(fixture: &str) -> Pack {
    pack(&[("abc.sql", &check_file(CHECK, SQL)), ("abc.test.toml", fixture)])
}

fn reason(pack: &Pack) -> String {
    assert_eq!(pack.bad, [], "a fixture never makes a check bad");
    let check = &pack.checks[0];
    assert_eq!(check.is_proved(), check.unproved_because().is_none());
    check.unproved_because().unwrap_or_default()
}

fn told(pack: &Pack) -> Vec<String> {
    pack.fixture_problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_case_is_read_whole() {
    let pack = with(
        "format = 1\n\
         [[case]]\n\
         name = \"everything\"\n\
         as_of = 2026-03-31T22:30:00+01:00\n\
         before = \"select 1\"\n\
         given = \"\"\"\nselect 2;\n\"\"\"\n\
         after = '''select 3'''\n\
         params = { least = 5 }\n\
         expect_suspect = true\n\
         expect = [{ entity_type = \"E\", entity_id = \"1\", entity_label = \"l\", severity = \"WARN\", message = \"m\", \
                     scope = \"s\", occurred_at = \"2026-01-01T00:00:00Z\", payload = { a = { b = [1, 2.5] }, at = 2026-01-01 } }]\n",
    );
    assert_eq!(told(&pack), [""; 0]);
    let fixture = &pack.checks[0].fixtures()[0];
    assert_eq!(
        (fixture.check_file.as_str(), fixture.file.as_str()),
        ("abc.sql", "abc.test.toml")
    );
    let case = &fixture.cases[0];
    assert_eq!((case.name.as_str(), case.line), ("everything", 2));
    assert_eq!(
        case.as_of.map(|at| at.to_rfc3339()).as_deref(),
        Some("2026-03-31T21:30:00+00:00")
    );
    let script = |script: &Option<Script>| script.clone().map(|script| (script.sql, script.line));
    assert_eq!(script(&case.before), Some(("select 1".to_owned(), 5)));
    assert_eq!(script(&case.given), Some(("select 2;\n".to_owned(), 7)));
    assert_eq!(script(&case.after), Some(("select 3".to_owned(), 9)));
    assert_eq!(case.params["least"], 5);
    let row = &case.expect[0];
    assert_eq!(row.severity, Some(Severity::Warn));
    assert_eq!(
        Value::from(row.payload.clone()),
        serde_json::json!({ "a": { "b": [1, 2.5] }, "at": "2026-01-01" })
    );
    assert!(
        !case.is_firing() && !case.is_silent(),
        "a false guard shows neither"
    );
    let check = pack.checks[0].for_case(case).expect("the parameter fits");
    assert_eq!(check.parameters()["least"], 5);
}

#[test]
fn every_mistake_is_told_at_once_with_its_line() {
    let pack = with(
        "fromat = 1\n\
         [[case]]\n\
         given = 5\n\
         expct = 1\n\
         [[case]]\n\
         name = \"a\"\n\
         as_of = \"2026-03-31\"\n\
         expect = [{ entity = \"x\", severity = \"HIGH\", payload = 3 }]\n\
         expect_none = true\n\
         [[case]]\n\
         name = \"b\"\n\
         expect = []\n\
         [[case]]\n\
         name = \"c\"\n\
         expect_none = false\n\
         [[case]]\n\
         name = \"d\"\n\
         expect_none = true\n\
         [[case]]\n\
         name = \"d\"\n\
         expect_none = true\n\
         [[case]]\n\
         name = \"e\"\n\
         params = { least = -1, most = 2 }\n\
         expect_none = true\n",
    );
    assert_eq!(
        told(&pack),
        [
            "abc.test.toml:1: unknown key fromat; known are format, alters_schema, case",
            "abc.test.toml:1: format is missing; write format = 1",
            "abc.test.toml:2: case.name is missing; write name = \"a tank one litre too full\"",
            "abc.test.toml:2: the case says not what it expects; write expect = [{ entity_id = \"…\", payload = \
             { stock = 101 } }], or expect_none = true",
            "abc.test.toml:3: case.given: 5 is no text; write given = \"insert into …;\"",
            "abc.test.toml:4: unknown key case.expct; known are name, as_of, before, given, after, params, expect, \
             expect_none, expect_suspect",
            "abc.test.toml:7: case.as_of: \"2026-03-31\" is no instant with its offset; write as_of = \
             \"2026-03-31T22:30:00Z\"",
            "abc.test.toml:8: unknown key case.expect.entity; known are entity_type, entity_id, entity_label, \
             severity, message, payload, occurred_at, scope",
            "abc.test.toml:8: case.expect.severity: \"HIGH\" is no severity; write severity = \"INFO\", \"WARN\" or \
             \"CRITICAL\"",
            "abc.test.toml:8: case.expect.payload: 3 is no table; write payload = { stock = 101 }",
            "abc.test.toml:9: the case expects rows and none; keep one of expect and expect_none",
            "abc.test.toml:12: expect is an empty list; write expect_none = true",
            "abc.test.toml:15: case.expect_none: is not true; write expect_none = true",
            "abc.test.toml:19: the case of line 16 has the name \"d\" as well; give each case a name of its own",
            "abc.test.toml:24: ABC: params.least: -1 is below the minimum 0; params.most: the check has no such \
             parameter; the case's params are values of the check's own parameters",
        ]
    );
    assert!(
        reason(&pack).ends_with("known are format, alters_schema, case (and 14 more)"),
        "{}",
        reason(&pack)
    );
}

#[test]
fn a_check_is_unproved_for_a_reason() {
    let without = pack(&[("abc.sql", &check_file(CHECK, SQL))]);
    assert_eq!(reason(&without), "there is no abc.test.toml");
    assert_eq!(told(&without), [""; 0]);
    let silent = &BOTH[BOTH.rfind("[[case]]").unwrap()..];
    let fires = BOTH.strip_suffix(silent).unwrap();
    assert_eq!(
        reason(&with(fires)),
        "abc.test.toml has no case in which the check is silent (expect_none = true)"
    );
    assert_eq!(
        reason(&with(&format!("format = 1\n{silent}"))),
        "abc.test.toml has no case in which the check fires (expect = […])"
    );
    assert_eq!(
        reason(&with("format = 1")),
        "abc.test.toml:1: there is no case; write [[case]], with name, given and expect"
    );
    // Cases that only say that the guard is false show neither.
    let suspect = BOTH.replace("name", "expect_suspect = true\nname");
    assert_eq!(reason(&with(&suspect)), "abc.test.toml has no case");
    assert_eq!(
        reason(&with(BOTH)),
        "`vigie checks test` has not passed on abc.sql yet"
    );
}

/// A pack with a schema and the record that its own proofs make.
fn proved() -> Vec<(&'static str, String)> {
    let mut files = vec![
        ("pack.toml", format!("{MANIFEST}schema = \"schema.sql\"\n")),
        ("schema.sql", "create table t ();".to_owned()),
        ("abc.sql", check_file(CHECK, SQL)),
        ("abc.test.toml", BOTH.to_owned()),
    ];
    let record = assembled(&files).proofs(|_| Some(true));
    files.push((Pack::PROOFS, record));
    files
}

fn assembled(files: &[(&str, String)]) -> Pack {
    Pack::from_files(files.iter().map(|(name, text)| (*name, text.as_bytes()))).expect("a pack")
}

#[test]
fn what_passed_is_proved_until_one_of_its_files_changes() {
    let files = proved();
    assert_eq!(reason(&assembled(&files)), "");
    for n in 1..4 {
        let mut changed = files.clone();
        changed[n].1.push('\n');
        assert_eq!(
            reason(&assembled(&changed)),
            "the files of abc.sql changed since `vigie checks test` last passed",
            "{}",
            files[n].0
        );
    }
    // What stands elsewhere in the pack proves and disproves nothing.
    let mut other = files.clone();
    other.push(("def.sql", check_file(CHECK, SQL).replace("ABC", "DEF")));
    let pack = assembled(&other);
    assert_eq!(reason(&pack), "");
    assert!(!pack.checks[1].is_proved());
}

#[test]
fn the_record_keeps_what_did_not_run_and_forgets_what_failed() {
    let mut files = proved();
    let record = files[4].1.clone();
    assert!(record.contains("\n\"abc.sql\" = \""), "{record}");
    let pack = assembled(&files);
    assert_eq!(pack.proofs(|_| None), record);
    assert_eq!(
        pack.proofs(|_| Some(true)),
        record,
        "the same run writes the same"
    );
    assert!(pack.proofs(|_| Some(false)).ends_with("[proved]\n"));
    files[2].1.push('\n');
    assert!(
        assembled(&files).proofs(|_| None).ends_with("[proved]\n"),
        "stale"
    );
    // Passing means nothing where there is no case in which it could have failed.
    files[3].1 = "format = 1\n[[case]]\nname = \"is silent\"\nexpect_none = true".to_owned();
    assert!(assembled(&files).proofs(|_| Some(true)).ends_with("[proved]\n"));
}

#[test]
fn a_record_or_a_schema_that_cannot_be_read_proves_nothing() {
    let mut files = proved();
    files[4].1 = "format = 1\n[proved]\n\"abc.sql\" = \"yes\"\n".to_owned();
    let pack = assembled(&files);
    assert_eq!(
        reason(&pack),
        "proved.toml cannot be read; run `vigie checks test`"
    );
    assert_eq!(
        told(&pack),
        ["proved.toml:3: proved.abc.sql: \"yes\" is no SHA-256; write abc.sql = \"sha256…\""]
    );
    let mut files = proved();
    files.remove(1);
    let pack = assembled(&files);
    assert_eq!(reason(&pack), "the pack's schema cannot be read");
    assert_eq!(
        told(&pack),
        [
            "pack.toml:1: the schema schema.sql is not there; name a file that `pg_dump --schema-only` wrote, relative \
          to the pack"
        ]
    );
}

#[test]
fn cases_of_no_check_and_of_a_bad_check_are_told() {
    let pack = pack(&[
        ("abc.sql", "select 1"),
        ("abc.test.toml", "format = 2"),
        ("abd.test.toml", BOTH),
        (
            "good.sql",
            &check_file("", "select 1 as entity_id").replace("ABC", "GOOD"),
        ),
    ]);
    assert_eq!(
        told(&pack),
        [
            "abc.test.toml:1: format: format 2 is not known to this program; write format = 1",
            "abd.test.toml:1: there is no check abd.sql beside it; name it after its check",
        ]
    );
    assert_eq!(pack.checks.len(), 1);
}

#[test]
fn each_file_of_a_check_needs_its_own_proof() {
    let file = |front: &str| check_file(front, "select 'x' as entity_id");
    let files = [
        ("pack.toml", MANIFEST.to_owned()),
        ("abc.sql", file("requires_columns = [\"a.b.c\"]")),
        ("abc.legacy.sql", file("without_columns = [\"a.b.c\"]")),
        ("abc.test.toml", BOTH.to_owned()),
    ];
    let mut files = files.to_vec();
    files.push((Pack::PROOFS, assembled(&files).proofs(|_| Some(true))));
    let pack = assembled(&files);
    assert_eq!(reason(&pack), "there is no abc.legacy.test.toml");
    assert_eq!(pack.checks[0].fixtures().len(), 2);
}

#[test]
fn a_schema_may_lie_outside_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let pack = folder.path().join("pack");
    std::fs::create_dir(&pack).unwrap();
    for (name, text) in proved() {
        let text = text.replace("\"schema.sql\"", "\"../schema.sql\"");
        let place = if name == "schema.sql" {
            folder.path()
        } else {
            &pack
        };
        std::fs::write(place.join(name), text).unwrap();
    }
    let pack = Pack::load(&pack).unwrap();
    assert_eq!(reason(&pack), "");
    assert_eq!(pack.schema_sql.as_deref(), Some("create table t ();"));
}

#[test]
fn the_compiled_in_packs_are_proved() {
    for name in Pack::builtin_names() {
        let pack = Pack::builtin(name).unwrap();
        assert_eq!(told(&pack), [""; 0], "{name}");
        for check in &pack.checks {
            assert_eq!(
                check.unproved_because(),
                None,
                "{}: run `vigie checks test --pack sql/packs/{name}`",
                check.code()
            );
        }
        assert_eq!(pack.proofs(|_| None), pack.proofs(|_| Some(true)), "{name}");
    }
}
