//! What can be typed about whether a release stays, and about going back.

use clap::Args;
use release_info::AppEnv;

use super::parsed;

/// Decide whether the release that is live stays: PASS, HOLD, INCONCLUSIVE or ROLLBACK
///
/// Judges what the rooms know by rules with thresholds (`[release]`); the worst wins, ROLLBACK over INCONCLUSIVE over HOLD
/// over PASS. It never says PASS when an enabled check was not evaluated whole since the deployment, or nobody has seen what is
/// served, or a source of the access journal was not heard since. Alerts that were open before do not count; one that has
/// become CRITICAL since does. All instants are those of the database's clock.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code: 0 PASS; 1 HOLD or ROLLBACK; 3 INCONCLUSIVE.

Examples:
  vigie release decide --env production
  vigie release decide --env production --target web --json | jq -r .decision")]
pub(crate) struct DecideArgs {
    /// In which environment
    #[arg(long, value_name = "APP_ENV", value_parser = parsed::<AppEnv>)]
    pub(crate) env: AppEnv,
    /// Of which target; the only one that is live there unless given
    #[arg(long)]
    pub(crate) target: Option<String>,
    /// As this person sees it
    #[arg(long = "as", value_name = "USER_ID")]
    pub(crate) user: Option<String>,
}

/// Plan a rollback: back to which release, by which commands, and what to look at afterwards
///
/// It prints; a person executes. The target is the release that was verified last and was not itself rolled back, and it has
/// to run on the schema that the database has. How the host is told is configured: `[[release.host]]`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code: 0; 1 when there is no way back, and what to do instead; 3 when nobody has recorded on which schemas the target runs.

Examples:
  vigie release rollback-plan --env production --target web --actor amina
  vigie release rollback-plan --env production --target web --json | jq -r '.steps[].command'")]
pub(crate) struct RollbackPlanArgs {
    /// In which environment
    #[arg(long, value_name = "APP_ENV", value_parser = parsed::<AppEnv>)]
    pub(crate) env: AppEnv,
    /// Of which target
    #[arg(long)]
    pub(crate) target: String,
    /// Who executes it; unless given, the commands take it from `VIGIE_ACTOR`
    #[arg(long, value_name = "USER_ID")]
    pub(crate) actor: Option<String>,
    /// How the host calls the version to go back to, where the ledger does not say
    #[arg(long, value_name = "ID")]
    pub(crate) provider_version: Option<String>,
    /// The version of the database's schema, where the manifests mean another schema than Vigie's own, such as the
    /// application's
    #[arg(long, value_name = "VERSION")]
    pub(crate) schema: Option<i64>,
    /// As this person sees the ledger
    #[arg(long = "as", value_name = "USER_ID")]
    pub(crate) user: Option<String>,
}

/// Rehearse a rollback on this machine: a private PostgreSQL, and a web host that misbehaves on demand
///
/// Deploys A, deploys B, which brings a new CRITICAL alert, lets `decide` say ROLLBACK, executes the commands of the plan as
/// they are printed, and makes sure that A is served again, past a stale cache, flapping servers and a single-page app's shell.
/// Needs PostgreSQL's programs on this machine, and no configuration.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code: 0 when everything went as planned; 1 when something did not.

Examples:
  vigie release drill
  vigie release drill --json | jq .seconds
  vigie release drill --record --env production --target web")]
pub(crate) struct DrillArgs {
    /// Record in the configured ledger how it went, with the release that is live there
    #[arg(long, requires_all = ["env", "target"])]
    pub(crate) record: bool,
    /// With --record: for which environment
    #[arg(long, value_name = "APP_ENV", value_parser = parsed::<AppEnv>, requires = "record")]
    pub(crate) env: Option<AppEnv>,
    /// With --record: for which target
    #[arg(long, requires = "record")]
    pub(crate) target: Option<String>,
}
