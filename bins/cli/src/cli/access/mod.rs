//! What can be typed about the journal of accesses.

mod ingest;

use clap::Subcommand;

pub(crate) use self::ingest::IngestArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    Ingest(IngestArgs),
}
