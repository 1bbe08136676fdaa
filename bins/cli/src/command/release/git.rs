//! What git says of a folder.

use std::{env, path::Path, process::Command};

use chrono::{DateTime, Utc};

/// The commit that is checked out, or why nobody knows. A repository further up that has nothing of this folder is
/// somebody else's.
pub(super) fn head(dir: &Path) -> Result<String, String> {
    let commit = asked(dir, &["rev-parse", "--verify", "HEAD"])?;
    if asked(dir, &["ls-files", "--", "."])?.is_empty() {
        return Err("git has no file of this folder".to_owned());
    }
    Ok(commit)
}

/// Whether everything in the repository is seen to be as it was committed.
pub(super) fn is_clean(dir: &Path) -> bool {
    asked(dir, &["status", "--porcelain", "--untracked-files=normal"]).is_ok_and(|changes| changes.is_empty())
}

/// When a commit was made, where git knows it.
pub(super) fn time_of(dir: &Path, commit: &str) -> Option<DateTime<Utc>> {
    let line = asked(dir, &["rev-list", "--max-count=1", "--timestamp", commit]).ok()?;
    let (seconds, _) = line.split_once(' ')?;
    DateTime::from_timestamp(seconds.parse().ok()?, 0)
}

/// What git says of this folder, whichever repository a hook that builds may be about.
fn asked(dir: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut git = Command::new("git");
    git.arg("--no-optional-locks").arg("-C").arg(dir).args(arguments);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    let output = git.output().map_err(|error| format!("git: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "git says: {}",
        said.lines().next().unwrap_or("nothing").trim()
    ))
}
