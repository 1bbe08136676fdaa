use std::fs;

use serde_json::json;

use super::*;
use crate::{Error, Worse};

const MANIFEST: &str = "name = \"test\"\nformat = 1\nlanguage = \"fr\"\ntime_zone = \"Africa/Kinshasa\"\n";

const GOOD: &str = r#"/*+++
code     = "STOCK_NEGATIF"
format   = 1
severity = "CRITICAL"
entity   = "CITERNE"
title    = { fr = "Stock négatif", en = "Negative stock" }
message  = { fr = "{{ entity_label }} : {{ payload.stock }} L" }
runbook  = "test#stock_negatif"
every    = "15m"
timeout  = "250ms"
max_rows = 10
resolve_after = 3
clearing = "manual_when_critical"
guard    = "select count(*) > 0 from public.citernes where created_at < :as_of"
requires = ["public.citernes"]
volatile = ["age_h"]
[accept]
key = "stock"
worse = "down"
tolerance = "2.5%"
[params.tolerance_l]
type = "numeric"
default = 0.10
min = 0
[params.window]
type = "interval"
default = "90 days"
max = "1 year"
+++*/
select c.id as entity_id
from public.citernes as c
where c.stock < -:tolerance_l and c.at > :as_of - :window;
"#;

fn pack(files: &[(&str, &str)]) -> Pack {
    let files = files.iter().map(|(name, text)| (*name, text.as_bytes()));
    Pack::from_files(files.chain([("pack.toml", MANIFEST.as_bytes())])).unwrap()
}

fn problems(files: &[(&str, &str)]) -> Vec<String> {
    pack(files)
        .bad
        .iter()
        .flat_map(|bad| &bad.problems)
        .map(ToString::to_string)
        .collect()
}

/// A good check without conditions, with this in its front matter and this SQL.
fn check_file(front: &str, sql: &str) -> String {
    format!(
        "/*+++\ncode = \"ABC\"\nformat = 1\nseverity = \"WARN\"\nentity = \"E\"\ntitle = {{ fr = \"t\" }}\n\
         message = {{ fr = \"m\" }}\n{front}\n+++*/\n{sql}"
    )
}

#[test]
fn reads_every_key() {
    let pack = pack(&[("stock_negatif.sql", GOOD)]);
    assert_eq!(pack.bad, []);
    let check = &pack.checks[0];
    assert_eq!(check.code().as_str(), "STOCK_NEGATIF");
    assert_eq!(
        (check.pack(), check.entity(), check.runbook()),
        ("test", "CITERNE", Some("test#stock_negatif"))
    );
    assert_eq!(check.title().get(Language::En), "Negative stock");
    assert_eq!(
        (check.every(), check.timeout()),
        (Duration::from_mins(15), Duration::from_millis(250))
    );
    assert_eq!((check.max_rows(), check.is_enabled()), (10, true));
    let terms = check.terms();
    assert_eq!((terms.severity, terms.resolve_after), (Severity::Critical, 3));
    assert_eq!(terms.clearing, crate::Clearing::ManualWhenCritical);
    assert_eq!(terms.volatile, ["age_h"]);
    assert_eq!(
        (terms.time_zone, terms.language),
        (Tz::Africa__Kinshasa, Language::Fr)
    );
    let accept = terms.accept.unwrap();
    assert_eq!(
        (accept.key.as_str(), accept.worse, accept.tolerance_millipercent),
        ("stock", Worse::Down, 2500)
    );
    assert_eq!(
        Value::from(check.parameters()),
        json!({ "tolerance_l": 0.1, "window": "90 days" })
    );
    assert_eq!(
        check.variants[0].statement.names,
        ["tolerance_l", "as_of", "window"]
    );
    assert!(
        check.variants[0]
            .statement
            .text
            .contains("-$1::numeric and c.at > $2::timestamptz - $3::interval")
    );
}

#[test]
fn fills_in_the_defaults() {
    let text = check_file("", "select 1 as entity_id");
    let pack = pack(&[("abc.sql", &text)]);
    let check = &pack.checks[0];
    assert_eq!(
        (check.every(), check.timeout()),
        (Duration::from_mins(5), Duration::from_secs(5))
    );
    assert_eq!((check.max_rows(), check.terms().resolve_after), (500, 2));
    assert_eq!(check.terms().clearing, crate::Clearing::Auto);
}

#[test]
fn says_all_problems_of_a_file_at_once_each_with_its_line() {
    let text = r#"/*+++
code     = "OTHER_CODE"
format   = 2
severity = "SEVERE"
entity   = "citerne"
title    = { en = "only English" }
message  = { fr = "{{ label }}", de = "nein" }
every    = "5 minutes"
timeout  = "2h"
max_rows = 50001
resolve_after = 0
guard    = "select 1; select 2"
requires = ["citernes", "public.citernes", "public.citernes"]
requires_columns = ["public.citernes"]
colour   = "red"
[accept]
key = "stock"
tolerance = "two"
[params.limit_l]
type = "float"
default = 1
[params.days]
type = "integer"
default = "many"
[params.ratio]
type = "numeric"
default = 5
max = 2
[params.unused]
type = "boolean"
default = true
min = false
[params.as_of]
type = "timestamptz"
default = 2026-01-31T08:00:00Z
+++*/
select :limit_l, :days, :ratio, :undeclared, $1;
delete from public.citernes
"#;
    let expected = [
        (2, "code OTHER_CODE does not match the file's name"),
        (3, "format: format 2 is not known to this program"),
        (4, "severity: \"SEVERE\" is no severity"),
        (5, "entity: \"citerne\" is no kind of entity"),
        (6, "title.fr is missing"),
        (7, "unknown key message.de"),
        (7, "message.fr: {{ label }} is no placeholder"),
        (8, "every: \"5 minutes\" is not a duration"),
        (9, "timeout: 2h is more than 1h"),
        (10, "max_rows: 50001 is not between 1 and 50000"),
        (11, "resolve_after: 0 is not between 1 and 1000"),
        (12, "guard: more than one statement"),
        (13, "requires: \"citernes\" is not of the form schema.relation"),
        (13, "requires: \"public.citernes\" stands there twice"),
        (
            14,
            "requires_columns: \"public.citernes\" is not of the form schema.relation.column",
        ),
        (15, "unknown key colour"),
        (16, "accept.worse is missing"),
        (18, "accept.tolerance: \"two\" is no percentage"),
        (20, "params.limit_l.type: \"float\" is none of numeric, integer"),
        (24, "params.days.default: \"many\" is no integer"),
        (27, "default 5 is above the maximum 2"),
        (29, "params.unused is declared but not used"),
        (32, "min means nothing for boolean"),
        (33, "as_of is every check's own parameter"),
        (37, "$1 is not a parameter of a check"),
        (37, ":undeclared is not declared"),
        (38, "more than one statement"),
    ];
    let found = pack(&[("stock.sql", text)]).bad.remove(0);
    assert_eq!(found.code.as_str(), "STOCK");
    let found: Vec<_> = found
        .problems
        .iter()
        .map(|problem| (problem.line, problem.what.as_str()))
        .collect();
    for (n, (line, what)) in expected.iter().enumerate() {
        assert!(
            found
                .iter()
                .any(|(at, found)| at == line && found.starts_with(what)),
            "expected {n}: line {line}: {what}\nfound: {found:#?}"
        );
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn missing_keys_are_named() {
    let found = problems(&[("abc.sql", "/*+++\n+++*/\nselect 1")]);
    for key in ["code", "format", "severity", "entity", "title", "message"] {
        assert!(
            found
                .iter()
                .any(|problem| problem.starts_with(&format!("abc.sql:1: {key} is missing; write {key} = ")))
        );
    }
    assert_eq!(found.len(), 6, "{found:?}");
}

#[test]
fn broken_files_say_what_is_broken() {
    for (text, expected) in [
        (
            &b"\xEF\xBB\xBF/*+++"[..],
            "abc.sql:1: the file begins with a byte order mark; save it as UTF-8 without one",
        ),
        (
            b"/*+++\n\xff",
            "abc.sql:2: the file is not UTF-8; save it as UTF-8",
        ),
        (
            b"\n\nselect 1",
            "abc.sql:3: there is no front matter; begin the file with /*+++ and end the front matter with +++*/",
        ),
        (
            b"",
            "abc.sql:1: there is no front matter; begin the file with /*+++ and end the front matter with +++*/",
        ),
        (
            b"\n/*+++\ncode = 1",
            "abc.sql:2: the front matter never ends; end it with +++*/",
        ),
    ] {
        let pack = Pack::from_files([("pack.toml", MANIFEST.as_bytes()), ("abc.sql", text)]).unwrap();
        assert_eq!(pack.bad[0].code.as_str(), "ABC");
        assert_eq!(pack.bad[0].problems[0].to_string(), expected);
        assert_eq!(
            pack.bad[0].terms.severity,
            Severity::Critical,
            "what is unreadable counts as the worst"
        );
    }
    for (front, sql, expected) in [
        (
            "",
            "",
            "abc.sql:10: there is no SQL; write one SELECT that returns the bad rows",
        ),
        ("", "\n\n-- nothing\n", "there is no SQL"),
        (
            "x = \"*/\"",
            "select 1",
            "abc.sql:8: */ within the front matter; take it out",
        ),
        ("x == 1", "select 1", "abc.sql:8: TOML: "),
        (
            "every = \"1m\"\nevery = \"2m\"",
            "select 1",
            "abc.sql:9: TOML: duplicate key",
        ),
        (
            "params = 3",
            "select 1",
            "abc.sql:8: params: 3 is no table; write params = a table",
        ),
        (
            "volatile = \"x\"",
            "select 1",
            "abc.sql:8: volatile: \"x\" is no list; write volatile = [\"age_h\"]",
        ),
    ] {
        let found = problems(&[("abc.sql", &check_file(front, sql))]);
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{expected}\n{found:?}"
        );
    }
}

#[test]
fn a_bad_check_leaves_the_others_and_fails_in_the_run() {
    let bad = check_file("max_rows = 0\nresolve_after = 0", "select 1");
    let pack = pack(&[
        ("abc.sql", &bad),
        ("stock_negatif.sql", GOOD),
        ("1-é.sql", "select 1"),
    ]);
    assert_eq!(pack.checks.len(), 1);
    let codes: Vec<_> = pack.bad.iter().map(|bad| bad.code.as_str()).collect();
    assert_eq!(codes, ["ABC", "X_1__"]);
    assert_eq!(pack.bad[0].terms.severity, Severity::Warn);
    let evaluation = pack.bad[0].evaluation("main", chrono::DateTime::UNIX_EPOCH);
    assert_eq!(evaluation.outcome.to_string(), "Failed(Contract)");
    assert_eq!(
        evaluation.outcome.reason(),
        "abc.sql:8: max_rows: 0 is not between 1 and 50000; write max_rows = 500 (and 1 more)"
    );
}

#[test]
fn files_share_a_code_only_where_they_exclude_each_other() {
    let new = check_file("requires_columns = [\"public.t.new\"]", "select 1 as entity_id");
    let old = check_file("without_columns = [\"public.t.new\"]", "select 2 as entity_id");
    let good = pack(&[("abc.sql", &new), ("abc.legacy.sql", &old)]);
    assert_eq!(good.bad, []);
    assert_eq!(
        good.checks[0].files().collect::<Vec<_>>(),
        ["abc.legacy.sql", "abc.sql"]
    );

    let plain = check_file("", "select 1 as entity_id");
    assert_eq!(
        problems(&[("abc.sql", &plain), ("abc.b.sql", &plain)]),
        [
            "abc.sql:1: the same code as abc.b.sql, and both can be active at once; \
          let one have in requires_columns what the other has in without_columns"
        ]
    );
    let other = check_file(
        "max_rows = 7\nwithout_columns = [\"public.t.new\"]",
        "select 2 as entity_id",
    );
    assert_eq!(
        problems(&[("abc.sql", &new), ("abc.legacy.sql", &other)]),
        ["abc.sql:1: max_rows differs from abc.legacy.sql; files of one check say it alike"]
    );
    let broken = pack(&[("abc.sql", &new), ("abc.legacy.sql", "select 1")]);
    assert_eq!(
        (broken.checks.len(), broken.bad.len()),
        (0, 1),
        "a code is good or bad as a whole"
    );
}

#[test]
fn a_bad_pack_stops_everything_and_says_why() {
    let load = |manifest: &str| {
        let files = [
            ("pack.toml", manifest.as_bytes()),
            ("stock_negatif.sql", GOOD.as_bytes()),
        ];
        Pack::from_files(files)
            .map(drop)
            .map_err(|error| error.to_string())
    };
    assert_eq!(load("name = \"p\"\nformat = 1"), Ok(()));
    assert_eq!(
        load("name = \"P\"\nlanguage = \"de\"\ntime_zone = \"Mars/Olympus\"\nrequire = 1"),
        Err("pack: pack.toml:1: format is missing; write format = 1\n\
             pack.toml:1: name: \"P\" is not of a-z, 0-9, _ and -; write name = \"depot\"\n\
             pack.toml:2: language: \"de\" is no language that Vigie speaks; write language = \"fr\" or \"en\"\n\
             pack.toml:3: time_zone: \"Mars/Olympus\" is no time zone; write time_zone = \"Africa/Kinshasa\"\n\
             pack.toml:4: unknown key require; known are name, format, language, title, time_zone, \
             require_fixtures, schema"
            .to_owned())
    );
    let empty = Pack::from_files([("pack.toml", MANIFEST.as_bytes())]).unwrap_err();
    assert_eq!(empty.to_string(), "pack: the pack \"test\" has no check");
}

#[test]
fn packs_are_found_by_name_or_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    assert!(
        Pack::open(&path)
            .unwrap_err()
            .to_string()
            .ends_with("there is no pack.toml")
    );
    fs::write(
        folder.path().join("pack.toml"),
        format!("{MANIFEST}schema = \"schema.sql\""),
    )
    .unwrap();
    fs::write(folder.path().join("stock_negatif.sql"), GOOD).unwrap();
    fs::write(folder.path().join("schema.sql"), "create table t ()").unwrap();
    fs::write(folder.path().join("stock_negatif.test.toml"), "").unwrap();
    let pack = Pack::open(&path).unwrap();
    assert_eq!((pack.checks.len(), pack.bad.len()), (1, 0));
    let error = Pack::open("no-such-pack").unwrap_err();
    assert_eq!(
        error.to_string(),
        "pack: \"no-such-pack\" is neither a folder nor one of depot"
    );
    assert!(matches!(error, Error::Invalid { .. }));
    let twice = [pack.clone(), pack];
    let error = Pack::must_be_disjoint(&twice).unwrap_err().to_string();
    assert_eq!(
        error,
        "packs: both test and test have a check STOCK_NEGATIF; choose one of them"
    );
}

#[test]
fn the_depot_pack_is_compiled_in_and_without_problems() {
    let pack = Pack::builtin("depot").unwrap();
    assert_eq!(pack.bad, []);
    let codes: Vec<_> = pack.checks.iter().map(|check| check.code().as_str()).collect();
    assert_eq!(
        codes,
        [
            "CDR_ARRIVE_STALE",
            "CITERNE_CAPACITE_INVALIDE",
            "CITERNE_INACTIVE_USED",
            "RECEPTION_ECART_15C",
            "RECEPTION_V15_MISSING",
            "SORTIE_ECART_15C",
            "SORTIE_STOCK_INSUFFISANT",
            "SORTIE_V15_MISSING",
            "STOCK_LEDGER_MISMATCH",
            "STOCK_NEGATIF",
            "STOCK_OVER_CAPACITY",
        ]
    );
}

#[test]
fn the_configuration_changes_what_it_may() {
    let check = pack(&[("stock_negatif.sql", GOOD)]).checks.remove(0);
    let overrides: Overrides = serde_json::from_value(json!({
        "severity": "INFO", "every": "1h", "timeout": "1s", "max_rows": 5, "resolve_after": 1, "enabled": false,
        "params": { "tolerance_l": 2.5, "window": "2 weeks" },
    }))
    .unwrap();
    let changed = check.clone().with_overrides(&overrides).unwrap();
    assert_eq!(
        (changed.severity(), changed.every()),
        (Severity::Info, Duration::from_hours(1))
    );
    assert_eq!(
        (changed.timeout(), changed.max_rows()),
        (Duration::from_secs(1), 5)
    );
    assert_eq!((changed.terms().resolve_after, changed.is_enabled()), (1, false));
    assert_eq!(
        Value::from(changed.parameters()),
        json!({ "tolerance_l": 2.5, "window": "2 weeks" })
    );
    assert_eq!(
        check.clone().with_overrides(&Overrides::default()).unwrap(),
        check
    );
}

#[test]
fn wrong_overrides_are_refused_all_at_once() {
    let check = pack(&[("stock_negatif.sql", GOOD)]).checks.remove(0);
    let refuse = |overrides: Value| {
        let overrides: Overrides = serde_json::from_value(overrides).unwrap();
        check.clone().with_overrides(&overrides).unwrap_err().to_string()
    };
    assert_eq!(
        refuse(json!({
            "timeout": "1d", "max_rows": 0,
            "params": { "tolerance_l": "ten", "window": "2 years", "other": 1 },
        })),
        "checks: STOCK_NEGATIF: timeout is above 0 and at most 1h; max_rows is between 1 and 50000; \
         params.other: the check has no such parameter; \
         params.tolerance_l: \"ten\" is no numeric; write a value such as 1.5; \
         params.window: 2 years is above the maximum 1 year"
    );
    for wrong in [
        json!(true),
        json!(null),
        json!([1]),
        json!({}),
        json!("1; drop table x"),
        json!(-1),
    ] {
        refuse(json!({ "params": { "tolerance_l": wrong } }));
    }
    assert!(serde_json::from_value::<Overrides>(json!({ "tiemout": "1s" })).is_err());
    assert!(serde_json::from_value::<Overrides>(json!({ "every": "soon" })).is_err());
}

#[test]
fn each_type_takes_its_own_values_only() {
    for (sql_type, good, bad) in [
        ("numeric", "1e3", "\"1\""),
        ("integer", "0x10", "3000000000"),
        ("bigint", "3000000000", "1.5"),
        ("double precision", "1.5", "nan"),
        ("text", "\"x\"", "1"),
        ("boolean", "true", "\"true\""),
        ("interval", "\"1 day 02:00\"", "\"soon\""),
        ("date", "2026-01-31", "2026-01-31T08:00:00Z"),
        ("date", "\"2026-01-31\"", "\"2026-02-31\""),
        ("timestamptz", "2026-01-31T08:00:00Z", "2026-01-31"),
    ] {
        let file = |value| {
            check_file(
                &format!("[params.p]\ntype = \"{sql_type}\"\ndefault = {value}"),
                "select :p as entity_id",
            )
        };
        let good_file = file(good);
        assert_eq!(
            problems(&[("abc.sql", &good_file)]),
            [] as [&str; 0],
            "{sql_type} {good}"
        );
        let bad_file = file(bad);
        let found = problems(&[("abc.sql", &bad_file)]);
        assert!(
            found[0].starts_with("abc.sql:10: params.p.default: "),
            "{sql_type} {bad}: {found:?}"
        );
    }
}

#[test]
fn a_message_is_told_in_the_readers_language_unless_the_row_brought_its_own() {
    let text = GOOD.replace(
        "payload.stock }} L\" }",
        "payload.stock }} L\", en = \"{{ entity_label }} has {{ payload.stock }} L\" }",
    );
    let check = pack(&[("stock_negatif.sql", &text)]).checks.remove(0);
    let mut finding = Finding {
        entity_type: "CITERNE".to_owned(),
        entity_id: "7".to_owned(),
        entity_label: Some("C-7".to_owned()),
        severity: Severity::Critical,
        message: "C-7 : -5 L".to_owned(),
        payload: Payload::from_json("{\"stock\": -5}").unwrap(),
        occurred_at: None,
        scope: None,
    };
    assert_eq!(check.message(&finding, Language::Fr), "C-7 : -5 L");
    assert_eq!(check.message(&finding, Language::En), "C-7 has -5 L");
    finding.message = "Propre à la ligne".to_owned();
    assert_eq!(check.message(&finding, Language::En), "Propre à la ligne");
}
