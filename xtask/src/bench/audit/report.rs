//! What was measured, for people and for programs.

use serde_json::{Map, Value, json};

use crate::bench::{
    circumstances::Circumstances,
    numbers::{Spread, figure, ratio},
    targets::{Answer, Limit},
};

/// Of one size.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// What was audited, in words.
    pub(super) data: String,
    /// How often the audit waits for an answer of the server.
    pub(super) turns: u64,
    pub(super) sent: u64,
    pub(super) received: u64,
    pub(super) milliseconds: Vec<f64>,
    pub(super) peak_kib: Vec<f64>,
    pub(super) floor_milliseconds: Vec<f64>,
}

pub(super) struct Report {
    circumstances: Circumstances,
    /// By the number of tables.
    sizes: Vec<(u32, Measured)>,
    pub(super) answers: Vec<Answer>,
}

impl Report {
    /// Of a debug build nothing is asked.
    pub(super) fn new(circumstances: Circumstances, sizes: Vec<(u32, Measured)>, release: bool) -> Self {
        let answers = if release { answers(&sizes) } else { Vec::new() };
        Self {
            circumstances,
            sizes,
            answers,
        }
    }

    pub(super) fn text(&self) -> String {
        let mut lines = self.circumstances.lines();
        for (tables, measured) in &self.sizes {
            lines.push(format!(
                "\n{:<36}{:>4}{:>12}{:>12}{:>12}",
                format!("{tables} tables"),
                "n",
                "min",
                "median",
                "max"
            ));
            let rows = [
                ("audit, whole process", &measured.milliseconds, "ms"),
                ("audit, peak memory", &measured.peak_kib, "KiB"),
                ("floor: psql, whole process", &measured.floor_milliseconds, "ms"),
            ];
            lines.extend(rows.into_iter().filter_map(|(title, values, unit)| {
                let spread = Spread::of(values)?;
                let [min, median, max] = [spread.min, spread.median, spread.max].map(figure);
                Some(format!(
                    "{title:<36}{:>4}{min:>12}{median:>12}{max:>12} {unit}",
                    spread.n
                ))
            }));
            let ratio = measured.ratio().map_or_else(|| "-".to_owned(), figure);
            lines.push(format!("{:<36}{ratio:>28} ×", "audit / floor"));
            for (title, number) in measured.wire() {
                lines.push(format!("{title:<36}{:>28}", figure(number)));
            }
        }
        if !self.answers.is_empty() {
            lines.push("\nwhat is asked".to_owned());
            lines.extend(self.answers.iter().map(Answer::line));
        }
        lines.join("\n")
    }

    pub(super) fn json(&self) -> Value {
        let sizes = self.sizes.iter().map(|(tables, measured)| {
            let spread = |values: &[f64]| Spread::of(values).map(|spread| spread.json(values));
            json!({
                "tables": tables,
                "milliseconds": spread(&measured.milliseconds),
                "peak_kib": spread(&measured.peak_kib),
                "floor_milliseconds": spread(&measured.floor_milliseconds),
                "audit_to_floor": measured.ratio(),
                "turns": measured.turns,
                "bytes_sent": measured.sent,
                "bytes_received": measured.received,
            })
        });
        json!({
            "circumstances": self.circumstances.json(),
            "sizes": sizes.collect::<Vec<_>>(),
            "targets": self.answers.iter().map(Answer::json).collect::<Map<_, _>>(),
        })
    }
}

impl Measured {
    fn ratio(&self) -> Option<f64> {
        ratio(&self.milliseconds, &self.floor_milliseconds)
    }

    #[expect(clippy::cast_precision_loss, reason = "far below what a double tells apart")]
    fn wire(&self) -> [(&'static str, f64); 3] {
        [
            ("audit, waits for an answer", self.turns as f64),
            ("audit, bytes sent", self.sent as f64),
            ("audit, bytes received", self.received as f64),
        ]
    }

    fn seconds(&self) -> Option<f64> {
        Some(Spread::of(&self.milliseconds)?.median / 1000.0)
    }

    fn megabytes(&self) -> Option<f64> {
        Some(Spread::of(&self.peak_kib)?.max * 1024.0 / 1e6)
    }
}

/// What is asked of 100 tables, and of 5,000, where they were measured.
fn answers(sizes: &[(u32, Measured)]) -> Vec<Answer> {
    let of = |tables| sizes.iter().find(|(own, _)| *own == tables).map(|(_, own)| own);
    let mut answers = Vec::new();
    if let Some(small) = of(100) {
        answers.push(Answer::new(
            ("small_time", "100 tables, median", "s"),
            Limit::Below(1.0),
            small.seconds(),
        ));
    }
    if let Some(large) = of(5000) {
        answers.push(Answer::new(
            ("large_time", "5,000 tables, median", "s"),
            Limit::Below(60.0),
            large.seconds(),
        ));
        answers.push(Answer::new(
            ("large_memory", "5,000 tables, largest peak memory", "MB"),
            Limit::Below(300.0),
            large.megabytes(),
        ));
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::targets::insist;

    fn measured(milliseconds: f64, peak_kib: f64) -> Measured {
        Measured {
            milliseconds: vec![milliseconds],
            peak_kib: vec![peak_kib, 1.0],
            floor_milliseconds: vec![milliseconds / 4.0],
            ..Measured::default()
        }
    }

    #[test]
    fn each_size_has_targets_of_its_own() {
        let is_met = |sizes: &[(u32, Measured)]| insist(&answers(sizes)).is_ok();
        assert!(is_met(&[
            (100, measured(999.0, 1e6)),
            (5000, measured(59_999.0, 292_000.0))
        ]));
        assert!(!is_met(&[(100, measured(1000.0, 1.0))]));
        assert!(!is_met(&[(5000, measured(60_000.0, 1.0))]));
        assert!(!is_met(&[(5000, measured(1.0, 293_000.0))]));
        assert!(is_met(&[(700, measured(1e9, 1e9))]), "nothing is asked of it");
        assert_eq!(measured(8.0, 1.0).ratio(), Some(4.0));
    }
}
