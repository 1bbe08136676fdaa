//! What `postmaster.pid` says, and whether the process it names is really that server.
//!
//! A process id alone proves nothing: after a crash or a restart of the machine it may belong to anything. So
//! a process is only called a cluster's server, and only then sent a signal, when it works in that cluster's
//! data directory and belongs to that directory's owner.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// The lines of `postmaster.pid` that are of use here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PidFile {
    pub(crate) pid: i32,
    pub(crate) port: u16,
    pub(crate) ready: bool,
}

impl PidFile {
    /// Reads a data directory's `postmaster.pid`; `None` while it is absent or half written.
    pub(crate) fn read(data: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(data.join("postmaster.pid")).ok()?)
    }

    /// Line 1 is the process, line 4 the port, line 8 (padded with blanks) what it is doing.
    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().collect();
        Some(Self {
            pid: lines.first()?.trim().parse().ok().filter(|pid| *pid > 1)?,
            port: lines.get(3)?.trim().parse().ok()?,
            ready: lines.get(7).is_some_and(|status| status.trim() == "ready"),
        })
    }
}

/// Whether a process is the server of this data directory.
pub(crate) fn is_server_of(pid: i32, data: &Path) -> bool {
    let process = Path::new("/proc").join(pid.to_string());
    if Path::new("/proc/self/cwd").exists() {
        let (Ok(data), Ok(cwd)) = (data.canonicalize(), fs::read_link(process.join("cwd"))) else {
            return false;
        };
        let owner = |path: &Path| fs::metadata(path).map(|metadata| metadata.uid()).ok();
        return cwd == data && owner(&process) == owner(&data);
    }
    // No /proc (macOS): the command line names the directory.
    let output = Command::new("ps")
        .args(["-p", &pid.to_string(), "-o", "args="])
        .output();
    output.is_ok_and(|output| {
        String::from_utf8_lossy(&output.stdout).contains(&format!("-D {}", data.display()))
    })
}

/// Ends the server of a data directory whose owner is gone, if there is one, and removes a pid file that
/// would otherwise keep the next server from starting. Only for who holds the directory's lock. Says whether
/// no server is left.
pub(crate) fn end_orphan(data: &Path) -> bool {
    let file = data.join("postmaster.pid");
    if let Some(PidFile { pid, .. }) = PidFile::read(data) {
        for (signal, patience) in [(Signal::SIGINT, 5), (Signal::SIGQUIT, 3), (Signal::SIGKILL, 2)] {
            let deadline = Instant::now() + Duration::from_secs(patience);
            while is_server_of(pid, data) && Instant::now() < deadline {
                // Sent again and again: a server that is only just starting still ignores it.
                let _ = kill(Pid::from_raw(pid), signal);
                sleep(Duration::from_millis(50));
            }
        }
        if is_server_of(pid, data) {
            return false;
        }
    }
    let _ = fs::remove_file(file);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "4711\n/tmp/x/data\n1790000000\n40123\n\n127.0.0.1\n  1234567   0\nready   \n";

    #[test]
    fn a_server_is_ready_when_line_eight_says_so() {
        assert_eq!(
            PidFile::parse(TEXT),
            Some(PidFile {
                pid: 4711,
                port: 40123,
                ready: true
            })
        );
        let starting = TEXT.replace("ready   ", "starting");
        assert_eq!(
            PidFile::parse(&starting),
            Some(PidFile {
                pid: 4711,
                port: 40123,
                ready: false
            })
        );
    }

    #[test]
    fn a_half_written_or_odd_file_is_no_server() {
        assert_eq!(PidFile::parse(""), None);
        assert_eq!(PidFile::parse("4711\n/tmp/x/data\n"), None);
        assert_eq!(
            PidFile::parse(&TEXT.replacen("4711", "-1", 1)),
            None,
            "-1 would signal everybody"
        );
        assert_eq!(PidFile::parse(&TEXT.replacen("4711", "1", 1)), None);
    }

    #[test]
    fn a_foreign_process_is_never_a_server_and_never_signalled() {
        let data = tempfile::tempdir().expect("a directory");
        let mut bystander = Command::new("sleep").arg("60").spawn().expect("a process");
        let pid = bystander.id().cast_signed();
        let text = TEXT.replacen("4711", &pid.to_string(), 1);
        fs::write(data.path().join("postmaster.pid"), text).expect("a pid file");

        assert!(!is_server_of(pid, data.path()));
        assert!(end_orphan(data.path()));

        let alive = bystander.try_wait().expect("still ours").is_none();
        bystander.kill().expect("ended by its own test");
        bystander.wait().expect("reaped");
        assert!(alive, "a process that only shares the number was signalled");
        assert!(
            !data.path().join("postmaster.pid").exists(),
            "the stale file is removed"
        );
    }
}
