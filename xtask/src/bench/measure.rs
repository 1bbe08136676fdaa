//! What is measured, and the numbers of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::numbers::{self, Spread};

/// One thing that is measured at every run of its arm, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    Count,
    Payload,
    PsqlProcess,
    PsqlMemory,
    VigieRun,
    VigieEvaluating,
    VigieProcess,
    VigieMemory,
    VigieWal,
    VigieAlertRows,
    VigieDeadRows,
    Naive,
    NaiveWal,
    NaiveAlertRows,
    NaiveDeadRows,
}

/// In what it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Milliseconds,
    KiB,
    Bytes,
    Rows,
}

impl Unit {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::KiB => "KiB",
            Self::Bytes => "B",
            Self::Rows => "rows",
        }
    }
}

impl Measure {
    /// What programs call it, what people call it, and its unit.
    fn words(self) -> (&'static str, &'static str, Unit) {
        use Unit::{Bytes, KiB, Milliseconds, Rows};
        match self {
            Self::Count => ("count", "floor count(*)", Milliseconds),
            Self::Payload => ("payload", "floor payload", Milliseconds),
            Self::PsqlProcess => ("psql_process", "psql, whole process", Milliseconds),
            Self::PsqlMemory => ("psql_memory", "psql, peak memory", KiB),
            Self::VigieRun => ("vigie_run", "vigie steady, run as it tells", Milliseconds),
            Self::VigieEvaluating => (
                "vigie_evaluating",
                "vigie steady, checks as it tells",
                Milliseconds,
            ),
            Self::VigieProcess => ("vigie_process", "vigie steady, whole process", Milliseconds),
            Self::VigieMemory => ("vigie_memory", "vigie steady, peak memory", KiB),
            Self::VigieWal => ("vigie_wal", "vigie steady, WAL", Bytes),
            Self::VigieAlertRows => ("vigie_alert_rows", "vigie steady, alert rows written", Rows),
            Self::VigieDeadRows => ("vigie_dead_rows", "vigie steady, dead tuples made", Rows),
            Self::Naive => ("naive", "naive (fails the gate)", Milliseconds),
            Self::NaiveWal => ("naive_wal", "naive, WAL", Bytes),
            Self::NaiveAlertRows => ("naive_alert_rows", "naive, alert rows written", Rows),
            Self::NaiveDeadRows => ("naive_dead_rows", "naive, dead tuples made", Rows),
        }
    }

    pub(super) fn title(self) -> &'static str {
        self.words().1
    }

    pub(super) fn unit(self) -> Unit {
        self.words().2
    }

    fn key(self) -> &'static str {
        self.words().0
    }
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub(super) struct Measured {
    values: BTreeMap<Measure, Vec<f64>>,
}

impl Measured {
    pub(super) fn add(&mut self, one: impl IntoIterator<Item = (Measure, f64)>) {
        for (measure, value) in one {
            self.values.entry(measure).or_default().push(value);
        }
    }

    /// The spread of each, in the order in which they are told.
    pub(super) fn spreads(&self) -> impl Iterator<Item = (Measure, Spread)> {
        self.values
            .iter()
            .filter_map(|(measure, values)| Some((*measure, Spread::of(values)?)))
    }

    /// The largest value of a measure.
    pub(super) fn max(&self, measure: Measure) -> Option<f64> {
        Some(Spread::of(self.values.get(&measure)?)?.max)
    }

    /// How many times the median of one is the median of the other.
    pub(super) fn ratio(&self, of: Measure, to: Measure) -> Option<f64> {
        numbers::ratio(self.values.get(&of)?, self.values.get(&to)?)
    }

    pub(super) fn json(&self) -> Value {
        let entry = |(measure, values): (&Measure, &Vec<f64>)| {
            let mut told = Spread::of(values)?.json(values);
            told["unit"] = measure.unit().as_str().into();
            Some((measure.key().to_owned(), told))
        };
        Value::Object(self.values.iter().filter_map(entry).collect::<Map<_, _>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_told_only_of_what_was_measured() {
        let mut measured = Measured::default();
        measured.add([
            (Measure::VigieProcess, 30.0),
            (Measure::Payload, 20.0),
            (Measure::VigieWal, 900.0),
        ]);
        measured.add([(Measure::VigieWal, 1100.0)]);
        assert_eq!(measured.ratio(Measure::VigieProcess, Measure::Payload), Some(1.5));
        assert_eq!(measured.ratio(Measure::Naive, Measure::Payload), None);
        assert_eq!(measured.max(Measure::VigieWal), Some(1100.0));
        assert_eq!(measured.max(Measure::Naive), None);
        assert_eq!(measured.json()["vigie_wal"]["median"], 1000.0);
    }
}
