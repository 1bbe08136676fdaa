//! Files that people name: one without an end, or of another kind, must not be read for ever.

use std::{
    fs::File,
    io::{Error, ErrorKind, Read as _, Result},
    path::Path,
};

/// The text of a file of at most so many KiB.
///
/// # Errors
/// When it cannot be read, is larger, or is no UTF-8.
pub fn read(path: &Path, kibibytes: u64) -> Result<String> {
    let most = kibibytes * 1024;
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Error::new(
            ErrorKind::FileTooLarge,
            format!("larger than {kibibytes} KiB"),
        ));
    }
    String::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::InvalidData, "not UTF-8"))
}
