//! What can be typed about checks.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum ChecksCommand {
    /// The checks of the chosen packs: what each looks for, how bad that is, and whether it is proved
    #[command(after_help = "\
Examples:
  vigie checks list
  vigie checks list --pack depot --json | jq '.checks[] | select(.proved | not).code'")]
    List(PackArgs),
    /// Everything about one check: its words, its thresholds in force, its SQL
    #[command(after_help = "\
Examples:
  vigie checks show STOCK_NEGATIF --pack depot")]
    Show(CodeArgs),
    /// Every problem of every file at once, each with its line and what would be right
    #[command(after_help = "\
Exit code: 0 when nothing is wrong, warnings or not; 2 when a file is.

Without --schema and without --live it cannot see views and functions, and says so.

Examples:
  vigie checks lint --pack ./checks
  vigie checks lint --pack ./checks --schema schema.sql   also what only shows with the tables and views at hand")]
    Lint(LintArgs),
    /// Prove the checks: run the fixtures beside them on a private, empty PostgreSQL
    #[command(after_help = "\
Exit code: 0 when every case passed; 1 when one did not, or a check that must have fixtures has none.

Fixtures run as the owner of the private server, who may start programs here: testing somebody else's pack is running
somebody else's program.

Examples:
  vigie checks test --pack ./checks --schema schema.sql
  vigie checks test --pack depot --only STOCK_NEGATIF
  vigie checks test --pack ./checks --format junit > checks.xml
  vigie checks test --pack ./checks --weaken    would the fixtures notice if a condition were weaker?")]
    Test(TestArgs),
    /// What a sync would do now: which alerts would open, clear, reopen or change. Reads only
    #[command(after_help = "\
Exit code: 0 when nothing would change; 4 when anything would; 3 when not everything could be evaluated.

Examples:
  vigie checks plan --pack depot
  vigie checks plan --pack depot --json | jq .total")]
    Plan(PlanArgs),
    /// How PostgreSQL runs one check, what that costs, and an index that would help
    #[command(after_help = "\
Examples:
  vigie checks explain STOCK_LEDGER_MISMATCH --pack depot")]
    Explain(CodeArgs),
    /// The checks as one view for SQL clients: prints it; with --install creates `public.v_integrity_checks`
    #[command(after_help = "\
Drop the view before a migration that changes a column it reads, and install it again after.

Examples:
  vigie checks view --pack depot              print it
  vigie checks view --pack depot --install    create it, or replace it")]
    View(ViewArgs),
    /// Withdraw a check: resolve its live alerts as RETIRED (admin)
    #[command(after_help = "\
Examples:
  vigie checks retire STOCK_NEGATIF --as amina --reason 'replaced by STOCK_LEDGER_MISMATCH'")]
    Retire(PersonArgs),
    /// Say that what makes a check suspect is true: for 24 h, the next evaluation that shows the same is believed, once
    /// (admin)
    #[command(after_help = "\
Examples:
  vigie checks confirm STOCK_NEGATIF --as amina --reason 'the depot was emptied for maintenance'")]
    Confirm(PersonArgs),
}

/// Which packs.
#[derive(Debug, Args)]
pub(crate) struct PackArgs {
    /// A compiled-in pack or a folder, instead of the configured ones; may be repeated
    #[arg(long, value_name = "NAME|DIR", num_args = 1..)]
    pub(crate) pack: Vec<String>,
}

/// One check of the chosen packs.
#[derive(Debug, Args)]
pub(crate) struct CodeArgs {
    /// The check's code
    pub(crate) code: String,
    #[command(flatten)]
    pub(crate) packs: PackArgs,
}

#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    #[command(flatten)]
    pub(crate) packs: PackArgs,
    /// The schema that the checks read, as `pg_dump --schema-only` writes it; the pack's own unless given
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// Also look at the tables, views and functions of the configured database
    #[arg(long, conflicts_with = "schema")]
    pub(crate) live: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    #[command(flatten)]
    pub(crate) packs: PackArgs,
    /// Only these checks; may be repeated
    #[arg(long, value_name = "CODE", num_args = 1..)]
    pub(crate) only: Vec<String>,
    /// The schema that the checks read, as `pg_dump --schema-only` writes it; the pack's own unless given
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// For people, or for CI servers
    #[arg(long, value_enum, default_value_t = TestFormat::Human, conflicts_with = "json")]
    pub(crate) format: TestFormat,
    /// Weaken one operator after the other, and say which fixtures notice
    #[arg(long)]
    pub(crate) weaken: bool,
}

/// How the results of fixtures are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum TestFormat {
    Human,
    Junit,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) packs: PackArgs,
    /// Only these checks; may be repeated
    #[arg(long, value_name = "CODE", num_args = 1..)]
    pub(crate) only: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ViewArgs {
    #[command(flatten)]
    pub(crate) packs: PackArgs,
    /// Create or replace it in the database
    #[arg(long)]
    pub(crate) install: bool,
}

/// What a person does to a check.
#[derive(Debug, Args)]
pub(crate) struct PersonArgs {
    /// The check's code
    pub(crate) code: String,
    /// Who you are; the act is recorded under this name
    #[arg(long = "as", value_name = "USER_ID")]
    pub(crate) user: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", alias = "comment")]
    pub(crate) reason: Option<String>,
}
