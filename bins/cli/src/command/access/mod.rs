//! `vigie access`.

mod report;
mod verify;

use access_journal::journal::PgAccessJournal;
use integrity_core::Door;
use wiring::{
    postgres::Target,
    session::Session,
    stop::{Exit, Stop},
};

use super::Place;
use crate::cli::AccessCommand;

pub(super) async fn run(command: AccessCommand, place: &Place<'_>) -> Result<Exit, Stop> {
    let Place { target, json, .. } = *place;
    match command {
        AccessCommand::Report(args) => report::run(&args, target, json).await,
        AccessCommand::Verify(args) => verify::run(&args, target, json).await,
    }
}

/// The journal of that database.
async fn journal(target: &Target) -> Result<PgAccessJournal, Stop> {
    let session = Session::open(target, Door::Cli).await?;
    Ok(PgAccessJournal::new(session.pool, Door::Cli))
}
