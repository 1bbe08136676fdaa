//! One module per command.

mod access;
mod alerts;
mod audit;
pub(crate) mod checks;
mod completions;
mod demo;
mod doctor;
mod env;
mod export;
mod install;
mod migrate;
mod monitors;
mod reference;
pub(crate) mod release;
mod round;
mod status;
pub(crate) mod sync;
mod uninstall;
pub(crate) mod until;
mod variables;
mod whole_check;

use release_info::rollback::quoted;
use wiring::{
    config::Config,
    flags::{Flags, Origin, Origins},
    postgres::Target,
    source,
    stop::{Exit, Stop},
};

use crate::cli::{AuditCommand, Cli, Command};

/// Where a command works.
pub(crate) struct Place<'a> {
    pub(crate) config: &'a Config,
    pub(crate) target: &'a Target,
    /// The login that evaluates the checks' SQL, where it has one of its own.
    pub(crate) evaluator: Option<&'a Target>,
    /// How this program is called in a shell, with the same configuration and the same database.
    pub(crate) program: &'a str,
    pub(crate) json: bool,
}

/// Does what was typed.
pub(crate) async fn run(cli: Cli, origins: Origins) -> Result<Exit, Stop> {
    let json = cli.global.json;
    let command = match cli.command {
        Command::Completions(args) => return completions::run(&args),
        Command::Reference(_) => return reference::run(json),
        Command::Demo(args) => return demo::run(&args, json).await,
        Command::Audit(AuditCommand::Explain(args)) => return audit::explain(&args, json),
        Command::Audit(AuditCommand::Schema) => return audit::schema(),
        command => command,
    };
    let config = Config::read(cli.global.flags.config.as_deref())?;
    let command = match command {
        Command::Checks(command) if !command.needs_database() => {
            return checks::without_database(command, &config, json).await;
        }
        Command::Env(command) => return env::run(&command, &config, json),
        Command::Monitors(command) => return monitors::run(command, &config, json).await,
        Command::Release(command) if !command.needs_database() => {
            return release::without_database(command, &config, json).await;
        }
        command => command,
    };
    let target = source::target(&cli.global.flags, origins.database, &config)?;
    let evaluator = source::evaluator(&cli.global.flags, origins.evaluator, &config)?;
    let program = program(&cli.global.flags, origins.database, &config);
    let place = Place {
        config: &config,
        target: &target,
        evaluator: evaluator.as_ref(),
        program: &program,
        json,
    };
    on_database(command, &place)
        .await
        .map_err(|stop| stop.at(target.place()))
}

/// With what was typed: what the environment says, a shell has as well.
fn program(flags: &Flags, origin: Origin, config: &Config) -> String {
    let mut words = vec!["vigie".to_owned()];
    let mut word = |flag: &str, value: &str| words.push(format!("{flag} {}", quoted(value)));
    if let Some(path) = &config.origin {
        word("--config", &path.to_string_lossy());
    }
    match (&flags.database_url, &flags.database_url_file) {
        // One with a password is refused before.
        (Some(url), _) if origin.url_is_flag => word("--database-url", url),
        (_, Some(file)) if origin.file_is_flag => word("--database-url-file", &file.to_string_lossy()),
        _ => {}
    }
    words.join(" ")
}

async fn on_database(command: Command, place: &Place<'_>) -> Result<Exit, Stop> {
    let Place {
        config, target, json, ..
    } = *place;
    match command {
        Command::Migrate(args) => migrate::run(&args, target, json).await,
        Command::Sync(args) => sync::run(&args, place).await,
        Command::Status(args) => status::run(&args, config, target, json).await,
        Command::Alerts(command) => alerts::run(command, config, target, json).await,
        Command::Checks(command) => checks::on_database(command, place).await,
        Command::Audit(command) => audit::run(command, place).await,
        Command::Release(command) => release::on_database(command, place).await,
        Command::Access(command) => access::run(command, place).await,
        Command::Install(args) => install::run(&args, place).await,
        Command::Uninstall(args) => uninstall::run(&args, place).await,
        Command::Doctor(args) => doctor::run(&args, place).await,
        Command::Completions(_)
        | Command::Demo(_)
        | Command::Env(_)
        | Command::Monitors(_)
        | Command::Reference(_) => Ok(Exit::Fine),
    }
}
