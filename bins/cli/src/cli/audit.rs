use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use rls_audit::integrity_core::Language;

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Find what is wrong with who can do what
    ///
    /// Looks at the database in one read-only transaction, as strangers, as whoever is signed in, and as one person for each
    /// rank that the policies know; measures what each of them can read and write; and judges it by rules. Writes nothing,
    /// and needs nothing of Vigie's in the database. The login should be a member of the roles that it is to try.
    ///
    /// With a baseline (`vigie-audit.json`, unless the configuration or `--baseline` names another), only what it does not
    /// know counts, and what has changed since is told.
    ///
    /// With `--fix`, `fix.sql` gets the SQL that mends it. Each statement is tried on a copy first, and what breaks a persona
    /// who worked before is not proposed.
    ///
    /// Exit codes: 0 nothing new at or above `--fail-on`; 1 something new; 3 too much could not be found out, or fixes could
    /// not be tried; 4 somebody can do more than the baseline says; 5 the database cannot be reached. When several hold:
    /// 3, 1, 4.
    #[command(after_help = "\
Examples:
  vigie audit rls                              errors are a negative answer
  vigie audit rls --fail-on warn               warnings too
  vigie audit rls --format json                for programs: findings, and who can do what
  vigie audit rls --format html --output audit.html
  vigie audit rls --fix                        and SQL that mends it, tried on a copy
  vigie audit rls --from inspection.json       without the database, what `matrix --save` has kept")]
    Rls(RlsArgs),
    /// Print who can do what, one line a relation
    ///
    /// S I U D are SELECT, INSERT, UPDATE and DELETE. With `--shadow`, each command is run for real on a copy, once without
    /// triggers and once with them, and what comes to something else is told.
    ///
    /// Exit codes: 0; 1 when a command comes to something else than the matrix says; 3 when too much could not be found out,
    /// or the copy is not whole.
    #[command(after_help = "\
Examples:
  vigie audit matrix
  vigie audit matrix --json
  vigie audit matrix --shadow                  every command for real, on a copy
  vigie audit matrix --save inspection.json    keep everything that was seen, some rows included")]
    Matrix(MatrixArgs),
    /// Write down what is so now, as what was agreed to
    ///
    /// The file holds what is written down in the database, who can do what, and the findings, one a line; commit it. It holds
    /// no row and nothing of a token. Suppressions stay as long as what they suppress is there. Exit codes: 0; 3 when too much
    /// could not be found out, and nothing is written.
    #[command(after_help = "\
Examples:
  vigie audit baseline
  vigie audit baseline --baseline audits/production.json")]
    Baseline(BaselineArgs),
    /// Tell what has changed since the baseline
    ///
    /// WIDENED: somebody can do more. NARROWED: somebody can do less. CHANGED: a text differs, and what it comes to is of the
    /// same kind, which proves nothing. EQUIVALENT: a text differs, and no cell does. Exit codes: 0; 3 when too much could not
    /// be found out; 4 WIDENED.
    #[command(after_help = "\
Examples:
  vigie audit diff
  vigie audit diff --json")]
    Diff(DiffArgs),
    /// Let a finding be, for a while
    ///
    /// It is open again when the facts that decide it change, and after the day given.
    #[command(after_help = "\
Examples:
  vigie audit suppress 'RLS-201 policy \"Everyone\" on public.posts' \\
    --reason 'published posts are for everybody' --author 'A. Mbuyi' --until 2027-06-30")]
    Suppress(SuppressArgs),
    /// Print what a rule means
    #[command(after_help = "\
Examples:
  vigie audit explain RLS-212")]
    Explain(ExplainArgs),
    /// Print the JSON Schema of what `vigie audit rls --format json` writes
    #[command(after_help = "\
Examples:
  vigie audit schema > audit.schema.json")]
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// Look at what `vigie audit matrix --save` has kept, not at the database
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct RlsArgs {
    /// From which level on a finding is a negative answer
    #[arg(long, value_enum, default_value = "error")]
    pub(crate) fail_on: FailOn,
    /// What was agreed to; unless given, audit.baseline where there is such a file
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// How it is told
    #[arg(long, value_enum)]
    pub(crate) format: Option<AuditFormat>,
    /// The language of a page; findings are told in English
    #[arg(long, value_enum, default_value = "en")]
    pub(crate) lang: PageLanguage,
    /// Write it here, not to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) fixes: FixArgs,
}

#[derive(Debug, Args)]
pub(crate) struct FixArgs {
    /// Write SQL that mends what is new, each statement tried on a copy first
    #[arg(long, conflicts_with = "from")]
    pub(crate) fix: bool,
    /// Where that SQL is written
    #[arg(long, value_name = "FILE", default_value = "fix.sql", requires = "fix")]
    pub(crate) fix_file: PathBuf,
    /// The copy to try it on, such as a staging branch, where nothing stays; unless given, one is made on a private
    /// PostgreSQL. One with a password belongs in the environment: a flag stands in the process list
    #[arg(long, value_name = "URL", env = "VIGIE_COPY_URL", hide_env_values = true)]
    pub(crate) copy_url: Option<String>,
    /// Put rows of the database into the copy that is made, up to 200 a table; unless given, rows are made up
    #[arg(long, requires = "fix", conflicts_with = "copy_url")]
    pub(crate) sample_rows: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MatrixArgs {
    /// Keep everything that was seen in this file; it holds some rows of the database
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Prove it: run every command for real on a copy, made on a private PostgreSQL with up to 200 rows a table
    #[arg(long, conflicts_with_all = ["from", "save"])]
    pub(crate) shadow: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BaselineArgs {
    /// The file; unless given, audit.baseline
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// What was agreed to; unless given, audit.baseline
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SuppressArgs {
    /// Which finding: rule and object, as `vigie audit rls --json` has it in `fingerprint`
    pub(crate) fingerprint: String,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
    /// Who has decided that
    #[arg(long)]
    pub(crate) author: String,
    /// The last day on which it holds, such as 2027-06-30
    #[arg(long, value_name = "DAY")]
    pub(crate) until: NaiveDate,
    /// The file; unless given, audit.baseline
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warn,
    Info,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// For people, on a terminal
    Table,
    /// For programs, as `vigie audit schema` describes it
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// For CI servers: a test for each rule and object
    Junit,
    /// For the comment of a pull request
    Markdown,
    /// One page that needs nothing but itself
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PageLanguage {
    En,
    Fr,
}

impl From<PageLanguage> for Language {
    fn from(language: PageLanguage) -> Self {
        match language {
            PageLanguage::En => Self::En,
            PageLanguage::Fr => Self::Fr,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The rule, such as RLS-212
    pub(crate) rule: String,
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli::Cli;

    #[test]
    fn what_is_said_of_fixes_needs_fixes() {
        let is_taken = |more: &[&str]| {
            let args = ["vigie", "audit", "rls"].iter().chain(more);
            Cli::try_parse_from(args).is_ok()
        };
        let url = "--copy-url=postgres://staging.example.org/app";
        for right in [&[][..], &["--fix"], &["--fix", "--sample-rows"], &["--fix", url]] {
            assert!(is_taken(right), "{right:?}");
        }
        for wrong in [
            &["--fix-file", "mend.sql"][..],
            &["--sample-rows"],
            &["--fix", "--sample-rows", url],
        ] {
            assert!(!is_taken(wrong), "{wrong:?}");
        }
    }
}
