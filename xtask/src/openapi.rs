//! `cargo xtask openapi`: writes `docs/openapi.json`, the description of the HTTP API, as `vigie-api` gives it. A test of
//! `vigie-api` compares the two.

use std::fs;

use crate::{command, failure::Failure, workspace};

pub(crate) fn run() -> Result<(), Failure> {
    command::run(&mut command::cargo(&[
        "build",
        "--locked",
        "--package",
        "vigie-api",
    ]))?;
    let metadata = workspace::metadata()?;
    let program = metadata.target_directory.join("debug").join("vigie-api");
    let told = std::process::Command::new(program).arg("--openapi").output()?;
    if !told.status.success() {
        let why = String::from_utf8_lossy(&told.stderr);
        return Err(Failure::new(format!("vigie-api --openapi: {why}")));
    }
    let file = metadata.workspace_root.join("docs").join("openapi.json");
    fs::write(&file, told.stdout)?;
    eprintln!("written: {file}");
    Ok(())
}
