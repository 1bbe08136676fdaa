//! What can be typed.

use clap::Parser;
use wiring::{flags::Flags, log::LogFormat, standing::Told};

/// Runs Vigie's checks on time, one service at a time, and says when it cannot.
///
/// Works until SIGTERM or Ctrl-C: then it finishes the check in hand within 8 s, or gives it up, and ends within 10 s.
/// Several may run beside each other: one works, the others stand by. Needs a database that `vigie migrate` and
/// `vigie install` have prepared, a configuration that names packs, and `APP_ENV`.
///
/// Exit codes: 0 ended as asked, or with --once every check was evaluated; 2 usage or configuration; 3 with --once,
/// something was not evaluated; 5 with --once, the database cannot be reached.
#[derive(Debug, Parser)]
#[command(
    name = "vigie-sync",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  export APP_ENV=production VIGIE_DATABASE_URL_FILE=/etc/vigie/database_url
  export VIGIE_EVAL_URL_FILE=/etc/vigie/eval_url
  vigie-sync --check-config        is the configuration fine, and what does it come to?
  vigie-sync                       work until SIGTERM
  vigie-sync --once --json         everything once, for a scheduler of your own
  curl -s localhost:8081/readyz    is it doing its work?"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) flags: Flags,
    #[command(flatten)]
    pub(crate) told: Told,
    /// Evaluate everything once, whether it is due or not, and end
    #[arg(long, conflicts_with = "check_config")]
    pub(crate) once: bool,
    /// Print the configuration in force, secrets masked, and end
    #[arg(long)]
    pub(crate) check_config: bool,
    /// With --once: print what came of it as JSON
    #[arg(long, requires = "once")]
    pub(crate) json: bool,
    /// How the log on standard error is written
    #[arg(long, value_enum, default_value = "text", env = "VIGIE_LOG_FORMAT")]
    pub(crate) log_format: LogFormat,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }
}
