//! What is wrong, and whether the measurement proves it. Each rule is a pure function over what was seen.

mod body;
mod conduct;
mod expectations;
mod expression;
mod facts;
mod finding;
mod functions;
mod gifts;
mod grants;
mod lineage;
mod partitions;
mod performance;
mod policies;
mod reach;
mod roles;
#[cfg(test)]
pub(crate) mod sample;
mod sensitive;
mod tables;
#[cfg(test)]
mod tests;
mod views;

use crate::Catalog;

use self::expression::{CallSite, Caller, Column, Comparison, Expression, Side, Truth};

pub use self::{
    facts::{ExposedBy, Facts, Settings},
    finding::{Finding, Level, Object, Verdict},
};

/// Something that may be wrong.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// `RLS-101`; it never changes its meaning.
    pub id: &'static str,
    /// What it fires on, in a few words.
    pub title: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// Looks.
    pub look: fn(&Facts<'_>) -> Vec<Finding>,
}

/// The rules, by family.
const FAMILIES: &[&[Rule]] = &[
    tables::RULES,
    partitions::RULES,
    grants::RULES,
    sensitive::RULES,
    policies::RULES,
    views::RULES,
    functions::RULES,
    roles::RULES,
    performance::RULES,
    expectations::RULES,
];

/// Every rule, by id.
#[must_use]
pub fn all() -> Vec<&'static Rule> {
    let mut rules: Vec<&Rule> = FAMILIES.iter().copied().flatten().collect();
    rules.sort_by_key(|rule| rule.id);
    rules
}

/// Everything that is wrong, the worst first.
#[must_use]
pub fn findings(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = all().iter().flat_map(|rule| (rule.look)(facts)).collect();
    findings.sort_by(|a, b| (b.level, a.rule, &a.object).cmp(&(a.level, b.rule, &b.object)));
    findings
}

/// Whether rules understand this expression of a policy.
pub(crate) fn is_readable(text: &str, catalog: &Catalog) -> bool {
    Expression::of(text, catalog).is_some()
}
