//! What was measured, for people and for programs.

use serde_json::{Value, json};

use crate::{
    bench::{
        circumstances::Circumstances,
        numbers::{Spread, figure},
    },
    failure::Failure,
};

/// What the layer says that it has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) seen: u64,
    pub(super) recorded: u64,
    pub(super) merged: u64,
    pub(super) dropped: u64,
    pub(super) waiting: u64,
}

impl Counted {
    /// From what Prometheus reads.
    pub(super) fn read(metrics: &str) -> Result<Self, Failure> {
        let number = |name: &str| {
            let name = format!("vigie_api_access_{name} ");
            let told = metrics.lines().find_map(|line| line.strip_prefix(&name));
            told.and_then(|told| told.trim().parse().ok())
                .ok_or_else(|| Failure::new(format!("no {name}in the metrics: {metrics}")))
        };
        Ok(Self {
            seen: number("seen_total")?,
            recorded: number("recorded_total")?,
            merged: number("merged_total")?,
            dropped: number("dropped_total")?,
            waiting: number("waiting")?,
        })
    }
}

pub(super) struct Report {
    pub(super) circumstances: Circumstances,
    /// p99 of each round without and with the layer, in milliseconds.
    pub(super) off: Vec<f64>,
    pub(super) on: Vec<f64>,
    /// Of the service that records: before, after, and at most.
    pub(super) memory_kib: [u64; 3],
    /// So many requests it got.
    pub(super) sent: u64,
    pub(super) counted: Counted,
    /// What stands in the journal: rows, and requests that they stand for.
    pub(super) rows: u64,
    pub(super) requests: u64,
}

impl Report {
    pub(super) fn text(&self) -> String {
        let mut lines = self.circumstances.lines();
        lines.push(format!(
            "\n{:<28}{:>4}{:>12}{:>12}{:>12}",
            "p99 of each round, ms", "n", "min", "median", "max"
        ));
        for (name, p99s) in [("layer off", &self.off), ("layer on", &self.on)] {
            if let Some(spread) = Spread::of(p99s) {
                let [min, median, max] = [spread.min, spread.median, spread.max].map(figure);
                lines.push(format!("{name:<28}{:>4}{min:>12}{median:>12}{max:>12}", spread.n));
            }
        }
        let overlap = if self.overlap() {
            "overlap"
        } else {
            "do not overlap"
        };
        lines.push(format!("the ranges {overlap}"));
        let [before, after, most] = self.memory_kib;
        lines.push(format!(
            "\nmemory      {before} KiB before, {after} KiB after, {most} KiB at most"
        ));
        let Counted {
            seen,
            recorded,
            merged,
            dropped,
            waiting,
        } = self.counted;
        lines.push(format!(
            "layer       {seen} seen, {recorded} recorded, {merged} merged, {dropped} dropped, {waiting} waiting"
        ));
        lines.push(format!(
            "journal     {} rows that stand for {} requests of {}",
            self.rows, self.requests, self.sent
        ));
        lines.join("\n")
    }

    pub(super) fn json(&self) -> Value {
        let spread = |values: &[f64]| Spread::of(values).map(|spread| spread.json(values));
        let [before, after, most] = self.memory_kib;
        json!({
            "circumstances": self.circumstances.json(),
            "p99_milliseconds": { "off": spread(&self.off), "on": spread(&self.on), "overlap": self.overlap() },
            "memory_kib": { "before": before, "after": after, "most": most },
            "layer": {
                "seen": self.counted.seen, "recorded": self.counted.recorded, "merged": self.counted.merged,
                "dropped": self.counted.dropped,
            },
            "journal": { "rows": self.rows, "requests": self.requests, "sent": self.sent },
        })
    }

    /// Fails where a request is lost that nobody counts.
    pub(super) fn insist(&self) -> Result<(), Failure> {
        let told = self.requests + self.counted.dropped;
        if told == self.sent && self.counted.recorded == self.requests {
            return Ok(());
        }
        Err(Failure::new(format!(
            "{} requests were sent, {told} are in the journal or dropped",
            self.sent
        )))
    }

    fn overlap(&self) -> bool {
        let (Some(off), Some(on)) = (Spread::of(&self.off), Spread::of(&self.on)) else {
            return false;
        };
        on.min <= off.max && off.min <= on.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_read_by_their_whole_names() {
        let metrics = "# TYPE vigie_api_access_seen counter\nvigie_api_access_seen_total 5\n\
                       vigie_api_access_recorded_total 3\nvigie_api_access_merged_total 2\n\
                       vigie_api_access_dropped_total 1\nvigie_api_access_waiting 1\n";
        let counted = Counted::read(metrics).expect("all five");
        let [seen, recorded, merged] = [counted.seen, counted.recorded, counted.merged];
        assert_eq!((seen, recorded, merged), (5, 3, 2));
        assert_eq!((counted.dropped, counted.waiting), (1, 1));
        assert!(Counted::read("vigie_api_access_seen_total 5\n").is_err());
    }
}
