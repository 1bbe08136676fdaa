//! The journal of accesses, as every program has it: with the place's secret, and kept in order.

mod rules;

use std::{
    env::{self, VarError},
    fmt,
    path::Path,
    sync::Arc,
    time::Duration,
};

pub use self::rules::{AccessRules, is_access_rule};
pub use access_journal::journal::{Error as AccessError, Rolled};
use access_journal::{
    journal::{AccessJournal, Error, PgAccessJournal, SourceHeard, SummaryRange},
    privacy::{AccessKey, Keyed},
};
use integrity_core::{Caller, Door};

pub(crate) use self::rules::is_attack;
use crate::{bounded, config::Config, postgres::PgPool, stop::Stop};

/// The variable that holds the secret. There is no flag: everybody on the machine can read the process list.
pub const VARIABLE: &str = "VIGIE_ACCESS_KEY";

/// The largest file that may hold the secret, in KiB.
const LIMIT: u64 = 64;

/// The secret with which addresses and accounts become pseudonyms: of the environment, else of the configuration's file.
/// None where there is neither; then the database holds key and pseudonym together.
///
/// # Errors
/// When it is so short that it could be guessed, or its file cannot be read.
#[expect(
    clippy::disallowed_methods,
    reason = "a flag would show the secret in the list of processes"
)]
pub fn secret(config: &Config) -> Result<Option<AccessKey>, Stop> {
    let text = match env::var(VARIABLE) {
        Ok(text) => Some(text),
        Err(VarError::NotPresent) => None,
        Err(VarError::NotUnicode(_)) => return Err(Stop::usage(format!("{VARIABLE}: not UTF-8"))),
    };
    chosen(text.as_deref(), config.access.key_file.as_deref())
}

fn chosen(variable: Option<&str>, file: Option<&Path>) -> Result<Option<AccessKey>, Stop> {
    // A variable that says nothing is one that is not set.
    let variable = variable.filter(|text| !text.trim().is_empty());
    match (variable, file) {
        (Some(text), _) => key(VARIABLE, text).map(Some),
        (None, Some(file)) => {
            let name = format!("access.key_file {}", file.display());
            let text = bounded::read(file, LIMIT).map_err(|error| Stop::usage(format!("{name}: {error}")))?;
            key(&name, &text).map(Some)
        }
        (None, None) => Ok(None),
    }
}

fn key(name: &str, text: &str) -> Result<AccessKey, Stop> {
    AccessKey::new(text).map_err(|weak| Stop::usage(format!("{name}: {weak}")))
}

/// Keeps the journal in order: what the service does beside its runs.
#[derive(Clone)]
pub struct AccessKeeping {
    journal: Arc<dyn AccessJournal>,
    retention: Duration,
}

impl fmt::Debug for AccessKeeping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKeeping")
            .field("retention", &self.retention)
            .finish_non_exhaustive()
    }
}

impl AccessKeeping {
    /// Of this journal as the configuration has it.
    #[must_use]
    pub fn new(journal: Arc<dyn AccessJournal>, config: &Config) -> Self {
        Self {
            journal,
            retention: config.access.retention,
        }
    }

    /// Of the journal behind `pool`, for the service.
    #[must_use]
    pub fn over(pool: PgPool, config: &Config) -> Self {
        Self::new(Arc::new(PgAccessJournal::new(pool, Door::Sync)), config)
    }

    /// Whether any source was ever heard.
    ///
    /// # Errors
    /// As [`AccessJournal::is_used`].
    pub async fn is_used(&self) -> Result<bool, Error> {
        self.journal.is_used(&Caller::Service).await
    }

    /// Who is heard, and what of it could not be read or judged.
    ///
    /// # Errors
    /// As [`AccessJournal::summary`].
    pub async fn sources(&self) -> Result<Vec<SourceHeard>, Error> {
        let range = SummaryRange::last(300)?;
        Ok(self.journal.summary(&Caller::Service, range).await?.sources)
    }

    /// With what the pseudonyms of the months are made that are kept and used, the oldest first.
    ///
    /// # Errors
    /// As [`AccessJournal::keyed`].
    pub async fn keyed(&self) -> Result<Vec<Keyed>, Error> {
        self.journal.keyed(&Caller::Service).await
    }

    /// Lets months begin and end. Where nothing is due, nothing is written.
    ///
    /// # Errors
    /// As [`AccessJournal::roll`].
    pub async fn roll(&self) -> Result<Rolled, Error> {
        self.journal.roll(&Caller::Service, self.retention).await
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_variable_comes_before_the_file_and_neither_may_be_short() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("key");
        let write = |text: &str| fs::write(&file, text).expect("written");
        let says = |variable, file| chosen(variable, file).expect_err("refused").message().to_owned();
        let long = "a1".repeat(32);
        assert!(chosen(None, None).expect("nothing is given").is_none());
        assert!(chosen(Some(" "), None).expect("nothing is given").is_none());
        assert!(chosen(Some(&long), None).expect("given").is_some());
        let short = says(Some("hunter2"), None);
        assert!(
            short.starts_with("VIGIE_ACCESS_KEY: ") && !short.contains("hunter2"),
            "{short}"
        );
        write(&format!("{long}\n"));
        assert!(chosen(None, Some(&file)).expect("given").is_some());
        assert!(
            chosen(Some("hunter2"), Some(&file)).is_err(),
            "the variable comes first"
        );
        write("hunter2");
        assert!(says(None, Some(&file)).contains("fewer than 32 bytes"));
        assert!(
            chosen(Some(&long), Some(&file)).is_ok(),
            "and the file is not read"
        );
        assert!(says(None, Some(&folder.path().join("none"))).contains("access.key_file"));
    }
}
