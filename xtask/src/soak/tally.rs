//! What came of all rounds.

use std::{collections::BTreeMap, fmt};

use super::{fault::Fault, psql::Psql};
use crate::failure::Failure;

/// What came of all rounds so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    seed: u64,
    passed: u32,
    failed: u32,
    faults: BTreeMap<Fault, u32>,
    not_injected: BTreeMap<Fault, u32>,
    violations: usize,
    acts: usize,
    unanswered: usize,
    looks: usize,
    evaluations: String,
    alerts: String,
    events: String,
}

impl Tally {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// A round is through, with so many violations.
    pub(super) fn round(&mut self, fault: Fault, violations: usize) {
        *self.faults.entry(fault).or_default() += 1;
        self.violations += violations;
        if violations == 0 {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }

    pub(super) fn not_injected(&mut self, fault: Fault) {
        *self.not_injected.entry(fault).or_default() += 1;
    }

    /// What is wrong with all rounds together.
    pub(super) fn afterwards(&mut self, violations: usize) {
        self.violations += violations;
    }

    pub(super) fn acts(&mut self, acts: usize, unanswered: usize) {
        self.acts += acts;
        self.unanswered += unanswered;
    }

    /// So many answers of services that could not see were judged.
    pub(super) fn looks(&mut self, looks: usize) {
        self.looks += looks;
    }

    /// Counts what there is in the end.
    pub(super) fn counted(&mut self, psql: &Psql) -> Result<(), Failure> {
        let printed = psql.run(include_str!("counts.sql"))?;
        let mut counts = printed.split('|').map(str::to_owned);
        let mut next = || counts.next().unwrap_or_default();
        (self.evaluations, self.alerts, self.events) = (next(), next(), next());
        Ok(())
    }

    pub(super) fn is_bad(&self) -> bool {
        self.violations > 0 || !self.not_injected.is_empty()
    }

    /// 1 where a promise was broken; 3 where something could not be tried.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        if self.violations > 0 {
            return Err(Failure::new(format!("{} violations", self.violations)));
        }
        if self.not_injected.is_empty() {
            return Ok(());
        }
        let what = format!("could not be made: {}", list(&self.not_injected));
        Err(Failure::with_code(what, 3))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not_injected: u32 = self.not_injected.values().sum();
        write!(
            f,
            "soak sync: {} rounds, seed {}: {} passed, {} failed",
            self.passed + self.failed + not_injected,
            self.seed,
            self.passed,
            self.failed
        )?;
        if not_injected > 0 {
            write!(
                f,
                ", {not_injected} without their fault ({})",
                list(&self.not_injected)
            )?;
        }
        write!(
            f,
            "; faults: {}; {} evaluations, {} acts ({} answered, {} unanswered), {} alerts, {} events, \
             {} looks while blind; {} violations",
            list(&self.faults),
            self.evaluations,
            self.acts,
            self.acts - self.unanswered,
            self.unanswered,
            self.alerts,
            self.events,
            self.looks,
            self.violations
        )
    }
}

fn list(faults: &BTreeMap<Fault, u32>) -> String {
    let each = faults
        .iter()
        .map(|(fault, count)| format!("{} {count}", fault.name()));
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_promise_is_1_and_what_could_not_be_tried_3() {
        let mut tally = Tally::new(7);
        tally.round(Fault::Kill, 0);
        assert!(tally.verdict().is_ok() && !tally.is_bad());
        tally.not_injected(Fault::Full);
        assert_eq!(tally.verdict().map_err(|failure| failure.code()), Err(3));
        let said = tally.to_string();
        assert!(
            said.contains("2 rounds, seed 7: 1 passed, 0 failed, 1 without their fault (no-connections 1)"),
            "{said}"
        );
        tally.afterwards(1);
        assert_eq!(tally.verdict().map_err(|failure| failure.code()), Err(1));
    }
}
