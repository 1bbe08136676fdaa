//! What was said, on the terminal and in a file at once.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

/// A file that keeps what is also printed.
#[derive(Debug)]
pub(super) struct Transcript {
    file: File,
}

impl Transcript {
    /// Begins a new one; the one before is replaced.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: File::create(path)?,
        })
    }

    /// Prints and keeps.
    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        println!("{text}");
        writeln!(self.file, "{text}")
    }
}
