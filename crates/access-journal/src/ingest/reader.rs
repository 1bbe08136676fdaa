use std::io::{self, BufRead};

use super::BadLine;

/// The longest line that is looked at, in bytes without its end.
pub const LONGEST_LINE: usize = 64 * 1024;

/// The longest line that holds a batch of entries, in bytes without its end: more than the 250 that a drain sends at once come
/// to. Each entry is no longer than a line.
pub const LONGEST_BATCH: usize = 4 * 1024 * 1024;

/// A text, line by line, in constant memory.
#[derive(Debug)]
pub(super) struct Pieces<R> {
    from: R,
    line: Vec<u8>,
    number: u64,
    offset: u64,
    /// Whether a line may hold a batch.
    has_batches: bool,
}

/// A line, where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'p> {
    /// Which one, from 1.
    pub(super) number: u64,
    /// How many bytes stand before it.
    pub(super) offset: u64,
    /// What it says, without its end; of a line that is too long, its beginning.
    pub(super) text: &'p [u8],
    is_too_long: bool,
    /// How long it is, with its end.
    pub(super) bytes: u64,
    /// Whether it has an end. The last one may still be being written.
    pub(super) is_ended: bool,
}

impl<'p> Piece<'p> {
    /// What it says.
    ///
    /// # Errors
    /// Where it is too long.
    pub(super) fn line(&self) -> Result<&'p [u8], BadLine> {
        if self.is_too_long {
            Err(BadLine::TooLong)
        } else {
            Ok(self.text)
        }
    }
}

impl<R: BufRead> Pieces<R> {
    /// From the beginning of a text.
    pub(super) fn new(from: R, has_batches: bool) -> Self {
        Self {
            has_batches,
            from,
            line: Vec::new(),
            number: 0,
            offset: 0,
        }
    }

    /// The next line; none at the end.
    ///
    /// # Errors
    /// Where the text cannot be read.
    pub(super) fn next_piece(&mut self) -> io::Result<Option<Piece<'_>>> {
        self.line.clear();
        let began = self.offset;
        let (mut is_too_long, mut is_ended) = (false, false);
        while !is_ended {
            let held = match self.from.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                held => held?,
            };
            if held.is_empty() {
                break;
            }
            let end = held.iter().position(|byte| *byte == b'\n');
            is_ended = end.is_some();
            let part = &held[..end.unwrap_or(held.len())];
            let is_batch = self.has_batches && self.line.first().or(part.first()) == Some(&b'[');
            let longest = if is_batch { LONGEST_BATCH } else { LONGEST_LINE };
            let room = longest - self.line.len();
            is_too_long |= part.len() > room;
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            let used = part.len() + usize::from(is_ended);
            self.from.consume(used);
            self.offset += used as u64;
        }
        if self.offset == began {
            return Ok(None);
        }
        self.number += 1;
        if self.line.ends_with(b"\r") {
            self.line.pop();
        }
        Ok(Some(Piece {
            number: self.number,
            offset: began,
            text: &self.line,
            is_too_long,
            bytes: self.offset - began,
            is_ended,
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[track_caller]
    fn pieces(text: &[u8], buffer: usize) -> Vec<(u64, u64, Result<String, BadLine>, bool)> {
        let mut pieces = Pieces::new(BufReader::with_capacity(buffer, text), false);
        let mut all = Vec::new();
        while let Some(piece) = pieces.next_piece().expect("bytes") {
            let line = piece
                .line()
                .map(|line| String::from_utf8_lossy(line).into_owned());
            all.push((piece.number, piece.offset, line, piece.is_ended));
        }
        assert_eq!(pieces.offset, text.len() as u64);
        all
    }

    #[test]
    fn lines_are_the_same_whatever_the_buffer_holds() {
        let line = |text: &str| Ok(text.to_owned());
        for buffer in [1, 2, 3, 7, 8192] {
            assert_eq!(
                pieces(b"ab\r\n\ncd\nlast", buffer),
                [
                    (1, 0, line("ab"), true),
                    (2, 4, line(""), true),
                    (3, 5, line("cd"), true),
                    (4, 8, line("last"), false)
                ]
            );
        }
        assert_eq!(pieces(b"", 8), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_not_kept() {
        let mut text = vec![b'x'; LONGEST_LINE];
        text.extend(b"\n");
        text.extend(vec![b'y'; 10 * LONGEST_LINE]);
        text.extend(b"\nz\n");
        let mut read = Pieces::new(BufReader::with_capacity(100, text.as_slice()), false);
        assert!(read.next_piece().expect("bytes").expect("a line").line().is_ok());
        assert_eq!(
            read.next_piece().expect("bytes").expect("a line").line(),
            Err(BadLine::TooLong)
        );
        assert_eq!(
            read.next_piece().expect("bytes").expect("a line").line(),
            Ok(&b"z"[..])
        );
        assert!(read.line.capacity() <= 2 * LONGEST_LINE);
    }
    #[test]
    fn a_batch_may_be_longer_than_a_line_and_has_its_end_too() {
        let of = |length: usize| [b"[".repeat(length), b"\nz\n".to_vec()].concat();
        for (has_batches, length, is_read) in [
            (false, LONGEST_LINE + 1, false),
            (true, LONGEST_LINE + 1, true),
            (true, LONGEST_BATCH, true),
            (true, LONGEST_BATCH + 1, false),
        ] {
            let text = of(length);
            let mut read = Pieces::new(BufReader::with_capacity(8192, text.as_slice()), has_batches);
            let first = read.next_piece().expect("bytes").expect("a line");
            assert_eq!(first.line().is_ok(), is_read, "{has_batches} {length}");
            let second = read.next_piece().expect("bytes").expect("a line");
            assert_eq!(second.line(), Ok(&b"z"[..]));
        }
    }
}
