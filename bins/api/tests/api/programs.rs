//! The programs that tests run.

use std::path::{Path, PathBuf};

/// The program under test.
pub(crate) fn tested() -> PathBuf {
    env!("CARGO_BIN_EXE_vigie-api").into()
}

/// The program that prepares databases, built beside the one under test.
pub(crate) fn vigie() -> PathBuf {
    beside("vigie")
}

/// A program built beside the one under test.
pub(crate) fn beside(name: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_vigie-api")).with_file_name(name);
    assert!(
        program.exists(),
        "no {}; `cargo xtask test` builds it, as does `cargo build -p {name}`",
        program.display()
    );
    program
}
