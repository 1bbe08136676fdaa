//! Logs of other programs, line by line: what of them is of interest. Nothing here writes anything down.

mod agent;
mod bad;
mod batch;
mod clean;
mod fields;
mod format;
mod query;
mod reader;
mod reading;
mod request;
mod route;
mod sensitive;
mod terms;
#[cfg(test)]
mod tests;
mod words;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

#[cfg(feature = "tower")]
pub(crate) use self::{agent::family, request::severity, route::whole};
pub use self::{
    bad::BadLine,
    reader::{LONGEST_BATCH, LONGEST_LINE},
    reading::{Failure, Next, Other, Reading, Tally, Text},
    sensitive::Sensitive,
    terms::Terms,
};
use crate::{Observed, Source, privacy::Pseudonym};

/// What a line comes to.
#[derive(Debug)]
pub enum Seen {
    /// Nothing of interest happened.
    Nothing,
    /// Somebody read a sensitive relation, and the log does not tell in which role, or whether there were rows.
    Unjudged,
    /// It is older than what is kept.
    Old,
    /// This.
    Event(Box<Observed>),
}

/// A line that could be read.
#[derive(Debug)]
struct Line {
    /// Its number, where the source numbers its lines.
    id: Option<String>,
    /// When it was written, by the source's clock.
    at: DateTime<Utc>,
    seen: Seen,
}

/// Which text a line without a number of its own stands in: the same for the same file after it has grown, and after it was
/// renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream([u8; 32]);

/// How much of a file's first line tells it from others.
const TELLING: usize = 4096;

impl Stream {
    /// A stream that somebody gave a name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(digest(&[b"name", name.as_bytes()]))
    }

    /// A file, by its first line, or the first 4 KiB of it. More than the first line must not be looked at: it may not have
    /// been there when the file was read before.
    #[must_use]
    pub fn of_first_line(line: &[u8]) -> Self {
        Self(digest(&[b"file", &line[..line.len().min(TELLING)]]))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// An event of a line that has no number of its own, in a stream that has no name: read again, it could not be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its lines have no id")]
pub struct Nameless;

impl Line {
    /// What it comes to; an event gets what it is known by when it is read again: the source's number for it, or else
    /// where it stands, and what it says.
    ///
    /// # Errors
    /// Where neither is known.
    fn known_at(self, stream: Option<&Stream>, offset: u64, line: &[u8]) -> Result<Seen, Nameless> {
        let Seen::Event(mut event) = self.seen else {
            return Ok(self.seen);
        };
        let key = match (self.id, stream) {
            (Some(id), _) => digest(&[b"id", id.as_bytes()]),
            (None, Some(stream)) => digest(&[b"at", &stream.0, &offset.to_be_bytes(), line]),
            (None, None) => return Err(Nameless),
        };
        let mut half = [0; 16];
        half.copy_from_slice(&key[..16]);
        event.dedup_key = Pseudonym::from_bytes(half).to_string();
        Ok(Seen::Event(event))
    }
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// Which sources write logs that can be read.
pub const SOURCES: &[Source] = &[
    Source::SupabaseEdge,
    Source::SupabaseAuth,
    Source::Postgres,
    Source::Nginx,
    Source::Postgrest,
];

/// What one line of a source's log says.
///
/// # Errors
/// Why it cannot be read; never what stands in it.
fn read(source: Source, line: &[u8], terms: &Terms) -> Result<Line, BadLine> {
    // Who asks chooses what most fields say. A byte that is no text costs its field, and not the line.
    let line = &*String::from_utf8_lossy(line);
    match source {
        Source::SupabaseEdge => format::supabase_edge::read(line, terms),
        Source::SupabaseAuth => format::supabase_auth::read(line, terms),
        Source::Postgres => format::database::read(line, terms),
        Source::Nginx => format::nginx::read(line, terms),
        Source::Postgrest => format::postgrest::read(line, terms),
        // They tell the journal themselves.
        Source::Api | Source::App => Err(BadLine::NotJson),
    }
}
