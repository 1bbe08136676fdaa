//! The last audit, as whoever asks may see it.

use alerts_store::Error;
use integrity_core::Caller;
use rls_audit::Audit;

use crate::app::App;

/// The last audit of the watched database; `None` where there was none yet.
///
/// # Errors
/// `Forbidden` for somebody without a role, `Unavailable` when the database does not answer.
pub(crate) async fn latest(app: &App, caller: &Caller) -> Result<Option<Audit>, Error> {
    app.audits.latest(caller, &app.database).await.map_err(of_a_store)
}

/// Both stores fail in the same ways, and people are told the same.
fn of_a_store(error: rls_audit::Error) -> Error {
    match error {
        rls_audit::Error::Forbidden { reason } => Error::Forbidden { reason },
        rls_audit::Error::Invalid { field, reason } => Error::Invalid { field, reason },
        rls_audit::Error::Unavailable(source) => Error::Unavailable(source),
        rls_audit::Error::Corrupt { reason } => Error::Corrupt { reason },
        other => Error::Corrupt {
            reason: other.code().to_owned(),
        },
    }
}
