//! Who may depend on whom.

use std::{fs, path::Path};

use cargo_metadata::{DependencyKind, Metadata};

use super::{Finding, sources::Source};
use crate::failure::Failure;

/// The crate of words, on which the rooms build.
const CORE: &str = "integrity-core";
/// The crate that stands alone.
const SANDBOX: &str = "pg-sandbox";
/// The crate of what all programs do, which nobody else may know.
const WIRING: &str = "wiring";
/// The one crate that may try its layer on a real server in its tests.
const MAY_TEST_WITH_AXUM: &str = "access-journal";

/// Where a package stands in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// crates/
    Room,
    /// crates/wiring
    Wiring,
    /// bins/
    Door,
    /// xtask
    Task,
}

/// What the rules need to know of a package.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) place: Place,
    /// Name, and whether only its own tests need it.
    pub(crate) dependencies: Vec<(String, bool)>,
    pub(crate) binaries: Vec<String>,
    pub(crate) manifest: String,
    pub(crate) manifest_text: String,
}

impl Package {
    /// The line of the manifest that names a dependency.
    fn line_of(&self, dependency: &str) -> usize {
        let names = |line: &str| {
            let rest = line.trim_start().strip_prefix(dependency)?;
            rest.starts_with(['.', ' ', '=']).then_some(())
        };
        self.manifest_text
            .lines()
            .position(|line| names(line).is_some())
            .map_or(1, |at| at + 1)
    }
}

/// The workspace's packages, from cargo.
pub(crate) fn packages(root: &Path, metadata: &Metadata) -> Result<Vec<Package>, Failure> {
    let mut packages = Vec::new();
    for package in &metadata.packages {
        let path = package.manifest_path.as_std_path();
        let manifest = path
            .strip_prefix(root)
            .unwrap_or(path)
            .to_string_lossy()
            .into_owned();
        let place = match manifest.split('/').next() {
            Some("crates") if package.name == WIRING => Place::Wiring,
            Some("crates") => Place::Room,
            Some("bins") => Place::Door,
            _ => Place::Task,
        };
        let dependencies = package.dependencies.iter().map(|dependency| {
            (
                dependency.name.clone(),
                dependency.kind == DependencyKind::Development,
            )
        });
        packages.push(Package {
            name: package.name.to_string(),
            place,
            dependencies: dependencies.collect(),
            binaries: package
                .targets
                .iter()
                .filter(|target| target.is_bin())
                .map(|target| target.name.clone())
                .collect(),
            manifest,
            manifest_text: fs::read_to_string(path)?,
        });
    }
    Ok(packages)
}

/// Rooms build on the core only, the core and the sandbox on nothing of ours, and nobody on a door. A test may start a
/// server of its own: the sandbox is PostgreSQL, not a part of Vigie.
pub(crate) fn arrows(package: &Package, all: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let excused = |(name, tests_only): &&(String, bool)| !(*tests_only && name == SANDBOX);
    for (name, _) in package.dependencies.iter().filter(excused) {
        let Some(other) = all.iter().find(|other| other.name == *name) else {
            continue;
        };
        let right = if other.place == Place::Door {
            "nothing depends on a program in bins/; start it as a process, or move the shared part to a crate"
        } else if other.place == Place::Wiring && package.place != Place::Door {
            "what programs share is for the programs in bins/"
        } else if package.place == Place::Wiring && other.name == SANDBOX {
            "a service starts no server; the command line does"
        } else if package.name == CORE || package.name == SANDBOX {
            "this crate stands below or beside all others and depends on none of them"
        } else if package.place == Place::Room && other.name != CORE {
            "rooms never depend on rooms: let a program in bins/ hand the data over"
        } else if other.place == Place::Task {
            "xtask is a tool, not a library"
        } else {
            continue;
        };
        let wrong = format!("{} depends on {name}", package.name);
        findings.push(Finding::new(
            &package.manifest,
            package.line_of(name),
            wrong,
            right,
        ));
    }
    findings
}

/// HTTP is the doors' business.
pub(crate) fn axum(package: &Package) -> Vec<Finding> {
    let is_axum = |name: &str| name == "axum" || name.starts_with("axum-") || name.starts_with("axum_");
    let excused =
        |tests_only: bool| package.place == Place::Door || (tests_only && package.name == MAY_TEST_WITH_AXUM);
    package
        .dependencies
        .iter()
        .filter(|(name, tests_only)| is_axum(name) && !excused(*tests_only))
        .map(|(name, _)| {
            let wrong = format!("{} depends on {name}", package.name);
            let right = "axum lives in bins/ only (and in access-journal's dev-dependencies)";
            Finding::new(&package.manifest, package.line_of(name), wrong, right)
        })
        .collect()
}

/// Whatever a package depends on, its code names.
pub(crate) fn unused(package: &Package, sources: &[Source]) -> Vec<Finding> {
    let directory = package.manifest.trim_end_matches("Cargo.toml");
    let own = sources.iter().filter(|source| source.path.starts_with(directory));
    let own: Vec<&Source> = own.collect();
    package
        .dependencies
        .iter()
        .filter(|(name, _)| {
            let name = name.replace('-', "_");
            !own.iter().any(|source| source.names(&name))
        })
        .map(|(name, _)| {
            let wrong = format!("{} depends on {name} and names it nowhere", package.name);
            let right = "take it out of the manifest";
            Finding::new(&package.manifest, package.line_of(name), wrong, right)
        })
        .collect()
}

/// A program is called as its package is.
pub(crate) fn binary_names(package: &Package) -> Vec<Finding> {
    if package.place != Place::Door || package.binaries == [package.name.clone()] {
        return Vec::new();
    }
    let wrong = format!("package {} builds {:?}", package.name, package.binaries);
    let right = "a package in bins/ builds one program, named as the package";
    vec![Finding::new(
        &package.manifest,
        package.line_of("name"),
        wrong,
        right,
    )]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, place: Place, dependencies: &[&str]) -> Package {
        let lines = dependencies
            .iter()
            .map(|name| format!("{name}.workspace = true\n"));
        Package {
            name: name.to_owned(),
            place,
            dependencies: dependencies
                .iter()
                .map(|name| ((*name).to_owned(), false))
                .collect(),
            binaries: if place == Place::Door {
                vec![name.to_owned()]
            } else {
                Vec::new()
            },
            manifest: "x/Cargo.toml".to_owned(),
            manifest_text: format!(
                "[package]\nname = \"{name}\"\n[dependencies]\n{}",
                lines.collect::<String>()
            ),
        }
    }

    fn workspace() -> Vec<Package> {
        vec![
            package(CORE, Place::Room, &["serde"]),
            package(SANDBOX, Place::Room, &["nix"]),
            package("alerts-store", Place::Room, &["serde", CORE]),
            package("rls-audit", Place::Room, &[CORE]),
            package(
                "vigie",
                Place::Door,
                &["alerts-store", "rls-audit", CORE, SANDBOX, "axum"],
            ),
            package(WIRING, Place::Wiring, &["alerts-store", CORE]),
            package("vigie-sync", Place::Door, &[WIRING, CORE, "axum"]),
            package("xtask", Place::Task, &[SANDBOX]),
        ]
    }

    #[test]
    fn the_arrows_as_designed_are_silent() {
        let all = workspace();
        let found: Vec<_> = all.iter().flat_map(|package| arrows(package, &all)).collect();
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn every_wrong_arrow_is_found() {
        let all = workspace();
        for (name, place, dependency, word) in [
            (
                "alerts-store",
                Place::Room,
                "rls-audit",
                "rooms never depend on rooms",
            ),
            (
                "alerts-store",
                Place::Room,
                SANDBOX,
                "rooms never depend on rooms",
            ),
            (CORE, Place::Room, "alerts-store", "stands below or beside"),
            (SANDBOX, Place::Room, CORE, "stands below or beside"),
            (
                "alerts-store",
                Place::Room,
                "vigie",
                "nothing depends on a program",
            ),
            ("vigie-api", Place::Door, "vigie", "nothing depends on a program"),
            ("vigie-api", Place::Door, "xtask", "not a library"),
        ] {
            let found = arrows(&package(name, place, &["serde", dependency]), &all);
            assert_eq!(found.len(), 1, "{name} -> {dependency}: {found:?}");
            assert!(found[0].right.contains(word), "{name} -> {dependency}: {found:?}");
            assert_eq!(found[0].line, 5, "the line that names it");
        }
    }

    #[test]
    fn what_is_named_nowhere_is_found() {
        let mut package = package(
            "one",
            Place::Room,
            &["strsim", "serde_json", "tokio-util", "toml"],
        );
        package.manifest = "crates/one/Cargo.toml".to_owned();
        let sources = [
            Source::new("crates/one/src/lib.rs", "//! No strsim.\nuse serde_json::Value;"),
            Source::new(
                "crates/one/tests/all.rs",
                "fn a() { tokio_util::b(\"toml\") } struct Xtoml;",
            ),
            Source::new("crates/two/src/lib.rs", "use toml::from_str;"),
        ];
        let found = unused(&package, &sources);
        let lines: Vec<_> = found.iter().map(|found| found.line).collect();
        assert_eq!(lines, [4, 7], "{found:?}");
    }

    #[test]
    fn a_test_may_start_a_server_of_its_own() {
        let all = workspace();
        for (dependency, most) in [(SANDBOX, 0), ("rls-audit", 1)] {
            let mut room = package("alerts-store", Place::Room, &[dependency]);
            room.dependencies[0].1 = true;
            assert_eq!(arrows(&room, &all).len(), most, "{dependency}");
        }
    }

    #[test]
    fn axum_is_for_doors() {
        assert_eq!(
            axum(&package("alerts-store", Place::Room, &["axum-extra"])).len(),
            1
        );
        assert!(axum(&package("vigie-api", Place::Door, &["axum", "axum-extra"])).is_empty());
        let mut journal = package(MAY_TEST_WITH_AXUM, Place::Room, &["axum"]);
        assert_eq!(axum(&journal).len(), 1);
        journal.dependencies[0].1 = true;
        assert!(axum(&journal).is_empty());
    }

    #[test]
    fn programs_are_named_as_their_packages() {
        let mut door = package("vigie", Place::Door, &[]);
        assert!(binary_names(&door).is_empty());
        door.binaries = vec!["cli".to_owned()];
        assert_eq!(binary_names(&door).len(), 1);
        assert!(binary_names(&package(CORE, Place::Room, &[])).is_empty());
    }
}
