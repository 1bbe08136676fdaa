//! Every schema of the corpus beside what its `expected.toml` says of it: those findings, and no other.

use std::collections::BTreeSet;

use rls_audit::rules::{self, Facts};

use crate::corpus::Corpus;

#[tokio::test]
async fn the_expected_rules_fire_and_no_other() {
    let corpus = Corpus::load(option_env!("VIGIE_CORPUS"));
    let mut wrong = Vec::new();
    for case in corpus.cases() {
        let expected = case.expected();
        let found = corpus.inspected(case, "postgres").await;
        let settings = expected.settings();
        let facts = Facts::new(&found.catalog, &found.matrix, &found.trials, &settings);
        let fired: BTreeSet<String> = rules::findings(&facts)
            .into_iter()
            .map(|finding| {
                let verdict = format!("{:?}", finding.verdict).to_lowercase();
                let level = format!("{:?}", finding.level).to_lowercase();
                format!("{} {level} {verdict} {}", finding.rule, finding.object)
            })
            .collect();
        let wanted = expected.findings();
        let missing = wanted.difference(&fired).map(|line| ("did not fire", line));
        let others = fired.difference(&wanted).map(|line| ("fired", line));
        wrong.extend(
            missing
                .chain(others)
                .map(|(what, line)| format!("{}: {what}: {line}", case.name)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
