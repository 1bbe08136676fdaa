use clap::Args;

use super::runs;

/// Requests that are refused, with and without the journal of accesses: latency, memory, and what the journal holds
///
/// Starts a private server and two vigie-api, one of which records; floods them in turn, and counts. docs/BENCHMARKS.md says
/// what each number is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask bench access-flood
  cargo xtask bench access-flood --requests 2000 --debug")]
pub(crate) struct FloodBench {
    /// How many requests each of the two gets, in all rounds together
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1000..))]
    pub(crate) requests: u32,
    /// How many rounds
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = runs)]
    pub(crate) runs: usize,
    /// Print JSON, for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Run programs of a debug build, to try the bench itself
    #[arg(long)]
    pub(crate) debug: bool,
}
