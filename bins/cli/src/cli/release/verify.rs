//! What can be typed about what a web host serves.

use std::num::NonZeroU16;

use clap::Args;
use release_info::{AppEnv, ReleaseId};

use super::parsed;

/// Make sure that a web host serves a release
///
/// Looks at the manifest (version.json) again and again, each time as a browser would and past every cache, until so many
/// rounds in a row agree. There are at most three times as many rounds, so that a deployment may arrive. Redirects to
/// another host and proxies are not followed. Needs no database, unless it records the verdict.
///
/// Exit codes: 0 passed; 1 failed, something else is served: another release, one of another environment, several by
/// turns, an old one from a cache, or other files; 3 inconclusive: no manifest was ever seen, or not in enough rounds in a
/// row, or files could not be compared. With --record, 1 as well where the ledger refuses it, which is then said.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie release verify --url https://depot.example.org/version.json --expect mlpp-web@0.2.0+4110b38a1b2c
  vigie release verify --expect mlpp-web@0.2.0+4110b38a1b2c --env production --times 5 --over 60
  vigie release verify --expect mlpp-web@0.2.0+4110b38a1b2c --deep --json | jq .reason
  vigie release verify --expect mlpp-web@0.2.0+4110b38a1b2c --record --env production --target web")]
pub(crate) struct VerifyArgs {
    /// Where the manifest is; unless given, `web.version_url`, or with --record what `[[release.host]]` says of the place
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// The release that should be served
    #[arg(long, value_name = "RELEASE", value_parser = parsed::<ReleaseId>)]
    pub(crate) expect: ReleaseId,
    /// The environment of which it should say that it runs there; any unless given
    #[arg(long, value_name = "APP_ENV", value_parser = parsed::<AppEnv>)]
    pub(crate) env: Option<AppEnv>,
    /// How many rounds in a row must agree
    #[arg(long, value_name = "N", default_value = "3")]
    pub(crate) times: NonZeroU16,
    /// How much time lies at least between the first and the last of them; 10 unless given, and one round has none
    #[arg(long, value_name = "SECONDS")]
    pub(crate) over: Option<u16>,
    /// How long an answer may take, as a whole
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    pub(crate) timeout: NonZeroU16,
    /// Compare every file that is served with what the release consists of (release-files.json), too
    #[arg(long)]
    pub(crate) deep: bool,
    /// Look at each address of the host by itself
    #[arg(long)]
    pub(crate) all_addresses: bool,
    /// Record the verdict in the configured ledger, with everything that was seen as its evidence
    #[arg(long, requires_all = ["env", "target"])]
    pub(crate) record: bool,
    /// With --record: of which target, such as web
    #[arg(long, requires = "record")]
    pub(crate) target: Option<String>,
    /// With --record: who you are; a login of the service needs none
    #[arg(long, alias = "as", value_name = "USER_ID", requires = "record")]
    pub(crate) actor: Option<String>,
}
