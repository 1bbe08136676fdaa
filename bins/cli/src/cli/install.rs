//! What can be typed about Vigie's place in a database.

use clap::Args;

use super::checks::PackArgs;

/// Make Vigie's roles and what the host application reads, after `vigie migrate`
///
/// Needs the login that owns the schema vigie, and may create roles. What it does outside that schema is kept
/// in a list, from which `vigie uninstall --plan` takes it back. Doing it twice changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Sources of people's roles (admin, directeur, pca):
  members                                    the table vigie.members, the default
  claim:app_metadata.vigie_role              a claim of the token that the person cannot write
  query:select role from public.profils where user_id::text = :actor_id
                                             a query on the host's own table

Examples:
  vigie install --plan | less                read what would be done
  vigie install --pack depot                 roles, and the evaluating login for these checks
  vigie install --pack depot --compat        also public.system_alerts and public.v_integrity_checks
  vigie install --role-source claim:app_metadata.vigie_role")]
pub(crate) struct InstallArgs {
    #[command(flatten)]
    pub(crate) packs: PackArgs,
    /// Also the views `public.system_alerts` and `public.v_integrity_checks`, for clients that know them
    #[arg(long)]
    pub(crate) compat: bool,
    /// Where people's roles come from; as it is unless given
    #[arg(long, value_name = "SOURCE")]
    pub(crate) role_source: Option<String>,
    /// Print the SQL that would be run, and change nothing
    #[arg(long)]
    pub(crate) plan: bool,
}

/// Print the SQL that removes Vigie from the database and leaves everything else as it was
#[derive(Debug, Args)]
#[command(after_help = "\
Prints, and never does: read it, then run it with psql as the login that installed Vigie.

Examples:
  vigie uninstall --plan
  vigie uninstall --plan | psql --single-transaction --set ON_ERROR_STOP=1")]
pub(crate) struct UninstallArgs {
    /// Print the SQL; nothing else is offered
    #[arg(long, required = true)]
    pub(crate) plan: bool,
}

/// Look for everything that would make Vigie blind, wrong or open to strangers; each with its remedy
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code: 0 when nothing is wrong, warnings or not; 1 when something is; 3 when nothing is wrong in what could be seen,
and something could not be looked at.

Examples:
  vigie doctor --pack depot
  vigie doctor --json | jq '.findings[] | select(.level == \"error\")'")]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) packs: PackArgs,
}
