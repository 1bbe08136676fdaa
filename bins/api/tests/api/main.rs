//! `vigie-api` as a process, on a real PostgreSQL.

mod aborted;
mod authorisation;
mod browser;
mod config;
mod crowded;
mod ends;
mod flood;
#[path = "../../../cli/tests/cli/harness.rs"]
#[expect(dead_code, reason = "the tests of `vigie` need more of it")]
mod harness;
mod hostile_pages;
mod hostile_requests;
mod outage;
mod running;
mod serves;
mod sign_in;
mod tokens;

use std::path::{Path, PathBuf};

/// The program under test.
fn tested() -> PathBuf {
    env!("CARGO_BIN_EXE_vigie-api").into()
}

/// The program that prepares databases, built beside the one under test.
fn vigie() -> PathBuf {
    beside("vigie")
}

/// A program built beside the one under test.
fn beside(name: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_vigie-api")).with_file_name(name);
    assert!(
        program.exists(),
        "no {}; `cargo xtask test` builds it, as does `cargo build -p {name}`",
        program.display()
    );
    program
}
