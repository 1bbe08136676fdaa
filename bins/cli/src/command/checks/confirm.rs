//! `vigie checks confirm`.

use alerts_store::{AlertStore as _, Error};
use integrity_core::Door;
use serde_json::json;

use wiring::{
    plain::plain,
    session::Session,
    stop::{Exit, Stop},
};

use crate::{
    cli::PersonArgs,
    command::{Place, alerts::person, whole_check},
    output,
};

pub(crate) async fn run(args: &PersonArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let caller = person(args.user.as_deref())?;
    let Some(reason) = &args.reason else {
        return Err(Stop::usage(
            "say with --reason TEXT how you know: a check is believed on your word",
        ));
    };
    let (database, code) = (&place.config.database, &args.code);
    let session = Session::open(place.target, Door::Cli).await?;
    let suspect = match session.store.confirm(&caller, database, code, reason).await {
        Ok(suspect) => suspect,
        Err(Error::NotFound) => {
            let unknown = whole_check::unknown(&session, &caller, database, code).await?;
            return Err(Stop::new(
                Exit::Negative,
                "not_found",
                format!("{code:?} cannot be confirmed{unknown}"),
            ));
        }
        Err(error) => return Err(error.into()),
    };
    if place.json {
        output::json(&json!({ "code": code, "alert": suspect }))?;
    } else {
        output::print(&format!(
            "Confirmed: the next evaluation of {} on a later snapshot is believed, and only that one.\n\
             It counts as one complete evaluation: what it does not find is missing once, and clears after the check's \
             resolve_after.",
            plain(code)
        ))?;
    }
    Ok(Exit::Fine)
}
