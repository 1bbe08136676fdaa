use clap::Args;

use super::runs;

/// An audit of databases of several sizes: how long, how much memory, how many bytes
///
/// Starts a private server, makes databases as Supabase leaves them, and runs `vigie audit rls --json` on each; beside it psql
/// reads every relation once as everybody. docs/BENCHMARKS.md says what each number is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask bench audit --check
  cargo xtask bench audit --tables 100 --runs 1 --debug")]
pub(crate) struct AuditBench {
    /// How many tables, once for each database
    #[arg(long, value_name = "N", default_values_t = [100, 5000], value_parser = clap::value_parser!(u32).range(10..=99_999))]
    pub(crate) tables: Vec<u32>,
    /// How often each is audited
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = runs)]
    pub(crate) runs: usize,
    /// Print JSON, for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Fail where what is asked of 100 and of 5,000 tables is not met
    #[arg(long, conflicts_with = "debug")]
    pub(crate) check: bool,
    /// Run a debug build, to try the bench itself: nothing is asked of it
    #[arg(long)]
    pub(crate) debug: bool,
}
