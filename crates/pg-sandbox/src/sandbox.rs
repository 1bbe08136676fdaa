//! The private server as its user sees it.

use std::{fmt, path::Path};

use crate::{
    Error, Installation, Options, Script, Version, account::Account, cluster, directory::Directory,
    postmaster, psql, server::Server,
};

/// How often another port is tried when somebody took the free one first.
const PORTS_TO_TRY: usize = 5;

/// A private PostgreSQL server on a free port of 127.0.0.1. It ends with this value, and with this process
/// however that ends.
pub struct Sandbox {
    installation: Installation,
    directory: Directory,
    server: Server,
    port: u16,
    password: String,
    stopped: bool,
}

/// A server and where it runs.
pub(crate) struct Parts {
    pub(crate) directory: Directory,
    pub(crate) server: Server,
    pub(crate) port: u16,
}

impl Sandbox {
    /// Starts a server and waits until it takes connections: one to three seconds, most of them `initdb`'s.
    /// Blocks; from asynchronous code, call it where blocking is allowed.
    ///
    /// # Errors
    /// [`Error::NoBinaries`], [`Error::Setting`], [`Error::Directory`], [`Error::InUse`], [`Error::Start`],
    /// [`Error::System`].
    pub fn start(options: &Options) -> Result<Self, Error> {
        start_on(options, || {
            options.wanted_port().map_or_else(cluster::free_port, Ok)
        })
    }

    /// A connection URL for the superuser `postgres`. The password is part of it: do not print it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let (password, port, database) = (&self.password, self.port, percent_encoded(database));
        format!("postgres://postgres:{password}@127.0.0.1:{port}/{database}")
    }

    /// The TCP port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.installation.version()
    }

    /// The directory of the server's programs.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        self.installation.bin_dir()
    }

    /// The sandbox's directory, with `data` and `server.log` in it.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The server's process id.
    #[must_use]
    pub fn server_pid(&self) -> i32 {
        self.server.pid()
    }

    /// Creates an empty database.
    ///
    /// # Errors
    /// [`Error::Psql`] where there is one of that name, [`Error::NoPsql`].
    pub fn create_database(&self, name: &str) -> Result<(), Error> {
        let sql = format!("create database \"{}\";", name.replace('"', "\"\""));
        self.psql("postgres", Script::Text(&sql)).map(drop)
    }

    /// Runs SQL through `psql` as superuser, stopping at the first error. What came before it in the script
    /// stays done unless the script opens a transaction. Gives what it printed: one line per row, columns
    /// divided by `|`.
    ///
    /// # Errors
    /// [`Error::Psql`] with what `psql` said, [`Error::NoPsql`].
    pub fn psql(&self, database: &str, script: Script<'_>) -> Result<String, Error> {
        self.run(database, script).map(|printed| printed.results)
    }

    /// Runs SQL as [`Sandbox::psql`] does and gives what is no result: what the script warns of.
    pub(crate) fn psql_warnings(&self, database: &str, script: &str) -> Result<String, Error> {
        self.run(database, Script::Text(script))
            .map(|printed| printed.warnings)
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// One more of the same programs, with the same password.
    pub(crate) fn beside(&self, parts: Parts) -> Self {
        Self {
            installation: self.installation.clone(),
            directory: parts.directory,
            server: parts.server,
            port: parts.port,
            password: self.password.clone(),
            stopped: false,
        }
    }

    fn run(&self, database: &str, script: Script<'_>) -> Result<psql::Printed, Error> {
        let target = psql::Target {
            port: self.port,
            password: &self.password,
            database,
        };
        psql::run(&self.installation.psql()?, &target, script)
    }

    /// Stops the server and, unless it is kept, removes its directory. Dropping does the same and tells nobody
    /// what went wrong.
    ///
    /// # Errors
    /// [`Error::Directory`] for a server that does not end, [`Error::System`] for a directory that stays.
    pub fn stop(mut self) -> Result<(), Error> {
        self.stopped = true;
        self.server.stop(&self.directory)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if !self.stopped {
            let _ = self.server.stop(&self.directory);
        }
    }
}

impl fmt::Debug for Sandbox {
    /// Without the password: values are printed where people look.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("version", &self.version())
            .field("port", &self.port)
            .field("directory", &self.directory.path())
            .finish_non_exhaustive()
    }
}

/// A kept cluster is only read by programs of its own major version.
fn installation_for(options: &Options, directory: &Directory) -> Result<Installation, Error> {
    let Some(major) = directory.cluster_version()? else {
        return Installation::find(options);
    };
    if let Some(wanted) = options.wanted_version().filter(|wanted| *wanted != major) {
        return Err(Error::Directory {
            path: directory.path().to_owned(),
            reason: format!("holds a cluster of PostgreSQL {major}, and {wanted} was asked for"),
        });
    }
    Installation::find(&options.clone().version(major))
}

/// Starts on the first port that is still free when the server takes it.
fn start_on(options: &Options, mut port: impl FnMut() -> Result<u16, Error>) -> Result<Sandbox, Error> {
    options.settings_text()?;
    let account = Account::for_server()?;
    let mut tries = 0;
    loop {
        tries += 1;
        match start_once(options, &account, port()?) {
            Err(Error::Start { log, .. }) if port_was_taken(&log) && tries < PORTS_TO_TRY => {}
            outcome => return outcome,
        }
    }
}

fn start_once(options: &Options, account: &Account, port: u16) -> Result<Sandbox, Error> {
    let (directory, installation) = if let Some(path) = options.kept_directory() {
        let directory = Directory::kept(path, account)?;
        let installation = installation_for(options, &directory)?;
        (directory, installation)
    } else {
        // In this order: without binaries, no directory is made.
        let installation = Installation::find(options)?;
        (Directory::throw_away(account)?, installation)
    };
    match start_in(&directory, account, &installation, options, port) {
        Ok((server, password)) => Ok(Sandbox {
            installation,
            directory,
            server,
            port,
            password,
            stopped: false,
        }),
        Err(error) => {
            if !directory.is_kept() {
                // Already gone when it was the server that failed.
                let _ = std::fs::remove_dir_all(directory.path());
            }
            Err(error)
        }
    }
}

fn start_in(
    directory: &Directory,
    account: &Account,
    installation: &Installation,
    options: &Options,
    port: u16,
) -> Result<(Server, String), Error> {
    // A cluster kept earlier may still have a server whose owner and supervisor were killed.
    postmaster::end_orphan(&directory.data());
    if directory.cluster_version()?.is_none() {
        cluster::create(directory, account, installation)?;
    }
    let password = cluster::password(directory)?;
    cluster::configure(directory, account, options, port)?;
    let server = Server::start(directory, account, &installation.program("postgres"), port)?;
    Ok((server, password))
}

fn port_was_taken(log: &str) -> bool {
    log.contains("could not create any TCP/IP sockets")
}

/// A name as one component of a URL's path.
fn percent_encoded(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_somebody_took_first_is_replaced_by_another() {
        let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let taken_port = taken.local_addr().expect("an address").port();
        let mut asked = 0;
        let sandbox = start_on(&Options::from_env(), || {
            asked += 1;
            if asked == 1 {
                Ok(taken_port)
            } else {
                cluster::free_port()
            }
        })
        .expect("the second port is free");
        assert_eq!(asked, 2);
        assert_ne!(sandbox.port(), taken_port);
        sandbox.stop().expect("stopped");
    }

    #[test]
    fn any_name_fits_into_a_url() {
        assert_eq!(percent_encoded("vigie_test-1"), "vigie_test-1");
        assert_eq!(percent_encoded("dépôt a/b?c"), "d%C3%A9p%C3%B4t%20a%2Fb%3Fc");
    }
}
