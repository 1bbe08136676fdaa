use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Find what is wrong with who can do what
    ///
    /// Looks at the database in one read-only transaction, as strangers, as whoever is signed in, and as one person for each
    /// rank that the policies know; measures what each of them can read and write; and judges it by rules. Writes nothing,
    /// and needs nothing of Vigie's in the database. The login should be a member of the roles that it is to try.
    ///
    /// Exit codes: 0 nothing at or above `--fail-on`; 1 something; 3 too much could not be found out.
    #[command(after_help = "\
Examples:
  vigie audit rls                   errors are a negative answer
  vigie audit rls --fail-on warn    warnings too
  vigie audit rls --json            for programs: findings and the whole matrix")]
    Rls(RlsArgs),
    /// Print who can do what, one line a relation
    ///
    /// S I U D are SELECT, INSERT, UPDATE and DELETE. Exit codes: 0; 3 when too much could not be found out.
    #[command(after_help = "\
Examples:
  vigie audit matrix
  vigie audit matrix --json")]
    Matrix,
    /// Print what a rule means
    #[command(after_help = "\
Examples:
  vigie audit explain RLS-212")]
    Explain(ExplainArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RlsArgs {
    /// From which level on a finding is a negative answer
    #[arg(long, value_enum, default_value = "error")]
    pub(crate) fail_on: FailOn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warn,
    Info,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The rule, such as RLS-212
    pub(crate) rule: String,
}
