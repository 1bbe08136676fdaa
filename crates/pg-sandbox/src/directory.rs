//! The directory of one sandbox, and the lock that says whether it is in use.
//!
//! ```text
//! data/         the cluster            password    the superuser's password, readable by its owner only
//! server.log    what the server wrote  lock        locked for as long as its owner or its supervisor lives
//! supervise.sh  see server.rs          ended       the server's exit code, written when it has ended
//! ```
//!
//! Refused: writing the owner's process id into the directory to find out later whether it still lives. Ids are
//! used again, and mean nothing to another container that shares `/tmp`; the kernel drops a lock with its
//! holder, however that ended.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io::Read,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{Error, account::Account, sweep};

/// Throw-away directories begin with this; the sweep looks for it.
pub(crate) const PREFIX: &str = "pg-sandbox-";
/// A throw-away directory ends with this until it is locked, so that no sweep takes it away meanwhile.
pub(crate) const UNFINISHED: &str = ".new";
pub(crate) const LOCK: &str = "lock";

/// What a kept directory may hold besides nothing.
const OWN_NAMES: &[&str] = &["data", "ended", LOCK, "password", "server.log", "supervise.sh"];

/// How long to wait for the supervisor of an owner that was just killed.
const PATIENCE: Duration = Duration::from_secs(3);

/// A sandbox's directory, locked.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    kept: bool,
    lock: File,
}

impl Directory {
    /// A new directory that goes away with the sandbox, in the first temporary directory that the account can
    /// write in (root's own is often closed to others). Left-overs of dead owners there are swept first.
    pub(crate) fn throw_away(account: &Account) -> Result<Self, Error> {
        let choices = [
            std::env::temp_dir(),
            PathBuf::from("/tmp"),
            PathBuf::from("/var/tmp"),
        ];
        let Some(base) = choices.iter().find(|base| account.can_write_in(base)) else {
            let reason = format!("{} cannot write here, nor in /tmp or /var/tmp", account.name());
            return Err(Error::Directory {
                path: choices[0].clone(),
                reason,
            });
        };
        sweep::sweep(base, account);

        let path = base.join(format!("{PREFIX}{}", random_hex(6)?));
        let unfinished = path.with_extension(&UNFINISHED[1..]);
        create(&unfinished, account)?;
        let lock = lock_file(&unfinished, account)?;
        lock.try_lock().map_err(|_| Error::InUse {
            path: unfinished.clone(),
        })?;
        fs::rename(&unfinished, &path).map_err(Error::system(format!("rename {}", unfinished.display())))?;
        Ok(Self {
            path,
            kept: false,
            lock,
        })
    }

    /// The directory that the caller wants to keep: new, empty, or kept earlier.
    pub(crate) fn kept(path: &Path, account: &Account) -> Result<Self, Error> {
        let path = std::path::absolute(path).map_err(Error::system("find the current directory"))?;
        let refuse = |reason: String| Error::Directory {
            path: path.clone(),
            reason,
        };
        let made = match fs::read_dir(&path) {
            Ok(entries) => {
                let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
                if let Some(name) = names.iter().find(|name| !OWN_NAMES.iter().any(|own| own == name)) {
                    return Err(refuse(format!(
                        "not empty, and not kept by a sandbox: it holds {}",
                        name.display()
                    )));
                }
                if names.is_empty() {
                    account.give(&path)?;
                }
                false
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if let Some(parent) = path.parent() {
                    fs::create_dir_all(parent).map_err(|error| refuse(error.to_string()))?;
                }
                create(&path, account)?;
                true
            }
            Err(error) => return Err(refuse(error.to_string())),
        };
        if !account.can_write_in(&path) {
            if made {
                let _ = fs::remove_dir(&path);
            }
            return Err(refuse(format!(
                "{} cannot write here (PostgreSQL never runs as root; every directory above must let that \
                 user pass)",
                account.name()
            )));
        }
        let lock = lock_file(&path, account)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match lock.try_lock() {
                Ok(()) => {
                    return Ok(Self {
                        path,
                        kept: true,
                        lock,
                    });
                }
                Err(TryLockError::WouldBlock) => {
                    if Instant::now() >= deadline {
                        return Err(Error::InUse { path });
                    }
                    sleep(Duration::from_millis(50));
                }
                Err(TryLockError::Error(error)) => return Err(refuse(error.to_string())),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.kept
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("server.log")
    }

    pub(crate) fn password_file(&self) -> PathBuf {
        self.path.join("password")
    }

    pub(crate) fn ended(&self) -> PathBuf {
        self.path.join("ended")
    }

    pub(crate) fn supervisor(&self) -> PathBuf {
        self.path.join("supervise.sh")
    }

    /// The lock, to be held open by the supervisor too.
    pub(crate) fn share_lock(&self) -> Result<File, Error> {
        self.lock
            .try_clone()
            .map_err(Error::system("share the sandbox's lock"))
    }

    /// The major version of the cluster that the directory holds already, if any.
    pub(crate) fn cluster_version(&self) -> Result<Option<u32>, Error> {
        let path = self.data().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().map(Some).map_err(|_| Error::Directory {
                path,
                reason: format!("holds a version that is not supported: {:?}", text.trim()),
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::Directory {
                path,
                reason: error.to_string(),
            }),
        }
    }

    /// The end of the server's log, for an error message.
    pub(crate) fn log_tail(&self) -> String {
        let text = fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

fn create(path: &Path, account: &Account) -> Result<(), Error> {
    DirBuilder::new()
        .mode(0o700)
        .create(path)
        .map_err(|error| Error::Directory {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
    account.give(path)
}

fn lock_file(directory: &Path, account: &Account) -> Result<File, Error> {
    let path = directory.join(LOCK);
    account.append(&path, "")?;
    File::open(&path).map_err(|error| Error::Directory {
        path,
        reason: error.to_string(),
    })
}

/// Random bytes from the system, as hexadecimal digits.
pub(crate) fn random_hex(bytes: usize) -> Result<String, Error> {
    let mut buffer = vec![0; bytes];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut buffer))
        .map_err(Error::system("read /dev/urandom"))?;
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    Ok(buffer
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect())
}
