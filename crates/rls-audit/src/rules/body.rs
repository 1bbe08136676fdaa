//! The text of a function, as far as its words go: its statements, and what they name. No parser of PL/pgSQL:
//! what it cannot tell it does not claim.

use std::collections::BTreeSet;

use sqlparser::{
    dialect::PostgreSqlDialect,
    tokenizer::{Token, Tokenizer},
};

use crate::Name;

#[cfg(test)]
mod tests;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// A key word, or a name without quotes, in small letters.
    Word(String),
    /// A name in quotes.
    Quoted(String),
    /// What stands between apostrophes, or dollars.
    Text(String),
    Mark(String),
}

/// A statement, or what stands before the statements that it holds: `if …`, `for … in …`.
#[derive(Debug, Clone, Default)]
pub(super) struct Statement {
    pieces: Vec<Piece>,
}

/// A name in a statement.
#[derive(Debug)]
pub(super) struct Named<'a> {
    /// Where it begins.
    pub(super) at: usize,
    /// With its schema, where it says one.
    pub(super) parts: Vec<&'a str>,
    /// A bracket follows.
    pub(super) is_call: bool,
}

impl Named<'_> {
    /// Whether it can mean this one.
    pub(super) fn may_be(&self, name: &Name) -> bool {
        match self.parts.as_slice() {
            [own] => *own == name.name,
            [schema, own] => *schema == name.schema && *own == name.name,
            _ => false,
        }
    }

    pub(super) fn last(&self) -> &str {
        self.parts.last().copied().unwrap_or_default()
    }
}

/// The statements of a text, one after another; `None` where its signs are not understood.
pub(super) fn statements(text: &str) -> Option<Vec<Statement>> {
    let mut all = vec![Statement::default()];
    let (mut cases, mut brackets) = (0_u32, 0_u32);
    for piece in pieces(text)? {
        let mark = if let Piece::Mark(mark) = &piece {
            mark.as_str()
        } else {
            ""
        };
        let word = if let Piece::Word(word) = &piece {
            word.as_str()
        } else {
            ""
        };
        match (mark, word) {
            ("(", _) => brackets += 1,
            (")", _) => brackets = brackets.saturating_sub(1),
            (_, "case") => cases += 1,
            (_, "end") => cases = cases.saturating_sub(1),
            _ => {}
        }
        let is_end = mark == ";"
            || (brackets == 0
                && cases == 0
                && ["then", "else", "loop", "begin", "declare", "atomic"].contains(&word)
                && all.last().is_some_and(|own| own.first() != "end"));
        if mark == ";" {
            (cases, brackets) = (0, 0);
        }
        if is_end {
            all.push(Statement::default());
        } else if let Some(last) = all.last_mut() {
            last.pieces.push(piece);
        }
    }
    all.retain(|statement| !statement.pieces.is_empty());
    Some(all)
}

/// The settings that a text asks for by name, in small letters: `app.tenant`.
pub(super) fn settings(text: &str) -> BTreeSet<String> {
    let statements = statements(text).unwrap_or_default();
    statements
        .iter()
        .flat_map(Statement::settings)
        .map(|(_, name)| name.to_lowercase())
        .collect()
}

fn pieces(text: &str) -> Option<Vec<Piece>> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, text).tokenize().ok()?;
    let piece = |token: Token| match token {
        Token::Whitespace(_) | Token::EOF => None,
        Token::Word(word) if word.quote_style.is_some() => Some(Piece::Quoted(word.value)),
        Token::Word(word) => Some(Piece::Word(word.value.to_lowercase())),
        Token::SingleQuotedString(text)
        | Token::EscapedStringLiteral(text)
        | Token::NationalStringLiteral(text)
        | Token::UnicodeStringLiteral(text) => Some(Piece::Text(text)),
        Token::DollarQuotedString(text) => Some(Piece::Text(text.value)),
        mark => Some(Piece::Mark(mark.to_string())),
    };
    Some(tokens.into_iter().filter_map(piece).collect())
}

impl Statement {
    /// The word at that place, where one is and has no quotes.
    pub(super) fn word(&self, at: usize) -> &str {
        if let Some(Piece::Word(word)) = self.pieces.get(at) {
            word
        } else {
            ""
        }
    }

    pub(super) fn first(&self) -> &str {
        self.word(0)
    }

    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    pub(super) fn is_mark(&self, at: usize, mark: &str) -> bool {
        matches!(self.pieces.get(at), Some(Piece::Mark(own)) if own == mark)
    }

    /// What stands between apostrophes, or dollars.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Every name, and every key word, which is told from a name by what it says.
    pub(super) fn names(&self) -> Vec<Named<'_>> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.len() {
            match self.named(at) {
                Some((named, next)) => {
                    found.push(named);
                    at = next;
                }
                None => at += 1,
            }
        }
        found
    }

    /// The name that begins there, and where it ends.
    pub(super) fn named(&self, at: usize) -> Option<(Named<'_>, usize)> {
        let part = |at: usize| match self.pieces.get(at) {
            Some(Piece::Word(name) | Piece::Quoted(name)) => Some(name.as_str()),
            _ => None,
        };
        let mut parts = vec![part(at)?];
        let mut next = at + 1;
        while let Some(more) = part(next + 1).filter(|_| self.is_mark(next, ".")) {
            parts.push(more);
            next += 2;
        }
        let is_call = self.is_mark(next, "(");
        Some((Named { at, parts, is_call }, next))
    }

    /// The settings that it asks for by name, and where.
    pub(super) fn settings(&self) -> Vec<(usize, &str)> {
        let asks = |at: &usize| self.word(*at) == "current_setting" && self.is_mark(at + 1, "(");
        let asked = (0..self.len())
            .filter(asks)
            .filter_map(|at| match self.pieces.get(at + 2) {
                Some(Piece::Text(name)) => Some((at, name.as_str())),
                _ => None,
            });
        asked.collect()
    }
}
