//! What is wrong, and whether the measurement proves it. Each rule is a pure function over what was seen.

mod facts;
mod finding;

pub use self::{
    facts::{Facts, Settings},
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

/// Every rule, by id.
pub const RULES: &[Rule] = &[];

/// Everything that is wrong, the worst first.
#[must_use]
pub fn findings(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| (rule.look)(facts)).collect();
    findings.sort_by(|a, b| (b.level, a.rule, &a.object).cmp(&(a.level, b.rule, &b.object)));
    findings
}
