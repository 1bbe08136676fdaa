//! What hostile or careless hands make of a good text: for every place that reads what others wrote.
//!
//! The same texts for the same seed; `VIGIE_FUZZ`, when this is compiled, says how many for each place.

use std::cell::{Cell, RefCell};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

/// How many without a word about it.
const FEW: u32 = 512;

/// What has a meaning to some reader, and what has none to any.
const PIECES: [&str; 30] = [
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{1b}[31m",
    "é",
    "😀",
    "\r\n",
    "\n",
    "'",
    "\"",
    "\"\"\"",
    "$$",
    "--",
    "/*",
    "*/",
    ";",
    "{",
    "}",
    "[",
    "]",
    "=",
    ":",
    ".",
    "..",
    "/",
    "%",
    "-1",
    "1e999",
    "9223372036854775808",
    "null",
];

/// One thing that is done to a text, at a place in thousandths of it.
#[derive(Debug, Clone)]
enum Change {
    Take(usize, usize),
    Twice(usize, usize),
    Byte(usize, u8),
    Piece(usize, usize),
    Many(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = 0..1000_usize;
    prop_oneof![
        (at.clone(), 1..40_usize).prop_map(|(at, many)| Change::Take(at, many)),
        (at.clone(), 1..400_usize).prop_map(|(at, many)| Change::Twice(at, many)),
        (at.clone(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (at.clone(), 0..PIECES.len()).prop_map(|(at, piece)| Change::Piece(at, piece)),
        (at, 0..PIECES.len()).prop_map(|(at, piece)| Change::Many(at, piece)),
    ]
}

fn changed(mut text: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let place = |at: &usize| at * text.len() / 1000;
        match change {
            Change::Take(at, many) => {
                let from = place(at);
                let to = (from + many).min(text.len());
                text.drain(from..to);
            }
            Change::Twice(at, many) => {
                let from = place(at);
                let to = (from + many).min(text.len());
                text.extend_from_within(from..to);
            }
            Change::Byte(at, byte) => {
                let at = place(at);
                text.insert(at, *byte);
            }
            Change::Piece(at, piece) => {
                let at = place(at);
                text.splice(at..at, PIECES[*piece].bytes());
            }
            Change::Many(at, piece) => {
                let at = place(at);
                text.splice(at..at, PIECES[*piece].repeat(500).into_bytes());
            }
        }
    }
    text
}

/// Gives each spoiled text to what reads it, which may refuse and may not panic; what is good it has to take. Says how many it
/// was given, and how many of them it took.
pub(crate) fn spoil(place: &str, good: &[&str], mut read: impl FnMut(&[u8]) -> bool) {
    let given = option_env!("VIGIE_FUZZ");
    let cases = given.map_or(FEW, |given| given.parse().expect("VIGIE_FUZZ is a number"));
    let good: Vec<Vec<u8>> = good.iter().map(|text| text.as_bytes().to_vec()).collect();
    for text in &good {
        assert!(read(text), "{place}: what is good is refused");
    }
    let texts = (prop::sample::select(good), prop::collection::vec(change(), 1..6));
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let (given, taken) = (Cell::new(0_u64), Cell::new(0_u64));
    let read = RefCell::new(&mut read);
    let spoiled = TestRunner::new(config).run(&texts, |(text, changes)| {
        given.set(given.get() + 1);
        let is_taken = (*read.borrow_mut())(&changed(text, &changes));
        taken.set(taken.get() + u64::from(is_taken));
        Ok(())
    });
    println!("{place}: {} executions, {} taken", given.get(), taken.get());
    if let Err(wrong) = spoiled {
        panic!("{place}: {wrong}");
    }
}
