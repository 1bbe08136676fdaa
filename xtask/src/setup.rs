//! `cargo xtask setup`: installs what the machine lacks.
//!
//! It creates no cluster: Debian's packages make and start one on port 5432 unless told not to, and nobody
//! asked for that. The order not to stands in a file of its own while the package is installed, and goes away
//! afterwards, so that who installs PostgreSQL later by hand gets what Debian promises them.
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

use crate::{command, failure::Failure};

const NO_CLUSTER_DIRECTORY: &str = "/etc/postgresql-common/createcluster.d";
const NO_CLUSTER: &str = "/etc/postgresql-common/createcluster.d/vigie-setup.conf";

/// Makes sure that everything is there. Installs on Debian and its kin; says what to install elsewhere.
pub(crate) fn run(yes: bool) -> Result<(), Failure> {
    let lacking = match look() {
        Ok(found) => {
            eprintln!("setup: nothing is lacking ({found})");
            return Ok(());
        }
        Err(error) => error,
    };
    if std::env::vars_os().any(|(name, _)| name == pg_sandbox::BIN_DIR_VARIABLE) {
        // Named by hand: installing another one would not be used.
        return Err(Failure::usage(lacking.to_string()));
    }
    if !Path::new("/usr/bin/apt-get").exists() {
        return Err(Failure::usage(lacking.to_string()));
    }
    let sudo = match (
        geteuid().is_root(),
        command::succeeds(Command::new("sudo").arg("--version")),
    ) {
        (true, _) => None,
        (false, true) => Some("sudo"),
        (false, false) => {
            return Err(Failure::usage(format!(
                "{lacking}\nthis needs root, and there is no sudo; as root, run:\n  {NO_CLUSTER_HINT}"
            )));
        }
    };
    eprintln!(
        "setup: {}; installing it",
        lacking.to_string().lines().next().unwrap_or_default()
    );
    agree(yes)?;
    command::run(&mut elevated(sudo, &["apt-get", "update"]))?;
    let package = newest_package()?;
    command::run(&mut elevated(sudo, &["mkdir", "-p", NO_CLUSTER_DIRECTORY]))?;
    let write = format!("echo 'create_main_cluster = false' >{NO_CLUSTER}");
    command::run(&mut elevated(sudo, &["sh", "-c", &write]))?;
    let installed = command::run(&mut elevated(
        sudo,
        &[
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "install",
            "--yes",
            "--no-install-recommends",
            &package,
        ],
    ));
    command::run(&mut elevated(sudo, &["rm", "-f", NO_CLUSTER]))?;
    installed?;
    let found = look().map_err(|error| Failure::new(format!("installed {package}, and yet: {error}")))?;
    eprintln!("setup: done ({found})");
    Ok(())
}

const NO_CLUSTER_HINT: &str = "\
apt-get update
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/vigie-setup.conf
  apt-get install --yes postgresql
  rm /etc/postgresql-common/createcluster.d/vigie-setup.conf";

fn look() -> Result<String, pg_sandbox::Error> {
    let found = Installation::find(&Options::from_env())?;
    found.psql()?;
    Ok(format!(
        "PostgreSQL {} in {}",
        found.version(),
        found.bin_dir().display()
    ))
}

/// Asks where somebody can answer. Where nobody can (a container, a script), it goes on: every command is
/// printed, and a machine without a terminal has no other way to be set up.
#[expect(
    clippy::disallowed_methods,
    reason = "CI=true is how every CI says that nobody is there to answer"
)]
fn agree(yes: bool) -> Result<(), Failure> {
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
        "nothing installed; by hand, as root:\n  {NO_CLUSTER_HINT}"
    )))
}

/// The newest supported server that this distribution offers; its client comes with it.
fn newest_package() -> Result<String, Failure> {
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
}
