use std::{
    collections::VecDeque,
    io::{self, BufRead},
};

use chrono::{DateTime, Utc};

use super::{
    BadLine, Line, Nameless, Seen, Stream, Terms, batch, read,
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
    /// What tells the text from others, where anything does.
    pub stream: Option<Stream>,
    /// So many lines were looked at; of a batch, each entry is one.
    pub lines: u64,
    /// So many of them are of services that no source stands for.
    pub elsewhere: u64,
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
    /// When the first line was written that can be read, by the clock of the source that is read.
    pub first: Option<DateTime<Utc>>,
    /// When the newest line was written, by that clock.
    pub newest: Option<DateTime<Utc>>,
    /// What batches hold of other sources, in the order in which each came first.
    pub others: Vec<Other>,
}

/// What stood in batches of another source than the one that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Other {
    /// Which.
    pub source: Source,
    /// So many entries.
    pub lines: u64,
    /// When the newest was written, by its clock.
    pub newest: DateTime<Utc>,
}

impl Tally {
    /// Whether so many lines are bad that the text may be another one than it is taken for: more than one of a hundred.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        self.bad > self.lines / 100
    }

    /// How many lines are of the source that is read, as far as anybody can tell.
    #[must_use]
    pub fn own_lines(&self) -> u64 {
        let others: u64 = self.others.iter().map(|other| other.lines).sum();
        self.lines - others - self.elsewhere
    }

    /// A line of that source was read, written then; none stands for the source that is read.
    fn heard(&mut self, other: Option<Source>, at: DateTime<Utc>) {
        let Some(source) = other else {
            self.first = self.first.or(Some(at));
            self.newest = self.newest.max(Some(at));
            return;
        };
        match self.others.iter_mut().find(|other| other.source == source) {
            Some(other) => {
                other.lines += 1;
                other.newest = other.newest.max(at);
            }
            None => self.others.push(Other {
                source,
                lines: 1,
                newest: at,
            }),
        }
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
pub struct Reading<R> {
    source: Source,
    terms: Terms,
    text: Text,
    pieces: Pieces<R>,
    tally: Tally,
    /// Events of the batch that was read last.
    waiting: VecDeque<Box<Observed>>,
}

impl<R: BufRead> Reading<R> {
    /// Of a text from its beginning. A file has the name that its first line makes, unless it is given one.
    pub fn new(source: Source, text: Text, from: R, stream: Option<Stream>, terms: Terms) -> Self {
        Self {
            source,
            terms,
            text,
            pieces: Pieces::new(from, batch::may_hold(source)),
            tally: Tally {
                stream,
                ..Tally::default()
            },
            waiting: VecDeque::new(),
        }
    }

    /// Says what time it is: who reads a pipe for days does so again and again, or what is written now is in the future.
    pub fn now(&mut self, now: DateTime<Utc>) {
        self.terms.now = now;
    }

    /// The next thing of interest; none at the end.
    ///
    /// # Errors
    /// Where the text cannot be read on.
    pub fn next_event(&mut self) -> Result<Option<Box<Observed>>, Failure> {
        loop {
            match self.next_line()? {
                Next::Event(event) => return Ok(Some(event)),
                Next::Nothing => {}
                Next::End => return Ok(None),
            }
        }
    }

    /// What comes next, line by line.
    ///
    /// # Errors
    /// Where the text cannot be read on.
    pub fn next_line(&mut self) -> Result<Next, Failure> {
        if let Some(event) = self.waiting.pop_front() {
            return Ok(Next::Event(event));
        }
        let Some(piece) = self.pieces.next_piece()? else {
            return Ok(Next::End);
        };
        if !piece.is_ended && self.text == Text::File {
            self.tally.left = piece.bytes;
            return Ok(Next::End);
        }
        if self.tally.stream.is_none() && self.text == Text::File {
            self.tally.stream = Some(Stream::of_first_line(piece.text));
        }
        self.tally.bytes += piece.bytes;
        let mut taking = Taking {
            tally: &mut self.tally,
            number: piece.number,
        };
        if batch::may_hold(self.source) && piece.text.first() == Some(&b'[') {
            let list = piece.line().map(String::from_utf8_lossy);
            let list = list.as_ref().map_err(|why| *why);
            let entries = match list.and_then(|list| batch::entries(list)) {
                Ok(entries) => entries,
                Err(why) => {
                    taking.tally.lines += 1;
                    taking.tally.bad(piece.number, cut_off(why, &piece));
                    return Ok(Next::Nothing);
                }
            };
            for (at, entry) in entries.into_iter().enumerate() {
                let Some((source, line)) = batch::read(self.source, entry, &self.terms) else {
                    taking.tally.lines += 1;
                    taking.tally.elsewhere += 1;
                    continue;
                };
                let other = Some(source).filter(|source| *source != self.source);
                let place = piece.offset + at as u64;
                self.waiting
                    .extend(taking.take(line.map(Some), other, place, entry.as_bytes())?);
            }
            return Ok(self.waiting.pop_front().map_or(Next::Nothing, Next::Event));
        }
        let line = judged(self.source, &piece, &self.terms);
        let event = taking.take(line, None, piece.offset, piece.text)?;
        Ok(event.map_or(Next::Nothing, Next::Event))
    }

    /// What it has come to so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }
}

/// What comes next in a text.
#[derive(Debug)]
pub enum Next {
    /// Something of interest.
    Event(Box<Observed>),
    /// A line that is of none, or bad.
    Nothing,
    /// Nothing comes any more, or nothing that has an end.
    End,
}

/// Counts what lines come to.
struct Taking<'t> {
    tally: &'t mut Tally,
    number: u64,
}

impl Taking<'_> {
    /// Gives the event of a line, if it has one.
    fn take(
        &mut self,
        line: Result<Option<Line>, BadLine>,
        other: Option<Source>,
        offset: u64,
        text: &[u8],
    ) -> Result<Option<Box<Observed>>, Nameless> {
        self.tally.lines += 1;
        let line = match line {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(None),
            Err(why) => {
                self.tally.bad(self.number, why);
                return Ok(None);
            }
        };
        self.tally.heard(other, line.at);
        match line.known_at(self.tally.stream.as_ref(), offset, text)? {
            Seen::Nothing => {}
            Seen::Unjudged => self.tally.unjudged += 1,
            Seen::Old => self.tally.old += 1,
            Seen::Event(event) => {
                self.tally.events += 1;
                return Ok(Some(event));
            }
        }
        Ok(None)
    }
}

/// Nothing of an empty line.
fn judged(source: Source, piece: &Piece<'_>, terms: &Terms) -> Result<Option<Line>, BadLine> {
    let line = piece.line()?;
    if line.trim_ascii().is_empty() {
        return Ok(None);
    }
    let line = read(source, line, terms).map_err(|why| cut_off(why, piece))?;
    Ok(Some(line))
}

/// What cannot be read since it is not there whole.
fn cut_off(why: BadLine, piece: &Piece<'_>) -> BadLine {
    let may_be_cut = matches!(why, BadLine::NotJson | BadLine::NotCombined);
    if may_be_cut && !piece.is_ended {
        BadLine::CutOff
    } else {
        why
    }
}
