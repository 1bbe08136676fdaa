//! Texts that grow, are cut, and are read again.

use std::{collections::BTreeSet, io::BufReader};

use super::lines::terms;
use crate::{
    Source,
    ingest::{BadLine, Failure, LONGEST_LINE, Reading, Stream, Tally, Text},
};

fn line(at: usize) -> String {
    format!(
        "203.0.113.7 - anon [23/Nov/2026:20:00:{:02} +0000] \"GET /x{at} HTTP/1.1\" 404 2 \"\" \"curl/8\"\n",
        at % 60
    )
}

fn log(lines: std::ops::Range<usize>) -> Vec<u8> {
    lines.map(line).collect::<String>().into_bytes()
}

fn read(
    source: Source,
    text: Text,
    bytes: &[u8],
    stream: Option<Stream>,
) -> Result<(Vec<String>, Tally), Failure> {
    let terms = terms();
    let mut reading = Reading::new(source, text, BufReader::with_capacity(100, bytes), stream, terms);
    let mut keys = Vec::new();
    while let Some(event) = reading.next_event()? {
        keys.push(event.dedup_key);
    }
    Ok((keys, reading.tally().clone()))
}

fn file(bytes: &[u8]) -> (Vec<String>, Tally) {
    read(Source::Postgrest, Text::File, bytes, None).expect("a file has a name")
}

#[test]
fn a_file_that_grows_byte_by_byte_adds_each_line_once_and_loses_none() {
    let whole = log(0..40);
    let (all, tally) = file(&whole);
    assert_eq!((all.len(), tally.left), (40, 0));
    let mut known = BTreeSet::new();
    for length in 0..whole.len() {
        let (keys, tally) = file(&whole[..length]);
        assert_eq!(tally.bad, 0, "what is still being written is not bad");
        assert_eq!(tally.bytes + tally.left, length as u64);
        known.extend(keys);
    }
    known.extend(file(&whole).0);
    assert_eq!(known, all.into_iter().collect());
}

#[test]
fn a_file_is_known_under_another_name_and_told_from_the_one_that_takes_its_place() {
    let (old, _) = file(&log(0..50));
    let (rotated, _) = file(&log(50..100));
    let (renamed, _) = file(&log(0..50));
    assert_eq!(old, renamed);
    assert!(rotated.iter().all(|key| !old.contains(key)));
}

#[test]
fn the_same_line_twice_is_two_events() {
    let twice = [log(0..1), log(0..1)].concat();
    let (keys, _) = file(&twice);
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn the_end_of_a_pipe_is_the_end() {
    let pipe =
        |bytes: &[u8]| read(Source::Postgrest, Text::Pipe, bytes, Some(Stream::named("x"))).expect("a name");
    let whole = log(0..2);
    let (keys, tally) = pipe(&whole[..whole.len() - 1]);
    assert_eq!((keys.len(), tally.bad), (2, 0), "whole without its end");
    let (keys, tally) = pipe(&whole[..whole.len() - 3]);
    assert_eq!((keys.len(), tally.first_bad), (1, vec![(2, BadLine::CutOff)]));
}

#[test]
fn a_pipe_without_ids_must_have_a_name() {
    let nameless = read(Source::Postgrest, Text::Pipe, &log(0..2), None);
    assert!(matches!(nameless, Err(Failure::Nameless(_))), "{nameless:?}");
    let dull = line(0).replace("404", "200");
    assert!(read(Source::Postgrest, Text::Pipe, dull.as_bytes(), None).is_ok());
}

#[test]
fn what_cannot_be_read_is_counted_and_told_without_its_words() {
    let mut text = log(0..1);
    text.extend(vec![b'x'; 3 * LONGEST_LINE]);
    text.extend(b"\n\xff\xfe\n\n\x1b[31mjean@example.org\n");
    text.extend(log(1..2));
    let (keys, tally) = file(&text);
    assert_eq!(keys.len(), 2);
    assert_eq!((tally.lines, tally.bad), (6, 3));
    assert_eq!(
        tally.first_bad,
        [
            (2, BadLine::TooLong),
            (3, BadLine::NotCombined),
            (5, BadLine::NotCombined)
        ]
    );
    assert!(tally.is_bad());
    assert!(!format!("{tally:?}").contains("jean"));
}

#[test]
fn one_bad_line_of_a_hundred_is_not_many() {
    let text = [log(0..99), b"bad\n".to_vec()].concat();
    assert!(!file(&text).1.is_bad());
    let text = [log(0..98), b"bad\n".to_vec()].concat();
    assert!(file(&text).1.is_bad());
    assert!(!file(b"").1.is_bad());
}
