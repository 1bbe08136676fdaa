//! The journal of accesses in numbers, as whoever asks may see it, and what its rules found.

use access_journal::journal::{self, Summary, SummaryRange};
use alerts_store::{Alert, AlertFilter, Error};
use chrono::{DateTime, Utc};
use integrity_core::Caller;

use crate::app::App;

/// The rules that look into the journal.
const RULES: [&str; 11] = [
    "ANON_DATA_EXPOSED",
    "SERVICE_ROLE_FROM_BROWSER",
    "ACCESS_JOURNAL_TAMPERED",
    "ACCESS_PASSWORD_SPRAY",
    "ACCESS_BRUTE_FORCE_ACCOUNT",
    "ACCESS_BRUTE_FORCE_IP",
    "ACCESS_DENIED_IP",
    "ACCESS_DENIED_USER",
    "ACCESS_ENUMERATION",
    "ACCESS_SPIKE",
    "ACCESS_JOURNAL_SILENT",
];

/// So many alerts of each rule are shown.
const OF_EACH: u32 = 10;

/// What happened lately.
///
/// # Errors
/// `Forbidden` for somebody without a role, `Unavailable` when the database does not answer.
pub(crate) async fn summary(app: &App, caller: &Caller, range: SummaryRange) -> Result<Summary, Error> {
    app.journal.summary(caller, range).await.map_err(of_the_journal)
}

/// The live alerts of the rules that look into the journal, the first of each rule.
///
/// # Errors
/// As [`summary`].
pub(crate) async fn alerts(app: &App, caller: &Caller) -> Result<Vec<Alert>, Error> {
    let mut found = Vec::new();
    for rule in RULES {
        let filter = AlertFilter {
            database: Some(app.database.clone()),
            check_code: Some(rule.to_owned()),
            limit: OF_EACH,
            ..AlertFilter::default()
        };
        found.extend(app.store.list(caller, &filter).await?.alerts);
    }
    Ok(found)
}

/// When the rules looked at the journal last, all of them; none where one never did.
///
/// # Errors
/// As [`summary`].
pub(crate) async fn judged_at(app: &App, caller: &Caller) -> Result<Option<DateTime<Utc>>, Error> {
    let known = app.store.checks(caller, &app.database).await?;
    let looked = RULES.map(|rule| {
        let check = known.iter().find(|check| check.info.code.as_str() == rule)?;
        check.state.as_ref()?.complete_at
    });
    // One that never looked comes first.
    Ok(looked.into_iter().min().flatten())
}

/// Both stores fail in the same ways where they are read, and people are told the same.
fn of_the_journal(error: journal::Error) -> Error {
    match error {
        journal::Error::Forbidden { reason } => Error::Forbidden { reason },
        journal::Error::Invalid { field, reason } => Error::Invalid { field, reason },
        journal::Error::Unavailable(source) => Error::Unavailable(source),
        journal::Error::Corrupt { reason } => Error::Corrupt { reason },
        other => Error::Corrupt {
            reason: other.code().to_owned(),
        },
    }
}
