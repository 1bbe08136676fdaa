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
    Ok(app.audits.latest(caller, &app.database).await?)
}
