//! Whoever asks chooses what most fields say, and cannot keep their line out of the journal by it.

use super::lines::{AT, event, seen, terms, word};
use crate::{
    EventKind, Outcome, Source,
    ingest::{Seen, read},
};

/// What PostgREST writes of a leak, where the client says these of itself. It escapes nothing.
fn leak(query: &str, referer: &str, agent: &str) -> String {
    format!(
        "203.0.113.7 - anon [23/Nov/2026:20:00:00 +0000] \"GET /contracts{query} HTTP/1.1\" 200 344 \"{referer}\" \"{agent}\""
    )
}

#[test]
fn what_a_client_says_of_itself_hides_no_leak_from_postgrests_log() {
    for (query, referer, agent) in [
        ("", "", "curl/8\\"),
        ("", "\\", "curl/8"),
        ("?a=\"", "", "curl/8"),
        ("?a=\"\\", "\"", "\""),
        ("?a=\"404", "\"\"", "\" \""),
        // An answer of their own making, behind the server's and before it.
        ("", "", "x HTTP/1.1\" 404 2 \"\" \"y"),
        ("", " HTTP/1.1\" 404 2 \"", " HTTP/1.1\" 404 2 \"\" \""),
        ("?a=\"404", "\" 404 2 \"", "\" 404 2"),
        ("?HTTP/1.1\"", "", ""),
        ("?a=[23/Nov/2026:20:00:00]", "] \"", "] \""),
        ("", "", "\u{fffd}"),
    ] {
        let line = leak(query, referer, agent);
        let leak = event(Source::Postgrest, &line);
        assert_eq!(
            (leak.event, leak.outcome, leak.status),
            (EventKind::AnonDataRead, Outcome::Success, Some(200)),
            "{line}"
        );
        assert_eq!(leak.resource.as_deref(), Some("contracts"), "{line}");
    }
    let honest = event(Source::Postgrest, &leak("", "https://x.cd/", "curl/8.5.0"));
    assert_eq!(honest.user_agent_family.as_deref(), Some("curl"));
    // A service's key that a page used is seen by its referer all the same.
    let page = leak("", "https://x.cd/", "y").replace("- anon", "- service_role");
    assert_eq!(word(Source::Postgrest, &page), "service_role_from_browser");
}

#[test]
fn nobody_makes_up_a_leak_either() {
    let line = leak("", "", " HTTP/1.1\" 200 344 \"\" \"").replacen("200 344", "401 80", 1);
    assert_eq!(word(Source::Postgrest, &line), "authn_token_invalid");
}

#[test]
fn a_byte_that_is_no_text_costs_its_field_and_not_the_line() {
    let signs_in = format!(
        r#"{{"time":"{AT}","address":"203.0.113.7","method":"POST","path":"/auth/v1/token","status":"400","agent":"@"}}"#
    );
    let read = |source, line: &str| {
        let (before, behind) = line.split_once('@').expect("a place");
        let line = [before.as_bytes(), b"\xff\xc3", behind.as_bytes()].concat();
        match read(source, &line, &terms()).expect("a line").seen {
            Seen::Event(event) => event.event,
            seen => panic!("{seen:?}"),
        }
    };
    assert_eq!(read(Source::Nginx, &signs_in), EventKind::AuthnLoginFail);
    assert_eq!(
        read(Source::Postgrest, &leak("?a=@", "", "")),
        EventKind::AnonDataRead
    );
    assert!(seen(Source::Nginx, "\u{fffd}").is_err());
}
