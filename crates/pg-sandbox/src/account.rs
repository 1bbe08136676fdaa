//! The account that the server runs under.
//!
//! PostgreSQL refuses to run as root. Started by root, everything that touches the cluster's directory runs as
//! an unprivileged user instead: the server, its supervisor, and every file written there. Root itself never
//! writes inside a directory that another user owns, where a planted link could lead it anywhere.
//!
//! Refused: `su`, `sudo` and `runuser`, which are absent on many containers and put a shell and PAM between;
//! the standard library sets user, group and an empty group list between fork and exec.

use std::{
    io::Write,
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::{Command, Stdio},
};

use nix::unistd::{Uid, User, geteuid};

use crate::Error;

/// Who the server runs as.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// `None`: as ourselves.
    other: Option<User>,
}

impl Account {
    /// Ourselves, or `postgres` (else `nobody`) when we are root.
    pub(crate) fn for_server() -> Result<Self, Error> {
        if !geteuid().is_root() {
            return Ok(Self { other: None });
        }
        for name in ["postgres", "nobody"] {
            let found = User::from_name(name).map_err(|errno| Error::System {
                what: format!("look up the user {name}"),
                error: errno.into(),
            })?;
            if found.as_ref().is_some_and(|user| !user.uid.is_root()) {
                return Ok(Self { other: found });
            }
        }
        Err(Error::Start {
            reason: "PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as"
                .to_owned(),
            log: String::new(),
        })
    }

    /// The user's id.
    pub(crate) fn uid(&self) -> Uid {
        self.other.as_ref().map_or_else(geteuid, |user| user.uid)
    }

    /// The user's name in a message.
    pub(crate) fn name(&self) -> &str {
        self.other.as_ref().map_or("the current user", |user| &user.name)
    }

    /// A command that runs as this user, in `/`, without what `PG…` variables would change.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir("/").stdin(Stdio::null());
        without_pg_variables(&mut command);
        if let Some(user) = &self.other {
            command
                .uid(user.uid.as_raw())
                .gid(user.gid.as_raw())
                .env("HOME", "/");
        }
        command
    }

    /// Makes the user the owner of a directory that we created.
    pub(crate) fn give(&self, path: &Path) -> Result<(), Error> {
        let Some(user) = &self.other else { return Ok(()) };
        chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())).map_err(Error::system(format!(
            "give {} to {}",
            path.display(),
            user.name
        )))
    }

    /// Whether the user can make files in a directory.
    pub(crate) fn can_write_in(&self, directory: &Path) -> bool {
        self.command("/bin/sh")
            .args(["-c", r#"test -d "$1" && test -w "$1" && test -x "$1""#, "sh"])
            .arg(directory)
            .status()
            .is_ok_and(|status| status.success())
    }

    /// Writes a file as this user, readable by nobody else.
    pub(crate) fn write(&self, path: &Path, contents: &str) -> Result<(), Error> {
        self.pipe_into(r#"umask 077; cat >"$1""#, path, contents)
    }

    /// Adds to a file as this user.
    pub(crate) fn append(&self, path: &Path, contents: &str) -> Result<(), Error> {
        self.pipe_into(r#"cat >>"$1""#, path, contents)
    }

    fn pipe_into(&self, script: &str, path: &Path, contents: &str) -> Result<(), Error> {
        let what = format!("write {}", path.display());
        let mut child = self
            .command("/bin/sh")
            .args(["-c", script, "sh"])
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(Error::system(what.clone()))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A shell that could not open the file is gone already; its own message says more.
            let _ = stdin.write_all(contents.as_bytes());
        }
        let output = child.wait_with_output().map_err(Error::system(what))?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::Directory {
            path: path.to_owned(),
            reason: format!(
                "{} cannot write here: {}",
                self.name(),
                String::from_utf8_lossy(&output.stderr).trim()
            ),
        })
    }
}

/// Takes away `PGHOST`, `PGOPTIONS`, `PGSERVICE`… : they would change what our own calls mean.
pub(crate) fn without_pg_variables(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
}
