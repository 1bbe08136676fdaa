//! What can go wrong, told apart by what the caller can do about it.
//!
//! Refused: one variant per step inside. "initdb failed" and "the server did not get ready" call for the same
//! act (read what PostgreSQL said), so they share [`Error::Start`].

use std::path::PathBuf;

/// Why a sandbox could not be started, used or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No usable PostgreSQL here: install one, or say where it is. The text says where was looked, what was
    /// found but cannot be used, and how to install.
    #[error("{report}")]
    NoBinaries {
        /// Several lines for a person.
        report: String,
    },

    /// A setting that the caller gave cannot be used: change the call.
    #[error("setting {name:?}: {reason}")]
    Setting {
        /// The setting's name as given.
        name: String,
        /// What is wrong with it.
        reason: String,
    },

    /// The directory cannot hold a cluster: choose another one.
    #[error("directory {}: {reason}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// Another sandbox runs in this directory: wait for it, or choose another directory.
    #[error("directory {}: another sandbox is using it", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },

    /// PostgreSQL was found but did not start: read what it said.
    #[error("PostgreSQL did not start: {reason}\n{log}")]
    Start {
        /// Which step failed.
        reason: String,
        /// The end of what PostgreSQL wrote.
        log: String,
    },

    /// No `psql` beside the server nor on `PATH`: install PostgreSQL's client programs.
    #[error("no psql found beside the server in {} nor on PATH; install PostgreSQL's client programs", bin_dir.display())]
    NoPsql {
        /// Where the server's programs are.
        bin_dir: PathBuf,
    },

    /// `psql` refused what it was given: mend the SQL.
    #[error("psql on database {database:?}: {message}")]
    Psql {
        /// The database it was sent to.
        database: String,
        /// What `psql` wrote on its standard error.
        message: String,
    },

    /// Statements of a schema failed: mend the schema, or take them out.
    #[error("the schema cannot be loaded: {}", failed.join("; "))]
    Schema {
        /// Each with its line, its kind, and what the server said.
        failed: Vec<String>,
    },

    /// The operating system refused something that it normally grants.
    #[error("cannot {what}: {error}")]
    System {
        /// What was tried.
        what: String,
        /// The operating system's answer. Part of the text, and so not given again as the source.
        error: std::io::Error,
    },
}

impl Error {
    /// For `map_err`: names what was tried.
    pub(crate) fn system(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |error| Self::System { what, error }
    }
}
