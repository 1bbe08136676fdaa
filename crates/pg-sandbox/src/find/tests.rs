use std::{fs, os::unix::fs::PermissionsExt};

use super::*;

/// A directory that looks like an installation of `version`.
fn pretend(root: &Path, place: &str, version: &str) -> PathBuf {
    let bin_dir = root.join(place);
    fs::create_dir_all(&bin_dir).expect("a directory");
    for name in ["postgres", "initdb"] {
        let script = format!("#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n");
        fs::write(bin_dir.join(name), script).expect("a script");
        fs::set_permissions(bin_dir.join(name), fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    bin_dir
}

#[test]
fn versions_as_distributions_print_them() {
    let parse = |text| Version::parse(text).map(|version| version.to_string());
    assert_eq!(
        parse("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)").as_deref(),
        Some("15.18")
    );
    assert_eq!(parse("postgres (PostgreSQL) 18beta1").as_deref(), Some("18.0"));
    assert_eq!(parse("postgres (PostgreSQL) 9.6.24").as_deref(), Some("9.6"));
    assert_eq!(parse("not a database"), None);
}

#[test]
fn every_place_is_found_by_its_pattern() {
    let root = tempfile::tempdir().expect("a directory");
    let places = [
        "usr/lib/postgresql/16/bin",
        "usr/pgsql-17/bin",
        "usr/libexec/postgresql15",
        "usr/local/pgsql/bin",
        "opt/homebrew/opt/postgresql@18/bin",
        "usr/local/opt/postgresql@15/bin",
    ];
    for place in places {
        let expected = pretend(root.path(), place, "16.1");
        let found = PLACES
            .iter()
            .flat_map(|pattern| expand(root.path(), pattern))
            .any(|dir| dir == expected);
        assert!(found, "{place} fits no pattern");
    }
}

#[test]
fn the_newest_supported_wins_numerically_unless_one_is_named() {
    let root = tempfile::tempdir().expect("a directory");
    let all: Vec<_> = [
        ("a", "15.18"),
        ("b", "16.9"),
        ("c", "16.10"),
        ("d", "14.20"),
        ("e", "19.1"),
    ]
    .into_iter()
    .map(|(place, version)| pretend(root.path(), place, version))
    .collect();
    assert_eq!(choose(&all, None).expect("16.10").bin_dir(), all[2]);
    assert_eq!(choose(&all, Some(15)).expect("15.18").bin_dir(), all[0]);
    assert!(choose(&all, Some(17)).is_err());
}

#[test]
fn a_link_on_path_leads_to_the_directory_that_holds_the_rest() {
    let root = tempfile::tempdir().expect("a directory");
    let real = pretend(root.path(), "real", "17.2");
    let linked = root.path().join("bin");
    fs::create_dir(&linked).expect("a directory");
    std::os::unix::fs::symlink(real.join("postgres"), linked.join("postgres")).expect("a link");
    assert_eq!(
        choose(&[linked], None).expect("17.2").bin_dir(),
        real.canonicalize().expect("real")
    );
}

#[test]
fn the_report_says_where_what_and_how() {
    let root = tempfile::tempdir().expect("a directory");
    let old = pretend(root.path(), "old", "13.4");
    let partial = pretend(root.path(), "partial", "16.4");
    fs::remove_file(partial.join("initdb")).expect("removed");
    let report = choose(&[old, partial], None)
        .expect_err("neither is usable")
        .to_string();
    for part in [
        "no PostgreSQL 15 to 18",
        "/usr/lib/postgresql/*/bin",
        "old: version 13.4, not supported",
        "partial: no initdb",
        "apt-get install postgresql",
        BIN_DIR_VARIABLE,
    ] {
        assert!(report.contains(part), "{part:?} is missing in:\n{report}");
    }
}

#[test]
fn an_unsupported_version_named_is_called_so() {
    let report = choose(&[], Some(14)).expect_err("not supported").to_string();
    assert!(
        report.contains("version 14 is not supported; 15 to 18 are"),
        "{report}"
    );
}
