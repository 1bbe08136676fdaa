//! The screens as people have them: in a real Chromium, with the real service and a real PostgreSQL behind.

mod acts;
#[path = "../../../../crates/access-journal/tests/attacks/library.rs"]
#[expect(dead_code, reason = "the tests of the journal need more of it")]
mod attacks;
mod cast;
mod driver;
mod everybody;
mod gallery;
#[path = "../../../cli/tests/cli/harness.rs"]
#[expect(dead_code, reason = "the tests of `vigie` need more of it")]
mod harness;
mod keyboard;
mod list;
mod live;
#[path = "../../../cli/tests/cli/neighbour.rs"]
#[expect(dead_code, reason = "the tests of `vigie` need more of it")]
mod neighbour;
mod people;
mod plain;
#[path = "../api/programs.rs"]
mod programs;
#[path = "../api/running.rs"]
#[expect(dead_code, reason = "the tests of the API need more of it")]
mod running;
mod stage;
mod story;
mod tabs;
#[path = "../api/tokens.rs"]
mod tokens;
mod truth;
mod window;

use std::path::{Path, PathBuf};

use programs::{beside, tested, vigie};

/// A file or directory of the target directory.
fn in_target(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(name)
}
