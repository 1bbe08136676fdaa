//! One `vigie-sync`, as a process.

use std::{
    fs::OpenOptions,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::failure::Failure;

/// What a service is started from: always the same.
#[derive(Debug)]
pub(super) struct Recipe {
    /// What its connections are called, so that they can be told from another service's.
    pub(super) name: String,
    pub(super) address: SocketAddr,
    pub(super) program: PathBuf,
    pub(super) configuration: PathBuf,
    pub(super) log: PathBuf,
    pub(super) database_url: String,
    pub(super) eval_url: String,
}

impl Recipe {
    pub(super) fn start(&self) -> Result<Service, Failure> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("VIGIE_") {
                command.env_remove(name);
            }
        }
        let child = command
            .arg("--config")
            .arg(&self.configuration)
            .env("APP_ENV", "test")
            .env_remove("APP_RELEASE")
            .env("VIGIE_DATABASE_URL", &self.database_url)
            .env("VIGIE_EVAL_URL", &self.eval_url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        Ok(Service { child })
    }
}

/// A running service; it ends with this value.
#[derive(Debug)]
pub(super) struct Service {
    child: Child,
}

impl Service {
    pub(super) fn signal(&self, signal: Signal) -> Result<(), Failure> {
        Ok(kill(Pid::from_raw(self.child.id().cast_signed()), signal)?)
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Result<Option<ExitStatus>, Failure> {
        Ok(self.child.try_wait()?)
    }

    /// Ends it in the middle of whatever it does.
    pub(super) fn kill(mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Addresses of 127.0.0.1 where nobody listens, for now. Not those that the kernel gives away: who comes back after a
/// while must find its own still free.
pub(super) fn free_addresses(wanted: usize) -> Result<Vec<SocketAddr>, Failure> {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap_or_default();
    let listening = (first..32_000).filter_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
    let addresses = listening.take(wanted).map(|one| one.local_addr());
    let addresses: Vec<SocketAddr> = addresses.collect::<Result<_, _>>()?;
    if addresses.len() == wanted {
        return Ok(addresses);
    }
    Err(Failure::with_code(
        format!("no {wanted} free ports from {first} on"),
        3,
    ))
}
