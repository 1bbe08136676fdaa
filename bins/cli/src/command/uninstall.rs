//! `vigie uninstall --plan`.

use integrity_core::postgres::installation;
use serde_json::json;

use wiring::stop::{Exit, Stop};

use crate::{cli::UninstallArgs, command::Place, output, show};

pub(crate) async fn run(_: &UninstallArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    // Whatever state the schema is in, it can be removed: that it is current is not asked.
    let pool = place.target.connect().await?;
    let removal = installation::removal(&pool)
        .await
        .map_err(|error| Stop::from(error).refused_login("ask with the login that owns the schema vigie"))?;
    if place.json {
        output::json(&json!({ "statements": removal.statements, "notes": removal.notes }))?;
    } else {
        output::print(&show::install::removal(&removal))?;
    }
    Ok(Exit::Fine)
}
