//! What a source file may hold.

use std::{fs, path::Path};

use super::{Finding, code, walk};
use crate::failure::Failure;

/// Longer files have more than one subject.
const MOST_LINES: usize = 400;
/// Tests are lists; a list may be longer.
const MOST_LINES_OF_TESTS: usize = 600;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "manager", "util", "utils"];

/// Code left for later, or left over from looking for an error.
const LEFT_OVER: &[&str] = &["todo!", "dbg!", "unimplemented!", "#[ignore"];

/// One source file.
#[derive(Debug)]
pub(crate) struct Source {
    /// Relative to the workspace's root.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The text without comments and literals.
    code: String,
}

impl Source {
    /// Whether its code has this word in it.
    pub(crate) fn names(&self, word: &str) -> bool {
        let is_of_a_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        self.code
            .split(|letter| !is_of_a_word(letter))
            .any(|part| part == word)
    }

    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: code::only(text),
        }
    }

    /// Part of a crate or a program proper, and not of its tests or examples.
    fn is_product(&self) -> bool {
        (self.path.starts_with("crates/") || self.path.starts_with("bins/")) && self.path.contains("/src/")
    }

    /// The names of the modules that lead to this file: its directories below `src` or `tests`, and itself.
    fn modules(&self) -> impl Iterator<Item = &str> {
        let below = ["/src/", "/tests/", "/examples/"]
            .iter()
            .find_map(|place| self.path.split_once(place).map(|(_, below)| below));
        below.unwrap_or(&self.path).trim_end_matches(".rs").split('/')
    }

    /// The lines of code in which a word stands by itself.
    pub(crate) fn lines_with<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.lines_that(move |line| has_word(line, word))
    }

    /// The lines of code that are so.
    pub(crate) fn lines_that<'a>(
        &'a self,
        is_so: impl Fn(&str) -> bool + 'a,
    ) -> impl Iterator<Item = usize> + 'a {
        let lines = self.code.lines().enumerate();
        lines.filter(move |(_, line)| is_so(line)).map(|(at, _)| at + 1)
    }
}

/// Every Rust source of the workspace.
pub(crate) fn read(root: &Path) -> Result<Vec<Source>, Failure> {
    let mut files = Vec::new();
    for directory in ["crates", "bins", "xtask"] {
        walk(root, &root.join(directory), &mut files)?;
    }
    files.sort();
    let mut sources = Vec::new();
    for file in files
        .iter()
        .filter(|file| Path::new(file).extension().is_some_and(|end| end == "rs"))
    {
        sources.push(Source::new(file, &fs::read_to_string(root.join(file))?));
    }
    Ok(sources)
}

/// All rules on one file.
pub(crate) fn every_rule(source: &Source) -> Vec<Finding> {
    [sqlx_in_postgres, composed_sql, length, left_over, module_names]
        .iter()
        .flat_map(|rule| rule(source))
        .collect()
}

/// sqlx is a detail of the adapters.
fn sqlx_in_postgres(source: &Source) -> Vec<Finding> {
    if !source.is_product() || source.modules().any(|module| module == "postgres") {
        return Vec::new();
    }
    let right = "sqlx appears only in modules named `postgres` (postgres.rs, or below postgres/)";
    source
        .lines_with("sqlx")
        .map(|line| Finding::new(&source.path, line, "sqlx is used here", right))
        .collect()
}

/// SQL that is not a file is composed in one place per crate.
fn composed_sql(source: &Source) -> Vec<Finding> {
    if !source.is_product() || source.path.ends_with("/postgres/compose.rs") {
        return Vec::new();
    }
    let right = "generated SQL is composed in postgres/compose.rs only, quoting through one function";
    let lines = source.lines_with("AssertSqlSafe");
    lines
        .map(|line| Finding::new(&source.path, line, "AssertSqlSafe is used here", right))
        .collect()
}

fn length(source: &Source) -> Vec<Finding> {
    let is_tests = source.path.contains("/tests/") || source.path.ends_with("/tests.rs");
    let most = if is_tests { MOST_LINES_OF_TESTS } else { MOST_LINES };
    let lines = source.text.lines().count();
    if lines <= most {
        return Vec::new();
    }
    vec![Finding::new(
        &source.path,
        most + 1,
        format!("{lines} lines, more than {most}"),
        "split by subject",
    )]
}

fn left_over(source: &Source) -> Vec<Finding> {
    let right = "finish it or take it out; what is not done is an issue, not a line of code";
    let lines = source.code.lines().enumerate();
    lines
        .flat_map(|(at, line)| {
            let found = LEFT_OVER.iter().filter(move |word| has_word(line, word));
            found.map(move |word| (at + 1, word))
        })
        .map(|(line, word)| Finding::new(&source.path, line, format!("{word} left over"), right))
        .collect()
}

fn module_names(source: &Source) -> Vec<Finding> {
    let right = "name a module after what it is about";
    let mut findings: Vec<_> = source
        .modules()
        .filter(|module| EMPTY_NAMES.contains(module))
        .map(|module| Finding::new(&source.path, 1, format!("a module named {module}"), right))
        .collect();
    for name in EMPTY_NAMES {
        let declared = format!("mod {name} {{");
        let lines = source
            .code
            .lines()
            .enumerate()
            .filter(|(_, line)| has_word(line, &declared));
        findings.extend(
            lines.map(|(at, _)| Finding::new(&source.path, at + 1, format!("a module named {name}"), right)),
        );
    }
    findings
}

/// Whether a word stands in a line by itself, not as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let ends_open = word.ends_with(|c: char| c.is_alphanumeric());
        let before = joins(line[..at].chars().next_back());
        let after = ends_open && !word.starts_with('#') && joins(line[at + word.len()..].chars().next());
        !before && !after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rule: fn(&Source) -> Vec<Finding>, path: &str, text: &str) -> Vec<usize> {
        rule(&Source::new(path, text))
            .iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn sqlx_stays_in_postgres() {
        let rule = sqlx_in_postgres;
        assert_eq!(lines(rule, "crates/a/src/store.rs", "\nuse sqlx::PgPool;\n"), [2]);
        assert_eq!(
            lines(
                rule,
                "bins/cli/src/main.rs",
                "let pool = alerts_store::postgres::sqlx::x();"
            ),
            [1]
        );
        for (path, text) in [
            ("crates/a/src/postgres.rs", "pub use sqlx;"),
            ("crates/a/src/postgres/find.rs", "use sqlx::PgPool;"),
            ("bins/cli/src/postgres.rs", "use alerts_store::postgres::sqlx;"),
            (
                "crates/a/src/store.rs",
                "// sqlx is not named here\nlet a = \"sqlx\"; let sqlx_like = 1;",
            ),
            ("crates/a/tests/postgres.rs", "use sqlx::PgPool;"),
            ("xtask/src/sqlx.rs", "mod sqlx;"),
        ] {
            assert!(lines(rule, path, text).is_empty(), "{path}");
        }
    }

    #[test]
    fn sql_is_composed_in_one_place() {
        let rule = composed_sql;
        assert_eq!(
            lines(
                rule,
                "crates/a/src/postgres/find.rs",
                "query(AssertSqlSafe(text))"
            ),
            [1]
        );
        assert!(lines(rule, "crates/a/src/postgres/compose.rs", "AssertSqlSafe(text)").is_empty());
        assert!(lines(rule, "crates/a/tests/postgres.rs", "AssertSqlSafe(text)").is_empty());
    }

    #[test]
    fn long_files_are_split() {
        let text = |lines| "x\n".repeat(lines);
        assert_eq!(lines(length, "crates/a/src/a.rs", &text(401)), [401]);
        assert!(lines(length, "crates/a/src/a.rs", &text(400)).is_empty());
        assert!(lines(length, "crates/a/tests/a.rs", &text(600)).is_empty());
        assert_eq!(lines(length, "crates/a/tests/a.rs", &text(601)), [601]);
    }

    #[test]
    fn nothing_is_left_over() {
        let text =
            "fn a() {\n    todo!()\n}\n#[ignore = \"slow\"]\nfn b() { dbg!(1); std::unimplemented!() }\n";
        assert_eq!(lines(left_over, "xtask/src/a.rs", text), [2, 4, 5, 5]);
        let text = "// todo!()\nlet a = \"dbg!\"; my_todo!(); #[expect(clippy::todo)]\n";
        assert!(lines(left_over, "xtask/src/a.rs", text).is_empty());
    }

    #[test]
    fn modules_have_names_that_say_something() {
        assert_eq!(lines(module_names, "crates/a/src/utils.rs", ""), [1]);
        assert_eq!(lines(module_names, "crates/a/tests/common/mod.rs", ""), [1]);
        assert_eq!(
            lines(module_names, "crates/a/src/a.rs", "\nmod helpers {\n}\n"),
            [2]
        );
        assert!(lines(module_names, "crates/a/src/alert.rs", "mod commoner {\n}").is_empty());
    }

    #[test]
    fn this_file_passes() {
        assert_eq!(
            every_rule(&Source::new(
                "xtask/src/tidy/sources.rs",
                include_str!("sources.rs")
            )),
            []
        );
    }
}
