//! Where the URLs come from: flag, environment, configuration, in this order.

use std::path::Path;

use crate::{
    bounded,
    config::Config,
    flags::{Flags, Origin},
    postgres::{self, Target},
    stop::Stop,
};

/// The largest file that may hold a URL, in KiB.
const LIMIT: u64 = 64;

/// The ways in which one URL can be given, and what they are called.
struct Given<'a> {
    url: Option<&'a str>,
    file: Option<&'a Path>,
    configured: Option<&'a Path>,
    origin: Origin,
    flag: &'static str,
    variable: &'static str,
}

/// The database that was meant.
///
/// # Errors
/// When none is named, two are, or one is wrong.
pub fn target(flags: &Flags, origin: Origin, config: &Config) -> Result<Target, Stop> {
    let given = Given {
        url: flags.database_url.as_deref(),
        file: flags.database_url_file.as_deref(),
        configured: config.database_url_file.as_deref(),
        origin,
        flag: "--database-url",
        variable: "VIGIE_DATABASE_URL",
    };
    given.target()?.ok_or_else(|| {
        Stop::usage(
            "no database is named: set VIGIE_DATABASE_URL to something like postgres://user:password@host:5432/database, \
             or give --database-url-file FILE",
        )
    })
}

/// The same database with the login that evaluates checks, where there is one of its own.
///
/// # Errors
/// When two are named, or one is wrong.
pub fn evaluator(flags: &Flags, origin: Origin, config: &Config) -> Result<Option<Target>, Stop> {
    let given = Given {
        url: flags.eval_url.as_deref(),
        file: flags.eval_url_file.as_deref(),
        configured: config.eval_url_file.as_deref(),
        origin,
        flag: "--eval-url",
        variable: "VIGIE_EVAL_URL",
    };
    given.target()
}

/// The same database with the login that audits, where there is one of its own.
///
/// # Errors
/// When it is wrong.
pub fn auditor(config: &Config) -> Result<Option<Target>, Stop> {
    config.audit.url_file.as_deref().map(from_file).transpose()
}

impl Given<'_> {
    fn target(&self) -> Result<Option<Target>, Stop> {
        if self.origin.url_is_flag && self.origin.file_is_flag {
            return Err(Stop::usage(format!("give {0} or {0}-file, not both", self.flag)));
        }
        let url = self.url.map(str::trim).filter(|url| !url.is_empty());
        let target = match (url, self.file) {
            (Some(url), _) if self.origin.url_is_flag => self.typed(url),
            (_, Some(file)) if self.origin.file_is_flag => from_file(file),
            (Some(url), _) => Target::parse(self.variable, url),
            (None, Some(file)) => from_file(file),
            (None, None) => match self.configured {
                Some(file) => from_file(file),
                None => return Ok(None),
            },
        };
        target.map(Some)
    }

    /// Everybody on the machine can read the process list.
    fn typed(&self, url: &str) -> Result<Target, Stop> {
        let (flag, variable) = (self.flag, self.variable);
        if postgres::holds_password(url) {
            return Err(Stop::usage(format!(
                "{flag}: a password does not belong there, it would stand in the process list; \
                 set {variable}, or give {flag}-file FILE, or keep the password in a PGPASSFILE",
            )));
        }
        Target::parse(flag, url)
    }
}

fn from_file(file: &Path) -> Result<Target, Stop> {
    let name = format!("the database URL's file {}", file.display());
    let wrong = |what: &str| Stop::usage(format!("{name}: {what}"));
    let text = bounded::read(file, LIMIT).map_err(|error| wrong(&error.to_string()))?;
    match text.trim() {
        "" => Err(Stop::usage(format!("{name} is empty"))),
        url => Target::parse(&name, url),
    }
}
