//! axe-core, which judges whether everybody can use the screens. The tests find it under the target directory.

use std::fs;

use crate::{failure::Failure, npm, workspace};

const VERSION: &str = "4.14.1";

/// Makes sure that it is there, at `axe-core/axe.min.js` of the target directory.
pub(crate) fn fetch() -> Result<(), Failure> {
    let directory = workspace::target(&workspace::metadata()?, "axe-core")?;
    let package = npm::package(&directory, "axe-core", VERSION, |_| Ok(())).map_err(|failure| {
        Failure::new(format!(
            "axe-core {VERSION} cannot be had, so the screens cannot be tested: {failure}"
        ))
    })?;
    fs::copy(package.join("axe.min.js"), directory.join("axe.min.js"))?;
    Ok(())
}
