//! One module per command.

mod alerts;
mod completions;
mod demo;
mod migrate;
mod status;
pub(crate) mod sync;
pub(crate) mod until;

use crate::{
    cli::{Cli, Command, Origin},
    config::Config,
    exit::{Exit, Stop},
    postgres::Target,
    source,
};

/// Does what was typed.
pub(crate) async fn run(cli: Cli, origin: Origin) -> Result<Exit, Stop> {
    let json = cli.global.json;
    let command = match cli.command {
        Command::Completions(args) => return completions::run(&args),
        Command::Demo(args) => return demo::run(&args, json).await,
        command => command,
    };
    let config = Config::read(cli.global.config.as_deref())?;
    let target = source::target(&cli.global, origin, &config)?;
    on_database(command, &config, &target, json)
        .await
        .map_err(|stop| stop.at(target.place()))
}

async fn on_database(command: Command, config: &Config, target: &Target, json: bool) -> Result<Exit, Stop> {
    match command {
        Command::Migrate(args) => migrate::run(&args, target, json).await,
        Command::Sync(args) => sync::run(&args, config, target, json).await,
        Command::Status(args) => status::run(&args, config, target, json).await,
        Command::Alerts(command) => alerts::run(command, config, target, json).await,
        Command::Completions(_) | Command::Demo(_) => Ok(Exit::Fine),
    }
}
