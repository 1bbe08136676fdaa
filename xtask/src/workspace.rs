//! Where things are.

use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand};

use crate::failure::Failure;

/// The workspace's root directory.
pub(crate) fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// The members and their declared dependencies, without resolving anything.
pub(crate) fn metadata() -> Result<Metadata, Failure> {
    Ok(MetadataCommand::new()
        .cargo_path(env!("CARGO"))
        .current_dir(root())
        .no_deps()
        .other_options(vec!["--locked".to_owned()])
        .exec()?)
}

/// A directory below the target directory for what tasks keep or throw away, created where needed.
pub(crate) fn target(metadata: &Metadata, name: &str) -> Result<PathBuf, Failure> {
    let path = metadata.target_directory.join(name).into_std_path_buf();
    std::fs::create_dir_all(&path)?;
    Ok(path)
}

/// The packages in bins/.
pub(crate) fn doors(metadata: &Metadata) -> Vec<String> {
    let bins = root().join("bins");
    let mut names: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| package.manifest_path.as_std_path().starts_with(&bins))
        .map(|package| package.name.to_string())
        .collect();
    names.sort();
    names
}
