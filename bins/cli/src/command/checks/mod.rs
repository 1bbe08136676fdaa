//! `vigie checks`.

mod confirm;
mod explain;
pub(crate) mod lint;
pub(crate) mod list;
pub(crate) mod plan;
mod retire;
pub(crate) mod show;
pub(crate) mod test;
mod view;

use wiring::{
    config::Config,
    stop::{Exit, Stop},
};

use crate::{cli::ChecksCommand, command::Place};

impl ChecksCommand {
    /// Whether it looks at the database that is configured.
    pub(crate) fn needs_database(&self) -> bool {
        match self {
            Self::List(_) | Self::Show(_) | Self::Test(_) => false,
            Self::Lint(args) => args.live,
            Self::Plan(_) | Self::Explain(_) | Self::View(_) | Self::Retire(_) | Self::Confirm(_) => true,
        }
    }
}

/// What looks at files only.
pub(crate) async fn without_database(
    command: ChecksCommand,
    config: &Config,
    json: bool,
) -> Result<Exit, Stop> {
    match command {
        ChecksCommand::List(args) => list::run(&args, config, json),
        ChecksCommand::Show(args) => show::run(&args, config, json),
        ChecksCommand::Lint(args) => lint::run(&args, config, None, json).await,
        ChecksCommand::Test(args) => test::run(&args, config, json).await,
        _ => Err(Stop::usage("this command needs a database")),
    }
}

/// What looks at a database.
pub(crate) async fn on_database(command: ChecksCommand, place: &Place<'_>) -> Result<Exit, Stop> {
    match command {
        ChecksCommand::Lint(args) => lint::run(&args, place.config, Some(place.target), place.json).await,
        ChecksCommand::Plan(args) => plan::run(&args, place).await,
        ChecksCommand::Explain(args) => explain::run(&args, place).await,
        ChecksCommand::View(args) => view::run(&args, place).await,
        ChecksCommand::Retire(args) => retire::run(&args, place).await,
        ChecksCommand::Confirm(args) => confirm::run(&args, place).await,
        other => without_database(other, place.config, place.json).await,
    }
}
