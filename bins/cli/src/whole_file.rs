//! Files that are whole before anybody sees them.

use std::{
    fs,
    io::{self, ErrorKind, Write as _},
    path::Path,
};

use tempfile::NamedTempFile;
use wiring::stop::Stop;

/// Writes a file whole, which its owner alone may read: whoever reads it meanwhile reads the one before. What is no
/// regular file, such as `/dev/stdout`, is written to.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Stop> {
    let is_replaced = match fs::symlink_metadata(path) {
        Ok(there) => there.is_file(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    };
    let written = if is_replaced {
        replace(path, text)
    } else {
        fs::write(path, text)
    };
    written.map_err(|error| Stop::usage(format!("{} cannot be written: {error}", path.display())))
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_is_its_owners_alone() {
        let directory = tempfile::tempdir().expect("a directory");
        let (html, other) = (
            directory.path().join("audit.html"),
            directory.path().join("audit.part"),
        );
        fs::write(&other, "somebody's").expect("written");
        for text in ["one", "two"] {
            write(&html, text).expect("written");
            assert_eq!(fs::read_to_string(&html).expect("read"), text);
        }
        assert_eq!(fs::read_to_string(&other).expect("read"), "somebody's");
        let mode = fs::metadata(&html).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).expect("read").count(), 2);
        assert!(write(&directory.path().join("nowhere/audit.html"), "one").is_err());
    }

    #[test]
    fn what_is_no_regular_file_is_written_to() {
        let directory = tempfile::tempdir().expect("a directory");
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        fs::write(&file, "before").expect("written");
        symlink(&file, &link).expect("made");
        write(&link, "after").expect("written");
        assert_eq!(fs::read_to_string(&file).expect("read"), "after");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    }
}
