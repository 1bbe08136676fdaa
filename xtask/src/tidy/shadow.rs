//! The proof of the access matrix shares nothing with how it is measured.

use super::{Finding, sources::Source};

const SHADOW: &str = "crates/rls-audit/src/shadow/";

/// What only the measurement is made of: how policies are asked, and what is thought of to ask them about.
const OF_THE_MEASUREMENT: &[&str] = &[
    "matrix::",
    "measure",
    "candidates::",
    "policies::",
    "crate::postgres",
    "super::super::postgres",
];

/// A proof by the same code would repeat its mistakes.
pub(crate) fn shares_nothing(source: &Source) -> Vec<Finding> {
    if !source.path.starts_with(SHADOW) {
        return Vec::new();
    }
    let right = "the shadow knows what was tried (`Trial`) and nothing of how; write here what it needs";
    let named = OF_THE_MEASUREMENT
        .iter()
        .flat_map(|word| source.lines_with(word).map(move |line| (line, *word)));
    // In a list: `use crate::{postgres::compose, …}`.
    let listed = source.lines_that(|line| {
        let starts = line.trim_start().starts_with("postgres::");
        starts || line.contains("{postgres::") || line.contains(", postgres::")
    });
    named
        .chain(listed.map(|line| (line, "postgres::")))
        .map(|(line, word)| Finding::new(&source.path, line, format!("{word} is named here"), right))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let found = shares_nothing(&Source::new(path, text));
        found.iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn the_proof_stands_on_its_own() {
        let path = "crates/rls-audit/src/shadow/postgres/mod.rs";
        let text = "use crate::{\n    matrix::Questions,\n    postgres::compose,\n};\n";
        assert_eq!(lines(path, text), [2, 3]);
        assert_eq!(lines(path, "use crate::postgres::look::Look;"), [1]);
        assert_eq!(lines(path, "use crate::{Cell, postgres::measure};"), [1, 1]);
        for text in [
            "use super::postgres::PgShadow;\n// matrix::\n",
            "let of = inspection.matrix.personas;",
        ] {
            assert!(
                lines("crates/rls-audit/src/rules/mod.rs", text).is_empty(),
                "{text}"
            );
        }
        for text in [
            "pub use self::postgres::PgShadow;",
            "use sqlx::postgres::PgRow;",
            "inspection.matrix.personas; relation.policies.iter()",
            "mod compose; compose::whole(relation)",
        ] {
            assert!(lines(path, text).is_empty(), "{text}");
        }
    }
}
