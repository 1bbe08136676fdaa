//! Makes a cluster, and writes the settings it runs with.

use std::{fs, net::TcpListener};

use crate::{
    Error, Installation, Options,
    account::Account,
    directory::{Directory, random_hex},
};

/// The file of ours that `postgresql.conf` includes; written anew at every start.
const SETTINGS_FILE: &str = "sandbox.conf";

/// Runs `initdb` with a random password for the superuser.
pub(crate) fn create(
    directory: &Directory,
    account: &Account,
    installation: &Installation,
) -> Result<(), Error> {
    account.write(&directory.password_file(), &random_hex(24)?)?;
    let mut initdb = account.command(installation.program("initdb"));
    initdb
        .args([
            "--username=postgres",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
        ])
        .arg("--no-instructions")
        .arg("--pgdata")
        .arg(directory.data())
        .arg("--pwfile")
        .arg(directory.password_file());
    if !directory.is_kept() {
        initdb.arg("--no-sync");
    }
    let output = initdb.output().map_err(Error::system("run initdb"))?;
    if !output.status.success() {
        let text = [output.stdout, output.stderr].concat();
        return Err(Error::Start {
            reason: format!("initdb failed ({})", output.status),
            log: String::from_utf8_lossy(&text).trim().to_owned(),
        });
    }
    let include = format!("\ninclude '{SETTINGS_FILE}'\n");
    account.append(&directory.data().join("postgresql.conf"), &include)
}

/// The superuser's password, as made when the cluster was made.
pub(crate) fn password(directory: &Directory) -> Result<String, Error> {
    let path = directory.password_file();
    fs::read_to_string(&path)
        .map(|text| text.trim().to_owned())
        .map_err(|error| Error::Directory {
            path,
            reason: error.to_string(),
        })
}

/// Writes the settings for a start on this port.
pub(crate) fn configure(
    directory: &Directory,
    account: &Account,
    options: &Options,
    port: u16,
) -> Result<(), Error> {
    let text = settings(options, directory.is_kept(), port)?;
    account.write(&directory.data().join(SETTINGS_FILE), &text)
}

fn settings(options: &Options, kept: bool, port: u16) -> Result<String, Error> {
    // What goes away need not survive a power cut.
    let durability = if kept {
        ""
    } else {
        "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
    };
    Ok(format!(
        "# Written by pg-sandbox at every start.\n\
         listen_addresses = '127.0.0.1'\n\
         port = {port}\n\
         unix_socket_directories = ''\n\
         logging_collector = off\n\
         log_destination = 'stderr'\n\
         max_connections = 200\n\
         max_prepared_transactions = 5\n\
         timezone = 'UTC'\n\
         log_timezone = 'UTC'\n\
         {durability}{}",
        options.settings_text()?
    ))
}

/// A loopback port that is free at this moment. Somebody else may take it before the server does; the caller
/// tries again then.
pub(crate) fn free_port() -> Result<u16, Error> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(Error::system("find a free port on 127.0.0.1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_goes_away_is_written_without_fsync() {
        let text = |kept| settings(&Options::new(), kept, 4321).expect("no settings of the caller's");
        assert!(text(false).contains("fsync = off"));
        assert!(!text(true).contains("fsync"));
    }

    #[test]
    fn the_callers_settings_come_last_and_win() {
        let options = Options::new().setting("max_connections", "7");
        let text = settings(&options, false, 4321).expect("fine");
        assert!(
            text.rfind("max_connections = '7'") > text.find("max_connections = 200"),
            "{text}"
        );
    }
}
