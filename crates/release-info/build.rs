//! What a build knows of itself: the commit, whether anything was changed since, and the time
//! (`docs/decisions/0023-what-a-build-says-of-itself.md`).
//!
//! It never fails the build and never reads the clock. What it does not know it leaves empty.

use std::{
    env,
    path::{MAIN_SEPARATOR_STR, Path},
    process::Command,
};

/// The workspace's root, seen from this package. Nothing above it is asked: where this crate lies in somebody's
/// cache of packages, a repository further up is not ours.
const ROOT: &str = "../..";

/// Everything in the root that goes into a program.
const SOURCES: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    ".cargo",
    ".sqlx",
    "bins",
    "crates",
    "sql",
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // SQL files and `sqlx.toml` are read while compiling; cargo has to be told. What is not there would be news each time.
    for read in ["../../sql/release-info", "sqlx.toml"] {
        if Path::new(read).exists() {
            println!("cargo:rerun-if-changed={read}");
        }
    }
    let (commit, dirty) = match variable("APP_RELEASE_COMMIT") {
        Some(told) => (whole_commit(told), false),
        None => (head(), !is_proved_clean()),
    };
    let time = epoch().or_else(|| time_of(commit.as_deref()?));
    let short = commit.as_deref().map_or("", |commit| &commit[..12]);
    println!("cargo:rustc-env=RELEASE_INFO_COMMIT={short}");
    println!("cargo:rustc-env=RELEASE_INFO_DIRTY={dirty}");
    println!("cargo:rustc-env=RELEASE_INFO_TIME={}", time.unwrap_or_default());
}

/// The commit as somebody told it; none when that is no commit's name.
fn whole_commit(told: String) -> Option<String> {
    let is_hex = told.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_hex && (12..=64).contains(&told.len()) {
        return Some(told);
    }
    println!("cargo:warning=APP_RELEASE_COMMIT is no commit: 12 to 64 lower-case hexadecimal digits are");
    None
}

/// The commit that is checked out. The build follows it: `HEAD`, and the file of the branch that it names.
fn head() -> Option<String> {
    let commit = git(&["rev-parse", "--verify", "HEAD"])?;
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]);
    for name in [Some("HEAD".to_owned()), branch].into_iter().flatten() {
        let file = git(&["rev-parse", "--git-path", &name])?;
        // A branch that git has packed has no file until the next commit, which changes its directory.
        let nearest = Path::new(&file).ancestors().find(|path| path.exists())?;
        println!("cargo:rerun-if-changed={}", nearest.display());
    }
    Some(commit)
}

/// Whether everything that goes into a program is as it was committed. Only builds with the profile `release` look,
/// since who looks has to look again at every change.
fn is_proved_clean() -> bool {
    if !is_release() {
        return false;
    }
    let mut status = vec!["status", "--porcelain", "--untracked-files=normal", "--"];
    let paths: Vec<String> = SOURCES.iter().map(|name| format!(":/{name}")).collect();
    status.extend(paths.iter().map(String::as_str));
    for name in SOURCES {
        let path = [ROOT, name].join(MAIN_SEPARATOR_STR);
        if Path::new(&path).exists() {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    git(&status).is_some_and(|changes| changes.is_empty())
}

/// Seconds since 1970 as whoever builds told them.
fn epoch() -> Option<String> {
    let told = variable("SOURCE_DATE_EPOCH")?;
    if told.parse::<u64>().is_err() {
        println!(
            "cargo:warning=SOURCE_DATE_EPOCH is no number of seconds since 1970; the commit's time is taken"
        );
        return None;
    }
    Some(told)
}

/// Seconds since 1970 of a commit, where git knows it.
fn time_of(commit: &str) -> Option<String> {
    let line = git(&["rev-list", "--max-count=1", "--timestamp", commit])?;
    line.split_once(' ').map(|(time, _)| time.to_owned())
}

/// What git says of this repository, whichever one a hook that builds may be about.
fn git(arguments: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    git.arg("--no-optional-locks");
    git.arg(format!("--git-dir={ROOT}/.git"))
        .arg(format!("--work-tree={ROOT}"));
    git.args(arguments);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    let output = git.output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| said.trim().to_owned())
}

/// A variable that whoever builds may set; empty is not set.
#[expect(clippy::disallowed_methods, reason = "a build is told by variables only")]
fn variable(name: &str) -> Option<String> {
    println!("cargo:rerun-if-env-changed={name}");
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[expect(
    clippy::disallowed_methods,
    reason = "so cargo tells a build script the profile"
)]
fn is_release() -> bool {
    env::var("PROFILE").is_ok_and(|profile| profile == "release")
}
