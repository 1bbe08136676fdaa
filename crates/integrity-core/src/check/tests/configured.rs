//! What the configuration and the reader's language change about a check.

use serde_json::json;

use super::*;

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
        "checks: STOCK_NEGATIF: timeout is between 50ms and 1h; max_rows is between 1 and 50000; \
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
