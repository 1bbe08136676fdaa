//! The files of a pack's folder.
//!
//! What is named like a check is one, even where it cannot be read: a check that vanishes looks like one that
//! finds nothing.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use super::{fixture::is_fixture, proof::RECORD};
use crate::Error;

pub(super) const MANIFEST: &str = "pack.toml";

/// The largest file of a pack, in KiB, and the largest schema.
pub(super) const LARGEST: u64 = 1024;
pub(super) const LARGEST_SCHEMA: u64 = 64 * 1024;

/// The files of a pack by their names, each with its contents or why they cannot be read.
pub(super) type Files<'f> = BTreeMap<&'f str, Result<&'f [u8], &'f str>>;

/// Whether a file of that name is a check. What begins with a dot is what editors leave behind.
pub(super) fn is_check(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".sql") && !name.starts_with('.')
}

/// Reads `pack.toml`, the checks, the cases beside them and the record of their proofs.
///
/// # Errors
/// `Invalid` when the folder or its `pack.toml` cannot be read. That another file cannot is said in its place.
pub(super) fn read(folder: &Path) -> Result<BTreeMap<String, Result<Vec<u8>, String>>, Error> {
    let unreadable =
        |path: &Path, error| Error::invalid("pack", format!("{} cannot be read: {error}", path.display()));
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        let name = path
            .file_name()
            .map(OsStr::to_string_lossy)
            .unwrap_or_default()
            .into_owned();
        if name == MANIFEST {
            let bytes = contents(&path, LARGEST).map_err(|error| unreadable(&path, error))?;
            files.insert(name, Ok(bytes));
        } else if is_check(&name) || is_fixture(&name) || name == RECORD {
            files.insert(name, contents(&path, LARGEST).map_err(|error| error.to_string()));
        }
    }
    Ok(files)
}

/// The bytes of a file of at most so many KiB.
pub(super) fn contents(path: &Path, kibibytes: u64) -> io::Result<Vec<u8>> {
    // To read a pipe would wait for somebody to write to it.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let most = kibibytes * 1024;
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("it is larger than {kibibytes} KiB")));
    }
    Ok(bytes)
}
