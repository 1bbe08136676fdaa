use std::{
    fs::{self, File, FileType},
    io::{self, Read as _, Write as _},
    path::Path,
};

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use thiserror::Error;

use super::{Contents, Manifest, contents::hex};

/// What Flutter writes beside a web front, and the manifest extends.
pub const MANIFEST_FILE: &str = "version.json";
/// The hash of every file, beside the manifest.
pub const CONTENTS_FILE: &str = "release-files.json";
/// The largest `version.json`.
const MOST_BYTES: u64 = 1024 * 1024;

/// Why no manifest was written. Paths are those within the folder.
#[derive(Debug, Error)]
pub enum FolderError {
    /// There is no manifest to extend.
    #[error("there is no {MANIFEST_FILE} in it; `flutter build web` writes one")]
    NoManifest,
    /// What is to be extended is no JSON object.
    #[error("{MANIFEST_FILE} is no JSON object of at most 1 MiB; build again")]
    NotAnObject,
    /// It was built from another version.
    #[error("{MANIFEST_FILE} says version {found}, and the release is {release}; build again")]
    OtherVersion {
        /// The version that was built.
        found: String,
        /// The release that it was to be.
        release: String,
    },
    /// It is a build that was released already: what is in it is that release, whatever is written beside it.
    #[error(
        "{MANIFEST_FILE} says that it is {found} already, and the release is {release}; take the folder away and \
             build again"
    )]
    OtherRelease {
        /// What it was.
        found: String,
        /// What it was to be.
        release: String,
    },
    /// There is nothing to serve.
    #[error("nothing but {MANIFEST_FILE} is in it; build again")]
    Empty,
    /// A symbolic link, which a host may follow, publish or leave out.
    #[error("{0} is a symbolic link; put the file itself there")]
    Link(String),
    /// Neither a file nor a folder.
    #[error("{0} is neither a file nor a folder; take it away")]
    Special(String),
    /// A name that no URL can hold plainly.
    #[error("{0:?} is no name that can be served; rename it")]
    Name(String),
    /// Something that cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Within the folder; `.` is the folder itself.
        path: String,
        /// What the system says.
        source: io::Error,
    },
}

impl FolderError {
    fn io(path: &str, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::Io { path, source }
    }
}

/// What a folder that is to be served consists of. Left out are the manifest and the list of files themselves, and
/// everything whose name begins with a dot, which a host should not serve; `.well-known` is what others ask for.
///
/// # Errors
/// What keeps it from being known, by path: a link, a special file, a name, or something that cannot be read.
pub fn contents(folder: &Path) -> Result<Contents, FolderError> {
    let mut contents = Contents::default();
    look(folder, "", &mut contents)?;
    Ok(contents)
}

fn look(folder: &Path, within: &str, contents: &mut Contents) -> Result<(), FolderError> {
    let here = if within.is_empty() { "." } else { within };
    let failed = |error| FolderError::io(here, error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let path = Path::new(within).join(&name).to_string_lossy().into_owned();
        let Some(name) = name.to_str() else {
            return Err(FolderError::Name(path));
        };
        let is_hidden = name.starts_with('.') && name != ".well-known";
        if is_hidden || [MANIFEST_FILE, CONTENTS_FILE].contains(&path.as_str()) {
            continue;
        }
        let failed = |error| FolderError::io(&path, error);
        let kind: FileType = entry.file_type().map_err(failed)?;
        if kind.is_symlink() {
            return Err(FolderError::Link(path));
        } else if kind.is_dir() {
            look(&entry.path(), &path, contents)?;
        } else if kind.is_file() {
            let hash = hash(&entry.path()).map_err(failed)?;
            contents
                .insert(&path, &hash)
                .map_err(|_| FolderError::Name(path.clone()))?;
        } else {
            return Err(FolderError::Special(path));
        }
    }
    Ok(())
}

fn hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// Writes the list of files beside a web front that was built, and extends its `version.json`, whose keys stay. Either
/// file is replaced whole, the manifest last; when it fails, the manifest is the one before.
///
/// # Errors
/// What keeps the folder from being served as that release.
///
/// # Panics
/// Never: a manifest is a JSON object.
pub fn publish(folder: &Path, mut manifest: Manifest) -> Result<Manifest, FolderError> {
    let path = folder.join(MANIFEST_FILE);
    let mut keys = version(&path)?;
    if let Some(found) = keys.get("version").and_then(Value::as_str)
        // Flutter itself keeps what follows + apart, and somebody may have put it back.
        && found.split('+').next() != Some(manifest.release.version())
    {
        return Err(FolderError::OtherVersion {
            found: found.to_owned(),
            release: manifest.release.to_string(),
        });
    }
    let said = |key: &str| keys.get(key).and_then(Value::as_str).unwrap_or("?");
    let found = format!("{} ({})", said("release"), said("environment"));
    let release = format!("{} ({})", manifest.release, manifest.environment);
    if keys.contains_key("release") && found != release {
        return Err(FolderError::OtherRelease { found, release });
    }
    let contents = contents(folder)?;
    if contents.files().len() == 0 {
        return Err(FolderError::Empty);
    }
    manifest.content_sha256 = Some(contents.sha256());
    let Ok(Value::Object(ours)) = serde_json::to_value(&manifest) else {
        unreachable!("a structure is an object");
    };
    keys.extend(ours);
    let text = serde_json::to_string_pretty(&keys).expect("plain data is JSON") + "\n";
    replace(folder, CONTENTS_FILE, &contents.to_json())?;
    replace(folder, MANIFEST_FILE, &text)?;
    Ok(manifest)
}

/// Whether Flutter's service worker keeps `version.json`, so that a browser may be told of an old release.
#[must_use]
pub fn is_kept_by_service_worker(folder: &Path) -> bool {
    fs::read(folder.join("flutter_service_worker.js")).is_ok_and(|script| {
        let name = format!("\"{MANIFEST_FILE}\"");
        script.windows(name.len()).any(|part| part == name.as_bytes())
    })
}

/// What Flutter wrote.
fn version(path: &Path) -> Result<Map<String, Value>, FolderError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => FolderError::NoManifest,
        _ => FolderError::io(MANIFEST_FILE, error),
    };
    let kind = fs::symlink_metadata(path).map_err(failed)?;
    if kind.is_symlink() {
        return Err(FolderError::Link(MANIFEST_FILE.to_owned()));
    } else if !kind.is_file() {
        return Err(FolderError::Special(MANIFEST_FILE.to_owned()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(FolderError::NotAnObject);
    }
    serde_json::from_slice(&bytes).map_err(|_| FolderError::NotAnObject)
}

/// Replaces a file whole. It may be read by whoever may read what Flutter wrote.
fn replace(folder: &Path, name: &str, text: &str) -> Result<(), FolderError> {
    let written = || {
        let readable = fs::metadata(folder.join(MANIFEST_FILE))?.permissions();
        let mut file = NamedTempFile::with_prefix_in(".", folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().set_permissions(readable)?;
        file.as_file().sync_all()?;
        file.persist(folder.join(name))?;
        Ok(())
    };
    // The error itself names a place on this machine.
    written().map_err(|error: io::Error| FolderError::io(name, error.kind().into()))
}

#[cfg(test)]
mod tests;
