//! A command in the bare root whose output is watched while it runs.

use std::{
    fmt,
    io::{self, BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::transcript::Transcript;
use crate::failure::Failure;

/// A running command.
#[derive(Debug)]
pub(super) struct Session {
    child: Child,
    lines: Receiver<String>,
}

/// Why the watching ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// The line that was waited for came.
    Seen,
    /// The command ended.
    Ended(ExitStatus),
    /// Neither happened in time.
    TimedOut(Duration),
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seen => f.write_str("still running"),
            Self::Ended(status) => write!(f, "{status}"),
            Self::TimedOut(after) => write!(f, "still running after {} s", after.as_secs()),
        }
    }
}

impl Session {
    /// Starts a command with nobody at the keyboard; both outputs come in the order written.
    pub(super) fn start(mut command: Command) -> Result<Self, Failure> {
        let (reader, writer) = io::pipe()?;
        command
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer);
        let child = command.spawn()?;
        // The command holds our ends of the pipe too, and no end of output would be seen.
        drop(command);
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, lines })
    }

    /// Prints and keeps what comes until a line is the one waited for, or the command ends, or time is up.
    pub(super) fn until(
        &mut self,
        transcript: &mut Transcript,
        patience: Duration,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Ending, Failure> {
        let deadline = Instant::now() + patience;
        loop {
            match self
                .lines
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(line) => {
                    transcript.say(&line)?;
                    if wanted(&line) {
                        return Ok(Ending::Seen);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(Ending::Ended(self.child.wait()?)),
                Err(RecvTimeoutError::Timeout) => return Ok(Ending::TimedOut(patience)),
            }
        }
    }

    /// What Ctrl-C at a terminal sends.
    pub(super) fn interrupt(&self) -> Result<(), Failure> {
        Ok(kill(
            Pid::from_raw(self.child.id().cast_signed()),
            Signal::SIGINT,
        )?)
    }

    /// Makes sure that it has ended.
    pub(super) fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> (Session, Transcript) {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let transcript = Transcript::create(std::path::Path::new("/dev/null")).expect("a transcript");
        (Session::start(command).expect("a shell"), transcript)
    }

    #[test]
    fn a_line_is_seen_and_an_interrupt_answered() {
        let (mut session, mut transcript) =
            shell("trap 'echo bye; exit 0' INT; echo one >&2; echo ready now; while :; do sleep 0.05; done");
        let patience = Duration::from_secs(20);
        let ending = session
            .until(&mut transcript, patience, |line| line.starts_with("ready"))
            .expect("read");
        assert!(matches!(ending, Ending::Seen), "{ending}");
        session.interrupt().expect("sent");
        let ending = session.until(&mut transcript, patience, |_| false).expect("read");
        assert!(
            matches!(ending, Ending::Ended(status) if status.success()),
            "{ending}"
        );
    }

    #[test]
    fn an_early_end_and_a_hang_are_told_apart() {
        let (mut session, mut transcript) = shell("exit 3");
        let ending = session
            .until(&mut transcript, Duration::from_secs(20), |_| false)
            .expect("read");
        assert_eq!(ending.to_string(), "exit status: 3");

        let (mut session, mut transcript) = shell("exec sleep 30");
        let ending = session
            .until(&mut transcript, Duration::from_millis(50), |_| false)
            .expect("read");
        assert!(matches!(ending, Ending::TimedOut(_)), "{ending}");
        session.end();
    }
}
