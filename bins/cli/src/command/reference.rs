//! `vigie reference`.

use wiring::{
    config::Config,
    stop::{Exit, Stop},
};

use crate::{cli::Cli, output, show};

pub(crate) fn run(json: bool) -> Result<Exit, Stop> {
    let schema = schemars::schema_for!(Config);
    if json {
        output::json(&schema)?;
    } else {
        output::print(&show::reference::markdown(
            schema.as_value(),
            &<Cli as clap::CommandFactory>::command(),
        ))?;
    }
    Ok(Exit::Fine)
}
