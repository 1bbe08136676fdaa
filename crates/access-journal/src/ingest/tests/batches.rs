//! Batches as a drain sends them: a list on one line, of all services.

use std::io::BufReader;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::lines::{AT, edge, now, terms};
use crate::{
    Observed, Source,
    ingest::{BadLine, LONGEST_LINE, Reading, Stream, Tally, Text},
};

fn read(text: Text, bytes: &[u8], name: Option<&str>) -> (Vec<Observed>, Tally) {
    let from = BufReader::with_capacity(1000, bytes);
    let mut reading = Reading::new(Source::SupabaseEdge, text, from, name.map(Stream::named), terms());
    let mut events = Vec::new();
    while let Some(event) = reading.next_event().expect("a text") {
        events.push(*event);
    }
    (events, reading.tally().clone())
}

fn numbered(mut line: Value, id: usize) -> Value {
    line["id"] = id.to_string().into();
    line
}

fn refused(id: usize) -> Value {
    numbered(edge("GET", "/rest/v1/projects", "", 401, "anon", ""), id)
}

fn auth(id: &str) -> Value {
    let said = json!({ "component": "api", "time": AT, "msg": "request completed", "method": "POST", "path": "/token",
                       "status": 400, "grant_type": "password", "remote_addr": "203.0.113.7" });
    json!({ "id": id, "timestamp": AT, "event_message": said.to_string(), "metadata": [] })
}

fn database(id: &str) -> Value {
    json!({ "id": id, "timestamp": AT, "event_message": "permission denied",
            "metadata": [{ "parsed": [{ "timestamp": AT, "error_severity": "ERROR", "sql_state_code": "42501",
                                        "user_name": "anon" }] }] })
}

fn storage() -> Value {
    json!({ "id": "s", "timestamp": AT, "event_message": "GET | 403", "metadata": [{ "level": "info", "res": [{ "statusCode": 403 }] }] })
}

#[test]
fn each_entry_is_of_its_own_service() {
    let batch = json!([refused(1), auth("2"), database("3"), storage(), refused(5)]);
    let (events, tally) = read(Text::Pipe, format!("{batch}\n").as_bytes(), None);
    let sources: Vec<_> = events.iter().map(|event| event.source).collect();
    assert_eq!(
        sources,
        [
            Source::SupabaseEdge,
            Source::SupabaseAuth,
            Source::Postgres,
            Source::SupabaseEdge
        ]
    );
    assert_eq!((tally.lines, tally.bad, tally.elsewhere), (5, 0, 1));
    assert_eq!(tally.own_lines(), 2);
    let others: Vec<_> = tally
        .others
        .iter()
        .map(|other| (other.source, other.lines))
        .collect();
    assert_eq!(others, [(Source::SupabaseAuth, 1), (Source::Postgres, 1)]);
}

#[test]
fn an_entry_is_known_whether_it_comes_in_a_batch_or_alone() {
    let alone = format!("{}\n{}\n", refused(1), refused(2));
    let batch = format!("{}\n", json!([refused(1), refused(2)]));
    let keys = |bytes: &str| {
        let (events, _) = read(Text::Pipe, bytes.as_bytes(), None);
        events
            .into_iter()
            .map(|event| event.dedup_key)
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&alone), keys(&batch));
    assert_eq!(keys(&batch).len(), 2);
}

#[test]
fn entries_without_ids_are_known_by_their_place() {
    let mut nameless = refused(1);
    nameless.as_object_mut().expect("fields").remove("id");
    let batch = format!("{}\n", json!([nameless, nameless]));
    let keys = || {
        let (events, _) = read(Text::Pipe, batch.as_bytes(), Some("x"));
        events
            .into_iter()
            .map(|event| event.dedup_key)
            .collect::<Vec<_>>()
    };
    let (first, again) = (keys(), keys());
    assert_eq!(first, again);
    assert_eq!(first.len(), 2);
    assert_ne!(first[0], first[1]);
}

#[test]
fn a_batch_of_a_drain_is_longer_than_a_line_and_an_entry_is_not() {
    let many: Vec<_> = (0..250).map(refused).collect();
    let text = format!("{}\n", Value::from(many));
    assert!(text.len() > LONGEST_LINE);
    let (events, tally) = read(Text::Pipe, text.as_bytes(), None);
    assert_eq!((events.len(), tally.lines, tally.bad), (250, 250, 0));

    let mut long = refused(2);
    long["metadata"][0]["padding"] = "x".repeat(LONGEST_LINE).into();
    let text = format!("{}\n", json!([refused(1), long, refused(3)]));
    let (events, tally) = read(Text::Pipe, text.as_bytes(), None);
    assert_eq!((events.len(), tally.lines), (2, 3));
    assert_eq!(tally.first_bad, [(1, BadLine::TooLong)]);
}

#[test]
fn what_is_no_batch_is_bad_and_one_that_is_still_written_is_left() {
    for (text, why) in [
        ("[1,2\n", BadLine::NotJson),
        ("[]x\n", BadLine::NotJson),
        ("[{}", BadLine::CutOff),
    ] {
        let (events, tally) = read(Text::Pipe, text.as_bytes(), None);
        assert_eq!(events.len(), 0);
        assert_eq!(tally.first_bad, [(1, why)], "{text}");
    }
    let (_, tally) = read(Text::Pipe, b"[1, \"x\", null]\n", None);
    assert_eq!((tally.lines, tally.bad), (3, 3), "none of them is an object");
    let (_, tally) = read(Text::Pipe, b"[]\n", None);
    assert_eq!((tally.lines, tally.bad), (0, 0));
    let whole = json!([refused(1)]).to_string();
    let (events, tally) = read(Text::File, whole.as_bytes(), None);
    assert_eq!((events.len(), tally.left), (0, whole.len() as u64));
    let commas = format!("[{}0]\n", "0,".repeat(1_000_000));
    let (_, tally) = read(Text::Pipe, commas.as_bytes(), None);
    assert_eq!(tally.first_bad, [(1, BadLine::TooLong)]);
}

#[test]
fn who_reads_for_days_says_what_time_it_is() {
    let later = now() + TimeDelta::days(1);
    let mut line = refused(1);
    line["timestamp"] = later.timestamp_micros().into();
    let text = format!("{line}\n{line}\n");
    let from = BufReader::new(text.as_bytes());
    let mut reading = Reading::new(Source::SupabaseEdge, Text::Pipe, from, None, terms());
    assert!(matches!(reading.next_line(), Ok(crate::ingest::Next::Nothing)));
    assert_eq!(reading.tally().first_bad, [(1, BadLine::ImpossibleTime)]);
    reading.now(later);
    assert!(reading.next_event().expect("a text").is_some());
}
