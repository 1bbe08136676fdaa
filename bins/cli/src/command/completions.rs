//! `vigie completions`.

use clap::CommandFactory as _;

use wiring::stop::{Exit, Stop};

use crate::{
    cli::{Cli, CompletionsArgs},
    output,
};

pub(crate) fn run(args: &CompletionsArgs) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "vigie", &mut script);
    output::print(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Exit::Fine)
}
