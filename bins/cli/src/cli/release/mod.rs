//! What can be typed about releases, and where programs run.

mod ledger;
mod rollback;
mod verify;

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand, ValueEnum};
use release_info::{Problem, manifest::Host};

pub(crate) use self::{
    ledger::{RecordArgs, ReleasesArgs, ShowArgs},
    rollback::{DecideArgs, DrillArgs, RollbackPlanArgs},
    verify::VerifyArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum EnvCommand {
    /// Judge the variables that a program is started or built with
    ///
    /// Says everything that is wrong at once, each with its code (docs/rules/E5xx.md) and what would be right. Values
    /// are not printed. Which host belongs to which environment is configured: `[[environment]]`.
    #[command(after_help = "\
Exit code: 0 when nothing is wrong, else 2.

Examples:
  vigie env check
  vigie env check --file production.env --json")]
    Check(VariablesArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReleaseCommand {
    /// Print the name of the release that the sources make
    ///
    /// The commit is what git has checked out, and `APP_RELEASE_COMMIT`, where that is set, has to name the same (E517); without
    /// git it is `APP_RELEASE_COMMIT`. With changes that nobody committed the name ends in .dirty, and where nobody knows the
    /// commit it is twelve zeros. Package and version
    /// stand in pubspec.yaml, Cargo.toml or package.json, the first of them that is there; `_` in a package's name
    /// becomes `-`, and what follows `+` in a version is left out.
    #[command(after_help = "\
Examples:
  vigie release id --dir web --json
  vigie release id --package mlpp-web --version 0.1.0
  export APP_RELEASE=$(vigie release id)")]
    Id(IdArgs),
    /// Print what is compiled into a Flutter application: --dart-define-from-file
    ///
    /// `APP_ENV`, `APP_RELEASE`, `APP_RELEASE_COMMIT`, and the variables that are named. Refuses what `vigie env
    /// check` refuses, and every secret: whoever has the application can read what is compiled into it.
    #[command(after_help = "\
Exit code: 0; 2 when anything is wrong, and then nothing is written.

Examples:
  vigie release dart-defines --file production.env --pass SUPABASE_URL --pass SUPABASE_ANON_KEY --out build/defines.json
  vigie release dart-defines --file production.env --pass-all --out build/defines.json
  flutter build web --dart-define-from-file=build/defines.json")]
    DartDefines(DartDefinesArgs),
    /// Write which release it is, and the hash of every file, into a web front that was built
    ///
    /// Extends Flutter's version.json, whose keys stay, and writes release-files.json beside it. Refuses what `vigie
    /// env check` refuses. With --headers it writes nothing and prints how a web server is told not to keep old
    /// files.
    #[command(after_help = "\
Exit code: 0; 2 when anything is wrong, and then version.json is as it was.

Examples:
  vigie release manifest --dir build/web --min-schema 20261122000101 --max-schema 20261122000203
  vigie release manifest --headers nginx")]
    Manifest(ManifestArgs),
    /// Print the JSON Schema of the manifest
    #[command(after_help = "\
Examples:
  vigie release schema > manifest.schema.json")]
    Schema,
    Record(RecordArgs),
    List(ReleasesArgs),
    Show(ShowArgs),
    Verify(VerifyArgs),
    Decide(DecideArgs),
    RollbackPlan(RollbackPlanArgs),
    Drill(DrillArgs),
}

/// Where variables stand.
#[derive(Debug, Args)]
pub(crate) struct VariablesArgs {
    /// A file of variables, NAME=value a line, instead of the environment
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// What sources are called.
#[derive(Debug, Args)]
pub(crate) struct NamedArgs {
    /// The package, instead of what the sources say
    #[arg(long, value_name = "NAME")]
    pub(crate) package: Option<String>,
    /// The version, instead of what the sources say
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct IdArgs {
    /// Where the sources are
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) named: NamedArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DartDefinesArgs {
    /// Where the sources are
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) named: NamedArgs,
    #[command(flatten)]
    pub(crate) variables: VariablesArgs,
    /// Compile this variable in, which must be set; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) pass: Vec<String>,
    /// Compile in every variable of --file
    #[arg(long, requires = "file", conflicts_with = "pass")]
    pub(crate) pass_all: bool,
    /// Write it here, not to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ManifestArgs {
    /// The folder that is served, as `flutter build web` leaves it
    #[arg(long, value_name = "DIR", required_unless_present = "headers")]
    pub(crate) dir: Option<PathBuf>,
    /// The oldest version of the database's schema that it can run on
    #[arg(long, value_name = "VERSION", required_unless_present = "headers")]
    pub(crate) min_schema: Option<i64>,
    /// The newest
    #[arg(long, value_name = "VERSION", required_unless_present = "headers")]
    pub(crate) max_schema: Option<i64>,
    /// Where the sources are
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) source: PathBuf,
    #[command(flatten)]
    pub(crate) named: NamedArgs,
    #[command(flatten)]
    pub(crate) variables: VariablesArgs,
    /// Print the configuration of a web server instead
    #[arg(long, value_enum, conflicts_with_all = ["dir", "min_schema", "max_schema"])]
    pub(crate) headers: Option<HostName>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum HostName {
    Firebase,
    Nginx,
    Caddy,
}

impl From<HostName> for Host {
    fn from(name: HostName) -> Self {
        match name {
            HostName::Firebase => Self::Firebase,
            HostName::Nginx => Self::Nginx,
            HostName::Caddy => Self::Caddy,
        }
    }
}

/// What it says, or everything that is wrong with it, one a line.
fn parsed<T: FromStr<Err = Vec<Problem>>>(text: &str) -> Result<T, String> {
    let told = |problems: Vec<_>| {
        problems
            .iter()
            .map(Problem::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    text.parse().map_err(told)
}
