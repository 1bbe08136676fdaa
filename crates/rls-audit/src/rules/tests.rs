use std::{collections::BTreeSet, fs, path::Path};

use super::*;

#[test]
fn every_rule_has_a_page_that_says_all_there_is_to_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    let parts = [
        "\n## What it fires on\n",
        "\n## Why it matters\n",
        "\n## What decides it\n",
        "\n## How to mend it\n",
        "\n## What it does not see\n",
    ];
    for rule in all() {
        let page = fs::read_to_string(folder.join(format!("{}.md", rule.id))).expect(rule.id);
        assert!(page.starts_with(&format!("# {}: ", rule.id)), "{}", rule.id);
        for part in parts {
            assert!(page.contains(part), "{}:{part}", rule.id);
        }
    }
}

#[test]
fn every_page_is_of_a_rule() {
    let ids: BTreeSet<&str> = all().iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), all().len(), "an id is given once");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    for page in fs::read_dir(folder).expect("the pages") {
        let page = page.expect("a page").path();
        let name = page.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(!name.starts_with("RLS-") || ids.contains(name.as_str()), "{name}");
    }
}

#[test]
fn the_worst_comes_first() {
    let shut = sample::table("shut");
    let open = sample::table("open")
        .without_rls()
        .granting("anon", &["SELECT", "TRUNCATE"]);
    let sample = sample::Sample::new().with(shut).with(open);
    let found = findings(&sample.facts());
    let told: Vec<_> = found.iter().map(|found| (found.rule, found.level)).collect();
    assert_eq!(
        told,
        [
            ("RLS-101", Level::Error),
            ("RLS-107", Level::Warn),
            ("RLS-103", Level::Info)
        ]
    );
}
