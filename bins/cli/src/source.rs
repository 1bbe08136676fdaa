//! Where the URL of the database comes from: flag, environment, configuration, in this order.

use std::path::Path;

use crate::{
    bounded,
    cli::{Global, Origin},
    config::Config,
    exit::Stop,
    postgres::{self, Target},
};

/// The largest file that may hold a URL, in KiB.
const LIMIT: u64 = 64;

/// The database that was meant.
pub(crate) fn target(global: &Global, origin: Origin, config: &Config) -> Result<Target, Stop> {
    if origin.url_is_flag && origin.file_is_flag {
        return Err(Stop::usage(
            "give --database-url or --database-url-file, not both",
        ));
    }
    let url = global
        .database_url
        .as_deref()
        .map(str::trim)
        .filter(|url| !url.is_empty());
    let file = global.database_url_file.as_deref();
    match (url, file) {
        (Some(url), _) if origin.url_is_flag => from_flag(url),
        (_, Some(file)) if origin.file_is_flag => from_file(file),
        (Some(url), _) => Target::parse("VIGIE_DATABASE_URL", url),
        (None, Some(file)) => from_file(file),
        (None, None) => match &config.database_url_file {
            Some(file) => from_file(file),
            None => Err(Stop::usage(
                "no database is named: set VIGIE_DATABASE_URL to something like postgres://user:password@host:5432/database, \
                 or give --database-url-file FILE",
            )),
        },
    }
}

/// Everybody on the machine can read the process list.
fn from_flag(url: &str) -> Result<Target, Stop> {
    if postgres::holds_password(url) {
        return Err(Stop::usage(
            "--database-url: a password does not belong there, it would stand in the process list; \
             set VIGIE_DATABASE_URL, or give --database-url-file FILE, or keep the password in a PGPASSFILE",
        ));
    }
    Target::parse("--database-url", url)
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
