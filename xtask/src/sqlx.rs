//! `cargo xtask sqlx prepare` and `check`.
//!
//! The macros of sqlx write what a database answers about a query while they expand, so every query's crate
//! must be compiled against a real database. That happens in a copy of the sources under the target
//! directory: the copy is new each time and so compiled each time, while the working tree stays as it is, even
//! when the compilation fails halfway. Dependencies are compiled once, since the target directory is shared.
//!
//! Refused: `sqlx-cli`, one more program to install, which forces the recompilation by cleaning the target
//! directory; and touching the sources, which rebuilds everybody's tree for a question.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use pg_sandbox::Options;

use crate::{
    command,
    failure::Failure,
    scratch,
    setup::{self, For},
    workspace,
};

/// What the copy must hold for cargo and for the macros.
const COPIED: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    ".cargo",
    "bins",
    "crates",
    "docs",
    "sql",
    "xtask",
];

/// File name to contents, of one set of prepared queries.
type Queries = BTreeMap<String, String>;

pub(crate) fn prepare() -> Result<(), Failure> {
    let (committed, fresh) = (read(&committed())?, generate()?);
    let changes = differences(&committed, &fresh);
    let directory = committed_directory(&fresh)?;
    for name in committed.keys().filter(|name| !fresh.contains_key(*name)) {
        fs::remove_file(directory.join(name))?;
    }
    for (name, text) in fresh
        .iter()
        .filter(|(name, text)| committed.get(*name) != Some(text))
    {
        fs::write(directory.join(name), text)?;
    }
    eprintln!(
        "sqlx prepare: {} queries, {} files changed",
        fresh.len(),
        changes.len()
    );
    Ok(())
}

pub(crate) fn check() -> Result<(), Failure> {
    let (committed, fresh) = (read(&committed())?, generate()?);
    let changes = differences(&committed, &fresh);
    if changes.is_empty() {
        eprintln!("sqlx check: all {} queries are as committed", fresh.len());
        return Ok(());
    }
    Err(Failure::new(format!(
        "sqlx check: .sqlx is not what the database answers; run `cargo xtask sqlx prepare`\n{}",
        changes.join("\n")
    )))
}

fn committed() -> PathBuf {
    workspace::root().join(".sqlx")
}

fn committed_directory(fresh: &Queries) -> Result<PathBuf, Failure> {
    let directory = committed();
    if !fresh.is_empty() {
        fs::create_dir_all(&directory)?;
    }
    Ok(directory)
}

/// Compiles a copy of the sources against a database with every migration, and gives what the macros wrote.
fn generate() -> Result<Queries, Failure> {
    setup::run(false, For::Server)?;
    let metadata = workspace::metadata()?;
    let copy = workspace::target(&metadata, "xtask/sqlx")?;
    fs::remove_dir_all(&copy)?;
    fs::create_dir(&copy)?;
    for name in COPIED {
        copy_tree(&workspace::root().join(name), &copy.join(name))?;
    }
    let written = copy.join(".sqlx");
    fs::create_dir_all(&written)?;

    let sandbox = scratch::start(workspace::root(), "vigie_queries", &Options::from_env())?;
    let mut check = command::cargo(&[
        "check",
        "--workspace",
        "--all-features",
        "--all-targets",
        "--locked",
    ]);
    check
        .args(["--exclude", "xtask", "--exclude", "pg-sandbox"])
        .current_dir(&copy)
        .env("CARGO_TARGET_DIR", &metadata.target_directory)
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", &written)
        .env("VIGIE_DATABASE_URL", sandbox.url("vigie_queries"));
    command::run(&mut check)?;
    sandbox.stop()?;
    let queries = read(&written)?;
    fs::remove_dir_all(&copy)?;
    Ok(queries)
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), Failure> {
    if from.is_file() {
        // Not `fs::copy`, which would hand down times and links: these files are new.
        fs::write(to, fs::read(from)?)?;
    } else if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy_tree(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn read(directory: &Path) -> Result<Queries, Failure> {
    let mut queries = Queries::new();
    if directory.is_dir() {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            queries.insert(
                entry.file_name().to_string_lossy().into_owned(),
                fs::read_to_string(entry.path())?,
            );
        }
    }
    Ok(queries)
}

/// One line per file that differs, naming its query.
fn differences(committed: &Queries, fresh: &Queries) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, text) in fresh {
        match committed.get(name) {
            None => lines.push(format!("  missing:    {name}  {}", query(text))),
            Some(old) if old != text => lines.push(format!("  different:  {name}  {}", query(text))),
            Some(_) => {}
        }
    }
    for (name, text) in committed.iter().filter(|(name, _)| !fresh.contains_key(*name)) {
        lines.push(format!("  not used:   {name}  {}", query(text)));
    }
    lines
}

/// The first words of a prepared query.
fn query(text: &str) -> String {
    let parsed: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let sql = parsed["query"].as_str().unwrap_or("(not a prepared query)");
    let code = sql.lines().map(str::trim).filter(|line| !line.starts_with("--"));
    let words = code
        .flat_map(str::split_whitespace)
        .take(12)
        .collect::<Vec<_>>()
        .join(" ");
    words.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queries(entries: &[(&str, &str)]) -> Queries {
        entries
            .iter()
            .map(|(name, sql)| {
                (
                    (*name).to_owned(),
                    serde_json::json!({ "query": sql }).to_string(),
                )
            })
            .collect()
    }

    #[test]
    fn differences_name_their_queries() {
        let committed = queries(&[("a", "select 1"), ("b", "select 2"), ("old", "select 3")]);
        let fresh = queries(&[
            ("a", "select 1"),
            ("b", "-- why\nselect 2\n  from t"),
            ("new", "update t set x = 1"),
        ]);
        assert_eq!(
            differences(&committed, &fresh),
            [
                "  different:  b  select 2 from t",
                "  missing:    new  update t set x = 1",
                "  not used:   old  select 3",
            ]
        );
        assert!(differences(&fresh, &fresh).is_empty());
    }

    #[test]
    fn a_copy_has_everything() {
        let from = tempfile::tempdir().expect("a directory");
        fs::create_dir_all(from.path().join("a/b")).expect("a directory");
        fs::write(from.path().join("a/b/c.sql"), "select 1").expect("a file");
        let to = tempfile::tempdir().expect("a directory");
        copy_tree(&from.path().join("a"), &to.path().join("a")).expect("copied");
        copy_tree(&from.path().join("absent"), &to.path().join("absent")).expect("nothing to copy");
        assert_eq!(
            fs::read_to_string(to.path().join("a/b/c.sql")).expect("copied"),
            "select 1"
        );
    }
}
