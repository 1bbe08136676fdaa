//! Where files stand, and which must be there.

use std::collections::BTreeSet;

use super::{Finding, sources::Source};

/// The whole top level, besides names that begin with a dot.
const TOP_LEVEL: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "bins",
    "crates",
    "docs",
    "sql",
    "xtask",
    // Not committed: what cargo builds, and a developer's own configuration.
    "target",
    "vigie.toml",
];

const TABLE_OF_CONTENTS: &str = "#![doc = include_str!(\"../README.md\")]";

/// The top level is fixed, so that everybody finds everything.
pub(crate) fn top_level(names: &[String]) -> Vec<Finding> {
    let right = "the top level is fixed: put it into crates/, bins/, sql/, docs/ or xtask/";
    names
        .iter()
        .filter(|name| !name.starts_with('.') && !TOP_LEVEL.contains(&name.as_str()))
        .map(|name| Finding::new(name, 1, "not a name of the top level", right))
        .collect()
}

/// The crate that only our own programs use.
const NOT_EMBEDDED: &str = "crates/wiring/examples/embed.rs";

/// Every crate says what it is for and shows how to embed it.
pub(crate) fn crate_files(files: &[String]) -> Vec<Finding> {
    let names: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.strip_prefix("crates/")?.split('/').next())
        .collect();
    let mut findings = Vec::new();
    for name in names {
        for (file, right) in [
            ("README.md", "say in a README what the crate is for"),
            (
                "examples/embed.rs",
                "show in an example what another program writes",
            ),
        ] {
            let path = format!("crates/{name}/{file}");
            if !files.contains(&path) && path != NOT_EMBEDDED {
                findings.push(Finding::new(&path, 1, "missing", right));
            }
        }
    }
    findings
}

/// `lib.rs` begins with the README.
pub(crate) fn table_of_contents(source: &Source) -> Vec<Finding> {
    let is_lib = source.path.starts_with("crates/") && source.path.ends_with("/src/lib.rs");
    if !is_lib || source.text.lines().next() == Some(TABLE_OF_CONTENTS) {
        return Vec::new();
    }
    let right = "begin with #![doc = include_str!(\"../README.md\")], then modules and re-exports";
    vec![Finding::new(
        &source.path,
        1,
        "does not begin with the README",
        right,
    )]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_top_level_is_fixed() {
        let found = top_level(&strings(&["Cargo.toml", "bins", ".ci", "scripts", "target"]));
        assert_eq!(
            found
                .iter()
                .map(|finding| finding.file.as_str())
                .collect::<Vec<_>>(),
            ["scripts"]
        );
    }

    #[test]
    fn every_crate_has_a_readme_and_an_example() {
        let whole = [
            "crates/a/README.md",
            "crates/a/examples/embed.rs",
            "crates/a/src/lib.rs",
        ];
        assert!(crate_files(&strings(&whole)).is_empty());
        assert!(crate_files(&strings(&["crates/wiring/README.md"])).is_empty());
        let found = crate_files(&strings(&["crates/a/README.md", "crates/b/src/lib.rs"]));
        let missing: Vec<_> = found.iter().map(|finding| finding.file.as_str()).collect();
        assert_eq!(
            missing,
            [
                "crates/a/examples/embed.rs",
                "crates/b/README.md",
                "crates/b/examples/embed.rs"
            ]
        );
    }

    #[test]
    fn lib_begins_with_the_readme() {
        let check = |path, text: &str| table_of_contents(&Source::new(path, text)).len();
        assert_eq!(check("crates/a/src/lib.rs", "//! placeholder\n"), 1);
        assert_eq!(
            check("crates/a/src/lib.rs", &format!("{TABLE_OF_CONTENTS}\n\nmod a;\n")),
            0
        );
        assert_eq!(check("crates/a/src/a.rs", "//! a module\n"), 0);
    }
}
