//! A private server for tests and for preparing queries, with the schema and the roles in it.
//!
//! Roles belong to the whole server, not to a database, and making the same role twice at once fails with
//! "tuple concurrently updated". So they are made here, once, before any test runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use pg_sandbox::{Options, Sandbox, Script};

use crate::failure::Failure;

/// The crate whose migrations come first, since the others build on its functions.
const FIRST: &str = "integrity-core";

/// Starts a server and creates a database in it that has every migration and the roles.
pub(crate) fn start(root: &Path, database: &str, options: &Options) -> Result<Sandbox, Failure> {
    let sandbox = Sandbox::start(options)?;
    eprintln!("PostgreSQL {} on 127.0.0.1:{}", sandbox.version(), sandbox.port());
    sandbox.create_database(database)?;
    for schema in schemas(root)? {
        sandbox.psql(
            database,
            Script::Text(&format!("create schema if not exists {schema};")),
        )?;
    }
    for migration in migrations(root)? {
        apply(&sandbox, database, &migration)?;
    }
    let roles = root.join("sql").join(FIRST).join("roles.sql");
    if roles.exists() {
        apply(&sandbox, database, &roles)?;
    }
    Ok(sandbox)
}

/// Runs one file, whole or not at all unless it asks for the contrary in its first line, as sqlx does.
fn apply(sandbox: &Sandbox, database: &str, file: &Path) -> Result<(), Failure> {
    let text = fs::read_to_string(file)?;
    let script = if text.starts_with("-- no-transaction") {
        text
    } else {
        format!("begin;\n{text}\n;commit;\n")
    };
    sandbox
        .psql(database, Script::Text(&script))
        .map(drop)
        .map_err(|error| Failure::new(format!("{}: {error}", file.display())))
}

/// Every `sql/<crate>/migrations/*.sql`, in the order in which a database gets them.
fn migrations(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut crates = entries(&root.join("sql"))?;
    crates.sort_by_key(|path| (path.file_name().is_none_or(|name| name != FIRST), path.clone()));
    let mut files = Vec::new();
    for directory in crates {
        files.extend(
            entries(&directory.join("migrations"))?
                .into_iter()
                .filter(|path| is_migration(path)),
        );
    }
    Ok(files)
}

fn is_migration(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.extension().is_some_and(|extension| extension == "sql") && !name.ends_with(".down.sql")
}

/// The schemas that sqlx creates before it migrates: `create-schemas` of every crate's `sqlx.toml`.
fn schemas(root: &Path) -> Result<Vec<String>, Failure> {
    let mut schemas = Vec::new();
    for directory in entries(&root.join("crates"))? {
        if let Ok(text) = fs::read_to_string(directory.join("sqlx.toml")) {
            schemas.extend(create_schemas(&text));
        }
    }
    schemas.sort();
    schemas.dedup();
    Ok(schemas)
}

/// Reads `create-schemas = ["a", "b"]`, on one line as everybody writes it.
fn create_schemas(toml: &str) -> Vec<String> {
    let lines = toml
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("create-schemas"));
    lines
        .flat_map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned))
        .collect()
}

/// What is in a directory, sorted; nothing where there is no directory.
fn entries(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_come_core_first_then_by_name() {
        let root = tempfile::tempdir().expect("a directory");
        for file in [
            "sql/alerts-store/migrations/20260102000000_b.sql",
            "sql/alerts-store/migrations/20260101000000_a.sql",
            "sql/alerts-store/migrations/20260101000000_a.down.sql",
            "sql/alerts-store/find.sql",
            "sql/integrity-core/migrations/20260301000000_late.sql",
            "sql/packs/depot/STOCK_NEGATIVE.sql",
            "sql/access-journal/migrations/20260101000000_c.sql",
        ] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, "").expect("a file");
        }
        let found = migrations(root.path()).expect("readable");
        let names: Vec<_> = found
            .iter()
            .map(|path| path.file_name().expect("a name").to_string_lossy())
            .collect();
        assert_eq!(
            names,
            [
                "20260301000000_late.sql",
                "20260101000000_c.sql",
                "20260101000000_a.sql",
                "20260102000000_b.sql"
            ]
        );
    }

    #[test]
    fn schemas_are_read_from_sqlx_toml() {
        let toml = "[common]\ndatabase-url-var = \"X\"\n[migrate]\ncreate-schemas = [\"vigie\", \"other\"]\n";
        assert_eq!(create_schemas(toml), ["vigie", "other"]);
        assert!(create_schemas("[migrate]\n").is_empty());
    }

    #[test]
    fn a_server_has_the_schema_and_the_roles_and_a_broken_migration_says_which() {
        let root = tempfile::tempdir().expect("a directory");
        let write = |file: &str, text: &str| {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, text).expect("a file");
        };
        write(
            "crates/integrity-core/sqlx.toml",
            "[migrate]\ncreate-schemas = [\"vigie\"]\n",
        );
        write(
            "sql/integrity-core/migrations/1_a.sql",
            "create table vigie.a (id int)",
        );
        write(
            "sql/alerts-store/migrations/1_b.sql",
            "alter table vigie.a add b int; -- the end",
        );
        write(
            "sql/integrity-core/roles.sql",
            "create role vigie_reader;\ngrant select on vigie.a to vigie_reader;",
        );
        let sandbox = start(root.path(), "scratch", &Options::from_env()).expect("started");
        let asked = "select b from vigie.a; select count(*) from pg_roles where rolname = 'vigie_reader';";
        assert_eq!(
            sandbox
                .psql("scratch", Script::Text(asked))
                .expect("an answer")
                .trim(),
            "1"
        );
        drop(sandbox);

        write(
            "sql/alerts-store/migrations/2_c.sql",
            "create table vigie.c (); select 1/0;",
        );
        let failure = start(root.path(), "scratch", &Options::from_env())
            .expect_err("broken")
            .to_string();
        assert!(
            failure.contains("2_c.sql") && failure.contains("division by zero"),
            "{failure}"
        );
    }
}
