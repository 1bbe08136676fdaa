//! What one file may say, and what is said about one that may not.

use serde_json::json;

use super::*;
use crate::Worse;

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
            "abc.sql:8: params: 3 is no table; write params = { tolerance_l = {",
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
fn the_guard_is_judged_as_the_sql_is() {
    let front = "guard = \"select (select at from public.t limit 1) < now()\"";
    assert_eq!(
        problems(&[("abc.sql", &check_file(front, "select 1 as entity_id"))])
            .iter()
            .map(|problem| problem.split("; ").next().unwrap())
            .collect::<Vec<_>>(),
        [
            "abc.sql:8: guard: now() reads the clock",
            "abc.sql:8: guard: LIMIT without ORDER BY keeps rows by chance"
        ]
    );
}

#[test]
fn a_doubtful_division_is_a_warning_and_keeps_no_check_from_running() {
    let params = "guard = \"select 1 / (select count(*) from t) > 0\"\n[params.days]\ntype = \"integer\"\ndefault = 3\n\
                  min = 1\n[params.share]\ntype = \"numeric\"\ndefault = 0.5";
    let sql = "select a / :days as entity_id,\n  a / :share as scope,\n  a / b as message from t";
    let pack = pack(&[("abc.sql", &check_file(params, sql))]);
    assert_eq!((pack.checks.len(), pack.bad.len()), (1, 0));
    let said: Vec<_> = pack
        .warnings
        .iter()
        .map(|w| (w.line, w.what.starts_with("guard: ")))
        .collect();
    assert_eq!(said, [(8, true), (18, false), (19, false)]);
    // A bad file has its warnings too.
    let bad = check_file("max_rows = 0", "select a / b as entity_id from t");
    let bad = self::pack(&[("abc.sql", &bad)]);
    assert_eq!((bad.bad.len(), bad.warnings.len()), (1, 1));
}

#[test]
fn a_description_tells_what_the_file_says_and_what_is_in_force() {
    let pack = pack(&[("stock_negatif.sql", GOOD)]);
    let overrides = Overrides {
        params: [("tolerance_l".to_owned(), json!(2))].into(),
        ..Overrides::default()
    };
    let told = pack.checks[0]
        .clone()
        .with_overrides(&overrides)
        .unwrap()
        .description();
    assert_eq!(
        told.message.fr.as_deref(),
        Some("{{ entity_label }} : {{ payload.stock }} L")
    );
    assert_eq!((told.every.as_str(), told.timeout.as_str()), ("15m", "250ms"));
    let tolerance = &told.parameters["tolerance_l"];
    assert_eq!((&tolerance.value, &tolerance.default), (&json!(2), &json!(0.1)));
    assert!(tolerance.changed && !told.parameters["window"].changed);
    let file = &told.files[0];
    assert!(file.sql.starts_with("select c.id as entity_id") && file.sql.contains("-:tolerance_l"));
    assert_eq!(
        file.guard.as_deref(),
        Some("select count(*) > 0 from public.citernes where created_at < :as_of")
    );
}
