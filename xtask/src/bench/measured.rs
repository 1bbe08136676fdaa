//! How long a whole process takes, and how much memory it has at most.
//!
//! The kernel tells the peak memory of children only to their parent, and only that of the largest. So each measured
//! process gets a parent of its own: this program, run again as `bench measured`. A child begins as an image of its
//! parent, whose 5 MB are the least that can be measured.
//! Refused: reading `/proc/PID/status` again and again, which sees what is there at that moment, not the peak; and
//! `/usr/bin/time`, which many machines lack.

use std::{
    ffi::OsString,
    process::{Command, Stdio},
    time::Instant,
};

use nix::sys::resource::{UsageWho, getrusage};

use crate::failure::Failure;

/// This program, also where building has put another in its place since it started.
const MYSELF: &str = "/proc/self/exe";

/// What a process did.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) milliseconds: f64,
    pub(super) peak_kib: f64,
    pub(super) code: i32,
    pub(super) stdout: String,
}

/// Runs a command to its end, and measures it. What it says on standard error is shown if it fails.
pub(super) fn run(command: &Command, may_exit_with: &[i32]) -> Result<Measured, Failure> {
    let mut parent = Command::new(MYSELF);
    parent
        .args(["bench", "measured", "--"])
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => parent.env(name, value),
            None => parent.env_remove(name),
        };
    }
    if let Some(directory) = command.get_current_dir() {
        parent.current_dir(directory);
    }
    let output = parent.output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let measured = read(&stdout).ok_or_else(|| Failure::new(format!("nothing was measured: {stderr}")))?;
    if may_exit_with.contains(&measured.code) {
        return Ok(measured);
    }
    let program = command.get_program().to_string_lossy();
    Err(Failure::new(format!(
        "{program} ended with {}: {stderr}",
        measured.code
    )))
}

/// `bench measured`: the parent. Its last line is what was measured.
pub(crate) fn parent(command: &[OsString]) -> Result<(), Failure> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Failure::usage("bench measured: which program?"));
    };
    let begun = Instant::now();
    let status = Command::new(program).args(arguments).status()?;
    let milliseconds = begun.elapsed().as_secs_f64() * 1000.0;
    // In KiB on Linux, where all of this runs.
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss();
    println!("\n{milliseconds} {peak} {}", status.code().unwrap_or(-1));
    Ok(())
}

fn read(output: &str) -> Option<Measured> {
    let (stdout, last) = output.trim_end().rsplit_once('\n')?;
    let mut words = last.split(' ');
    Some(Measured {
        milliseconds: words.next()?.parse().ok()?,
        peak_kib: words.next()?.parse().ok()?,
        code: words.next()?.parse().ok()?,
        stdout: stdout.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_what_was_measured() {
        let measured = read("a\nb\n12.5 4096 3\n").expect("well formed");
        assert_eq!(
            (measured.milliseconds, measured.peak_kib, measured.code),
            (12.5, 4096.0, 3)
        );
        assert_eq!(measured.stdout, "a\nb");
        assert!(read("no numbers").is_none());
        assert!(read("a\n1 2\n").is_none());
    }
}
