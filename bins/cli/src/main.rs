//! `vigie`: the command line of Vigie. A thin door: configuration, wiring, printing.

mod bounded;
mod chosen;
mod cli;
mod command;
mod config;
mod exit;
mod output;
mod postgres;
mod sandbox;
mod session;
mod show;
mod source;

use std::process::ExitCode;

fn main() -> ExitCode {
    let (cli, origins) = cli::from_command_line();
    let json = cli.global.json;
    let outcome = tokio::runtime::Runtime::new()
        .map_err(|error| exit::Stop::usage(format!("cannot start: {error}")))
        .and_then(|runtime| runtime.block_on(command::run(cli, origins)));
    output::end(json, outcome)
}
