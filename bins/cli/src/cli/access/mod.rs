//! What can be typed about the journal of accesses.

mod ingest;

use std::time::Duration;

use clap::{Args, Subcommand};
use integrity_core::duration;

pub(crate) use self::ingest::IngestArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    Ingest(IngestArgs),
    Report(AccessReportArgs),
    Verify(AccessVerifyArgs),
}

/// Show what was refused, what probes and what leaks: when, who, where
///
/// Who is a pseudonym: the same address or account has the same one for a month, and nobody finds out whose it is without
/// the key. What went well, a successful login, is not counted. A source that was never heard is named by nobody here: that
/// nothing stands here proves nothing while nothing is heard.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code: 0.

Examples:
  vigie access report
  vigie access report --since 14d
  vigie access report --since 1h --json | jq '.addresses'")]
pub(crate) struct AccessReportArgs {
    /// Since when: from 5m to 366d
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration::parse)]
    pub(crate) since: Duration,
    /// Read as this person, under the role that they have
    #[arg(long = "as", value_name = "USER_ID")]
    pub(crate) user: Option<String>,
}

/// Compare the journal with its seals: was anything edited, deleted, inserted, or given another time?
///
/// Every run of the service seals what is new; each seal stands on the one before. What is said of a month that went with its
/// key, when its time was over, is taken as said. Whoever can change everything in the database can make new seals as well:
/// write the head down elsewhere, and give it to `--expect` later. Only that shows that the newest seals were cut off before
/// anybody looked; what was deleted before it was sealed never shows.
///
/// Looks at every row, and takes as long as that takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 all that is sealed is as it was; 1 something is not, or the seal that is expected is not there; 3 nothing is
sealed, so that nothing was compared.

Examples:
  vigie access verify
  vigie access verify --head > head.txt
  vigie access verify --expect $(cat head.txt)
  vigie access verify --json | jq '.discrepancies'")]
pub(crate) struct AccessVerifyArgs {
    /// Print the hash of the newest seal and nothing else, to be written down elsewhere
    #[arg(long, conflicts_with = "expect")]
    pub(crate) head: bool,
    /// The hash of a seal that was written down: it has to be there
    #[arg(long, value_name = "HASH")]
    pub(crate) expect: Option<String>,
}
