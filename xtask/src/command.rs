//! Runs other programs, each printed before it runs so that it can be copied and repeated by hand.

use std::{ffi::OsStr, process::Command};

use crate::{failure::Failure, workspace};

/// What `cargo run` tells this program about its own package.
const ABOUT_XTASK: &[&str] = &["CARGO_BIN_", "CARGO_CRATE_", "CARGO_MANIFEST_", "CARGO_PKG_"];

/// The cargo that built this program, in the workspace's root.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(args).current_dir(workspace::root());
    // Build scripts (ring's among them) run again when these change, and half of the dependencies with them:
    // without them, building through xtask and building by hand share everything.
    for (name, _) in std::env::vars_os() {
        if ABOUT_XTASK
            .iter()
            .any(|prefix| name.to_string_lossy().starts_with(prefix))
        {
            command.env_remove(name);
        }
    }
    command
}

/// Prints and runs; a failure carries the exit code.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let line = line(command);
    eprintln!("$ {line}");
    let status = command
        .status()
        .map_err(|error| Failure::new(format!("cannot run `{line}`: {error}")))?;
    if status.success() {
        return Ok(());
    }
    let code = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1);
    Err(Failure::with_code(format!("`{line}` failed ({status})"), code))
}

/// Whether a program runs and says yes, without showing what it prints.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// A command as a person would type it, without secrets.
pub(crate) fn line(command: &Command) -> String {
    let variables = command.get_envs().filter_map(|(name, value)| {
        let (name, value) = (name.to_string_lossy(), value?.to_string_lossy());
        let value = if value.contains("://") {
            "…".into()
        } else {
            value
        };
        Some(format!("{name}={value}"))
    });
    let program = command.get_program();
    let program = if program == OsStr::new(env!("CARGO")) {
        OsStr::new("cargo")
    } else {
        program
    };
    let words = std::iter::once(program)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy);
    let words = words.map(|word| {
        if word.is_empty() || word.contains([' ', '\'', '"', '$', '*']) {
            format!("'{}'", word.replace('\'', r"'\''"))
        } else {
            word.into_owned()
        }
    });
    variables.chain(words).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_can_be_pasted_and_holds_no_password() {
        let mut command = cargo(&["test", "--", "a name"]);
        command
            .env("DATABASE_URL", "postgres://postgres:secret@127.0.0.1/x")
            .env("SQLX_OFFLINE", "true");
        assert_eq!(
            line(&command),
            "DATABASE_URL=… SQLX_OFFLINE=true cargo test -- 'a name'"
        );
    }

    #[test]
    fn the_exit_code_is_passed_on() {
        let failure = run(Command::new("sh").args(["-c", "exit 101"])).expect_err("it fails");
        assert_eq!(failure.code(), 101);
        let failure = run(&mut Command::new("/no/such/program")).expect_err("it is not there");
        assert!(failure.to_string().contains("/no/such/program"), "{failure}");
    }
}
