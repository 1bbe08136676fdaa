//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use wiring::flags::Flags;

mod access;
mod alerts;
mod audit;
mod checks;
mod install;
mod monitors;
mod release;

pub(crate) use access::{AccessCommand, AccessReportArgs, AccessVerifyArgs};
pub(crate) use alerts::{AlertsCommand, ExportArgs, Format, ListArgs, One, Words};
pub(crate) use audit::{
    AuditCommand, AuditFormat, BaselineArgs, DiffArgs, ExplainArgs, FailOn, FixArgs, RlsArgs, SuppressArgs,
};
pub(crate) use checks::{
    ChecksCommand, CodeArgs, LintArgs, PackArgs, PersonArgs, PlanArgs, TestArgs, TestFormat, ViewArgs,
};
pub(crate) use install::{DoctorArgs, InstallArgs, UninstallArgs};
pub(crate) use monitors::{MonitorFormat, MonitorsCommand, TrialArgs};
pub(crate) use release::{
    DartDefinesArgs, DecideArgs, DrillArgs, EnvCommand, IdArgs, ManifestArgs, NamedArgs, RecordArgs,
    ReleaseCommand, ReleasesArgs, RollbackPlanArgs, ShowArgs, VerifyArgs,
};

/// Watches a PostgreSQL database and says, with proof, when something is wrong.
///
/// Exit codes: 0 fine; 1 a negative answer, or an act refused or in conflict; 2 usage or configuration;
/// 3 not everything could be looked at; 4 a difference, where the command is a comparison; 5 the database
/// cannot be reached.
#[derive(Debug, Parser)]
#[command(
    name = "vigie",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  vigie demo                                 try it: nothing to configure, nothing left behind
  export VIGIE_DATABASE_URL=postgres://user:password@host:5432/database
  vigie migrate                              create or update Vigie's schema
  vigie sync --pack depot                    run the checks once
  vigie status                               the numbers at a glance
  vigie alerts list --severity CRITICAL      what is wrong"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What goes with every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    #[command(flatten)]
    pub(crate) flags: Flags,
    /// Print JSON, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(DemoArgs),
    Migrate(MigrateArgs),
    Sync(SyncArgs),
    Status(StatusArgs),
    /// Look at alerts, and act on them
    #[command(
        subcommand,
        after_help = "\
Examples:
  vigie alerts list --overdue
  vigie alerts show 7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11
  vigie alerts ack 7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11 --as amina"
    )]
    Alerts(AlertsCommand),
    /// Look at checks, prove them, and try them out
    #[command(
        subcommand,
        after_help = "\
Examples:
  vigie checks list --pack depot
  vigie checks lint --pack ./checks
  vigie checks test --pack ./checks --schema schema.sql"
    )]
    Checks(ChecksCommand),
    /// Find out who can really do what: Row Level Security, grants, views, functions
    #[command(
        subcommand,
        after_help = "\
Examples:
  vigie audit rls                 what is wrong, and whether it is proved
  vigie audit matrix              who can do what, one line a relation
  vigie audit explain RLS-212     what a rule means"
    )]
    Audit(AuditCommand),
    /// Judge where a program runs, and as which release
    #[command(
        subcommand,
        after_help = "\
Examples:
  vigie env check                         the variables of this environment
  vigie env check --file production.env   those of a file"
    )]
    Env(EnvCommand),
    /// Name releases, keep a ledger of them, and make sure which one is where
    #[command(
        subcommand,
        after_help = "\
Examples:
  vigie release id                                      mlpp-web@0.1.0+4110b38a1b2c
  vigie release dart-defines --out build/defines.json
  vigie release manifest --dir build/web --min-schema 20261122000101 --max-schema 20261122000203
  vigie release list --env production
  vigie release verify --url https://depot.example.org/version.json --expect mlpp-web@0.2.0+4110b38a1b2c"
    )]
    Release(ReleaseCommand),
    /// Let others watch Vigie and the web front, and try whether they would notice
    #[command(
        subcommand,
        after_help = "\
Examples:
  vigie monitors emit --format blackbox > blackbox.yml
  vigie monitors test"
    )]
    Monitors(MonitorsCommand),
    /// Keep a journal of what was refused, what probes and what leaks, and look into it
    #[command(
        subcommand,
        after_help = "\
Examples:
  vigie access report --since 24h         when, who, where
  vigie access verify                     whether anything was changed since"
    )]
    Access(AccessCommand),
    Install(InstallArgs),
    Uninstall(UninstallArgs),
    Doctor(DoctorArgs),
    Reference(ReferenceArgs),
    Completions(CompletionsArgs),
}

/// Show Vigie at work on a private PostgreSQL with a petroleum depot full of mistakes
///
/// Starts a private PostgreSQL server, fills it with a depot's data and some mistakes, migrates it, runs the
/// checks of the packs `depot` and `postgres` with the logins of the service, and waits for Ctrl-C. Everything
/// is then stopped and removed. Needs PostgreSQL's programs on this machine, and no configuration.
#[derive(Debug, Args)]
#[command(after_help = "\
Members of the demo: amina (admin), didier (directeur), patricia (pca, reads only).

Exit code: 0; 3 when a check could not be evaluated.

Examples:
  vigie demo                   look around from another terminal, Ctrl-C ends it
  vigie demo --once --json     for programs: run once, print, end
  vigie demo --keep /tmp/demo  keep the database for the next time")]
pub(crate) struct DemoArgs {
    /// Where the screens are, on this machine; 0 for any port that is free
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub(crate) port: u16,
    /// Print the summary and end
    #[arg(long)]
    pub(crate) once: bool,
    /// Keep the database in this directory, and use what is kept there
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
    /// Where the demo's data come from: the same number, the same day's data
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub(crate) seed: i64,
}

/// Create or update Vigie's schema in the database
///
/// Needs a direct or session-mode connection, and a login that may create a schema.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code: 0; with --check 4 when migrations are pending; 2 when the schema is newer than this program.

Examples:
  vigie migrate --plan | less  read what would be done
  vigie migrate                do it
  vigie migrate --check        is it done?")]
pub(crate) struct MigrateArgs {
    /// Say whether migrations are pending, and change nothing
    #[arg(long)]
    pub(crate) check: bool,
    /// Print the SQL that would be run, and change nothing
    #[arg(long, conflicts_with = "check")]
    pub(crate) plan: bool,
}

/// Run the checks once, and keep the alerts
///
/// All checks look at one snapshot of the database. A check that cannot be evaluated changes no alert and
/// keeps no other check from being applied. Who can do what is audited where `audit.every` says how often, and only
/// when that turn has come.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code: 0 when every check was evaluated whole; 3 when one failed, was cut off at its max_rows, or proves \
nothing because its source looks empty.

Examples:
  vigie sync                                         the packs of the configuration
  vigie sync --pack depot --pack ./checks            these packs instead
  vigie sync --pack depot --only STOCK_NEGATIF       one check")]
pub(crate) struct SyncArgs {
    /// A compiled-in pack or a folder, instead of the configured ones; may be repeated
    #[arg(long, value_name = "NAME|DIR", num_args = 1..)]
    pub(crate) pack: Vec<String>,
    /// Only these checks; may be repeated
    #[arg(long, value_name = "CODE", num_args = 1..)]
    pub(crate) only: Vec<String>,
}

/// The numbers at a glance
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code: 0 when every enabled check is fresh; 3 when one is stale, failing or suspect, or nothing was ever \
evaluated: then silence proves nothing. Missing fixtures are told and counted, and change no exit code.

Examples:
  vigie status
  vigie status --json | jq .coverage")]
pub(crate) struct StatusArgs {
    /// As this person sees it
    #[arg(long = "as", value_name = "USER_ID")]
    pub(crate) user: Option<String>,
}

/// Print the reference of the configuration, or with --json its JSON Schema, for editors
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie reference | less
  vigie reference --json > vigie.schema.json")]
pub(crate) struct ReferenceArgs {}

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie completions bash > /etc/bash_completion.d/vigie
  vigie completions zsh > ~/.zfunc/_vigie")]
pub(crate) struct CompletionsArgs {
    /// Which shell
    pub(crate) shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_examples() {
        fn walk(command: &clap::Command) {
            for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
                let help = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(
                    help.contains("Examples:\n  vigie "),
                    "{} has no examples",
                    sub.get_name()
                );
                walk(sub);
            }
        }
        walk(&Cli::command());
    }
}
