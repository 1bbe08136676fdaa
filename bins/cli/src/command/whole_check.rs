//! The same act on every live alert of a check.

use alerts_store::{AlertStore as _, CheckCommand, Error, Verb};
use integrity_core::Caller;
use serde_json::json;

use wiring::{
    chosen::near,
    plain::plain,
    session::Session,
    stop::{Exit, Stop},
};

use crate::{output, show::words};

/// Does it, and says to how many.
pub(super) async fn act(
    session: &Session,
    caller: &Caller,
    command: &CheckCommand,
    json: bool,
) -> Result<Exit, Stop> {
    let acted = match session.store.act_on_check(caller, command).await {
        Ok(acted) => acted,
        Err(Error::NotFound) => return Err(nothing_live(session, caller, command).await?),
        Err(error) => return Err(error.into()),
    };
    if json {
        output::json(&json!({
            "code": command.code, "verb": command.verb, "acted": acted, "until": command.until,
        }))?;
        return Ok(Exit::Fine);
    }
    let done = match command.verb {
        Verb::Accept => "Accepted",
        Verb::Retire => "Retired",
        Verb::FalsePositive => "Called false positives",
        _ => "Resolved",
    };
    let until = command
        .until
        .map(|until| format!(", until {}", words::moment_utc(until)))
        .unwrap_or_default();
    output::print(&format!(
        "{done}: {} of {}{until}.",
        words::count(acted, "alert"),
        plain(&command.code)
    ))?;
    Ok(Exit::Fine)
}

async fn nothing_live(session: &Session, caller: &Caller, command: &CheckCommand) -> Result<Stop, Stop> {
    let unknown = unknown(session, caller, &command.database, &command.code).await?;
    Ok(Stop::new(
        Exit::Negative,
        "not_found",
        format!("no live alert of {:?}{unknown}", command.code),
    ))
}

/// Codes that may have been meant, where none of that name was ever evaluated.
pub(super) async fn unknown(
    session: &Session,
    caller: &Caller,
    database: &str,
    code: &str,
) -> Result<String, Stop> {
    let states = session.store.check_states(caller, database).await?;
    let codes = states.iter().map(|state| &state.code);
    Ok(if codes.clone().any(|known| known.as_str() == code) {
        String::new()
    } else if states.is_empty() {
        "; no check was ever evaluated here: run `vigie sync` first".to_owned()
    } else {
        format!(": no such check was ever evaluated{}", near(codes, code))
    })
}
