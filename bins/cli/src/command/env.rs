//! `vigie env`.

use release_info::check;
use wiring::{
    config::Config,
    stop::{Exit, Stop},
};

use super::variables;
use crate::{cli::EnvCommand, output, show};

pub(crate) fn run(command: &EnvCommand, config: &Config, json: bool) -> Result<Exit, Stop> {
    let EnvCommand::Check(args) = command;
    let checked = check(&variables::read(args.file.as_deref())?, &config.rules());
    if json {
        output::json(&checked)?;
    } else {
        output::print(&show::env::checked(&checked))?;
    }
    Ok(if checked.problems.is_empty() {
        Exit::Fine
    } else {
        Exit::Usage
    })
}
