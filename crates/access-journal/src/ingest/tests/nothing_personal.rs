//! Whatever stands in a line, nothing of anybody gets into an event, and nothing breaks.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::lines::{AT, edge, seen};
use crate::{
    ingest::{SOURCES, Seen},
    privacy::{Keys, MonthKey, Salt},
};

/// What is searched for in what comes out.
const PLANTED: [&str; 8] = [
    "jean.dupont@example.org",
    "jean.dupont%40example.org",
    "amVhbi5kdXBvbnRAZXhhbXBsZS5vcmc",
    "203.0.113.77",
    "2001:db8:beef::77",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqZWFuIn0.c2lnbmF0dXJl",
    "sb_secret_q7Wx0aZ1hunter2",
    "+243812345678",
];

fn printed(seen: Seen) -> Option<String> {
    let Seen::Event(event) = seen else { return None };
    let keys = Keys {
        own: MonthKey::new(None, &Salt::from_bytes([1; 32])),
        before: Some(MonthKey::new(None, &Salt::from_bytes([2; 32]))),
    };
    let event = event.under(&keys);
    event.refuse_malformed().expect("the journal can hold it");
    Some(serde_json::to_string(&event).expect("JSON"))
}

fn holds_none(source: crate::Source, line: &str) {
    let Some(printed) = seen(source, line).ok().and_then(printed) else {
        return;
    };
    let printed = printed.to_lowercase();
    for planted in PLANTED {
        assert!(
            !printed.contains(&planted.to_lowercase()),
            "{planted} of {line} in {printed}"
        );
    }
    for part in ["dupont", "hunter2", "812345678", "2001:db8"] {
        assert!(!printed.contains(part), "{part} of {line} in {printed}");
    }
}

/// Puts something into each place of a line of JSON that holds text, one after the other.
fn with_each(line: &Value, planted: &str) -> Vec<Value> {
    fn places(value: &Value, at: &str, all: &mut Vec<String>) {
        match value {
            Value::Object(fields) => fields
                .iter()
                .for_each(|(name, value)| places(value, &format!("{at}/{name}"), all)),
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, value)| places(value, &format!("{at}/{index}"), all));
            }
            _ => all.push(at.to_owned()),
        }
    }
    let mut all = Vec::new();
    places(line, "", &mut all);
    all.iter()
        .map(|at| {
            let mut line = line.clone();
            *line.pointer_mut(at).expect("a place") = planted.into();
            line
        })
        .collect()
}

fn samples() -> Vec<(crate::Source, Value)> {
    use crate::Source;
    let browser = "Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/120.0";
    let mut leak = edge("GET", "/rest/v1/contracts", "?x=1", 200, "anon", "0-24/*");
    leak["metadata"][0]["request"][0]["headers"][0]["x_client_release"] = "web@1.0.0".into();
    leak["metadata"][0]["response"][0]["headers"][0]["sb_error_code"] = "PGRST116".into();
    leak["metadata"][0]["request"][0]["sb"][0]["auth_user"] = "x".into();
    let mut key = edge("GET", "/rest/v1/clients", "", 200, "service_role", "0-0/*");
    key["metadata"][0]["request"][0]["headers"][0]["user_agent"] = browser.into();
    vec![
        (Source::SupabaseEdge, leak),
        (Source::SupabaseEdge, key),
        (
            Source::SupabaseEdge,
            edge("GET", "/rest/v1/x", "", 404, "anon", ""),
        ),
        (
            Source::SupabaseEdge,
            edge("POST", "/auth/v1/token", "?grant_type=password", 400, "anon", ""),
        ),
        (
            Source::SupabaseAuth,
            json!({ "time": AT, "msg": "request completed", "method": "POST", "path": "/token", "status": 400, "error": "x",
                    "error_code": "invalid_credentials", "remote_addr": "192.0.2.1", "request_id": "x", "user_agent": "x",
                    "auth_event": { "action": "login", "actor_id": "x", "actor_username": "x" }, "referer": "x" }),
        ),
        (
            Source::Postgres,
            json!({ "timestamp": "2026-11-23 20:00:00 UTC", "error_severity": "FATAL", "state_code": "28P01", "user": "x",
                    "message": "x", "statement": "x", "remote_host": "192.0.2.1", "session_id": "x", "line_num": 1 }),
        ),
        (
            Source::Postgres,
            json!({ "timestamp": "2026-11-23 20:00:00 UTC", "error_severity": "ERROR", "state_code": "42501", "user": "x",
                    "message": "x", "detail": "x", "application_name": "x", "dbname": "x", "hint": "x" }),
        ),
        (
            Source::Nginx,
            json!({ "time": AT, "id": "x", "address": "192.0.2.1", "forwarded": "x", "method": "GET", "path": "/u/7",
                    "status": 404, "agent": "x", "role": "anon", "release": "x", "error": "x", "origin": "x",
                    "grant_type": "x", "content_range": "x", "fetch_site": "x" }),
        ),
    ]
}

#[test]
fn nothing_planted_anywhere_comes_out() {
    let mut looked = 0;
    for (source, sample) in samples() {
        assert!(
            matches!(seen(source, &sample.to_string()), Ok(Seen::Event(_))),
            "{sample}"
        );
        for planted in PLANTED {
            for held in [
                planted.to_owned(),
                format!("/rest/v1/{planted}"),
                format!("/u/{planted}/x?e={planted}"),
            ] {
                for line in with_each(&sample, &held) {
                    holds_none(source, &line.to_string());
                    looked += 1;
                }
            }
        }
    }
    for planted in PLANTED {
        for line in [
            format!(
                "{planted} - anon [23/Nov/2026:20:00:00 +0000] \"GET /{planted} HTTP/1.1\" 404 9 \"{planted}\" \"{planted}\""
            ),
            format!(
                "192.0.2.1 - {planted} [23/Nov/2026:20:00:00 +0000] \"{planted} /x?{planted} HTTP/1.1\" 403 9 \"\" \"\""
            ),
        ] {
            assert!(
                printed(seen(crate::Source::Postgrest, &line).expect("a line")).is_some(),
                "{line}"
            );
            holds_none(crate::Source::Postgrest, &line);
        }
    }
    assert!(looked > 2000, "{looked}");
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        Just(Value::Null),
        Just(json!("401")),
        Just(json!(AT)),
        proptest::sample::select(PLANTED.as_slice()).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let names = proptest::sample::select(
            &[
                "metadata",
                "request",
                "response",
                "headers",
                "parsed",
                "status",
                "time",
                "timestamp",
                "path",
                "sb",
                "msg",
            ][..],
        );
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::vec((names, inner), 0..6).prop_map(|fields| {
                Value::Object(
                    fields
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect::<Map<_, _>>(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for source in SOURCES {
            let _ = crate::ingest::read(*source, &bytes, &super::lines::terms());
        }
    }

    #[test]
    fn any_json_is_read_or_refused(value in value()) {
        for source in SOURCES {
            holds_none(*source, &value.to_string());
        }
    }

    #[test]
    fn any_field_of_a_line_may_hold_anything(sample in 0..8_usize, held in ".{0,80}", which in any::<prop::sample::Index>()) {
        let (source, line) = samples().swap_remove(sample);
        let lines = with_each(&line, &held);
        let line = &lines[which.index(lines.len())];
        let _ = seen(source, &line.to_string()).ok().and_then(printed);
    }

    #[test]
    fn any_words_make_a_combined_line(role in "[^ \\[\"]{1,40}", request in ".{0,80}", agent in ".{0,80}", status in 0..1000_u16) {
        let line = format!("192.0.2.1 - {role} [23/Nov/2026:20:00:00 +0000] \"{request}\" {status} 9 \"-\" \"{agent}\"");
        let _ = seen(crate::Source::Postgrest, &line).ok().and_then(printed);
    }
}
