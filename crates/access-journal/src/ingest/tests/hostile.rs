//! Lines that somebody wrote on purpose: too long, of no text, with escapes for terminals, with forged origins, of the future.

use std::io::BufReader;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::lines::{edge, now, terms};
use crate::{
    Observed, Source,
    ingest::{BadLine, LONGEST_LINE, Reading, SOURCES, Stream, Tally, Text},
    privacy::{Keys, MonthKey, Salt},
};

fn read(source: Source, bytes: &[u8], buffer: usize) -> (Vec<Observed>, Tally) {
    let from = BufReader::with_capacity(buffer, bytes);
    let stream = Some(Stream::named("hostile"));
    let mut reading = Reading::new(source, Text::Pipe, from, stream, terms());
    let mut events = Vec::new();
    while let Some(event) = reading.next_event().expect("a text") {
        events.push(*event);
    }
    (events, reading.tally().clone())
}

fn micros(at: DateTime<Utc>) -> Value {
    at.timestamp_micros().into()
}

/// A line of that source that is refused with 401 or the like, written at that time, with this in what a client chooses.
fn line(source: Source, at: DateTime<Utc>, chosen: &str) -> String {
    let text = match source {
        Source::Nginx => {
            json!({ "time": at.to_rfc3339(), "address": "203.0.113.7", "method": "GET", "path": format!("/x/{chosen}"),
                                 "status": 401, "agent": chosen, "origin": chosen, "release": chosen, "id": chosen })
        }
        Source::SupabaseAuth => {
            json!({ "time": at.to_rfc3339(), "msg": "request completed", "method": "POST", "path": "/token",
                                        "status": 400, "grant_type": "password", "user_agent": chosen,
                                        "remote_addr": "203.0.113.7", "error_code": chosen })
        }
        Source::Postgres => {
            json!({ "timestamp": at.to_rfc3339(), "error_severity": "FATAL", "state_code": "28P01",
                                    "user": chosen, "message": chosen, "remote_host": "203.0.113.7" })
        }
        Source::Postgrest => {
            let quoted: String = chosen
                .chars()
                .map(|c| {
                    if matches!(c, '"' | '\\' | '\n' | '\r') {
                        '_'
                    } else {
                        c
                    }
                })
                .collect();
            let at = at.format("%d/%b/%Y:%H:%M:%S +0000");
            return format!("203.0.113.7 - anon [{at}] \"GET /x HTTP/1.1\" 401 9 \"\" \"{quoted}\"");
        }
        _ => {
            let mut line = edge("GET", "/rest/v1/x", "", 401, "anon", "");
            line["timestamp"] = micros(at);
            let request = &mut line["metadata"][0]["request"][0];
            request["headers"][0]["user_agent"] = chosen.into();
            request["headers"][0]["x_client_release"] = chosen.into();
            line
        }
    };
    text.to_string()
}

/// What the journal gets of it, as text.
fn kept(event: Observed) -> String {
    let keys = Keys {
        own: MonthKey::new(None, &Salt::from_bytes([1; 32])),
        before: Some(MonthKey::new(None, &Salt::from_bytes([2; 32]))),
    };
    let event = event.under(&keys);
    event.refuse_malformed().expect("the journal can hold it");
    format!("{event:?}")
}

/// What changes how a terminal or a page shows what follows, and what would end a line.
fn spoils(text: &str) -> bool {
    // `Debug` writes control characters as escapes: what is left of them is the word of the escape.
    text.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202e}'))
        || ["\\u{", "\\n", "\\r", "\\t", "\\0"]
            .iter()
            .any(|escape| text.contains(escape))
}

proptest! {
    /// A line of the greatest length is read, the next longer one is not; the lines around it are read all the same, and what
    /// is held does not grow.
    #[test]
    fn what_is_too_long_takes_nothing_with_it(over in -40_isize..40, buffer in 1..100_000_usize, which in 0..5_usize) {
        let source = SOURCES[which];
        let good = line(source, now(), "curl/8");
        let length = LONGEST_LINE.saturating_add_signed(over);
        let padding = length - line(source, now(), "").len();
        let long = match source {
            // once only: the others hold what is chosen several times
            Source::Postgrest => line(source, now(), &"x".repeat(padding)),
            _ => format!("{}{}", line(source, now(), ""), " ".repeat(padding)),
        };
        prop_assert_eq!(long.len(), length);
        let text = format!("{good}\n{long}\n{good}\n");
        let (events, tally) = read(source, text.as_bytes(), buffer);
        let is_read = over <= 0;
        prop_assert_eq!(tally.lines, 3);
        prop_assert_eq!(events.len(), if is_read { 3 } else { 2 });
        let bad: Vec<_> = if is_read { vec![] } else { vec![(2, BadLine::TooLong)] };
        prop_assert_eq!(&tally.first_bad, &bad);
    }

    /// Bytes that are no text spoil no other line, wherever they stand.
    #[test]
    fn what_is_no_text_spoils_no_other_line(at in any::<prop::sample::Index>(), byte in 0x80..=0xff_u8, which in 0..5_usize) {
        let source = SOURCES[which];
        let good = line(source, now(), "curl/8");
        let mut spoiled = good.clone().into_bytes();
        spoiled.insert(at.index(good.len()), byte);
        let (alone, _) = read(source, format!("{good}\n").as_bytes(), 512);
        let text = [good.as_bytes(), b"\n", &spoiled, b"\n", good.as_bytes(), b"\n"].concat();
        let (events, tally) = read(source, &text, 512);
        prop_assert_eq!(tally.lines, 3);
        prop_assert!(tally.first_bad.iter().all(|(number, _)| *number == 2), "{:?}", tally);
        let says = |event: &Observed| (event.address, event.event, event.status, event.route.clone());
        let whole = events.iter().filter(|event| says(event) == says(&alone[0])).count();
        prop_assert!(whole >= 2, "{:?}", events);
    }

    /// Whoever asks chooses what they call themselves: nobody makes their own line unreadable by it.
    #[test]
    fn who_sends_no_text_is_recorded(byte in 0x80..=0xff_u8, which in 0..5_usize) {
        let source = SOURCES[which];
        let good = line(source, now(), "curl/8");
        let spoiled: Vec<u8> = good.clone().into_bytes();
        let at = good.rfind("curl").expect("what is chosen");
        let spoiled = [&spoiled[..at], &[byte], &spoiled[at..]].concat();
        let batch = [b"[", &spoiled[..], b"]"].concat();
        let comes_in_batches = source == Source::SupabaseEdge;
        for text in [spoiled, batch].into_iter().take(if comes_in_batches { 2 } else { 1 }) {
            let (events, tally) = read(source, &[&text[..], b"\n"].concat(), 512);
            prop_assert_eq!((events.len(), tally.bad), (1, 0), "{:?}", tally);
        }
    }

    /// Nothing that a terminal takes for a command gets into an event.
    #[test]
    fn no_escape_gets_into_an_event(
        before in "[a-z/]{0,5}",
        escape in prop::sample::select(vec![
            "\u{1b}[31m", "\u{1b}]0;owned\u{7}", "\u{9b}2J", "\u{0}", "\u{8}\u{8}", "\r", "\n", "\u{7f}", "\u{2028}", "\u{202e}", "\u{1b}c",
        ]),
        after in "[a-z/]{0,5}",
        which in 0..5_usize,
    ) {
        let source = SOURCES[which];
        let text = line(source, now(), &format!("{before}{escape}{after}"));
        let (events, tally) = read(source, format!("{text}\n").as_bytes(), 512);
        prop_assert_eq!((events.len() as u64) + tally.bad, 1, "{:?}", tally);
        for event in events {
            let kept = kept(event);
            prop_assert!(!spoils(&kept), "{} of {}", kept, text);
        }
    }

    /// Whatever somebody writes into `X-Forwarded-For`, they are who they came from, unless a proxy of ours passed them on;
    /// then they are whom it saw, the last one.
    #[test]
    fn a_forged_origin_is_not_believed(forged in "[0-9a-f.:, \u{1b}\"]{0,60}", seen in 1..255_u8, peer in 1..255_u8) {
        let told = |address: &str, forwarded: &str| {
            let line = json!({ "time": now().to_rfc3339(), "address": address, "forwarded": forwarded, "method": "GET",
                               "path": "/x", "status": 401 });
            let (events, _) = read(Source::Nginx, format!("{line}\n").as_bytes(), 512);
            events.into_iter().next().and_then(|event| event.address).map(|address| address.to_string())
        };
        let (seen, stranger) = (format!("203.0.113.{seen}"), format!("198.18.0.{peer}"));
        prop_assert_eq!(told(&stranger, &forged), Some(stranger.clone()));
        prop_assert_eq!(told(&format!("10.0.0.{peer}"), &format!("{forged}, {seen}")), Some(seen));
    }

    /// What has not happened yet is bad, beyond what clocks may differ; by every clock, in every format.
    #[test]
    fn the_future_is_refused(seconds in prop_oneof![-600_i64..900, 300..302_i64, 900..86_400 * 3_650_i64], which in 0..5_usize) {
        let source = SOURCES[which];
        let text = line(source, now() + TimeDelta::seconds(seconds), "curl/8");
        let (events, tally) = read(source, format!("{text}\n").as_bytes(), 512);
        let is_future = seconds > 300;
        prop_assert_eq!(events.len(), usize::from(!is_future), "{}", text);
        let bad: Vec<_> = if is_future { vec![(1, BadLine::ImpossibleTime)] } else { vec![] };
        prop_assert_eq!(tally.first_bad, bad);
    }
}
