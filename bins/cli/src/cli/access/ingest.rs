//! What can be typed about logs of other programs.

use std::path::{Path, PathBuf};

use access_journal::{Source, ingest::SOURCES};
use clap::Args;

/// Read the log of another program into the journal: what was refused, what probes, what leaks
///
/// What is read again is known and adds nothing, so a file can be read as often as one likes while it grows. A last line
/// without an end is still being written, and left for the next reading. Lines that have an id are known by it; others by the
/// file's first line and where they stand in it, also after the file was renamed. Standard input without ids needs a name,
/// `--stream`, and is to be read from its beginning each time. A pipe may stay open: what comes is recorded within a second or
/// two. A drain's lists of entries, of several services on one line, are taken apart.
///
/// No address, account, path, query, token or user agent is kept; see docs/guides/access-journal.md, also for how nginx has
/// to write its log. The login `vigie_ingest` may do this and nothing else.
#[derive(Debug, Args)]
#[command(after_help = "\
Sources: supabase-edge, supabase-auth, postgres (JSON, one object a line); nginx (JSON, by the log_format of the guide); \
postgrest (combined log format).

Exit code: 0; 3 when more than one line of a hundred could not be read: the log may be another one than it is taken for.

Examples:
  vigie access ingest --source nginx /var/log/nginx/access.log
  zcat access.log.2.gz | vigie access ingest --source postgrest --stream access.log.2
  vigie access ingest --source supabase-edge - --json < edge.ndjson | jq .bad")]
pub(crate) struct IngestArgs {
    /// Who wrote it
    #[arg(long, value_parser = source)]
    pub(crate) source: Source,
    /// The log; standard input where it is - or left out
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// What lines without an id are known by, in place of the file's first line
    #[arg(long, value_name = "NAME")]
    pub(crate) stream: Option<String>,
}

impl IngestArgs {
    /// The file, unless it is standard input.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref().filter(|file| file.as_os_str() != "-")
    }
}

fn source(given: &str) -> Result<Source, String> {
    let word = |source: &&Source| source.as_str().replace('_', "-");
    let found = SOURCES.iter().find(|source| word(source) == given);
    found.copied().ok_or_else(|| {
        let words: Vec<String> = SOURCES.iter().map(|source| word(&source)).collect();
        format!("there is {}", words.join(", "))
    })
}
