//! `cargo xtask test`: all tests, against one private server.

use std::{ffi::OsString, time::Instant};

use pg_sandbox::Options;

use crate::{
    bench,
    cli::SyncSoak,
    command,
    failure::Failure,
    scratch,
    setup::{self, For},
    soak, workspace,
};

/// What of the long proof is tried every time.
const SOAK: SyncSoak = SyncSoak {
    times: 6,
    seed: 42,
    keep_going: false,
};

pub(crate) fn run(args: &[OsString]) -> Result<(), Failure> {
    let begun = Instant::now();
    setup::run(false, For::Tests)?;
    let sandbox = scratch::start(workspace::root(), "vigie_scratch", &Options::from_env())?;
    // `#[sqlx::test]` makes a database of its own per test, from this one.
    let url = sandbox.url("postgres");

    let packages = packages_named(args);
    let metadata = workspace::metadata()?;
    let doors = workspace::doors(&metadata);
    // Before the tests: a program under test starts its siblings as processes.
    if args.is_empty() {
        // With the tests, whose dependencies have features of their own: each is built once for all that follows.
        let targets = [
            "build",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--locked",
        ];
        command::run(&mut command::cargo(&targets))?;
        let mut doc = command::cargo(&["test", "--doc", "--workspace", "--all-features", "--locked"]);
        command::run(doc.env("DATABASE_URL", &url))?;
    } else if packages.is_empty() || packages.iter().any(|name| doors.contains(name)) {
        build()?;
    }
    let nextest = command::succeeds(&mut command::cargo(&["nextest", "--version"]));
    let mut tests = if nextest {
        command::cargo(&["nextest", "run", "--all-features", "--locked"])
    } else {
        let targets = ["--lib", "--bins", "--tests", "--examples"];
        let mut tests = command::cargo(&["test", "--all-features", "--locked", "--no-fail-fast"]);
        tests.args(targets);
        tests
    };
    if packages.is_empty() {
        tests.arg("--workspace");
    }
    // Before the tests, so that their summary is the last thing printed.
    let proofs = if args.is_empty() {
        soak::check(&SOAK).and(bench::check(&metadata))
    } else {
        Ok(())
    };
    let outcome = command::run(tests.args(args).env("DATABASE_URL", &url));
    let stopped = sandbox.stop();
    eprintln!("cargo xtask test: {} s in all", begun.elapsed().as_secs());
    outcome?;
    proofs?;
    Ok(stopped?)
}

/// Builds the programs as tests run them.
pub(crate) fn build() -> Result<(), Failure> {
    command::run(&mut command::cargo(&[
        "build",
        "--workspace",
        "--bins",
        "--all-features",
        "--locked",
    ]))
}

/// The packages that the arguments choose. (Beside `--workspace`, cargo would test the others all the same.)
fn packages_named(args: &[OsString]) -> Vec<String> {
    let words: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let named = words
        .iter()
        .enumerate()
        .filter_map(|(at, word)| match word.as_ref() {
            "-p" | "--package" => words.get(at + 1).map(ToString::to_string),
            _ => word
                .strip_prefix("--package=")
                .or_else(|| word.strip_prefix("-p"))
                .map(str::to_owned),
        });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_named_is_the_only_one_tested() {
        let named = |words: &[&str]| packages_named(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(
            named(&["-p", "a", "--package", "b", "--package=c", "-pd", "name"]),
            ["a", "b", "c", "d"]
        );
        assert!(named(&["--no-capture", "pick", "-E", "--profile", "ci"]).is_empty());
    }
}
