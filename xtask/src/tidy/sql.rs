//! Every statement in `sql/<crate>/` is run by somebody.

use std::path::Path;

use super::{Finding, sources::Source};

/// Run by the installation as a whole, not by one trait method.
const RUN_OTHERWISE: &[&str] = &["roles.sql"];

/// Statements that no source names. Migrations, packs and the demo are read as directories.
pub(crate) fn unused(files: &[String], sources: &[Source]) -> Vec<Finding> {
    let right = "remove it, or use it through query_file!; it is named after the trait method that runs it";
    files
        .iter()
        .filter_map(|file| Some((file, statement(file)?)))
        .filter(|(_, name)| !sources.iter().any(|source| source.text.contains(name)))
        .map(|(file, _)| Finding::new(file, 1, "no source uses this statement", right))
        .collect()
}

/// `crate/name.sql` of a statement that belongs to a crate.
fn statement(file: &str) -> Option<&str> {
    let name = file.strip_prefix("sql/")?;
    let parts: Vec<&str> = name.split('/').collect();
    match parts[..] {
        ["packs" | "demo", ..] => None,
        [_, last] if is_sql(last) && !RUN_OTHERWISE.contains(&last) => Some(name),
        _ => None,
    }
}

fn is_sql(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "sql")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_nobody_runs_are_found() {
        let files = [
            "sql/alerts-store/find.sql",
            "sql/alerts-store/list.sql",
            "sql/integrity-core/roles.sql",
            "sql/alerts-store/migrations/20260101000000_a.sql",
            "sql/packs/depot/stock.sql",
            "sql/demo/tables.sql",
            "sql/README.md",
        ]
        .map(str::to_owned);
        let source = Source::new(
            "crates/alerts-store/src/postgres.rs",
            "x(\"../../sql/alerts-store/find.sql\")",
        );
        let found = unused(&files, &[source]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].file, "sql/alerts-store/list.sql");
    }
}
