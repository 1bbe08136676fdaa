//! What the rules find beside what `expected.toml` says.

use std::collections::BTreeSet;

use rls_audit::{
    Inspection,
    rules::{self, Facts},
};

use crate::corpus::Case;

/// What was expected and did not fire, and what fired and was not expected.
pub(crate) fn differences(case: &Case, found: &Inspection) -> Vec<String> {
    let expected = case.expected();
    let settings = expected.settings();
    let facts = Facts::new(&found.catalog, &found.matrix, &found.trials, &settings);
    let fired: BTreeSet<String> = rules::findings(&facts)
        .into_iter()
        .map(|finding| {
            let (level, verdict) = (finding.level.as_str(), finding.verdict.as_str());
            format!("{} {level} {verdict} {}", finding.rule, finding.object)
        })
        .collect();
    let wanted = expected.findings();
    let missing = wanted.difference(&fired).map(|line| ("did not fire", line));
    let others = fired.difference(&wanted).map(|line| ("fired", line));
    missing
        .chain(others)
        .map(|(what, line)| format!("{what}: {line}"))
        .collect()
}
