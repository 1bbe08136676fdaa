use std::io::{self, BufRead};

use chrono::{DateTime, Utc};

use super::{
    BadLine, Nameless, Seen, Stream, Terms, read,
    reader::{Piece, Pieces},
};
use crate::{Observed, Source};

/// How many bad lines are told one by one.
const TOLD: usize = 10;

/// What kind of text it is: that decides what becomes of a last line without an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// A file: it may still be being written, and is left for the next reading.
    File,
    /// A pipe: nothing comes any more. It counts if it is whole, and is bad otherwise.
    Pipe,
}

/// What a text came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// So many lines were looked at.
    pub lines: u64,
    /// So many bytes were read, without those that are left.
    pub bytes: u64,
    /// So many lines were of interest.
    pub events: u64,
    /// So many reads of sensitive relations cannot be judged: their lines do not tell in which role, or how many rows.
    pub unjudged: u64,
    /// So many lines are older than what is kept.
    pub old: u64,
    /// So many lines could not be read.
    pub bad: u64,
    /// The first of them, by their number.
    pub first_bad: Vec<(u64, BadLine)>,
    /// So many bytes at the end are left for the next reading.
    pub left: u64,
    /// When the first line was written that can be read, by the source's clock.
    pub first: Option<DateTime<Utc>>,
    /// When the newest line was written, by the source's clock.
    pub newest: Option<DateTime<Utc>>,
}

impl Tally {
    /// Whether so many lines are bad that the text may be another one than it is taken for: more than one of a hundred.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        self.bad > self.lines / 100
    }

    fn bad(&mut self, number: u64, why: BadLine) {
        self.bad += 1;
        if self.first_bad.len() < TOLD {
            self.first_bad.push((number, why));
        }
    }
}

/// Why a text cannot be read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// It cannot be read at all.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Read again, its events would be added again.
    #[error(transparent)]
    Nameless(#[from] Nameless),
}

/// Reads the log of a source, event by event, in constant memory.
#[derive(Debug)]
pub struct Reading<'t, R> {
    source: Source,
    terms: &'t Terms,
    text: Text,
    pieces: Pieces<R>,
    stream: Option<Stream>,
    tally: Tally,
}

impl<'t, R: BufRead> Reading<'t, R> {
    /// Of a text from its beginning. A file has the name that its first line makes, unless it is given one.
    pub fn new(source: Source, text: Text, from: R, stream: Option<Stream>, terms: &'t Terms) -> Self {
        Self {
            source,
            terms,
            text,
            pieces: Pieces::new(from),
            stream,
            tally: Tally::default(),
        }
    }

    /// The next thing of interest; none at the end.
    ///
    /// # Errors
    /// Where the text cannot be read on.
    pub fn next_event(&mut self) -> Result<Option<Box<Observed>>, Failure> {
        while let Some(piece) = self.pieces.next_piece()? {
            if !piece.is_ended && self.text == Text::File {
                self.tally.left = piece.bytes;
                break;
            }
            if self.stream.is_none() && self.text == Text::File {
                self.stream = Some(Stream::of_first_line(piece.text));
            }
            self.tally.lines += 1;
            self.tally.bytes += piece.bytes;
            let line = match judged(self.source, &piece, self.terms) {
                Ok(None) => continue,
                Ok(Some(line)) => line,
                Err(why) => {
                    self.tally.bad(piece.number, why);
                    continue;
                }
            };
            self.tally.first = self.tally.first.or(Some(line.at));
            self.tally.newest = self.tally.newest.max(Some(line.at));
            match line.known_at(self.stream.as_ref(), piece.offset, piece.text)? {
                Seen::Nothing => {}
                Seen::Unjudged => self.tally.unjudged += 1,
                Seen::Old => self.tally.old += 1,
                Seen::Event(event) => {
                    self.tally.events += 1;
                    return Ok(Some(event));
                }
            }
        }
        Ok(None)
    }

    /// What tells the text from others, where anything does.
    pub fn stream(&self) -> Option<&Stream> {
        self.stream.as_ref()
    }

    /// What it has come to so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }
}

/// Nothing of an empty line.
fn judged(source: Source, piece: &Piece<'_>, terms: &Terms) -> Result<Option<super::Line>, BadLine> {
    let line = piece.line()?;
    if line.trim_ascii().is_empty() {
        return Ok(None);
    }
    let line = read(source, line, terms).map_err(|why| {
        let may_be_cut = matches!(why, BadLine::NotJson | BadLine::NotCombined | BadLine::NotText);
        if may_be_cut && !piece.is_ended {
            BadLine::CutOff
        } else {
            why
        }
    })?;
    Ok(Some(line))
}
