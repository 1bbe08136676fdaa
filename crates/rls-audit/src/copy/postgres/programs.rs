//! Finds `pg_dump` and `pg_restore`.
//!
//! A `pg_dump` refuses a server that is newer than itself, so the newest that is found here is taken. Most distributions keep
//! each version's programs in a directory of its own; `PATH` comes last.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::Error;

/// Directories of client programs; `*` stands for a major version.
const PLACES: [&str; 6] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/usr/local/pgsql*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
];

/// The major versions that are looked for, the newest first.
const MAJORS: [u32; 5] = [19, 18, 17, 16, 15];

/// `pg_dump` and `pg_restore` of one version.
#[derive(Debug)]
pub(super) struct Programs {
    pub(super) pg_dump: PathBuf,
    pub(super) pg_restore: PathBuf,
}

/// The first that are not older than a server of this major version.
pub(super) async fn find(major: u32) -> Result<Programs, Error> {
    let of_versions = MAJORS.iter().flat_map(|version| {
        PLACES
            .iter()
            .map(move |place| PathBuf::from(place.replace('*', &version.to_string())))
    });
    among(of_versions.chain(path()), major).await
}

async fn among(directories: impl Iterator<Item = PathBuf>, major: u32) -> Result<Programs, Error> {
    let mut older = Vec::new();
    for directory in directories {
        let programs = Programs {
            pg_dump: directory.join("pg_dump"),
            pg_restore: directory.join("pg_restore"),
        };
        if !programs.pg_restore.is_file() {
            continue;
        }
        match version(&programs.pg_dump).await {
            Some(found) if found >= major => return Ok(programs),
            Some(found) => older.push(format!("{} ({found})", programs.pg_dump.display())),
            None => {}
        }
    }
    let found = if older.is_empty() {
        "none is here".to_owned()
    } else {
        format!("too old: {}", older.join(", "))
    };
    Err(Error::invalid(
        "pg_dump",
        format!(
            "a copy needs pg_dump and pg_restore of version {major} or newer, and {found}; install PostgreSQL's client programs"
        ),
    ))
}

#[expect(
    clippy::disallowed_methods,
    reason = "PATH says where programs are; it configures nothing here"
)]
fn path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .collect()
}

/// The major version that a program says it has.
async fn version(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().await.ok()?;
    major(&String::from_utf8_lossy(&output.stdout))
}

/// 15 of `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("(PostgreSQL) ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_says_its_version() {
        assert_eq!(
            major("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major("pg_dump (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("something else 15"), None);
    }

    #[tokio::test]
    async fn what_is_missing_or_too_old_is_said() {
        let nowhere = among(std::iter::empty(), 15).await.expect_err("there is none");
        assert!(
            nowhere
                .to_string()
                .contains("version 15 or newer, and none is here")
        );
        let old = find(99).await.expect_err("there is none yet");
        assert!(old.to_string().contains("too old: "), "{old}");
    }
}
