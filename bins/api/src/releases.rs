//! The ledger of releases, as whoever asks may see it.

use alerts_store::Error;
use integrity_core::Caller;
use release_info::ledger::{self, Drills, EventPage, Place, Release, ReleaseFilter};

use crate::app::App;

/// What is live at each place, and what is being deployed there.
///
/// # Errors
/// `Forbidden` for somebody without a role, `Unavailable` when the database does not answer.
pub(crate) async fn current(
    app: &App,
    caller: &Caller,
    filter: &ReleaseFilter,
) -> Result<Vec<Release>, Error> {
    let mut current = app.ledger.current(caller).await.map_err(of_a_ledger)?;
    current.retain(|release| filter.is_of(&release.place));
    Ok(current)
}

/// What happened, the last event first.
///
/// # Errors
/// As [`current`].
pub(crate) async fn history(app: &App, caller: &Caller, filter: &ReleaseFilter) -> Result<EventPage, Error> {
    app.ledger.history(caller, filter).await.map_err(of_a_ledger)
}

/// When rollbacks were last rehearsed at a place.
///
/// # Errors
/// As [`current`].
pub(crate) async fn drills(app: &App, caller: &Caller, place: &Place) -> Result<Drills, Error> {
    app.ledger.last_drills(caller, place).await.map_err(of_a_ledger)
}

/// Both stores fail in the same ways where they are read, and people are told the same.
fn of_a_ledger(error: ledger::Error) -> Error {
    match error {
        ledger::Error::Forbidden { reason } => Error::Forbidden { reason },
        ledger::Error::Invalid { field, reason } => Error::Invalid { field, reason },
        ledger::Error::Unavailable(source) => Error::Unavailable(source),
        ledger::Error::Corrupt { reason } => Error::Corrupt { reason },
        other => Error::Corrupt {
            reason: other.code().to_owned(),
        },
    }
}
