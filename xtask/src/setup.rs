//! `cargo xtask setup`: installs what the machine lacks.
//!
//! It starts nothing and leaves nothing that starts by itself. Debian's packages of PostgreSQL make and start a
//! cluster on port 5432 unless told not to, those of PgBouncer and of Prometheus start a service, now and at every
//! boot, and nobody asked for any of them. The orders not to stand in files of their own while the packages are
//! installed, and go away afterwards, so that who installs something later by hand gets what Debian promises them.
//!
//! Refused: an edited `/etc/postgresql-common/createcluster.conf`. A file that is there before its package
//! keeps the package from installing its own.

use std::{
    io::{IsTerminal, Write},
    path::Path,
    process::Command,
};

use nix::unistd::geteuid;
use pg_sandbox::{Installation, Options, SUPPORTED};

use crate::{axe, command, failure::Failure};

const NO_CLUSTER_DIRECTORY: &str = "/etc/postgresql-common/createcluster.d";
const NO_CLUSTER: &str = "/etc/postgresql-common/createcluster.d/vigie-setup.conf";
/// What Debian asks before a package starts a service; exit code 101 says no.
const NO_SERVICE: &str = "/usr/sbin/policy-rc.d";
/// The packages that start a service of their own name.
const WITH_SERVICE: &[&str] = &["pgbouncer", "prometheus", "prometheus-blackbox-exporter"];

/// What a task cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum For {
    /// A private server: PostgreSQL.
    Server,
    /// And all tests: PgBouncer, Prometheus and its blackbox exporter, systemd's own judge of units, Chromium, and npm for
    /// axe-core.
    Tests,
}

/// Something that is not there.
#[derive(Debug)]
struct Lacking {
    /// What is not there, and what to do about it.
    report: String,
    /// Debian's package, where it is known already.
    package: Option<&'static str>,
}

/// Makes sure that everything is there. Installs on Debian and its kin; says what to install elsewhere.
pub(crate) fn run(yes: bool, purpose: For) -> Result<(), Failure> {
    have_programs(yes, purpose)?;
    if purpose >= For::Tests {
        axe::fetch()?;
    }
    Ok(())
}

fn have_programs(yes: bool, purpose: For) -> Result<(), Failure> {
    let lacking = match look(purpose) {
        Ok(found) => {
            eprintln!("setup: nothing is lacking ({found})");
            return Ok(());
        }
        Err(lacking) => lacking,
    };
    let report = reports(&lacking);
    let lacks_server = lacking.iter().any(|lacking| lacking.package.is_none());
    let server_is_named = std::env::vars_os().any(|(name, _)| name == pg_sandbox::BIN_DIR_VARIABLE);
    // Where it is named by hand, installing another one would not be used.
    if (lacks_server && server_is_named) || !Path::new("/usr/bin/apt-get").exists() {
        return Err(Failure::usage(report));
    }
    let sudo = match (
        geteuid().is_root(),
        command::succeeds(Command::new("sudo").arg("--version")),
    ) {
        (true, _) => None,
        (false, true) => Some("sudo"),
        (false, false) => {
            return Err(Failure::usage(format!(
                "{report}\nthis needs root, and there is no sudo; as root, run:\n  {}",
                by_hand(&lacking)
            )));
        }
    };
    let first_lines = lacking.iter().filter_map(|lacking| lacking.report.lines().next());
    eprintln!(
        "setup: {}; installing it",
        first_lines.collect::<Vec<_>>().join("; ")
    );
    agree(yes, &lacking)?;
    install(sudo, &lacking)?;
    let found = look(purpose).map_err(|lacking| {
        let report = reports(&lacking);
        Failure::new(format!("everything is installed, and yet: {report}"))
    })?;
    eprintln!("setup: done ({found})");
    Ok(())
}

fn install(sudo: Option<&str>, lacking: &[Lacking]) -> Result<(), Failure> {
    let run = |words: &[&str]| command::run(&mut elevated(sudo, words));
    run(&["apt-get", "update"])?;
    let server = newest_server()?;
    let packages = packages(lacking, &server);
    let services = services(&packages);

    run(&["mkdir", "-p", NO_CLUSTER_DIRECTORY])?;
    run(&[
        "sh",
        "-c",
        &format!("echo 'create_main_cluster = false' >{NO_CLUSTER}"),
    ])?;
    // Where the machine has a policy of its own, that one holds.
    let silences = !services.is_empty() && !Path::new(NO_SERVICE).exists();
    if silences {
        let write = format!("printf '#!/bin/sh\\nexit 101\\n' >{NO_SERVICE} && chmod 755 {NO_SERVICE}");
        run(&["sh", "-c", &write])?;
    }
    let mut words = vec![
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "install",
        "--yes",
        "--no-install-recommends",
    ];
    words.extend(packages);
    let installed = run(&words);
    if silences {
        run(&["rm", "-f", NO_SERVICE])?;
    }
    run(&["rm", "-f", NO_CLUSTER])?;
    installed?;
    for service in services {
        run(&["update-rc.d", service, "disable"])?;
        // Where the machine's own policy let it start.
        run(&["invoke-rc.d", service, "stop"])?;
    }
    Ok(())
}

/// What a person would type as root.
fn by_hand(lacking: &[Lacking]) -> String {
    let mut lines = vec!["apt-get update".to_owned()];
    if lacking.iter().any(|lacking| lacking.package.is_none()) {
        lines.extend([
            format!("mkdir -p {NO_CLUSTER_DIRECTORY}"),
            format!("echo 'create_main_cluster = false' >{NO_CLUSTER}"),
        ]);
    }
    let packages = packages(lacking, "postgresql");
    lines.push(format!(
        "apt-get install --yes --no-install-recommends {}",
        packages.join(" ")
    ));
    if lacking.iter().any(|lacking| lacking.package.is_none()) {
        lines.push(format!("rm {NO_CLUSTER}"));
    }
    for service in services(&packages) {
        lines.push(format!("update-rc.d {service} disable"));
        lines.push(format!("invoke-rc.d {service} stop"));
    }
    lines.join("\n  ")
}

/// Each package once, in the order in which it was missed.
fn packages<'a>(lacking: &[Lacking], server: &'a str) -> Vec<&'a str> {
    let mut packages = Vec::new();
    for lacking in lacking {
        let package = lacking.package.unwrap_or(server);
        if !packages.contains(&package) {
            packages.push(package);
        }
    }
    packages
}

fn services<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    let starts_one = |package: &&'a str| WITH_SERVICE.contains(package);
    packages.iter().copied().filter(starts_one).collect()
}

fn reports(lacking: &[Lacking]) -> String {
    let reports: Vec<_> = lacking.iter().map(|lacking| lacking.report.as_str()).collect();
    reports.join("\n")
}

/// What there is, or everything that is not.
fn look(purpose: For) -> Result<String, Vec<Lacking>> {
    let (mut found, mut lacking) = (Vec::new(), Vec::new());
    match server() {
        Ok(server) => found.push(server),
        Err(error) => lacking.push(Lacking {
            report: error.to_string(),
            package: None,
        }),
    }
    let mut program = |name: &str, package: &'static str, what: &str| match version_of(name) {
        Some(version) => found.push(version),
        None => lacking.push(Lacking {
            report: format!("no {name} found ({what}); install your system's package {package}"),
            package: Some(package),
        }),
    };
    if purpose >= For::Tests {
        program(
            "pgbouncer",
            "pgbouncer",
            "the tests of poolers start it, each for itself",
        );
        program(
            "prometheus",
            "prometheus",
            "the tests of the alert rules start it, each for itself",
        );
        program("promtool", "prometheus", "it judges the alert rules");
        program(
            "prometheus-blackbox-exporter",
            "prometheus-blackbox-exporter",
            "the tests of monitors start it, each for itself",
        );
        program("systemd-analyze", "systemd", "it judges the unit of vigie-sync");
        program(
            "git",
            "git",
            "the tests of what a build says of itself make repositories",
        );
        program("chromium", "chromium", "the tests look at the screens in it");
        program("chromedriver", "chromium-driver", "the tests lead Chromium by it");
        let what = "its registry has axe-core, and the programs of PostgreSQL 15, 16, 17 and 18";
        program("npm", "npm", what);
    }
    if lacking.is_empty() {
        Ok(found.join(", "))
    } else {
        Err(lacking)
    }
}

fn server() -> Result<String, pg_sandbox::Error> {
    let found = Installation::find(&Options::from_env())?;
    found.psql()?;
    Ok(format!(
        "PostgreSQL {} in {}",
        found.version(),
        found.bin_dir().display()
    ))
}

/// What a program says about itself, up to the first bracket. Debian keeps poolers off the PATH of those who are
/// not root.
fn version_of(name: &str) -> Option<String> {
    [name.to_owned(), format!("/usr/sbin/{name}")]
        .iter()
        .find_map(|program| {
            let output = Command::new(program).arg("--version").output().ok()?;
            let text = String::from_utf8_lossy(&output.stdout);
            let first = text.lines().next().unwrap_or_default();
            let first = first.split('(').next().unwrap_or_default().trim().to_owned();
            let is_number = first.starts_with(|c: char| c.is_ascii_digit());
            output.status.success().then(|| {
                if is_number {
                    format!("{name} {first}")
                } else {
                    first
                }
            })
        })
}

/// Asks where somebody can answer. Where nobody can (a container, a script), it goes on: every command is
/// printed, and a machine without a terminal has no other way to be set up.
#[expect(
    clippy::disallowed_methods,
    reason = "CI=true is how every CI says that nobody is there to answer"
)]
fn agree(yes: bool, lacking: &[Lacking]) -> Result<(), Failure> {
    let ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    if yes || ci || !std::io::stdin().is_terminal() {
        return Ok(());
    }
    eprint!("setup: install with apt-get? [Y/n] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if matches!(
        answer.trim().to_lowercase().as_str(),
        "" | "y" | "yes" | "o" | "oui"
    ) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "nothing installed; by hand, as root:\n  {}",
        by_hand(lacking)
    )))
}

/// The newest supported server that this distribution offers; its client comes with it.
fn newest_server() -> Result<String, Failure> {
    let offered = |package: &String| command::succeeds(Command::new("apt-cache").args(["show", package]));
    SUPPORTED
        .rev()
        .map(|major| format!("postgresql-{major}"))
        .find(offered)
        .ok_or_else(|| {
            let (first, last) = (SUPPORTED.start(), SUPPORTED.end());
            Failure::usage(format!(
                "this distribution offers no PostgreSQL {first} to {last}; the PostgreSQL project's own apt \
             repository does: see \"apt\" on its download page"
            ))
        })
}

fn elevated(sudo: Option<&str>, words: &[&str]) -> Command {
    let mut words = sudo.into_iter().chain(words.iter().copied());
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_go_through_sudo_only_when_needed() {
        assert_eq!(
            command::line(&elevated(None, &["apt-get", "update"])),
            "apt-get update"
        );
        assert_eq!(
            command::line(&elevated(Some("sudo"), &["apt-get", "update"])),
            "sudo apt-get update"
        );
    }

    #[test]
    fn only_what_is_lacking_is_installed_and_no_service_is_left() {
        let lacking = |package| Lacking {
            report: String::new(),
            package,
        };
        let all = [
            None,
            Some("pgbouncer"),
            Some("prometheus"),
            Some("prometheus"),
            Some("systemd"),
        ]
        .map(lacking);
        assert_eq!(
            packages(&all, "postgresql-17"),
            ["postgresql-17", "pgbouncer", "prometheus", "systemd"]
        );
        let text = by_hand(&all);
        assert!(text.contains("create_main_cluster = false"), "{text}");
        for service in ["pgbouncer", "prometheus"] {
            let disabled = format!("update-rc.d {service} disable\n  invoke-rc.d {service} stop");
            assert!(text.contains(&disabled), "{text}");
        }
        let text = by_hand(&[lacking(Some("npm"))]);
        assert_eq!(
            text,
            "apt-get update\n  apt-get install --yes --no-install-recommends npm"
        );
    }
}
