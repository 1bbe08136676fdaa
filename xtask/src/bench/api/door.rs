//! The service itself, as a process.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::http::Connection;
use crate::{
    bench::{DATABASE, stand::Stand},
    failure::Failure,
};

/// How long it may take to begin.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `vigie-api`, which ends with this.
pub(in crate::bench) struct Door {
    child: Child,
    log: PathBuf,
    pub(in crate::bench) address: SocketAddr,
    /// Where operations look.
    pub(in crate::bench) ops: SocketAddr,
}

impl Door {
    /// Starts one that knows people in this way, and waits until it answers.
    pub(in crate::bench) fn open(stand: &Stand, name: &str, auth: &str) -> Result<Self, Failure> {
        let (address, ops) = (free_address()?, free_address()?);
        let configuration = stand.write(
            &format!("{name}.toml"),
            &format!(
                "packs = [\"depot\", \"postgres\"]\n[auth]\n{auth}\n[api]\nlisten = \"{address}\"\n[ops]\nlisten = \"{ops}\"\n"
            ),
        )?;
        let log = stand.write(&format!("{name}.log"), "")?;
        let child = stand
            .serve(DATABASE, &configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .spawn()?;
        let mut door = Self {
            child,
            log,
            address,
            ops,
        };
        door.wait()?;
        Ok(door)
    }

    /// What the kernel says of its memory, such as `VmRSS`, in KiB.
    pub(in crate::bench) fn memory_kib(&self, field: &str) -> Result<u64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
            .ok_or_else(|| Failure::new(format!("no {field} of vigie-api")))
    }

    fn wait(&mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        while !Connection::open(self.address, "").is_ok_and(|mut one| matches!(one.get("/livez"), Ok(200))) {
            if begun.elapsed() > PATIENCE || self.child.try_wait()?.is_some() {
                let log = fs::read_to_string(&self.log)?;
                return Err(Failure::new(format!("vigie-api does not answer: {log}")));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One that is free now.
fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}
