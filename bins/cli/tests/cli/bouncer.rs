//! A PgBouncer of a test's own, on a free port of 127.0.0.1, in front of the server for tests.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::{fs::chown, process::CommandExt as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use nix::unistd::{User, geteuid};
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;

/// A running pooler; it ends with the test, however that ends.
#[derive(Debug)]
pub(crate) struct Bouncer {
    child: Child,
    directory: TempDir,
    port: u16,
}

impl Bouncer {
    /// Starts one in front of the database of this URL: `transaction` or `session`, and more lines of its settings.
    pub(crate) fn start(url: &str, pool_mode: &str, more: &str) -> Self {
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::start_once(url, pool_mode, more) {
                Ok(bouncer) => return bouncer,
                // Somebody may take a free port before the pooler does.
                Err(log) => assert!(tries < 3, "PgBouncer does not start: {log}"),
            }
        }
    }

    /// The URL of a database behind the pooler; who logs in does not matter.
    pub(crate) fn url(&self) -> String {
        format!("postgres://somebody@127.0.0.1:{}/behind", self.port)
    }

    fn start_once(url: &str, pool_mode: &str, more: &str) -> Result<Self, String> {
        let server: PgConnectOptions = url.parse().expect("a URL");
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let directory = tempfile::tempdir().expect("a directory");
        let settings = directory.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\nbehind = host={} port={} dbname={} user={}{}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             logfile = {}\npool_mode = {pool_mode}\n{more}\n",
            server.get_host(),
            server.get_port(),
            server.get_database().expect("a database"),
            server.get_username(),
            password(url),
            directory.path().join("log").display(),
        );
        fs::write(&settings, text).expect("settings");
        let child = command(&directory)
            .arg(&settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("setpriv (of util-linux) runs");
        let mut bouncer = Self {
            child,
            directory,
            port,
        };
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(bouncer);
            }
            if !matches!(bouncer.child.try_wait(), Ok(None)) {
                break;
            }
            sleep(Duration::from_millis(10));
        }
        Err(fs::read_to_string(bouncer.directory.path().join("log")).unwrap_or_default())
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        // It keeps nothing that would be worth a farewell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// PgBouncer refuses to be root, so it becomes `nobody` there; and it ends when the test is killed.
fn command(directory: &TempDir) -> Command {
    let program = program();
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(program);
    if geteuid().is_root() {
        let nobody = User::from_name("nobody")
            .expect("users can be looked up")
            .expect("there is a user nobody");
        let (uid, gid) = (nobody.uid.as_raw(), nobody.gid.as_raw());
        for path in [
            directory.path().to_owned(),
            directory.path().join("pgbouncer.ini"),
        ] {
            chown(path, Some(uid), Some(gid)).expect("given to nobody");
        }
        command.uid(uid).gid(gid);
    }
    command
}

#[expect(
    clippy::disallowed_methods,
    reason = "PATH says where programs are; it configures nothing here"
)]
fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        // where Debian has it, which is not everybody's PATH
        .chain([PathBuf::from("/usr/sbin")])
        .map(|directory| directory.join("pgbouncer"))
        .find(|program| program.is_file())
        .expect("the tests of poolers need PgBouncer (package pgbouncer); `cargo xtask setup` installs it")
}

/// The password of a URL, as PgBouncer wants it.
fn password(url: &str) -> String {
    let user = url
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('@'))
        .map_or("", |(user, _)| user);
    match user.split_once(':') {
        Some((_, password)) => format!(" password={password}"),
        None => String::new(),
    }
}
