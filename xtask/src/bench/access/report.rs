//! What was measured, for people and for programs.

use serde_json::{Value, json};

use super::{MIB, rules::Looked};
use crate::{
    bench::{circumstances::Circumstances, numbers::figure},
    failure::Failure,
};

/// So much more memory a file of sixteen times the size may take, in KiB: what allocators and the kernel round up to.
const MORE_KIB: f64 = 4096.0;

/// What one reading came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ingested {
    pub(super) milliseconds: f64,
    pub(super) peak_kib: f64,
    pub(super) lines: u64,
    pub(super) events: u64,
    pub(super) added: u64,
    pub(super) bad: u64,
    pub(super) left: u64,
}

/// Of one log.
pub(super) struct Of {
    pub(super) source: &'static str,
    pub(super) bytes: u64,
    pub(super) lines: u64,
    /// `wc -l`, in milliseconds.
    pub(super) floor: f64,
    /// A sixteenth, cut in the middle of a line.
    pub(super) first: Ingested,
    /// The whole.
    pub(super) once: Ingested,
    /// The whole a second time.
    pub(super) again: Ingested,
    /// The sixteenth, once the rest was appended.
    pub(super) resumed: Ingested,
    /// Whether the second time left all rows as they were.
    pub(super) stays: bool,
}

/// What is done with the journal then.
pub(super) struct Afterwards {
    /// Whether what was cut and resumed gave the rows of the whole.
    pub(super) same: bool,
    pub(super) rows: u64,
    /// Milliseconds, of all rows.
    pub(super) seal: f64,
    pub(super) verify: f64,
    pub(super) verify_peak_kib: f64,
    pub(super) rules: Vec<Looked>,
}

pub(super) struct Report {
    pub(super) circumstances: Circumstances,
    pub(super) read: Vec<Of>,
    pub(super) afterwards: Afterwards,
}

#[expect(clippy::cast_precision_loss, reason = "sizes that are told with four digits")]
fn number(value: u64) -> f64 {
    value as f64
}

/// How many in a second.
fn rate(how_many: f64, milliseconds: f64) -> f64 {
    how_many * 1e3 / milliseconds.max(f64::MIN_POSITIVE)
}

impl Of {
    fn mib(&self) -> f64 {
        number(self.bytes) / number(MIB)
    }

    /// What has to be so, and whether it is.
    fn promises(&self) -> [(&'static str, bool); 5] {
        let tail = self.first.left > 0 && self.resumed.left == 0;
        [
            (
                "every line is read",
                self.once.lines == self.lines && self.once.bad == 0,
            ),
            (
                "every event is a row",
                self.once.added == self.once.events && self.once.added > 0,
            ),
            (
                "read again, nothing is added",
                self.stays && self.again.added == 0,
            ),
            ("what is cut is left, then read", tail),
            (
                "sixteen times the size takes no more memory",
                self.once.peak_kib <= self.first.peak_kib + MORE_KIB,
            ),
        ]
    }

    fn json(&self) -> Value {
        let of = |run: &Ingested| {
            json!({
                "milliseconds": run.milliseconds, "peak_kib": run.peak_kib, "lines": run.lines, "events": run.events,
                "added": run.added, "bad": run.bad, "left_bytes": run.left,
            })
        };
        json!({
            "source": self.source, "bytes": self.bytes, "lines": self.lines, "wc_milliseconds": self.floor,
            "once": of(&self.once), "again": of(&self.again), "sixteenth": of(&self.first), "resumed": of(&self.resumed),
        })
    }
}

impl Report {
    pub(super) fn text(&self) -> String {
        let mut lines = self.circumstances.lines();
        lines.push(format!(
            "\n{:<16}{:>8}{:>11}{:>9}{:>10}{:>9}{:>11}{:>9}{:>10}{:>9}",
            "", "MiB", "lines", "events", "s", "MiB/s", "lines/s", "wc -l s", "ratio", "again s"
        ));
        for of in &self.read {
            let took = of.once.milliseconds;
            lines.push(format!(
                "{:<16}{:>8}{:>11}{:>9}{:>10}{:>9}{:>11}{:>9}{:>10}{:>9}",
                of.source,
                figure(of.mib().round()),
                figure(number(of.lines)),
                figure(number(of.once.events)),
                figure(took / 1e3),
                figure(rate(of.mib(), took)),
                figure(rate(number(of.lines), took).round()),
                figure(of.floor / 1e3),
                figure(took / of.floor.max(f64::MIN_POSITIVE)),
                figure(of.again.milliseconds / 1e3),
            ));
        }
        let total = |of: fn(&Of) -> f64| self.read.iter().map(of).sum::<f64>();
        let (took, floor) = (total(|of| of.once.milliseconds), total(|of| of.floor));
        lines.push(format!(
            "{:<16}{:>8}{:>11}{:>9}{:>10}{:>9}{:>11}{:>9}{:>10}{:>9}",
            "all",
            figure(total(Of::mib).round()),
            figure(total(|of| number(of.lines))),
            figure(total(|of| number(of.once.events))),
            figure(took / 1e3),
            figure(rate(total(Of::mib), took)),
            figure(rate(total(|of| number(of.lines)), took).round()),
            figure(floor / 1e3),
            figure(took / floor.max(f64::MIN_POSITIVE)),
            figure(total(|of| of.again.milliseconds) / 1e3),
        ));
        lines.push(format!(
            "\n{:<16}{:>14}{:>14}",
            "peak memory, KiB", "a sixteenth", "whole"
        ));
        for of in &self.read {
            let [part, whole] = [of.first, of.once].map(|run| figure(run.peak_kib));
            lines.push(format!("{:<16}{part:>14}{whole:>14}", of.source));
        }
        let after = &self.afterwards;
        let million = 1e6 / number(after.rows).max(1.0) / 1e3;
        lines.push(format!(
            "\nseal        {} rows in {} s: {} s for a million",
            figure(number(after.rows)),
            figure(after.seal / 1e3),
            figure(after.seal * million),
        ));
        lines.push(format!(
            "verify      {} s: {} s for a million; the program had {} KiB at most",
            figure(after.verify / 1e3),
            figure(after.verify * million),
            figure(after.verify_peak_kib),
        ));
        for looked in &after.rules {
            let Looked {
                rules,
                milliseconds,
                found,
            } = looked;
            lines.push(format!(
                "rules       {:>10} ms, {found:>5} found   {rules}",
                figure(*milliseconds)
            ));
        }
        lines.push("\nwhat is asked".to_owned());
        for (source, what, is_met) in self.promises() {
            let met = if is_met { "met" } else { "not met" };
            lines.push(format!("{source:<16}{what:<52}{met}"));
        }
        lines.join("\n")
    }

    pub(super) fn json(&self) -> Value {
        let after = &self.afterwards;
        let rules = after.rules.iter().map(|looked| {
            json!({ "rules": looked.rules, "milliseconds": looked.milliseconds, "found": looked.found })
        });
        let asked = self
            .promises()
            .map(|(source, what, is_met)| json!({ "of": source, "what": what, "is_met": is_met }));
        json!({
            "circumstances": self.circumstances.json(),
            "read": self.read.iter().map(Of::json).collect::<Vec<_>>(),
            "seal": { "rows": after.rows, "milliseconds": after.seal },
            "verify": { "milliseconds": after.verify, "peak_kib": after.verify_peak_kib },
            "rules": rules.collect::<Vec<_>>(),
            "asked": asked.collect::<Vec<_>>(),
        })
    }

    /// Fails where something that has to be so is not; times are told, and nothing is asked of them.
    pub(super) fn insist(&self) -> Result<(), Failure> {
        let missed: Vec<String> = self
            .promises()
            .filter(|(_, _, is_met)| !is_met)
            .map(|(source, what, _)| format!("{source}: not so: {what}"))
            .collect();
        if missed.is_empty() {
            return Ok(());
        }
        Err(Failure::new(missed.join("\n")))
    }

    fn promises(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        let of_logs = self.read.iter().flat_map(|of| {
            of.promises()
                .into_iter()
                .map(|(what, is_met)| (of.source, what, is_met))
        });
        let rows: u64 = self.read.iter().map(|of| of.once.added).sum();
        of_logs.chain([
            (
                "all",
                "cut and resumed, the rows are those of the whole",
                self.afterwards.same,
            ),
            ("all", "every row is sealed", self.afterwards.rows == rows),
        ])
    }
}
