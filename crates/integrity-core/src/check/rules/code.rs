//! The code of a text: its tokens without white space and comments, and how brackets nest them.

use std::collections::HashMap;

use crate::check::scan::{Kind, tokens};

/// One token.
#[derive(Debug)]
pub(super) struct Piece<'s> {
    pub(super) kind: Kind,
    pub(super) text: &'s str,
    /// Where it stands, in bytes.
    pub(super) at: usize,
    /// The brackets it stands in; a bracket itself stands outside.
    pub(super) level: usize,
    /// A key word or name as PostgreSQL folds it; empty for everything else.
    pub(super) name: String,
}

/// What stands between two round brackets; level 0 is the whole text.
#[derive(Debug)]
struct Level {
    first: usize,
    /// The closing bracket, or the end of the text.
    end: usize,
    /// Its own pieces, without those of levels within it.
    pieces: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct Code<'s> {
    pieces: Vec<Piece<'s>>,
    /// In the order of their opening brackets.
    levels: Vec<Level>,
    /// The opening bracket of each closing one.
    opened: HashMap<usize, usize>,
}

impl<'s> Code<'s> {
    pub(super) fn new(sql: &'s str) -> Self {
        let mut code = Self {
            pieces: Vec::new(),
            levels: vec![Level {
                first: 0,
                end: 0,
                pieces: Vec::new(),
            }],
            opened: HashMap::new(),
        };
        let mut open = vec![0];
        for token in tokens(sql).into_iter().filter(|token| token.kind != Kind::Blank) {
            if token.kind == Kind::Close && open.len() > 1 {
                let closed = open.pop().unwrap_or_default();
                code.levels[closed].end = code.pieces.len();
                code.opened
                    .insert(code.pieces.len(), code.levels[closed].first - 1);
            }
            let level = open.last().copied().unwrap_or_default();
            code.levels[level].pieces.push(code.pieces.len());
            let text = &sql[token.at.clone()];
            code.pieces.push(Piece {
                kind: token.kind,
                text,
                at: token.at.start,
                level,
                name: folded(token.kind, text),
            });
            if token.kind == Kind::Open {
                open.push(code.levels.len());
                code.levels.push(Level {
                    first: code.pieces.len(),
                    end: usize::MAX,
                    pieces: Vec::new(),
                });
            }
        }
        let end = code.pieces.len();
        for level in &mut code.levels {
            level.end = level.end.min(end);
        }
        code.levels[0].end = end;
        code
    }

    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    pub(super) fn get(&self, n: usize) -> Option<&Piece<'s>> {
        self.pieces.get(n)
    }

    pub(super) fn before(&self, n: usize) -> Option<&Piece<'s>> {
        n.checked_sub(1).and_then(|n| self.get(n))
    }

    /// The key word or name without quotes that stands there; empty for everything else.
    pub(super) fn word(&self, n: usize) -> &str {
        match self.get(n) {
            Some(piece) if piece.kind == Kind::Word => &piece.name,
            _ => "",
        }
    }

    pub(super) fn word_before(&self, n: usize) -> &str {
        n.checked_sub(1).map_or("", |n| self.word(n))
    }

    pub(super) fn is(&self, n: usize, kind: Kind) -> bool {
        self.get(n).is_some_and(|piece| piece.kind == kind)
    }

    /// Whether these words stand there.
    pub(super) fn reads(&self, n: usize, words: &[&str]) -> bool {
        words
            .iter()
            .enumerate()
            .all(|(i, word)| self.word(n + i) == *word)
    }

    /// Whether a key word there is none, but a column (`t.limit`) or what a column is called (`as limit`).
    pub(super) fn is_label(&self, n: usize) -> bool {
        self.word_before(n) == "as" || self.before(n).is_some_and(|piece| piece.text == ".")
    }

    /// The level between the bracket at `open` and its counterpart: its first piece, and the counterpart.
    pub(super) fn within(&self, open: usize) -> (usize, usize) {
        let level = self.level_within(open).map(|level| &self.levels[level]);
        level.map_or((open + 1, open + 1), |level| (level.first, level.end))
    }

    /// The level between the bracket at `open` and its counterpart.
    pub(super) fn level_within(&self, open: usize) -> Option<usize> {
        self.levels
            .binary_search_by_key(&(open + 1), |level| level.first)
            .ok()
    }

    /// The opening bracket that the one at `close` closes.
    pub(super) fn opening(&self, close: usize) -> Option<usize> {
        self.opened.get(&close).copied()
    }

    /// The first piece of a level.
    pub(super) fn first_of(&self, level: usize) -> usize {
        self.levels[level].first
    }

    pub(super) fn levels(&self) -> usize {
        self.levels.len()
    }

    /// The pieces of a level itself, without those of levels within it.
    pub(super) fn in_level(&self, level: usize) -> impl Iterator<Item = usize> {
        self.levels[level].pieces.iter().copied()
    }

    /// Whether a query stands in a level, and not the arguments of a function.
    pub(super) fn is_query(&self, level: usize) -> bool {
        let first = self.first_of(level);
        level == 0
            || self.is(first, Kind::Open)
            || matches!(self.word(first), "select" | "with" | "values" | "table")
    }
}

/// A name as PostgreSQL compares it: without quotes as lower case, with quotes as it stands.
fn folded(kind: Kind, text: &str) -> String {
    match kind {
        Kind::Word => text.to_lowercase(),
        Kind::Name => text[1..text.len() - 1].replace("\"\"", "\""),
        _ => String::new(),
    }
}
