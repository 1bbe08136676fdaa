//! The log format of the guide is the one that is read.

use serde_json::Value;

use super::lines::{event, word};
use crate::{EventKind, Source};

const GUIDE: &str = include_str!("../../../../../docs/guides/access-journal.md");

/// What nginx writes by the guide's `log_format`, with these values for its variables and nothing for others.
fn written(values: &[(&str, &str)]) -> String {
    let (_, format) = GUIDE
        .split_once("log_format vigie escape=json\n")
        .expect("a format");
    let (format, _) = format.split_once(';').expect("an end");
    let mut rest: String = format
        .lines()
        .map(|line| line.trim().trim_matches('\''))
        .collect();
    let mut line = String::new();
    while let Some((before, after)) = rest.split_once('$') {
        let end = after
            .find(|c: char| !c.is_ascii_lowercase() && c != '_')
            .unwrap_or(after.len());
        let value = values.iter().find(|(name, _)| *name == &after[..end]);
        let value = Value::from(value.map_or("", |(_, value)| value)).to_string();
        line.push_str(before);
        line.push_str(value.trim_matches('"'));
        rest = after[end..].to_owned();
    }
    line + &rest
}

#[test]
fn nginx_by_the_guide_is_read() {
    let values = [
        ("msec", "1795464000.250"),
        ("request_id", "0123456789abcdef0123456789abcdef"),
        ("remote_addr", "10.0.0.1"),
        ("http_x_forwarded_for", "203.0.113.7"),
        ("request_method", "GET"),
        ("vigie_path", "/rest/v1/contracts"),
        ("status", "206"),
        ("body_bytes_sent", "99"),
        ("vigie_role", "anon"),
        ("http_user_agent", "curl/8.5.0"),
        ("sent_http_content_range", "0-4/*"),
        ("http_x_client_release", "web@1.0.0+4110b38a1b2c"),
    ];
    let leak = event(Source::Nginx, &written(&values));
    assert_eq!(
        (leak.event, leak.rows_returned),
        (EventKind::AnonDataRead, Some(5))
    );
    assert_eq!(
        leak.address.map(|address| address.to_string()).as_deref(),
        Some("203.0.113.7")
    );
    assert_eq!(leak.occurred_at.to_rfc3339(), "2026-11-23T20:00:00.250+00:00");
    assert_eq!(leak.user_agent_family.as_deref(), Some("curl"));
    assert_eq!(leak.client_release.as_deref(), Some("web@1.0.0+4110b38a1b2c"));
    assert_eq!(
        leak.request_id.as_deref(),
        Some("0123456789abcdef0123456789abcdef")
    );

    let signs_in = |status, grant| {
        let mut values = values.to_vec();
        values.extend([("arg_grant_type", grant)]);
        values.retain(|(name, _)| !["request_method", "vigie_path", "status"].contains(name));
        values.extend([
            ("request_method", "POST"),
            ("vigie_path", "/auth/v1/token"),
            ("status", status),
        ]);
        word(Source::Nginx, &written(&values))
    };
    assert_eq!(signs_in("400", "password"), "authn_login_fail");
    assert_eq!(signs_in("400", "refresh_token"), "nothing");

    let mut denied = values.to_vec();
    denied.retain(|(name, _)| *name != "status");
    denied.extend([
        ("status", "401"),
        ("sent_http_proxy_status", "PostgREST; error=42501"),
    ]);
    assert_eq!(word(Source::Nginx, &written(&denied)), "authz_fail");
}

/// Whether a pattern of the guide's map is one for this text: letters, `\s`, and `+` or `*` behind it.
fn matches(pattern: &str, text: &str) -> bool {
    let Some(rest) = pattern.strip_prefix("\\s") else {
        let Some(first) = pattern.chars().next() else {
            return true;
        };
        if first == '$' {
            return text.is_empty();
        }
        let of_text = text
            .chars()
            .next()
            .filter(|of_text| of_text.eq_ignore_ascii_case(&first));
        return of_text.is_some_and(|of_text| matches(&pattern[1..], &text[of_text.len_utf8()..]));
    };
    let behind = text.trim_start();
    match (rest.strip_prefix('+'), rest.strip_prefix('*')) {
        (Some(rest), _) => behind.len() < text.len() && matches(rest, behind),
        (_, Some(rest)) => matches(rest, behind),
        _ => text.starts_with(char::is_whitespace) && matches(rest, &text[1..]),
    }
}

#[test]
fn whoever_is_nobody_to_postgrest_is_anonymous_to_nginx() {
    let (_, map) = GUIDE
        .split_once("map $http_authorization $vigie_role {\n")
        .expect("a map");
    let (map, _) = map.split_once('}').expect("an end");
    let entries: Vec<(&str, &str)> = map
        .lines()
        .filter_map(|line| line.trim().trim_end_matches(';').rsplit_once(' '))
        .map(|(key, role)| (key.trim().trim_matches('"'), role.trim_matches('"')))
        .collect();
    let default = entries.iter().find(|(key, _)| *key == "default").expect("one").1;
    let role = |header: &str| {
        let first = entries.iter().find(|(key, _)| {
            key.strip_prefix("~*^")
                .is_some_and(|pattern| matches(pattern, header))
        });
        first.map_or(default, |(_, role)| role)
    };
    for anonymous in [
        "",
        "Basic eDp5",
        "Bearer",
        "Bearereyx",
        "Token eyJ",
        "Bearer YOUR_ANONYMOUS_KEY",
        "bearer   YOUR_ANONYMOUS_KEY",
        "BEARER\tYOUR_ANONYMOUS_KEY ",
    ] {
        assert_eq!(role(anonymous), "anon", "{anonymous:?}");
    }
    for known in ["Bearer eyJhbGciOi", "bearer\teyJ", "Bearer YOUR_ANONYMOUS_KEY2"] {
        assert_eq!(role(known), "", "{known:?}");
    }
}
