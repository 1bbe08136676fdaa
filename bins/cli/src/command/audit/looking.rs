//! Looking at a database, or at what was saved of one.

use std::{
    fs,
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use rls_audit::{Audit, Baseline, Inspection, integrity_core::Language, report};
use tempfile::NamedTempFile;
pub(super) use wiring::audit::baseline;
use wiring::{audit, stop::Stop};

use super::super::Place;
use crate::output;

/// What is seen: in the database, or in a file that `vigie audit matrix --save` has written.
pub(super) async fn inspection(from: Option<&Path>, place: &Place<'_>) -> Result<Inspection, Stop> {
    let Some(path) = from else {
        return audit::inspection(place.target.connect().await?, &place.config.audit).await;
    };
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    serde_json::from_str(&text).map_err(|error| {
        Stop::usage(format!(
            "{}: {error}; right is a file that `vigie audit matrix --save` of this version has written",
            path.display()
        ))
    })
}

/// Keeps it, for a look without the database. It holds what tokens of personas say, and samples of rows.
pub(super) fn save(inspected: &Inspection, path: &Path) -> Result<(), Stop> {
    let text = serde_json::to_string(inspected).expect("plain data is JSON");
    write(path, &text)
}

/// What is wrong with that.
pub(super) async fn audited(from: Option<&Path>, place: &Place<'_>) -> Result<Audit, Stop> {
    if from.is_some() {
        return Ok(judged(&inspection(from, place).await?, place));
    }
    let pool = place.target.connect().await?;
    Ok(told(audit::audit(pool, &place.config.audit).await?))
}

/// What the rules make of it.
pub(super) fn judged(inspected: &Inspection, place: &Place<'_>) -> Audit {
    told(Audit::new(inspected, &place.config.audit.settings()))
}

/// That a superuser has looked is said at once, whatever the format.
fn told(audit: Audit) -> Audit {
    if let Some(warning) = report::superuser(&audit, Language::En) {
        output::note(&warning);
    }
    audit
}

/// Where the baseline is.
pub(super) fn baseline_path(given: Option<&Path>, place: &Place<'_>) -> PathBuf {
    given.map_or_else(|| place.config.audit.baseline_file().path, Path::to_owned)
}

/// The baseline in this file, which has to be there.
pub(super) fn agreed(path: &Path) -> Result<Baseline, Stop> {
    baseline(path)?.ok_or_else(|| {
        Stop::usage(format!(
            "there is no {}; `vigie audit baseline` writes one",
            path.display()
        ))
    })
}

/// Writes a file whole, which its owner alone may read: whoever reads it meanwhile reads the one before. What is no
/// regular file, such as `/dev/stdout`, is written to.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Stop> {
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

fn unreadable(path: &Path, error: &std::io::Error) -> Stop {
    Stop::usage(format!("{} cannot be read: {error}", path.display()))
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
