//! One running server and the shell that keeps it.
//!
//! A server must not outlive the program that started it, even when that is killed with SIGKILL. So a small
//! shell script (`supervise.sh`) stands between: it reads from a pipe whose other end only the owner holds,
//! and stops the server when the pipe ends.
//!
//! Refused: asking the kernel to signal the server when the owner dies (`PR_SET_PDEATHSIG`), since that fires
//! when the *thread* that started it ends, which is any moment in an asynchronous program; it only guards the
//! supervisor itself, which has one thread. Refused too: a log read through a pipe, which stops the server when
//! nobody empties it.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use crate::{
    Error,
    account::Account,
    directory::Directory,
    postmaster::{self, PidFile},
};

const START_WITHIN: Duration = Duration::from_mins(1);
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// A running server. Dropping it without [`Server::stop`] leaves the stopping to the supervisor.
#[derive(Debug)]
pub(crate) struct Server {
    supervisor: Child,
    /// The end of the pipe that keeps the server alive.
    lifeline: Option<ChildStdin>,
    pid: i32,
}

impl Server {
    /// Starts the server of a cluster that is configured for this port, and waits until it is ready.
    pub(crate) fn start(
        directory: &Directory,
        account: &Account,
        postgres: &Path,
        port: u16,
    ) -> Result<Self, Error> {
        let _ = fs::remove_file(directory.ended());
        account.write(&directory.supervisor(), include_str!("supervise.sh"))?;
        let mut supervisor = account
            .command("/bin/sh")
            .arg(directory.supervisor())
            .arg(directory.path())
            .arg(postgres)
            .arg(if directory.is_kept() { "keep" } else { "remove" })
            .stdin(Stdio::piped())
            .stdout(directory.share_lock()?)
            .stderr(Stdio::null())
            // Ctrl-C at a terminal goes to the foreground group: the program shall end the server in order.
            .process_group(0)
            .spawn()
            .map_err(Error::system("run /bin/sh"))?;
        let lifeline = supervisor.stdin.take();
        let mut server = Self {
            supervisor,
            lifeline,
            pid: 0,
        };
        match server.wait_until_ready(directory, port) {
            Ok(pid) => {
                server.pid = pid;
                Ok(server)
            }
            Err(reason) => {
                let log = directory.log_tail();
                server.stop(directory)?;
                Err(Error::Start { reason, log })
            }
        }
    }

    /// The server's process id.
    pub(crate) fn pid(&self) -> i32 {
        self.pid
    }

    /// Stops the server and waits until it has ended and a throw-away directory is gone.
    pub(crate) fn stop(&mut self, directory: &Directory) -> Result<(), Error> {
        drop(self.lifeline.take());
        let deadline = Instant::now() + STOP_WITHIN;
        while self.supervisor_lives() && Instant::now() < deadline {
            sleep(Duration::from_millis(5));
        }
        if self.supervisor_lives() {
            let _ = killpg(Pid::from_raw(self.supervisor.id().cast_signed()), Signal::SIGKILL);
            let _ = self.supervisor.wait();
        }
        // Nothing is left to do when the supervisor did its work; it may have been killed.
        if !postmaster::end_orphan(&directory.data()) {
            let reason = "its server does not end".to_owned();
            return Err(Error::Directory {
                path: directory.path().to_owned(),
                reason,
            });
        }
        if !directory.is_kept() && directory.path().exists() {
            fs::remove_dir_all(directory.path())
                .map_err(Error::system(format!("remove {}", directory.path().display())))?;
        }
        Ok(())
    }

    fn wait_until_ready(&mut self, directory: &Directory, port: u16) -> Result<i32, String> {
        let deadline = Instant::now() + START_WITHIN;
        while Instant::now() < deadline {
            if let Some(file) = PidFile::read(&directory.data())
                && file.ready
                && file.port == port
            {
                return Ok(file.pid);
            }
            if let Ok(code) = fs::read_to_string(directory.ended()) {
                return Err(format!("the server ended with exit code {}", code.trim()));
            }
            if !self.supervisor_lives() {
                return Err("the shell that keeps the server has ended".to_owned());
            }
            sleep(Duration::from_millis(5));
        }
        Err(format!("not ready within {} s", START_WITHIN.as_secs()))
    }

    fn supervisor_lives(&mut self) -> bool {
        matches!(self.supervisor.try_wait(), Ok(None))
    }
}
