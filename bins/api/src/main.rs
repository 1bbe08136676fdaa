//! `vigie-api`: the service that shows Vigie's alerts to people and programs, and takes their acts. A thin door.

mod access_layer;
mod accesses;
mod api;
mod app;
mod audits;
mod changes;
mod cli;
mod health;
mod identity;
mod kept;
mod listener;
mod metrics;
mod pages;
mod person;
mod problem;
mod releases;
mod router;
mod screens;
mod serve;
#[cfg(test)]
#[path = "../../cli/tests/cli/spoil.rs"]
mod spoil;
mod start;
mod trends;

use std::process::ExitCode;

use tokio::runtime::Builder;
use wiring::{
    flags::{self, Origins},
    log, program, result,
    stop::{Exit, Stop},
};

use crate::cli::Cli;

fn main() -> ExitCode {
    let (cli, origins) = flags::from_command_line::<Cli>();
    program::run("vigie-api", &mut Builder::new_multi_thread(), run(&cli, origins))
}

async fn run(cli: &Cli, origins: Origins) -> Result<Exit, Stop> {
    if cli.openapi {
        result::text(api::description())?;
        return Ok(Exit::Fine);
    }
    // The first one stays; there is no other in this program.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plan = start::Plan::read(cli, origins)?;
    if cli.check_config {
        result::json(&plan.effective())?;
        return Ok(Exit::Fine);
    }
    log::start(cli.log_format);
    let service = plan.connect().await?;
    serve::until_asked(service).await?;
    tracing::info!("vigie-api ends");
    Ok(Exit::Fine)
}
