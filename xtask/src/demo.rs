//! `cargo xtask demo`: builds the programs and becomes the demo.

use std::{ffi::OsString, os::unix::process::CommandExt, process::Command};

use crate::{
    command,
    failure::Failure,
    setup::{self, For},
    workspace,
};

pub(crate) fn run(args: &[OsString]) -> Result<(), Failure> {
    setup::run(false, For::Server)?;
    let metadata = workspace::metadata()?;
    // All of them: the demo starts the others as child processes found beside its own executable.
    let mut build = command::cargo(&["build", "--locked"]);
    for door in workspace::doors(&metadata) {
        build.args(["--package", &door]);
    }
    command::run(&mut build)?;

    let program = metadata.target_directory.join("debug").join("vigie");
    let mut vigie = Command::new(program);
    vigie.arg("demo").args(args);
    eprintln!("$ {}", command::line(&vigie));
    // In our place, not below us: Ctrl-C and the exit code then are the demo's own.
    Err(Failure::new(format!("cannot run vigie: {}", vigie.exec())))
}
