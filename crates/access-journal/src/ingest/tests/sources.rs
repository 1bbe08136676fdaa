//! Each source's lines.

use serde_json::json;

use super::lines::{AT, edge, event, now, word};
use crate::{EventKind, Outcome, Source};

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn the_gateways_requests_are_told_apart() {
    for (method, path, search, status, role, range, is) in [
        (
            "GET",
            "/rest/v1/clients",
            "?select=*",
            200,
            "anon",
            "0-24/*",
            "nothing",
        ),
        (
            "GET",
            "/rest/v1/contracts",
            "?select=*",
            200,
            "anon",
            "0-24/*",
            "anon_data_read",
        ),
        (
            "HEAD",
            "/rest/v1/contracts",
            "",
            206,
            "anon",
            "0-0/3573",
            "anon_data_read",
        ),
        (
            "GET",
            "/rest/v1/contracts",
            "",
            200,
            "anon",
            "*/*",
            "empty_sensitive_read",
        ),
        (
            "GET",
            "/rest/v1/contracts",
            "",
            200,
            "authenticated",
            "*/0",
            "empty_sensitive_read",
        ),
        (
            "GET",
            "/rest/v1/contracts",
            "",
            200,
            "authenticated",
            "0-3/*",
            "nothing",
        ),
        ("GET", "/rest/v1/contracts", "", 200, "", "0-3/*", "unjudged"),
        ("GET", "/rest/v1/contracts", "", 200, "anon", "9-3/*", "unjudged"),
        (
            "GET",
            "/rest/v1/c%6fntracts",
            "",
            200,
            "anon",
            "0-0/*",
            "anon_data_read",
        ),
        (
            "GET",
            "/rest/v1/pay_slips",
            "",
            200,
            "anon",
            "0-0/*",
            "anon_data_read",
        ),
        ("POST", "/rest/v1/contracts", "", 201, "anon", "*/*", "nothing"),
        (
            "GET",
            "/rest/v1/contracts",
            "",
            401,
            "anon",
            "",
            "authn_token_invalid",
        ),
        (
            "PATCH",
            "/rest/v1/contracts",
            "",
            403,
            "authenticated",
            "",
            "authz_fail",
        ),
        (
            "GET",
            "/rest/v1/secrets",
            "",
            404,
            "anon",
            "",
            "resource_enumeration",
        ),
        (
            "GET",
            "/rest/v1/contracts",
            "",
            429,
            "anon",
            "",
            "excess_rate_limit_exceeded",
        ),
        ("GET", "/rest/v1/contracts", "", 500, "anon", "", "nothing"),
        (
            "POST",
            "/auth/v1/token",
            "?grant_type=password",
            400,
            "anon",
            "",
            "authn_login_fail",
        ),
        ("POST", "/auth/v1/token", "", 401, "anon", "", "authn_login_fail"),
        (
            "POST",
            "/auth/v1/token",
            "?grant_type=refresh_token",
            400,
            "anon",
            "",
            "nothing",
        ),
        (
            "POST",
            "/auth/v1/token",
            "?grant_type=refresh_token",
            401,
            "anon",
            "",
            "authn_token_invalid",
        ),
        (
            "POST",
            "/auth/v1/token",
            "?grant_type=password",
            200,
            "anon",
            "",
            "authn_login_success",
        ),
        (
            "POST",
            "/auth/v1/token",
            "?grant_type=refresh_token",
            200,
            "anon",
            "",
            "nothing",
        ),
        ("OPTIONS", "/rest/v1/contracts", "", 401, "anon", "", "nothing"),
        ("GET", "/auth/v1/health", "", 401, "anon", "", "nothing"),
        ("HEAD", "/storage/v1/status", "", 404, "anon", "", "nothing"),
    ] {
        let line = edge(method, path, search, status, role, range).to_string();
        assert_eq!(word(Source::SupabaseEdge, &line), is, "{line}");
    }
}

#[test]
fn the_gateways_fields_are_kept() {
    let line = edge("GET", "/rest/v1/contracts", "?select=*", 200, "anon", "10-24/*").to_string();
    let event = event(Source::SupabaseEdge, &line);
    assert_eq!(
        event.occurred_at,
        AT.parse::<chrono::DateTime<chrono::Utc>>().expect("a time")
    );
    assert_eq!(event.rows_returned, Some(15));
    assert_eq!(event.route.as_deref(), Some("/rest/v1/{relation}"));
    assert_eq!(event.resource.as_deref(), Some("contracts"));
    assert_eq!(event.actor_role.as_deref(), Some("anon"));
    assert_eq!(
        event.address.map(|address| address.to_string()).as_deref(),
        Some("203.0.113.7")
    );
    assert_eq!(
        (event.country.as_deref(), event.as_number),
        (Some("CD"), Some(37020))
    );
    assert_eq!(event.user_agent_family.as_deref(), Some("curl"));
    assert_eq!(event.request_id.as_deref(), Some("98e87fae3bb3907b-CDG"));
    assert_eq!(event.outcome, Outcome::Success);
    assert!(!event.is_allowed);
}

#[test]
fn a_flat_line_is_the_same_as_a_nested_one() {
    let nested = edge("GET", "/rest/v1/contracts", "", 200, "anon", "0-0/*").to_string();
    let flat = json!({
        "id": "0174e64f-6dcb-47e4-a46f-0feccf04adb5", "timestamp": "2026-11-23T20:00:00.000Z",
        "method": "GET", "url": "https://x.supabase.co/rest/v1/contracts?select=*", "status_code": "200",
        "role": "anon", "content_range": "0-0/*", "cf_connecting_ip": "203.0.113.7", "user_agent": "curl/8.5.0",
    })
    .to_string();
    let (nested, flat) = (
        event(Source::SupabaseEdge, &nested),
        event(Source::SupabaseEdge, &flat),
    );
    assert_eq!((nested.event, &nested.dedup_key), (flat.event, &flat.dedup_key));
    assert_eq!(
        (nested.occurred_at, nested.address),
        (flat.occurred_at, flat.address)
    );
    assert_eq!(
        (nested.route, nested.rows_returned),
        (flat.route, flat.rows_returned)
    );
}

#[test]
fn the_services_key_in_a_browser_is_seen() {
    let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0";
    let mut line = edge("GET", "/rest/v1/clients", "", 200, "service_role", "0-0/*");
    assert_eq!(
        word(Source::SupabaseEdge, &line.to_string()),
        "nothing",
        "a server's"
    );
    line["metadata"][0]["request"][0]["headers"][0]["user_agent"] = browser.into();
    assert_eq!(
        word(Source::SupabaseEdge, &line.to_string()),
        "service_role_from_browser"
    );
    line["metadata"][0]["request"][0]["sb"][0]["jwt"][0]["apikey"][0]["invalid"] = "signature".into();
    assert_eq!(
        word(Source::SupabaseEdge, &line.to_string()),
        "nothing",
        "anybody can write such a token"
    );

    let mut line = edge("GET", "/rest/v1/clients", "", 401, "anon", "");
    line["metadata"][0]["request"][0]["sb"] =
        json!([{ "apikey": [{ "apikey": [{ "prefix": "sb_secret_A1b2C" }] }] }]);
    assert_eq!(
        word(Source::SupabaseEdge, &line.to_string()),
        "authn_token_invalid"
    );
    line["metadata"][0]["request"][0]["headers"][0]["referer"] = "https://app.example.org/".into();
    assert_eq!(
        word(Source::SupabaseEdge, &line.to_string()),
        "authn_token_invalid",
        "anybody can make up the beginning of a key"
    );
    line["metadata"][0]["response"][0]["status_code"] = 200.into();
    assert_eq!(
        event(Source::SupabaseEdge, &line.to_string()).event,
        EventKind::ServiceRoleFromBrowser
    );
    line["metadata"][0]["request"][0]["sb"][0]["apikey"][0]["apikey"][0]["error"] = "unknown".into();
    assert_eq!(word(Source::SupabaseEdge, &line.to_string()), "nothing");
}

#[test]
fn whoever_is_anonymous_and_may_not_is_told_from_a_wrong_token() {
    let mut line = edge("GET", "/rest/v1/clients", "", 401, "anon", "");
    line["metadata"][0]["response"][0]["headers"][0]["proxy_status"] = "PostgREST; error=42501".into();
    let event = event(Source::SupabaseEdge, &line.to_string());
    assert_eq!(
        (event.event, event.error_code.as_deref()),
        (EventKind::AuthzFail, Some("42501"))
    );
}

#[test]
fn auths_lines_are_told_apart() {
    let auth = |more: serde_json::Value| {
        let mut line = json!({ "component": "api", "level": "info", "time": AT, "msg": "request completed",
                               "method": "POST", "path": "/token", "remote_addr": "203.0.113.7", "duration": 1 });
        let fields = more.as_object().expect("fields").clone();
        line.as_object_mut().expect("a line").extend(fields);
        line.to_string()
    };
    let signed_in = json!({ "action": "login", "actor_id": "7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11",
                            "actor_username": "jean@example.org", "log_type": "account" });
    for (line, is) in [
        (auth(json!({ "status": 400, "error_code": "invalid_credentials", "grant_type": "password" })), "authn_login_fail"),
        (auth(json!({ "status": "400" })), "authn_login_fail"),
        (auth(json!({ "status": 400, "grant_type": "refresh_token" })), "nothing"),
        (auth(json!({ "status": 200, "auth_event": signed_in })), "authn_login_success"),
        (auth(json!({ "status": 200, "grant_type": "refresh_token" })), "nothing"),
        (auth(json!({ "status": 429, "path": "/otp" })), "excess_rate_limit_exceeded"),
        (auth(json!({ "status": 403, "path": "/user", "method": "GET" })), "authz_fail"),
        (auth(json!({ "status": 200, "path": "/health", "method": "GET" })), "nothing"),
        (json!({ "level": "info", "time": AT, "msg": "Login", "action": "login", "metering": true }).to_string(), "nothing"),
        (
            json!({ "level": "info", "time": AT, "msg": "400: Invalid login credentials", "grant_type": "password" })
                .to_string(),
            "nothing",
        ),
        (
            json!({ "time": AT, "msg": "audit event", "action": "login", "actor_username": "jean@example.org" }).to_string(),
            "authn_login_success",
        ),
        (json!({ "level": "info", "time": AT, "msg": "GoTrue API started" }).to_string(), "nothing"),
    ] {
        assert_eq!(word(Source::SupabaseAuth, &line), is, "{line}");
    }
    let line = auth(json!({ "status": 200, "auth_event": signed_in }));
    let direct = event(Source::SupabaseAuth, &line);
    assert_eq!(direct.account.as_deref(), Some("jean@example.org"));
    assert_eq!(
        direct.actor_id.map(|id| id.to_string()).as_deref(),
        Some("7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11")
    );
    let drained =
        json!({ "id": "x", "timestamp": 1_795_464_000_000_000_i64, "event_message": line, "metadata": [{}] });
    let drained = event(Source::SupabaseAuth, &drained.to_string());
    assert_eq!((drained.event, drained.account), (direct.event, direct.account));
    let nested = serde_json::from_str::<serde_json::Value>(&line).expect("JSON");
    let nested = json!({ "id": "x", "timestamp": 1_795_464_000_000_000_i64, "event_message": line, "metadata": [nested] });
    assert_eq!(
        event(Source::SupabaseAuth, &nested.to_string()).event,
        EventKind::AuthnLoginSuccess
    );
}

#[test]
fn the_databases_lines_are_told_apart() {
    let told = |severity: &str, code: &str| {
        json!({ "id": "7f1d0c9e", "timestamp": 1_795_464_000_000_000_i64, "event_message": "secret text",
                "metadata": [{ "parsed": [{ "error_severity": severity, "sql_state_code": code, "user_name": "authenticator",
                    "connection_from": "203.0.113.7:5432", "timestamp": "2026-11-23 20:00:00.000 UTC",
                    "query": "select 'jean@example.org'" }] }] })
        .to_string()
    };
    for (line, is) in [
        (told("ERROR", "42501"), "authz_fail"),
        (told("FATAL", "28P01"), "authn_login_fail"),
        (told("ERROR", "23505"), "nothing"),
        (told("LOG", "00000"), "nothing"),
        (
            r#"{"timestamp": "2026-11-23 20:00:00 UTC"}"#.to_owned(),
            "it has neither a status nor a code nor an action",
        ),
    ] {
        assert_eq!(word(Source::Postgres, &line), is, "{line}");
    }
    let denied = event(Source::Postgres, &told("ERROR", "42501"));
    assert_eq!(denied.actor_role.as_deref(), Some("authenticator"));
    let jsonlog = json!({ "timestamp": "2026-11-23 20:00:00.000 UTC", "user": "jean", "remote_host": "203.0.113.7",
        "session_id": "6560f0a1.1f", "line_num": 2, "error_severity": "FATAL", "state_code": "28P01", "message": "no" })
    .to_string();
    let refused = event(Source::Postgres, &jsonlog);
    assert_eq!(
        (refused.account.as_deref(), refused.actor_role),
        (Some("jean"), None)
    );
    assert_eq!(denied.address, None, "PostgREST's own");
    assert_eq!(refused.address, Some("203.0.113.7".parse().expect("an address")));
}

#[test]
fn nginx_believes_its_proxies_only() {
    let line = |address: &str, forwarded: &str| {
        json!({ "time": AT, "id": "0123456789abcdef0123456789abcdef", "address": address, "forwarded": forwarded,
                "method": "GET", "path": "/api/users/42", "status": "404", "bytes": "12", "agent": "", "role": "" })
        .to_string()
    };
    let from = |address, forwarded| {
        event(Source::Nginx, &line(address, forwarded))
            .address
            .expect("one")
            .to_string()
    };
    assert_eq!(from("203.0.113.7", "198.51.100.9"), "203.0.113.7", "forged");
    assert_eq!(
        from("10.0.0.1", "198.51.100.9, 203.0.113.7, 10.2.2.2"),
        "203.0.113.7"
    );
    let office = event(Source::Nginx, &line("198.51.100.9", ""));
    assert!(office.is_allowed);
    assert_eq!(office.route.as_deref(), Some("/api/users/{id}"));
    assert_eq!(
        (office.resource, office.open.as_deref()),
        (None, Some("api/users/42"))
    );
    let asset = line("203.0.113.7", "").replace("/api/users/42", "/static/app.js");
    assert_eq!(word(Source::Nginx, &asset), "nothing");
}

#[test]
fn postgrests_lines_are_told_apart() {
    let line = |role: &str, request: &str, status: u16, bytes: &str| {
        format!(
            "203.0.113.7 - {role} [23/Nov/2026:20:00:00 +0000] \"{request}\" {status} {bytes} \"\" \"curl/8.5.0\""
        )
    };
    for (line, is) in [
        (
            line("anon", "GET /contracts?select=* HTTP/1.1", 200, "344"),
            "anon_data_read",
        ),
        (
            line("web_anon", "GET /contracts HTTP/1.1", 200, "2"),
            "empty_sensitive_read",
        ),
        (line("anon", "GET /contracts HTTP/1.1", 200, "-"), "unjudged"),
        (
            line("authenticated", "GET /contracts HTTP/1.1", 200, "344"),
            "nothing",
        ),
        (
            line("-", "GET /contracts HTTP/1.1", 401, "80"),
            "authn_token_invalid",
        ),
        (
            line("authenticated", "GET /salaries HTTP/1.1", 403, "80"),
            "authz_fail",
        ),
        (
            line("anon", "GET /wp_login HTTP/1.1", 404, "80"),
            "resource_enumeration",
        ),
        (line("anon", "OPTIONS /contracts HTTP/1.1", 401, "0"), "nothing"),
        (
            line("anon", "GET /a\\\"b HTTP/1.1", 404, "0"),
            "resource_enumeration",
        ),
        (
            "203.0.113.7 - anon [23/Nov/2026:20:00:00 +0000] \"GET /x HTTP/1.1\" 200 2".to_owned(),
            "nothing",
        ),
        (
            "203.0.113.7 - anon [23/Nov/2026:20:00:00 +0000] \"GET /x HTTP/1.1".to_owned(),
            "it is no line of the combined log format",
        ),
        (
            "203.0.113.7 - anon [yesterday] \"GET /x HTTP/1.1\" 404 2".to_owned(),
            "it has no time, or one that cannot be read",
        ),
        (
            "[] [] \"\"".to_owned(),
            "it is no line of the combined log format",
        ),
    ] {
        assert_eq!(word(Source::Postgrest, &line), is, "{line}");
    }
}

#[test]
fn impossible_times_are_refused_and_old_ones_passed_over() {
    for (at, is) in [
        ("2026-11-23T20:34:59Z", "authz_fail"),
        (
            "2026-11-23T20:35:01Z",
            "its time is in the future, or before the year 2000",
        ),
        (
            "1999-12-31T23:59:59Z",
            "its time is in the future, or before the year 2000",
        ),
        (
            "9999-01-01T00:00:00Z",
            "its time is in the future, or before the year 2000",
        ),
        ("2026-05-27T20:30:01Z", "authz_fail"),
        ("2026-05-27T20:29:59Z", "old"),
    ] {
        let line = json!({ "time": at, "method": "GET", "path": "/x", "status": 403 }).to_string();
        assert_eq!(word(Source::Nginx, &line), is, "{at} at {}", now());
    }
}
