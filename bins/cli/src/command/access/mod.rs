//! `vigie access`.

mod ingest;
mod sensitive;

use wiring::stop::{Exit, Stop};

use super::Place;
use crate::cli::AccessCommand;

pub(super) async fn run(command: AccessCommand, place: &Place<'_>) -> Result<Exit, Stop> {
    match command {
        AccessCommand::Ingest(args) => ingest::run(&args, place).await,
    }
}
