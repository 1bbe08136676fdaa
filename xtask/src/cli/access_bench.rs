use clap::Args;

/// Reading logs into the journal of accesses: how fast, in how much memory, once and again; then seals and rules over it
///
/// Starts a private server, writes logs of three formats, and reads them with `vigie access ingest` beside `wc -l`.
/// docs/BENCHMARKS.md says what each number is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask bench access
  cargo xtask bench access --size 16 --debug")]
pub(crate) struct AccessBench {
    /// How large the logs are together, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(3..=65_536))]
    pub(crate) size: u64,
    /// Print JSON, for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Run a debug build, to try the bench itself
    #[arg(long)]
    pub(crate) debug: bool,
}
