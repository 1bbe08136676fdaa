//! What was measured, for people and for programs.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{answers::Answers, question::Question, straight::Cost};
use crate::bench::{
    circumstances::Circumstances,
    numbers::{Spread, figure},
    targets::{Answer, Limit},
};

/// What the database may take for a list or a summary, in milliseconds.
const DATABASE_TIME: f64 = 20.0;

/// What the page may weigh, in bytes.
const WEIGHT: f64 = 60_000.0;

/// The answers to one question over so many connections.
#[derive(Debug, Default)]
pub(super) struct Pair {
    pub(super) api: Answers,
    pub(super) straight: Answers,
}

impl Pair {
    /// How many answers the service gives while the database alone gives one.
    fn ratio(&self) -> Option<f64> {
        let straight = self.straight.rate().filter(|rate| *rate > 0.0)?;
        Some(self.api.rate()? / straight)
    }
}

pub(super) struct Report {
    pub(super) circumstances: Circumstances,
    /// Of each statement, by name.
    pub(super) costs: BTreeMap<&'static str, Cost>,
    /// What each answer weighs, in bytes.
    pub(super) weights: BTreeMap<Question, usize>,
    pub(super) pairs: BTreeMap<(Question, usize), Pair>,
}

impl Report {
    pub(super) fn text(&self) -> String {
        let mut lines = self.circumstances.lines();
        lines.push(format!(
            "\n{:<36}{:>4}{:>12}{:>12}{:>12}{:>14}",
            "statement, nobody else asking", "n", "min", "median", "max", "explained"
        ));
        lines.extend(self.costs.iter().filter_map(|(name, cost)| {
            let spread = Spread::of(&cost.milliseconds)?;
            let [min, median, max, explained] =
                [spread.min, spread.median, spread.max, cost.explained].map(figure);
            Some(format!(
                "{name:<36}{:>4}{min:>12}{median:>12}{max:>12}{explained:>14} ms",
                spread.n
            ))
        }));
        lines.push(String::new());
        lines.extend(
            self.weights.iter().map(|(question, bytes)| {
                format!("{:<36}{:>16} B", question.path(), figure(as_number(*bytes)))
            }),
        );
        lines.push(format!(
            "\n{:<28}{:>11}{:>12}{:>10}{:>10}{:>12}{:>10}{:>10}{:>10}",
            "", "connections", "api /s", "p50", "p99 ms", "straight /s", "p50", "p99 ms", "api/str."
        ));
        for ((question, connections), pair) in &self.pairs {
            let ratio = pair.ratio().map_or_else(|| "-".to_owned(), figure);
            lines.push(format!(
                "{:<28}{connections:>11}{}{}{ratio:>10}",
                question.path(),
                columns(&pair.api),
                columns(&pair.straight)
            ));
        }
        lines.push("\nwhat is asked with 200,000 alerts, 5,000 of them live".to_owned());
        lines.extend(self.answers().iter().map(Answer::line));
        lines.join("\n")
    }

    pub(super) fn json(&self) -> Value {
        let costs = self.costs.iter().map(|(name, cost)| {
            let spread = Spread::of(&cost.milliseconds).map(|spread| spread.json(&cost.milliseconds));
            let told = json!({ "milliseconds": spread, "explained_milliseconds": cost.explained });
            ((*name).to_owned(), told)
        });
        let weights = self.weights.iter();
        let weights = weights.map(|(question, bytes)| (question.name().to_owned(), json!(bytes)));
        let pairs = self.pairs.iter().map(|((question, connections), pair)| {
            json!({
                "question": question.name(),
                "connections": connections,
                "api": told(&pair.api),
                "straight": told(&pair.straight),
                "api_to_straight": pair.ratio(),
            })
        });
        json!({
            "circumstances": self.circumstances.json(),
            "statements": costs.collect::<Map<_, _>>(),
            "bytes": weights.collect::<Map<_, _>>(),
            "load": pairs.collect::<Vec<_>>(),
            "targets": self.answers().iter().map(Answer::json).collect::<Map<_, _>>(),
        })
    }

    fn answers(&self) -> [Answer; 3] {
        let median = |name: &str| Some(Spread::of(&self.costs.get(name)?.milliseconds)?.median);
        let weight = self.weights.get(&Question::Page).copied().map(as_number);
        [
            Answer::new(
                ("list", "list, median of database time", "ms"),
                Limit::Below(DATABASE_TIME),
                median("list"),
            ),
            Answer::new(
                ("summary", "summary, median of database time", "ms"),
                Limit::Below(DATABASE_TIME),
                median("summary"),
            ),
            Answer::new(("page", "the page", "B"), Limit::Below(WEIGHT), weight),
        ]
    }
}

#[expect(clippy::cast_precision_loss, reason = "bytes of one answer")]
fn as_number(bytes: usize) -> f64 {
    bytes as f64
}

/// Rate, median and 99th percentile.
fn columns(answers: &Answers) -> String {
    match answers.figures().map(|figures| figures.map(figure)) {
        Some([rate, p50, p99]) => format!("{rate:>12}{p50:>10}{p99:>10}"),
        None => format!("{:>12}{:>10}{:>10}", "-", "-", "-"),
    }
}

fn told(answers: &Answers) -> Value {
    match answers.figures() {
        Some([rate, p50, p99]) => json!({
            "n": answers.milliseconds.len(), "per_second": rate, "p50_milliseconds": p50, "p99_milliseconds": p99,
        }),
        None => Value::Null,
    }
}
