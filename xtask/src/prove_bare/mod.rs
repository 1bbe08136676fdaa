//! `cargo xtask prove-bare`: the README's two commands on a machine that has nothing else.
//!
//! A Debian root is made from nothing with `gcc`, `libc6-dev` and `ca-certificates`, gets the Rust toolchain in
//! use and a clone of the commit checked out, and runs the two commands with nobody at the keyboard. The whole
//! conversation is kept.
//!
//! Refused: a container image, which needs an engine and hides what it brings along.

mod apt;
mod root;
mod session;
mod transcript;

use std::{
    process::Command,
    time::{Duration, Instant},
};

use nix::unistd::geteuid;

use crate::{command, failure::Failure, workspace};
use root::BareRoot;
use session::{Ending, Session};
use transcript::Transcript;

/// A cold build on a small machine, with room.
const PATIENCE: Duration = Duration::from_hours(1);
/// How long the demo may take to end after Ctrl-C.
const TO_END: Duration = Duration::from_mins(1);

/// One command of the README and how it went.
struct Proof {
    command: &'static str,
    outcome: Result<String, String>,
    took: Duration,
}

pub(crate) fn run() -> Result<(), Failure> {
    needed()?;
    let commit = commit()?;
    let directory = workspace::target(&workspace::metadata()?, "prove-bare")?;
    let path = directory.join("transcript.txt");
    let mut transcript = Transcript::create(&path)?;
    transcript.say(&format!(
        "prove-bare at {}",
        told("date", &["-u", "+%Y-%m-%d %H:%M UTC"])?
    ))?;
    transcript.say(&commit)?;
    transcript.say(&told("rustc", &["--version"])?)?;

    let bare = BareRoot::make(&mut transcript)?;
    transcript.say(&format!("packages in the root:\n{}", bare.packages()?))?;

    let proofs = [demo(&bare, &mut transcript)?, test(&bare, &mut transcript)?];
    let clusters = bare.clusters();
    transcript.say("")?;
    for Proof {
        command,
        outcome,
        took,
    } in &proofs
    {
        let outcome = outcome.as_ref().unwrap_or_else(|wrong| wrong);
        transcript.say(&format!(
            "prove-bare: `{command}`: {outcome} ({} s)",
            took.as_secs()
        ))?;
    }
    if !clusters.is_empty() {
        transcript.say(&format!(
            "prove-bare: a cluster nobody asked for: {}",
            clusters.join(", ")
        ))?;
    }
    bare.remove()?;
    eprintln!("the transcript is in {}", path.display());
    if clusters.is_empty() && proofs.iter().all(|proof| proof.outcome.is_ok()) {
        return Ok(());
    }
    Err(Failure::new("prove-bare: not proved"))
}

/// The demo until it says `ready`, then Ctrl-C.
fn demo(bare: &BareRoot, transcript: &mut Transcript) -> Result<Proof, Failure> {
    prove(bare, transcript, "cargo xtask demo", |session, transcript| {
        match session.until(transcript, PATIENCE, |line| line.starts_with("ready"))? {
            Ending::Seen => {}
            other => return Ok(Err(format!("no line beginning with `ready`: {other}"))),
        }
        transcript.say("^C")?;
        session.interrupt()?;
        Ok(match session.until(transcript, TO_END, |_| false)? {
            Ending::Ended(status) if status.success() => Ok("ready, Ctrl-C, exit code 0".to_owned()),
            other => Err(format!("after Ctrl-C: {other}")),
        })
    })
}

fn test(bare: &BareRoot, transcript: &mut Transcript) -> Result<Proof, Failure> {
    prove(bare, transcript, "cargo xtask test", |session, transcript| {
        Ok(match session.until(transcript, PATIENCE, |_| false)? {
            Ending::Ended(status) if status.success() => Ok("exit code 0".to_owned()),
            other => Err(other.to_string()),
        })
    })
}

fn prove(
    bare: &BareRoot,
    transcript: &mut Transcript,
    command: &'static str,
    watch: impl FnOnce(&mut Session, &mut Transcript) -> Result<Result<String, String>, Failure>,
) -> Result<Proof, Failure> {
    transcript.say(&format!("\n# {command}"))?;
    let begun = Instant::now();
    let mut session = Session::start(bare.command(command))?;
    let mut outcome = watch(&mut session, transcript)?;
    session.end();
    let left = bare.processes_left();
    if !left.is_empty() && outcome.is_ok() {
        outcome = Err(format!("left running: {}", left.join(", ")));
    }
    Ok(Proof {
        command,
        outcome,
        took: begun.elapsed(),
    })
}

fn needed() -> Result<(), Failure> {
    if !geteuid().is_root() {
        return Err(Failure::usage(
            "prove-bare makes a root and changes into it, which only root may",
        ));
    }
    for (program, package) in [
        ("debootstrap", "debootstrap"),
        ("git", "git"),
        ("unshare", "util-linux"),
    ] {
        if !command::succeeds(Command::new(program).arg("--version")) {
            return Err(Failure::usage(format!(
                "prove-bare needs {program}; install it with: apt-get install {package}"
            )));
        }
    }
    Ok(())
}

/// The commit that is proved, and a warning when the working tree holds something else.
fn commit() -> Result<String, Failure> {
    let commit = told("git", &["log", "-1", "--format=commit %H %s"])?;
    let changed = told("git", &["status", "--porcelain"])?;
    if changed.is_empty() {
        return Ok(commit);
    }
    Ok(format!(
        "{commit}\nNOT part of this proof, since not committed:\n{changed}"
    ))
}

/// What a program prints, trimmed.
fn told(program: &str, args: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program)
        .args(args)
        .current_dir(workspace::root())
        .output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Failure::new(format!("{program} {}: {said}", args.join(" "))))
}
