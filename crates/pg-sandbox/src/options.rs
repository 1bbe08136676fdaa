//! How a sandbox is wanted.

use std::path::{Path, PathBuf};

use crate::Error;

/// The environment variable that [`Options::from_env`] reads: a directory with `postgres` and `initdb`.
pub const BIN_DIR_VARIABLE: &str = "VIGIE_PG_BIN";

/// Settings that are the sandbox's own: another value would break what it promises.
const RESERVED: &[&str] = &[
    "data_directory",
    "external_pid_file",
    "hba_file",
    "listen_addresses",
    "log_destination",
    "logging_collector",
    "port",
    "unix_socket_directories",
];

/// How a sandbox is wanted. The default is a throw-away server of the newest supported version found here.
#[derive(Debug, Clone, Default)]
pub struct Options {
    keep: Option<PathBuf>,
    settings: Vec<(String, String)>,
    version: Option<u32>,
    bin_dir: Option<PathBuf>,
    port: Option<u16>,
}

impl Options {
    /// The default: throw-away, newest supported version, nothing read from the environment.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The default, with the binaries directory taken from [`BIN_DIR_VARIABLE`] where that is set.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads configuration; callers who want none use `new`"
    )]
    pub fn from_env() -> Self {
        let bin_dir = std::env::var_os(BIN_DIR_VARIABLE).filter(|value| !value.is_empty());
        Self {
            bin_dir: bin_dir.map(PathBuf::from),
            ..Self::default()
        }
    }

    /// Keep the cluster in this directory when the sandbox stops. The directory is created, or must be empty,
    /// or must hold a cluster kept earlier, which is then started again with its data and its password.
    #[must_use]
    pub fn keep(mut self, directory: impl Into<PathBuf>) -> Self {
        self.keep = Some(directory.into());
        self
    }

    /// A line of `postgresql.conf`. The last one given for a name wins.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// Exactly this major version (15 to 18), instead of the newest.
    #[must_use]
    pub fn version(mut self, major: u32) -> Self {
        self.version = Some(major);
        self
    }

    /// The directory that holds `postgres` and `initdb`; no other place is then looked at.
    #[must_use]
    pub fn bin_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.bin_dir = Some(directory.into());
        self
    }

    /// This TCP port, instead of a free one: for a kept cluster whose clients must find it again. Somebody else may
    /// have taken it.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    pub(crate) fn wanted_port(&self) -> Option<u16> {
        self.port
    }

    pub(crate) fn kept_directory(&self) -> Option<&Path> {
        self.keep.as_deref()
    }

    pub(crate) fn wanted_version(&self) -> Option<u32> {
        self.version
    }

    pub(crate) fn wanted_bin_dir(&self) -> Option<&Path> {
        self.bin_dir.as_deref()
    }

    /// The caller's settings as text for `postgresql.conf`.
    ///
    /// # Errors
    /// [`Error::Setting`] for a name that is no setting's name or is the sandbox's own, and for a value that
    /// does not fit on one line.
    pub(crate) fn settings_text(&self) -> Result<String, Error> {
        let refuse = |name: &str, reason: &str| {
            Err(Error::Setting {
                name: name.to_owned(),
                reason: reason.to_owned(),
            })
        };
        let mut lines = Vec::new();
        for (name, value) in &self.settings {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            if name.is_empty() || !name.chars().all(plain) {
                return refuse(name, "not the name of a PostgreSQL setting");
            }
            if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
                return refuse(name, "the sandbox sets this itself");
            }
            if value.contains(['\n', '\r', '\0']) {
                return refuse(name, "the value must stand on one line");
            }
            lines.push(format!(
                "{name} = '{}'\n",
                value.replace('\\', "\\\\").replace('\'', "''")
            ));
        }
        Ok(lines.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_quoted() {
        let options = Options::new()
            .setting("vigie.greeting", r"it's a \ sign")
            .setting("work_mem", "8MB");
        let text = options.settings_text().expect("both are fine");
        assert_eq!(text, "vigie.greeting = 'it''s a \\\\ sign'\nwork_mem = '8MB'\n");
    }

    #[test]
    fn settings_that_would_break_the_sandbox_are_refused() {
        for (name, value) in [
            ("listen_addresses", "*"),
            ("PORT", "5432"),
            ("", "x"),
            ("a = 1\nb", "x"),
            ("work_mem", "8MB\nlisten_addresses = '*'"),
        ] {
            let refused = Options::new().setting(name, value).settings_text();
            assert!(
                matches!(refused, Err(Error::Setting { .. })),
                "{name:?} = {value:?}: {refused:?}"
            );
        }
    }
}
