//! `vigie access verify`.

use access_journal::journal::{AccessJournal as _, Scope};
use integrity_core::Caller;
use wiring::{
    postgres::Target,
    session::refused,
    stop::{Exit, Stop},
};

use crate::{cli::AccessVerifyArgs, output, show};

pub(super) async fn run(args: &AccessVerifyArgs, target: &Target, as_json: bool) -> Result<Exit, Stop> {
    let journal = super::journal(target).await?;
    let found = journal
        .verify(&Caller::Service, Scope::Whole, args.expect.clone())
        .await
        .map_err(refused(&Caller::Service))?;
    match &found.head {
        _ if as_json => output::json(&found)?,
        Some(head) if args.head && found.holds() => output::print(&head.hash)?,
        _ => output::print(&show::access::verification(&found))?,
    }
    Ok(match &found {
        found if found.holds() => Exit::Fine,
        // That nothing differs proves nothing where there was nothing to compare.
        found if found.is_nothing() && found.expected != Some(false) => Exit::Incomplete,
        _ => Exit::Negative,
    })
}
