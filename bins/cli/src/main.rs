//! `vigie`: the command line of Vigie. A thin door: configuration, wiring, printing.

mod cli;
mod command;
mod output;
mod postgres;
mod sandbox;
mod show;
mod whole_file;

use std::process::ExitCode;

fn main() -> ExitCode {
    // The only one, so nobody was first; the clients that look at web hosts need it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (cli, origins) = wiring::flags::from_command_line::<cli::Cli>();
    let json = cli.global.json;
    let outcome = tokio::runtime::Runtime::new()
        .map_err(|error| wiring::stop::Stop::usage(format!("cannot start: {error}")))
        .and_then(|runtime| runtime.block_on(command::run(cli, origins)));
    output::end(json, outcome)
}
