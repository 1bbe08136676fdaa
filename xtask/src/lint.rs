//! `cargo xtask lint` and `fmt`.

use cargo_metadata::{Metadata, Package};

use crate::{command, failure::Failure, tidy, workspace};

/// The features whose every use alone must compile: who embeds a room takes one of them, or none.
const ALONE: &[&str] = &["postgres", "memory", "mock", "report", "http", "host", "tower"];

pub(crate) fn fmt(check: bool) -> Result<(), Failure> {
    let mut fmt = command::cargo(&["fmt", "--all"]);
    if check {
        fmt.arg("--check");
    }
    command::run(&mut fmt)
}

pub(crate) fn run() -> Result<(), Failure> {
    fmt(true)?;
    // Early, since it takes a moment and the rest takes minutes.
    tidy::run()?;
    let clippy = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    command::run(&mut command::cargo(&clippy))?;
    for (package, feature) in combinations(&workspace::metadata()?) {
        let mut clippy = command::cargo(&[
            "clippy",
            "--locked",
            "--package",
            &package,
            "--no-default-features",
        ]);
        if let Some(feature) = &feature {
            clippy.args(["--features", feature]);
        }
        command::run(clippy.args(["--", "-D", "warnings"]))?;
    }
    let doc = ["doc", "--workspace", "--no-deps", "--all-features", "--locked"];
    command::run(command::cargo(&doc).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Every crate with no feature and with each of [`ALONE`] that it has. A crate without features is already
/// checked with the workspace.
fn combinations(metadata: &Metadata) -> Vec<(String, Option<String>)> {
    let crates = workspace::root().join("crates");
    let mut packages: Vec<&Package> = metadata
        .packages
        .iter()
        .filter(|package| package.manifest_path.as_std_path().starts_with(&crates))
        .filter(|package| !package.features.is_empty())
        .collect();
    packages.sort_by_key(|package| package.name.to_string());
    let mut combinations = Vec::new();
    for package in packages {
        let name = package.name.to_string();
        combinations.push((name.clone(), None));
        let features = ALONE
            .iter()
            .filter(|feature| package.features.contains_key(**feature));
        combinations.extend(features.map(|feature| (name.clone(), Some((*feature).to_owned()))));
    }
    combinations
}
