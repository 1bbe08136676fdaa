//! `cargo xtask tidy`: the rules of docs/ARCHITECTURE.md that no compiler checks.
//!
//! One rule is one small pure function from text to findings, with a test that sees it fire and one that sees
//! it silent. Refused: rules as grep in a script, which nobody tests and which take a comment for code.

mod code;
mod graph;
mod layout;
mod manifest;
mod shadow;
mod sources;
mod sql;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use crate::{failure::Failure, workspace};

/// One breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    file: String,
    line: usize,
    wrong: String,
    right: &'static str,
}

impl Finding {
    /// A breach at a line of a file, counted from 1; what is wrong, and what would be right.
    fn new(file: &str, line: usize, wrong: impl Into<String>, right: &'static str) -> Self {
        Self {
            file: file.to_owned(),
            line,
            wrong: wrong.into(),
            right,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}\n    {}",
            self.file, self.line, self.wrong, self.right
        )
    }
}

pub(crate) fn run() -> Result<(), Failure> {
    let root = workspace::root();
    let packages = graph::packages(root, &workspace::metadata()?)?;
    let sources = sources::read(root)?;
    let mut files = Vec::new();
    for directory in ["crates", "sql"] {
        walk(root, &root.join(directory), &mut files)?;
    }
    let mut top_level = Vec::new();
    for entry in fs::read_dir(root)? {
        top_level.push(entry?.file_name().to_string_lossy().into_owned());
    }

    let mut findings = Vec::new();
    findings.extend(
        packages
            .iter()
            .flat_map(|package| graph::arrows(package, &packages)),
    );
    findings.extend(packages.iter().flat_map(graph::axum));
    findings.extend(packages.iter().flat_map(graph::binary_names));
    findings.extend(
        packages
            .iter()
            .flat_map(|package| graph::unused(package, &sources)),
    );
    findings.extend(sources.iter().flat_map(sources::every_rule));
    findings.extend(sources.iter().flat_map(shadow::shares_nothing));
    findings.extend(layout::top_level(&top_level));
    findings.extend(layout::crate_files(&files));
    findings.extend(sources.iter().flat_map(layout::table_of_contents));
    findings.extend(sql::unused(&files, &sources));
    findings.extend(manifest::commented(&fs::read_to_string(root.join("Cargo.toml"))?));

    findings.sort();
    if findings.is_empty() {
        eprintln!(
            "tidy: {} packages, {} source files: all rules hold",
            packages.len(),
            sources.len()
        );
        return Ok(());
    }
    for finding in &findings {
        println!("{finding}");
    }
    Err(Failure::new(format!("tidy: {} findings", findings.len())))
}

/// Every file below a directory, as a path relative to the root with `/`.
fn walk(root: &Path, directory: &Path, files: &mut Vec<String>) -> Result<(), Failure> {
    if !directory.is_dir() {
        return Ok(());
    }
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(directory)? {
        paths.push(entry?.path());
    }
    for path in paths {
        if path.is_dir() {
            walk(root, &path, files)?;
        } else if let Ok(relative) = path.strip_prefix(root) {
            files.push(relative.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}
