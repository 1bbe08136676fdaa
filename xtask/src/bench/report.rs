//! What is printed at the end, for people and for programs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    gate::{Keeper, Verdict},
    machine::Machine,
    measure::{Measured, Unit},
    numbers::{figure, times},
    stand::SETTINGS,
};

/// A whole bench.
pub(super) struct Report {
    /// Words that describe it: on what, with what, of what.
    pub(super) about: Vec<(&'static str, String)>,
    pub(super) machine: Machine,
    /// The load average before and after.
    pub(super) load: [String; 2],
    pub(super) gate: Vec<Verdict>,
    /// Checks with more rows than they may keep: there the arms do not do the same.
    pub(super) truncated: Vec<String>,
    pub(super) plan: Vec<String>,
    pub(super) measured: Measured,
    /// Whether times are told: those of a debug build mean nothing.
    pub(super) with_times: bool,
}

impl Report {
    pub(super) fn text(&self) -> String {
        let mut lines = vec![];
        for (name, value) in &self.about {
            lines.push(format!("{name:<12}{value}"));
        }
        lines.push(format!("{:<12}{}", "machine", self.machine.line()));
        let settings: Vec<String> = SETTINGS
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        lines.push(format!("{:<12}{}", "settings", settings.join(", ")));
        lines.push(format!(
            "{:<12}{} before, {} after",
            "load", self.load[0], self.load[1]
        ));
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
        if self.with_times {
            lines.push("\nratios of the medians".to_owned());
            let ratios = self.measured.ratios();
            lines.extend(ratios.map(|(words, ratio)| format!("{words:<36}{:>16}", times(ratio))));
        }
        lines.join("\n")
    }

    pub(super) fn json(&self) -> Value {
        let gate = self.gate.iter().map(|verdict| {
            json!({ "arm": keeper(verdict.keeper), "story": verdict.story, "wrong": verdict.wrong })
        });
        json!({
            "about": self.about.iter().cloned().collect::<BTreeMap<_, _>>(),
            "machine": self.machine.json(),
            "settings": SETTINGS.iter().copied().collect::<BTreeMap<_, _>>(),
            "load": { "before": self.load[0], "after": self.load[1] },
            "gate": gate.collect::<Vec<_>>(),
            "truncated": self.truncated,
            "plan": self.plan,
            "with_times": self.with_times,
            "measured": self.measured.json(),
            "ratios": self.measured.ratios().collect::<BTreeMap<_, _>>(),
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
