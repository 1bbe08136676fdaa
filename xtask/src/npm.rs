//! Packages of npm's registry, fetched as they are and unpacked under the target directory: nothing of theirs is run.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{command, failure::Failure};

/// Where a package lies, in a directory of its version; fetched, and finished by the caller, when it is not there.
pub(crate) fn package(
    directory: &Path,
    name: &str,
    version: &str,
    finish: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<PathBuf, Failure> {
    let unpacked = directory.join(version);
    let package = unpacked.join("package");
    if package.is_dir() {
        return Ok(package);
    }
    let unfinished = directory.join(format!("{version}.new"));
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    fs::create_dir_all(&unfinished)?;
    let named = format!("{name}@{version}");
    command::run(
        Command::new("npm")
            .args(["pack", &named, "--silent", "--pack-destination", "."])
            .current_dir(&unfinished)
            // it names the archive
            .stdout(Stdio::null()),
    )?;
    let archive = fs::read_dir(&unfinished)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "tgz"))
        .ok_or_else(|| Failure::new(format!("npm pack {named} left no archive")))?;
    command::run(
        Command::new("tar")
            .arg("-xzf")
            .arg(&archive)
            .args(["--no-same-owner", "-C"])
            .arg(&unfinished),
    )?;
    fs::remove_file(&archive)?;
    finish(&unfinished.join("package"))?;
    fs::rename(&unfinished, &unpacked)?;
    Ok(package)
}
