//! What can be typed.

use clap::Parser;
use wiring::{flags::Flags, log::LogFormat, standing::Told};

/// Shows Vigie's alerts to people and programs, and takes their acts.
///
/// Serves the screens (/governance/…), the HTTP API (/api/v1, described at /api/openapi.json) and the health of the service
/// until SIGTERM or Ctrl-C: then it stops being ready, answers what it has been asked, and ends within 16 s. Everything is
/// read and done under the rights that the caller has in the database. Needs a database that `vigie migrate` and `vigie
/// install` have prepared, the login `vigie_api`, a configuration that says who somebody is (`[auth]`), and `APP_ENV`.
///
/// Exit codes: 0 ended as asked; 2 usage or configuration; 3 a part of it ended by itself; 5 the database cannot be reached at start.
#[derive(Debug, Parser)]
#[command(
    name = "vigie-api",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  export APP_ENV=production VIGIE_DATABASE_URL_FILE=/etc/vigie/api_url
  vigie-api --check-config          is the configuration fine, and what does it come to?
  vigie-api                         work until SIGTERM
  curl -s localhost:8080/health     is anybody looking at the data?"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) flags: Flags,
    #[command(flatten)]
    pub(crate) told: Told,
    /// Print the configuration in force, secrets masked, and end
    #[arg(long)]
    pub(crate) check_config: bool,
    /// Print the description of the HTTP API (`OpenAPI` 3.1), and end
    #[arg(long, conflicts_with = "check_config")]
    pub(crate) openapi: bool,
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
