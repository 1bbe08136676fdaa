//! What the tests of this folder share.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{
    Observed, Source,
    client::Proxies,
    ingest::{BadLine, Seen, Sensitive, Stream, Terms, read},
};

pub(super) const AT: &str = "2026-11-23T20:00:00Z";

pub(super) fn now() -> DateTime<Utc> {
    "2026-11-23T20:30:00Z".parse().expect("a time")
}

pub(super) fn terms() -> Terms {
    Terms {
        sensitive: Sensitive::new(["public.contracts".to_owned(), "hr.*_slips".to_owned()]),
        allow: vec!["198.51.100.0/24".parse().expect("a network")],
        anonymous: ["anon", "anonymous", "web_anon"].map(str::to_owned).to_vec(),
        proxies: Proxies::new(&["10.0.0.0/8".to_owned()]).expect("networks"),
        now: now(),
        kept_for: TimeDelta::days(180),
    }
}

pub(super) fn seen(source: Source, line: &str) -> Result<Seen, BadLine> {
    let line_read = read(source, line.as_bytes(), &terms())?;
    Ok(line_read
        .known_at(Some(&Stream::named("test")), 0, line.as_bytes())
        .expect("a name"))
}

#[track_caller]
pub(super) fn event(source: Source, line: &str) -> Observed {
    match seen(source, line) {
        Ok(Seen::Event(event)) => *event,
        other => panic!("{other:?} of {line}"),
    }
}

/// What a line is: the word of its event, `nothing`, `unjudged`, `old`, or why it is bad.
pub(super) fn word(source: Source, line: &str) -> String {
    match seen(source, line) {
        Ok(Seen::Event(event)) => event.event.to_string(),
        Ok(Seen::Nothing) => "nothing".to_owned(),
        Ok(Seen::Unjudged) => "unjudged".to_owned(),
        Ok(Seen::Old) => "old".to_owned(),
        Err(bad) => bad.to_string(),
    }
}

/// A line of the gateway, nested as its drains nest it.
pub(super) fn edge(method: &str, path: &str, search: &str, status: u16, role: &str, range: &str) -> Value {
    json!({
        "event_message": format!("{method} | {status} | 203.0.113.7 | https://x.supabase.co{path}{search}"),
        "id": "0174e64f-6dcb-47e4-a46f-0feccf04adb5",
        "timestamp": 1_795_464_000_000_000_i64,
        "metadata": [{
            "request": [{
                "method": method, "path": path, "search": search,
                "headers": [{ "cf_connecting_ip": "203.0.113.7", "user_agent": "curl/8.5.0", "x_client_info": null }],
                "cf": [{ "country": "CD", "asn": 37020 }],
                "sb": [{ "jwt": [{ "apikey": [{ "invalid": null, "payload": [{ "role": role, "issuer": "supabase" }] }],
                                   "authorization": [] }], "auth_user": null }],
            }],
            "response": [{ "status_code": status.to_string(),
                           "headers": [{ "content_range": range, "cf_ray": "98e87fae3bb3907b-CDG" }] }],
        }],
    })
}
