//! What narrowly differs: one thing told twice, spelled otherwise, or hidden in another.

use integrity_core::Severity;
use serde_json::{Value, json};

use super::lines::{AT, edge, event, seen, terms, word};
use crate::{
    EventKind, Outcome, Source,
    ingest::{Seen, Stream, read},
    privacy::{Keys, MonthKey, Salt},
};

#[test]
fn what_a_line_is_known_by_cannot_be_tried_out_without_the_key() {
    let line = |address: &str| {
        format!("{address} - anon [23/Nov/2026:20:00:00 +0000] \"GET /x HTTP/1.1\" 404 2 \"\" \"curl/8\"")
    };
    let keys = Keys {
        own: MonthKey::new(None, &Salt::from_bytes([7; 32])),
        before: None,
    };
    let raw = |address: &str| {
        let line = line(address);
        let read = read(Source::Postgrest, line.as_bytes(), &terms()).expect("a line");
        let stream = Stream::of_first_line(line.as_bytes());
        match read.known_at(Some(&stream), 0, line.as_bytes()).expect("a name") {
            Seen::Event(event) => event,
            seen => panic!("{seen:?}"),
        }
    };
    let kept = raw("198.18.200.7").under(&keys).dedup_key;
    for net in 0..=255 {
        for host in 0..=255 {
            assert_ne!(raw(&format!("198.18.{net}.{host}")).dedup_key, kept);
        }
    }
    assert_eq!(raw("198.18.200.7").under(&keys).dedup_key, kept, "read again");
}

fn auth(more: &Value) -> Value {
    let mut line = json!({ "time": AT, "msg": "request completed", "method": "POST", "path": "/token", "status": 400,
                           "grant_type": "password", "remote_addr": "203.0.113.7" });
    let fields = more.as_object().expect("fields").clone();
    line.as_object_mut().expect("a line").extend(fields);
    line
}

#[test]
fn auth_tells_a_failure_once_and_other_acts_are_no_sign_in() {
    for (more, is) in [
        (json!({}), "authn_login_fail"),
        (json!({ "msg": "400: Invalid login credentials" }), "nothing"),
        (json!({ "msg": null }), "authn_login_fail"),
        (
            json!({ "grant_type": null, "error_code": "refresh_token_not_found" }),
            "nothing",
        ),
        (
            json!({ "grant_type": null, "status": 200, "auth_event": { "action": "token_refreshed" } }),
            "nothing",
        ),
        (
            json!({ "grant_type": null, "status": 200, "auth_event": { "action": "login" } }),
            "authn_login_success",
        ),
        (
            json!({ "path": "/factors/7f1d0c9e/verify", "grant_type": null, "status": 422,
                    "error_code": "mfa_verification_failed" }),
            "authn_login_fail",
        ),
    ] {
        let line = auth(&more).to_string();
        assert_eq!(word(Source::SupabaseAuth, &line), is, "{line}");
    }
}

#[test]
fn what_a_drain_says_itself_does_not_hide_what_it_holds() {
    let drained = |msg: &str, more: &Value| {
        let held = auth(more).to_string();
        json!({ "id": "x", "timestamp": 1_795_464_000_000_000_i64, "status": "400", "path": "/token", "msg": msg,
                "event_message": held })
        .to_string()
    };
    let failed = event(
        Source::SupabaseAuth,
        &drained(
            "request completed",
            &json!({ "error_code": "invalid_credentials" }),
        ),
    );
    assert_eq!(failed.event, EventKind::AuthnLoginFail);
    assert_eq!(failed.address, Some("203.0.113.7".parse().expect("an address")));
    assert_eq!(failed.error_code.as_deref(), Some("invalid_credentials"));
    for (msg, more) in [
        ("request completed", json!({ "grant_type": "refresh_token" })),
        ("400: Invalid login credentials", json!({})),
    ] {
        assert_eq!(word(Source::SupabaseAuth, &drained(msg, &more)), "nothing");
    }
}

fn nginx(path: &str, status: u16, more: &Value) -> String {
    let mut line = json!({ "time": AT, "address": "203.0.113.7", "method": "GET", "path": path, "status": status,
                           "bytes": "99", "role": "anon" });
    let fields = more.as_object().expect("fields").clone();
    line.as_object_mut().expect("a line").extend(fields);
    line.to_string()
}

#[test]
fn how_a_grant_is_spelled_hides_nothing_and_accuses_nobody() {
    let post = json!({ "method": "POST" });
    for (query, is) in [
        ("?grant_type=p%61ssword", "authn_login_fail"),
        ("?gr%61nt_type=password", "authn_login_fail"),
        ("?grant_type=nonsense", "authn_login_fail"),
        ("?grant_type=refresh_token", "nothing"),
        ("?grant%5ftype=pkce", "nothing"),
    ] {
        let path = format!("/auth/v1/token{query}");
        assert_eq!(word(Source::Nginx, &nginx(&path, 400, &post)), is, "{query}");
        let line = edge("POST", "/auth/v1/token", query, 400, "anon", "").to_string();
        assert_eq!(word(Source::SupabaseEdge, &line), is, "{query}");
    }
    let hidden = json!({ "method": "POST", "grant_type": "p%61ssword" });
    assert_eq!(
        word(Source::Nginx, &nginx("/auth/v1/token", 400, &hidden)),
        "authn_login_fail"
    );
}

#[test]
fn nothing_of_anybodys_is_in_a_route_a_role_or_a_number() {
    for path in ["/users/amina-mbuyi/orders", "/reset/kqwmzvtrlpxbnhdyscjf"] {
        let more = json!({ "role": "jean_dupont", "id": "4111-1111-1111-1111" });
        let event = event(Source::Nginx, &nginx(path, 403, &more));
        let route = event.route.expect("a route");
        assert!(!route.contains("mbuyi") && !route.contains("kqw"), "{route}");
        assert_eq!(
            (event.actor_role.as_deref(), event.request_id),
            (Some("other"), None)
        );
    }
}

#[test]
fn what_a_scan_asks_for_is_told_apart_wherever_it_is() {
    for path in ["/backup", "/admin", "/wp-login", "/auth/v1/token"] {
        let event = event(Source::Nginx, &nginx(path, 404, &json!({})));
        assert_eq!(
            (event.event, event.resource),
            (EventKind::ResourceEnumeration, None)
        );
        assert_eq!(
            event
                .open
                .map(|open| format!("/{}", open.trim_start_matches('/')))
                .as_deref(),
            Some(path)
        );
    }
}

#[test]
fn a_sensitive_relation_is_seen_within_another() {
    let select = |role: &str, select: &str, status: u16, range: &str| {
        edge(
            "GET",
            "/rest/v1/projects",
            &format!("?select={select}"),
            status,
            role,
            range,
        )
        .to_string()
    };
    let may_be = event(
        Source::SupabaseEdge,
        &select("anon", "id,c:contr%61cts(*)", 200, "0-4/*"),
    );
    assert_eq!(
        (may_be.event, may_be.resource.as_deref()),
        (EventKind::AnonDataRead, Some("contracts"))
    );
    assert_eq!((may_be.rows_returned, may_be.open), (None, None));
    // Row Level Security may have left every embedded list empty.
    assert_eq!(
        (may_be.outcome, may_be.severity),
        (Outcome::Possible, Severity::Warn)
    );
    let itself = edge(
        "GET",
        "/rest/v1/contracts",
        "?select=projects(*)",
        200,
        "anon",
        "0-4/*",
    );
    let leak = event(Source::SupabaseEdge, &itself.to_string());
    assert_eq!(
        (leak.outcome, leak.severity),
        (Outcome::Success, Severity::Critical)
    );
    for (role, asked, range, is) in [
        ("anonymous", "contracts(*)", "0-4/*", "anon_data_read"),
        ("anon", "contracts", "0-4/*", "nothing"),
        ("anon", "contracts(*)", "*/*", "empty_sensitive_read"),
        ("authenticated", "contracts(*)", "0-4/*", "nothing"),
        ("editor", "contracts(*)", "0-4/*", "unjudged"),
    ] {
        assert_eq!(
            word(Source::SupabaseEdge, &select(role, asked, 200, range)),
            is,
            "{role} {asked}"
        );
    }
}

#[test]
fn what_is_empty_is_empty_for_whom_rules_are() {
    let contracts = |method: &str, status: u16, role: &str, range: &str| {
        edge(method, "/rest/v1/contracts", "", status, role, range).to_string()
    };
    for (line, is) in [
        (contracts("GET", 406, "anon", ""), "empty_sensitive_read"),
        (contracts("GET", 200, "service_role", "*/*"), "nothing"),
        (contracts("HEAD", 200, "anon", "0-4/*"), "anon_data_read"),
    ] {
        assert_eq!(word(Source::SupabaseEdge, &line), is, "{line}");
    }
    for (more, is) in [
        (json!({ "encoding": "" }), "anon_data_read"),
        (json!({ "encoding": "", "bytes": "2" }), "empty_sensitive_read"),
        (json!({ "encoding": "gzip" }), "unjudged"),
        (json!({ "encoding": "gzip", "bytes": "2" }), "unjudged"),
        (json!({}), "unjudged"),
        (
            json!({ "encoding": "", "method": "HEAD", "bytes": "0" }),
            "unjudged",
        ),
    ] {
        let line = nginx("/rest/v1/contracts", 200, &more);
        assert_eq!(word(Source::Nginx, &line), is, "{line}");
    }
}

#[test]
fn our_own_server_is_not_who_is_refused() {
    let told = |user: &str, from: &str, code: &str| {
        json!({ "timestamp": "2026-11-23 20:00:00 UTC", "error_severity": "ERROR", "state_code": code, "user": user,
                "connection_from": from })
        .to_string()
    };
    let from = |user, from, code| {
        let Ok(Seen::Event(event)) = seen(Source::Postgres, &told(user, from, code)) else {
            panic!("{user} {code}")
        };
        event.address.map(|address| address.to_string())
    };
    assert_eq!(from("authenticator", "203.0.113.7:5432", "42501"), None);
    assert_eq!(from("jean", "10.0.0.4:5432", "42501"), None, "a proxy");
    assert_eq!(from("jean", "127.0.0.1:5432", "28P01"), None);
    let client = "2a05:d018:1:2:3:4:5:7";
    let with_port = "2a05:d018:1:2:3:4:5:7:54321";
    assert_eq!(from("jean", with_port, "42501").as_deref(), Some(client));
    assert_eq!(
        from("authenticator", with_port, "28P01").as_deref(),
        Some(client),
        "anybody may call themselves so"
    );
}

#[test]
fn a_proxy_of_ours_is_nobody_whoever_tells() {
    let nginx = |from: &str, forwarded: &str| {
        let more = json!({ "address": from, "forwarded": forwarded });
        event(Source::Nginx, &nginx("/x", 403, &more)).address
    };
    let postgrest = |from: &str| {
        let line =
            format!("{from} - anon [23/Nov/2026:20:00:00 +0000] \"GET /x HTTP/1.1\" 403 2 \"\" \"curl/8\"");
        event(Source::Postgrest, &line).address
    };
    let edge = |from: &str| {
        let line = edge("GET", "/rest/v1/x", "", 403, "anon", "").to_string();
        event(Source::SupabaseEdge, &line.replace("203.0.113.7", from)).address
    };
    let auth = |from: &str| {
        event(
            Source::SupabaseAuth,
            &auth(&json!({ "remote_addr": from })).to_string(),
        )
        .address
    };
    for from in ["10.0.0.4", "::ffff:10.0.0.4", "127.0.0.1", "::1"] {
        let told = [
            nginx(from, ""),
            nginx(from, "made up"),
            postgrest(from),
            edge(from),
            auth(from),
        ];
        assert_eq!(told, [None; 5], "{from}");
    }
    assert_eq!(nginx("10.0.0.4", "10.0.0.9, 10.0.0.8"), None, "proxies alone");
    let client = Some("203.0.113.7".parse().expect("an address"));
    assert_eq!(nginx("10.0.0.4", "203.0.113.7"), client);
    for told in [
        nginx("203.0.113.7", ""),
        postgrest("203.0.113.7"),
        edge("203.0.113.7"),
        auth("203.0.113.7"),
    ] {
        assert_eq!(told, client);
    }
}
