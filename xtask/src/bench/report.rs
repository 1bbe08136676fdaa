//! What is printed at the end, for people and for programs.

use serde_json::{Map, Value, json};

use super::{
    circumstances::Circumstances,
    gate::{Keeper, Verdict},
    measure::{Measured, Unit},
    numbers::figure,
    targets::Answer,
};

/// A whole bench.
pub(super) struct Report {
    pub(super) circumstances: Circumstances,
    pub(super) gate: Vec<Verdict>,
    /// Checks with more rows than they may keep: there the arms do not do the same.
    pub(super) truncated: Vec<String>,
    pub(super) plan: Vec<String>,
    pub(super) measured: Measured,
    pub(super) answers: Vec<Answer>,
    /// Whether times are told: those of a debug build mean nothing.
    pub(super) with_times: bool,
}

impl Report {
    pub(super) fn text(&self) -> String {
        let mut lines = self.circumstances.lines();
        lines.push("\ngate".to_owned());
        lines.extend(self.gate.iter().map(verdict));
        if !self.truncated.is_empty() {
            lines.push(format!(
                "\nNot comparable: {} has more rows than a check may keep; the floors and the naive arm handle all \
                 of them, Vigie the worst 50,000.",
                self.truncated.join(", ")
            ));
        }
        lines.push("\nnaive, how PostgreSQL does it".to_owned());
        lines.extend(self.plan.iter().map(|line| format!("  {line}")));
        lines.push(format!(
            "\n{:<36}{:>4}{:>12}{:>12}{:>12}",
            "", "n", "min", "median", "max"
        ));
        for (measure, spread) in self.measured.spreads() {
            if self.with_times || measure.unit() != Unit::Milliseconds {
                let numbers = [spread.min, spread.median, spread.max].map(figure);
                lines.push(format!(
                    "{:<36}{:>4}{:>12}{:>12}{:>12} {}",
                    measure.title(),
                    spread.n,
                    numbers[0],
                    numbers[1],
                    numbers[2],
                    measure.unit().as_str(),
                ));
            }
        }
        lines.push("\nwhat is asked at size m and 0.1 %; ratios are of the medians".to_owned());
        lines.extend(self.answers.iter().map(Answer::line));
        lines.join("\n")
    }

    pub(super) fn json(&self) -> Value {
        let gate = self.gate.iter().map(|verdict| {
            json!({ "arm": keeper(verdict.keeper), "story": verdict.story, "wrong": verdict.wrong })
        });
        json!({
            "circumstances": self.circumstances.json(),
            "gate": gate.collect::<Vec<_>>(),
            "truncated": self.truncated,
            "plan": self.plan,
            "with_times": self.with_times,
            "measured": self.measured.json(),
            "targets": self.answers.iter().map(Answer::json).collect::<Map<_, _>>(),
        })
    }
}

fn keeper(keeper: Keeper) -> &'static str {
    match keeper {
        Keeper::Vigie => "vigie",
        Keeper::Naive => "naive",
    }
}

fn verdict(verdict: &Verdict) -> String {
    let name = keeper(verdict.keeper);
    match &verdict.wrong {
        None => format!("  {name:<6} ok    {}", verdict.story),
        Some(wrong) => {
            let why = wrong.lines().next().unwrap_or_default();
            format!("  {name:<6} FAIL  {} ({why})", verdict.story)
        }
    }
}
