//! The service as a process, on a real PostgreSQL: what it answers, when it works, how it ends.

mod attacks;
mod audit;
mod config;
mod elsewhere;
mod ends;
#[path = "../../../cli/tests/cli/harness.rs"]
#[expect(dead_code, reason = "the tests of `vigie` need more of it")]
mod harness;
mod heartbeat;
mod held;
mod http;
mod lost;
mod monitor;
mod once;
mod pair;
mod prometheus;
mod running;
mod secrets;
mod service;
mod silent;
mod systemd;

use std::path::{Path, PathBuf};

/// The program under test.
fn tested() -> PathBuf {
    env!("CARGO_BIN_EXE_vigie-sync").into()
}

/// The program that prepares databases, built beside the one under test.
fn vigie() -> PathBuf {
    let vigie = Path::new(env!("CARGO_BIN_EXE_vigie-sync")).with_file_name("vigie");
    assert!(
        vigie.exists(),
        "no {}; `cargo xtask test` builds it, as does `cargo build -p vigie`",
        vigie.display()
    );
    vigie
}
