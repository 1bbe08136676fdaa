//! What is asked of a steady run, and whether it was so. Asked on a million movements with 0.1 % of anomalies; told of
//! every size, whatever it gives.

use serde_json::{Value, json};

use super::{
    measure::{Measure, Measured},
    numbers::figure,
};
use crate::failure::Failure;

/// Between what a number has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Limit {
    AtMost(f64),
    AtLeast(f64),
    Below(f64),
}

impl Limit {
    fn is_kept_by(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
            Self::Below(limit) => value < limit,
        }
    }

    fn words(self) -> String {
        match self {
            Self::AtMost(limit) => format!("at most {}", figure(limit)),
            Self::AtLeast(limit) => format!("at least {}", figure(limit)),
            Self::Below(limit) => format!("below {}", figure(limit)),
        }
    }
}

/// One number that is asked for.
struct Target {
    /// What programs call it, what people call it, and its unit.
    words: (&'static str, &'static str, &'static str),
    measured: fn(&Measured) -> Option<f64>,
    limit: Limit,
    /// Whether it is the same in a debug build.
    in_debug: bool,
}

const TARGETS: &[Target] = &[
    Target {
        words: ("steady_to_payload", "steady run / floor payload", "×"),
        measured: |measured| measured.ratio(Measure::VigieRun, Measure::Payload),
        limit: Limit::AtMost(1.15),
        in_debug: false,
    },
    Target {
        words: ("naive_to_steady", "naive / steady run", "×"),
        measured: |measured| measured.ratio(Measure::Naive, Measure::VigieRun),
        limit: Limit::AtLeast(2.5),
        in_debug: false,
    },
    Target {
        words: ("process_to_psql", "whole process / whole psql", "×"),
        measured: |measured| measured.ratio(Measure::VigieProcess, Measure::PsqlProcess),
        limit: Limit::AtMost(1.5),
        in_debug: false,
    },
    Target {
        words: ("peak_memory", "peak memory, largest", "MB"),
        measured: |measured| Some(measured.max(Measure::VigieMemory)? * 1024.0 / 1e6),
        limit: Limit::Below(25.0),
        in_debug: false,
    },
    Target {
        words: ("wal", "WAL of a steady run, most", "B"),
        measured: |measured| measured.max(Measure::VigieWal),
        limit: Limit::Below(4000.0),
        in_debug: true,
    },
    Target {
        words: ("alert_rows", "alert rows written, most", "rows"),
        measured: |measured| measured.max(Measure::VigieAlertRows),
        limit: Limit::AtMost(0.0),
        in_debug: true,
    },
];

/// What was asked and what was measured.
#[derive(Debug)]
pub(super) struct Answer {
    words: (&'static str, &'static str, &'static str),
    limit: Limit,
    /// Nothing, where it was not measured: then nothing is met.
    value: Option<f64>,
}

impl Answer {
    pub(super) fn new(
        words: (&'static str, &'static str, &'static str),
        limit: Limit,
        value: Option<f64>,
    ) -> Self {
        Self { words, limit, value }
    }

    fn is_met(&self) -> bool {
        self.value.is_some_and(|value| self.limit.is_kept_by(value))
    }

    /// One line of the table.
    pub(super) fn line(&self) -> String {
        let (_, title, unit) = self.words;
        let value = self.value.map_or_else(|| "not measured".to_owned(), figure);
        let limit = self.limit.words();
        let met = if self.is_met() { "met" } else { "not met" };
        format!("{title:<36}{value:>16} {unit:<5}{limit:<16}{met}")
    }

    /// Name and answer, for programs.
    pub(super) fn json(&self) -> (String, Value) {
        let (name, _, unit) = self.words;
        let told = json!({
            "value": self.value, "unit": unit, "target": self.limit.words(), "met": self.is_met(),
        });
        (name.to_owned(), told)
    }
}

/// The answers to all that is asked of such a build.
pub(super) fn answers(measured: &Measured, release: bool) -> Vec<Answer> {
    TARGETS
        .iter()
        .filter(|target| release || target.in_debug)
        .map(|target| Answer::new(target.words, target.limit, (target.measured)(measured)))
        .collect()
}

/// Insists on all of them.
pub(super) fn insist(answers: &[Answer]) -> Result<(), Failure> {
    let missed: Vec<String> = answers
        .iter()
        .filter(|answer| !answer.is_met())
        .map(Answer::line)
        .collect();
    if missed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(missed.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(wal: f64, rows: f64) -> Measured {
        let mut measured = Measured::default();
        measured.add([(Measure::VigieWal, 100.0), (Measure::VigieAlertRows, 0.0)]);
        measured.add([(Measure::VigieWal, wal), (Measure::VigieAlertRows, rows)]);
        measured
    }

    #[test]
    fn one_run_that_writes_too_much_is_enough() {
        let insisted = |measured: &Measured| insist(&answers(measured, false));
        assert!(insisted(&measured(3999.0, 0.0)).is_ok());
        assert!(insisted(&measured(4000.0, 0.0)).is_err());
        assert!(insisted(&measured(100.0, 1.0)).is_err());
        assert!(insisted(&Measured::default()).is_err());
    }

    #[test]
    fn every_target_is_met_up_to_its_limit_and_not_beyond() {
        let told = |run: f64, naive: f64, process: f64, kib: f64| {
            let mut measured = measured(3700.0, 0.0);
            measured.add([
                (Measure::Payload, 100.0),
                (Measure::PsqlProcess, 100.0),
                (Measure::VigieRun, run),
                (Measure::Naive, naive),
                (Measure::VigieProcess, process),
                (Measure::VigieMemory, kib),
            ]);
            let answers = answers(&measured, true);
            assert_eq!(answers.len(), TARGETS.len());
            let missed = answers.into_iter().filter(|answer| !answer.is_met());
            missed.map(|answer| answer.words.0).collect::<Vec<_>>()
        };
        assert!(told(115.0, 287.5, 150.0, 24_414.0).is_empty());
        assert_eq!(told(115.1, 400.0, 150.0, 24_414.0), ["steady_to_payload"]);
        assert_eq!(told(100.0, 249.9, 150.0, 24_414.0), ["naive_to_steady"]);
        assert_eq!(told(100.0, 250.0, 150.1, 24_414.0), ["process_to_psql"]);
        assert_eq!(told(100.0, 250.0, 150.0, 24_415.0), ["peak_memory"]);
    }

    #[test]
    fn an_answer_says_what_was_asked() {
        let answers = answers(&measured(4100.0, 0.0), true);
        let line = |n: usize| answers[n].line().split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(
            line(0),
            "steady run / floor payload not measured × at most 1.15 not met"
        );
        assert_eq!(line(4), "WAL of a steady run, most 4,100 B below 4,000 not met");
        let (name, told) = answers[5].json();
        assert_eq!(name, "alert_rows");
        assert_eq!(
            told,
            json!({ "value": 0.0, "unit": "rows", "target": "at most 0", "met": true })
        );
    }
}
