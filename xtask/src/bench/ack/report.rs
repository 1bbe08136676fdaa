//! How long acts waited, for people and for programs.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{case::Case, watcher::Seen};
use crate::bench::{
    circumstances::Circumstances,
    numbers::{self, Spread, figure},
};

/// How long an act may wait during a run at most, in milliseconds.
const LIMIT: f64 = 20.0;

/// What was measured of one case, in milliseconds.
#[derive(Debug, Default)]
pub(super) struct Waits {
    /// Acts while nothing else was at work.
    pub(super) floor: Vec<f64>,
    /// Acts that overlapped a run.
    pub(super) during: Vec<f64>,
    /// The runs, from the program's start to its end.
    pub(super) runs: Vec<f64>,
    pub(super) seen: Seen,
}

impl Waits {
    pub(super) fn merge(&mut self, other: Self) {
        self.floor.extend(other.floor);
        self.during.extend(other.during);
        self.runs.extend(other.runs);
        self.seen.merge(other.seen);
    }

    /// Whether no act waited too long; not where there was none.
    fn is_met(&self) -> bool {
        Spread::of(&self.during).is_some_and(|during| during.max <= LIMIT)
    }
}

pub(super) struct Report {
    pub(super) circumstances: Circumstances,
    pub(super) waits: BTreeMap<Case, Waits>,
    /// How many acts were done in all, each of which is in the events once.
    pub(super) acts: usize,
}

impl Report {
    pub(super) fn text(&self) -> String {
        let mut lines = self.circumstances.lines();
        lines.push(format!(
            "\n{:<40}{:>8}{:>10}{:>10}{:>10} ms",
            "", "n", "median", "p99", "max"
        ));
        for (case, waits) in &self.waits {
            let met = if waits.is_met() { "met" } else { "not met" };
            lines.push(case.words().1.to_owned());
            lines.push(row("  without a run", &waits.floor));
            lines.push(format!(
                "{}     at most {LIMIT} ms: {met}",
                row("  during a run", &waits.during)
            ));
            lines.push(row("  the run itself", &waits.runs));
        }
        lines.push("\nwhat the server said during runs, and at how many of the looks".to_owned());
        for (case, waits) in &self.waits {
            lines.push(format!(
                "{}: {} looks, at {} of them the person waits for a lock",
                case.words().1,
                waits.seen.looks,
                waits.seen.locks()
            ));
            let mut waits: Vec<_> = waits.seen.waits.iter().collect();
            waits.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
            lines.extend(waits.iter().map(|(wait, times)| format!("{times:>8}  {wait}")));
        }
        lines.push(format!(
            "\n{} acts: each is in the events once, every alert is as it was left, and the chains verify",
            self.acts
        ));
        lines.join("\n")
    }

    pub(super) fn json(&self) -> Value {
        let cases = self.waits.iter().map(|(case, waits)| {
            let told = json!({
                "without_run": spread(&waits.floor),
                "during_run": spread(&waits.during),
                "run": spread(&waits.runs),
                "target": format!("at most {LIMIT}"),
                "met": waits.is_met(),
                "looks": waits.seen.looks,
                "waits_for_locks": waits.seen.locks(),
                "seen": waits.seen.waits,
            });
            (case.words().0.to_owned(), told)
        });
        json!({
            "circumstances": self.circumstances.json(),
            "unit": "ms",
            "cases": cases.collect::<Map<_, _>>(),
            "acts": self.acts,
        })
    }
}

fn row(title: &str, values: &[f64]) -> String {
    let (Some(spread), Some(p99)) = (Spread::of(values), numbers::p99(values)) else {
        return format!("{title:<40}       0");
    };
    let [median, p99, max] = [spread.median, p99, spread.max].map(figure);
    format!("{title:<40}{:>8}{median:>10}{p99:>10}{max:>10}", spread.n)
}

fn spread(values: &[f64]) -> Value {
    let Some(spread) = Spread::of(values) else {
        return Value::Null;
    };
    let mut told = spread.json(values);
    told["p99"] = numbers::p99(values).into();
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_act_that_waits_too_long_is_enough() {
        let met = |during: &[f64]| {
            let mut waits = Waits::default();
            waits.merge(Waits {
                during: during.to_vec(),
                ..Waits::default()
            });
            waits.is_met()
        };
        assert!(met(&[1.0, 20.0]));
        assert!(!met(&[1.0, 20.1]));
        assert!(!met(&[]));
    }

    #[test]
    fn a_row_tells_how_many_and_how_long() {
        let words = |values: &[f64]| {
            row("title", values)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(words(&[1.0, 3.0, 1234.0]), "title 3 3 1,234 1,234");
        assert_eq!(words(&[]), "title 0");
    }
}
