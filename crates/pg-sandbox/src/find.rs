//! Finds PostgreSQL's server programs wherever distributions put them.
//!
//! Most distributions keep `postgres` and `initdb` off `PATH`, in a directory per version, so `PATH` comes
//! last here. Refused: asking `pg_config`, which belongs to the development packages and speaks for one
//! version only; and downloading binaries, which turns a missing package into a network question.

use std::{
    collections::BTreeSet,
    fmt,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Error, Options, options::BIN_DIR_VARIABLE};

/// The major versions of PostgreSQL that a sandbox runs.
pub const SUPPORTED: RangeInclusive<u32> = 15..=18;

/// Directories of server programs; one `*` stands for anything within one component.
const PLACES: &[&str] = &[
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/usr/lib/postgresql*/bin",
    "/usr/local/pgsql*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/opt/local/lib/postgresql*/bin",
    "/run/current-system/sw/bin",
    "/nix/var/nix/profiles/default/bin",
];

const HOW_TO_INSTALL: &str = "\
install one of them:
  Debian, Ubuntu   apt-get install postgresql
  Fedora, RHEL     dnf install postgresql-server
  Alpine           apk add postgresql17
  macOS            brew install postgresql@17";

/// A version of PostgreSQL, such as 15.18.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// 15 in 15.18.
    pub major: u32,
    /// 18 in 15.18; 0 for a version not yet released.
    pub minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl Version {
    /// Reads what `postgres --version` prints: `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
    fn parse(output: &str) -> Option<Self> {
        let (_, rest) = output.split_once("(PostgreSQL) ")?;
        let mut numbers = rest.split_whitespace().next()?.split('.').map(|part| {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<u32>().ok()
        });
        Some(Self {
            major: numbers.next()??,
            minor: numbers.next().flatten().unwrap_or(0),
        })
    }
}

/// Server programs found on this machine: `postgres` and `initdb` of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    bin_dir: PathBuf,
    version: Version,
}

impl Installation {
    /// The programs that a sandbox with these options would use: those of the directory named, else the newest
    /// supported ones found, of the version named where one is.
    ///
    /// # Errors
    /// [`Error::NoBinaries`].
    pub fn find(options: &Options) -> Result<Self, Error> {
        let wanted = options.wanted_version();
        match options.wanted_bin_dir() {
            Some(directory) => choose(&[directory.to_owned()], wanted),
            None => choose(&places(), wanted),
        }
    }

    /// The directory that holds the programs.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// The version that `postgres --version` told.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The client program `psql`: the one beside the server, else any found here, since newer and older ones
    /// speak to every supported server.
    ///
    /// # Errors
    /// [`Error::NoPsql`].
    pub fn psql(&self) -> Result<PathBuf, Error> {
        std::iter::once(self.bin_dir.clone())
            .chain(path_directories())
            .chain(places())
            .map(|directory| directory.join("psql"))
            .find(|path| path.is_file())
            .ok_or_else(|| Error::NoPsql {
                bin_dir: self.bin_dir.clone(),
            })
    }

    /// One of the programs, by name.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.bin_dir.join(name)
    }
}

/// Every directory where server programs may be, existing ones only, `PATH` last.
fn places() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = PLACES
        .iter()
        .flat_map(|pattern| expand(Path::new("/"), pattern))
        .collect();
    places.extend(
        std::env::home_dir()
            .map(|home| home.join(".nix-profile/bin"))
            .filter(|path| path.is_dir()),
    );
    places.extend(path_directories());
    places
}

/// The directories of `PATH`.
#[expect(
    clippy::disallowed_methods,
    reason = "PATH says where programs are; it configures nothing here"
)]
fn path_directories() -> Vec<PathBuf> {
    std::env::var_os("PATH")
        .map(|path| {
            std::env::split_paths(&path)
                .filter(|directory| directory.is_absolute())
                .collect()
        })
        .unwrap_or_default()
}

/// The directories below `root` that fit a pattern in which one component may hold one `*`.
fn expand(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![root.to_owned()];
    for component in pattern.trim_start_matches('/').split('/') {
        found = match component.split_once('*') {
            None => found.into_iter().map(|base| base.join(component)).collect(),
            Some((before, after)) => found
                .iter()
                .filter_map(|base| base.read_dir().ok())
                .flatten()
                .flatten()
                .filter(|entry| {
                    let name = entry.file_name();
                    let name = name.to_string_lossy();
                    name.len() >= before.len() + after.len()
                        && name.starts_with(before)
                        && name.ends_with(after)
                })
                .map(|entry| entry.path())
                .collect(),
        };
    }
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

/// The newest usable installation among these directories.
fn choose(directories: &[PathBuf], wanted: Option<u32>) -> Result<Installation, Error> {
    let mut best: Option<Installation> = None;
    let mut unusable = Vec::new();
    let mut seen = BTreeSet::new();
    for directory in directories {
        // A link on PATH (`/usr/local/bin/postgres`) leads to the directory that holds the rest.
        let Ok(server) = directory.join("postgres").canonicalize() else {
            continue;
        };
        let Some(bin_dir) = server.parent().map(Path::to_owned) else {
            continue;
        };
        if !seen.insert(bin_dir.clone()) {
            continue;
        }
        match examine(&bin_dir, wanted) {
            Ok(found) if best.as_ref().is_none_or(|best| best.version < found.version) => best = Some(found),
            Ok(_) => {}
            Err(reason) => unusable.push(format!("{}: {reason}", bin_dir.display())),
        }
    }
    best.ok_or_else(|| Error::NoBinaries {
        report: report(directories, &unusable, wanted),
    })
}

fn examine(bin_dir: &Path, wanted: Option<u32>) -> Result<Installation, String> {
    if !bin_dir.join("initdb").is_file() {
        return Err("no initdb beside postgres".to_owned());
    }
    let output = Command::new(bin_dir.join("postgres"))
        .arg("--version")
        .output()
        .map_err(|error| format!("postgres --version: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let version = Version::parse(&text).ok_or_else(|| format!("postgres --version said {text:?}"))?;
    if !SUPPORTED.contains(&version.major) {
        return Err(format!("version {version}, not supported"));
    }
    if wanted.is_some_and(|wanted| wanted != version.major) {
        return Err(format!("version {version}, not the one asked for"));
    }
    Ok(Installation {
        bin_dir: bin_dir.to_owned(),
        version,
    })
}

fn report(directories: &[PathBuf], unusable: &[String], wanted: Option<u32>) -> String {
    let (first, last) = (SUPPORTED.start(), SUPPORTED.end());
    let what = wanted.map_or_else(|| format!("{first} to {last}"), |major| major.to_string());
    let mut lines = vec![format!("no PostgreSQL {what} server programs found")];
    if let Some(major) = wanted.filter(|major| !SUPPORTED.contains(major)) {
        lines.push(format!("version {major} is not supported; {first} to {last} are"));
    }
    lines.push("looked in:".to_owned());
    if directories.len() != 1 {
        lines.extend(PLACES.iter().map(|pattern| format!("  {pattern}")));
    }
    lines.extend(
        directories
            .iter()
            .map(|directory| format!("  {}", directory.display())),
    );
    if !unusable.is_empty() {
        lines.push("found, but not usable:".to_owned());
        lines.extend(unusable.iter().map(|line| format!("  {line}")));
    }
    lines.push(HOW_TO_INSTALL.to_owned());
    lines.push(format!(
        "or set {BIN_DIR_VARIABLE} to the directory that holds `postgres` and `initdb`"
    ));
    lines.join("\n")
}

#[cfg(test)]
mod tests;
