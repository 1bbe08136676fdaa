//! SQL cut into tokens, as far as it takes to tell code from quoted text and comments.
//!
//! Follows PostgreSQL's lexical rules (manual, "Lexical Structure") with `standard_conforming_strings` on.
//! Refused: a full parser, which would lag behind the server that judges the SQL anyway.

use std::ops::Range;

/// One token and where it stands, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// White space or a comment.
    Blank,
    /// `:name`.
    Parameter,
    /// `$1`.
    Positional,
    Semicolon,
    /// A key word, or a name without quotes.
    Word,
    /// A name in double quotes.
    Name,
    /// Quoted text of any kind.
    Text,
    Number,
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// Quoted text or a comment that never ends.
    Unterminated,
    /// Everything else.
    Other,
}

/// Cuts the whole text: the tokens follow each other without a gap.
pub(super) fn tokens(sql: &str) -> Vec<Token> {
    let mut scanner = Scanner {
        sql,
        at: 0,
        brackets: Vec::new(),
        after_array: false,
    };
    let mut tokens = Vec::new();
    while scanner.at < sql.len() {
        let start = scanner.at;
        let kind = scanner.next();
        tokens.push(Token {
            kind,
            at: start..scanner.at,
        });
    }
    tokens
}

/// Inside which bracket a colon stands decides what it means.
#[derive(PartialEq)]
enum Bracket {
    Round,
    /// `array[…]`, where a colon begins a parameter.
    Constructor,
    /// `a[…]`, where a colon stands between the bounds of a slice.
    Subscript,
}

struct Scanner<'a> {
    sql: &'a str,
    at: usize,
    brackets: Vec<Bracket>,
    /// Whether the last token that is not blank was the word `array`.
    after_array: bool,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.sql[self.at..]
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest().chars().nth(ahead)
    }

    /// Moves over one token.
    fn next(&mut self) -> Kind {
        let Some(first) = self.peek(0) else {
            return Kind::Blank;
        };
        if first.is_ascii_whitespace() {
            return self.skip_while(|c| c.is_ascii_whitespace(), Kind::Blank);
        }
        if self.rest().starts_with("--") {
            return self.skip_while(|c| c != '\n' && c != '\r', Kind::Blank);
        }
        if self.rest().starts_with("/*") {
            return self.comment();
        }
        let after_array = std::mem::take(&mut self.after_array);
        match first {
            '\'' => self.quoted('\'', false, Kind::Text),
            '"' => self.quoted('"', false, Kind::Name),
            '$' => self.dollar(),
            ':' => self.colon(),
            ';' => self.step(Kind::Semicolon),
            '(' => self.open(Bracket::Round, Kind::Open),
            '[' => {
                let nested = self.brackets.last() == Some(&Bracket::Constructor);
                let bracket = if after_array || nested {
                    Bracket::Constructor
                } else {
                    Bracket::Subscript
                };
                self.open(bracket, Kind::Other)
            }
            ')' | ']' => {
                self.brackets.pop();
                self.step(if first == ')' { Kind::Close } else { Kind::Other })
            }
            _ if first.is_ascii_digit() => self.skip_while(
                |c| c.is_ascii_alphanumeric() || c == '_' || c == '.',
                Kind::Number,
            ),
            _ if starts_word(first) => self.word(),
            _ => self.step(Kind::Other),
        }
    }

    fn step(&mut self, kind: Kind) -> Kind {
        self.at += self.peek(0).map_or(0, char::len_utf8);
        kind
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool, kind: Kind) -> Kind {
        let length = self.rest().find(|c| !wanted(c)).unwrap_or(self.rest().len());
        self.at += length;
        kind
    }

    fn open(&mut self, bracket: Bracket, kind: Kind) -> Kind {
        self.brackets.push(bracket);
        self.step(kind)
    }

    fn word(&mut self) -> Kind {
        let start = self.at;
        self.skip_while(|c| starts_word(c) || c.is_ascii_digit() || c == '$', Kind::Word);
        let word = &self.sql[start..self.at];
        if word.eq_ignore_ascii_case("e") && self.peek(0) == Some('\'') {
            return self.quoted('\'', true, Kind::Text);
        }
        self.after_array = word.eq_ignore_ascii_case("array");
        Kind::Word
    }

    /// Text between two quotes; the quote itself is doubled inside, or follows a backslash in `E''`.
    fn quoted(&mut self, quote: char, backslashes: bool, kind: Kind) -> Kind {
        self.step(kind);
        while let Some(c) = self.peek(0) {
            self.step(kind);
            if c == '\\' && backslashes {
                self.step(kind);
            } else if c == quote {
                if self.peek(0) == Some(quote) || (backslashes && self.continues()) {
                    self.step(kind);
                } else {
                    return kind;
                }
            }
        }
        Kind::Unterminated
    }

    /// `E'a'`, a line break, `'b'` is one string: moves to its next quote.
    fn continues(&mut self) -> bool {
        let blank = self.rest().len() - self.rest().trim_ascii_start().len();
        let continues = self.rest()[..blank].contains(['\n', '\r']) && self.rest()[blank..].starts_with('\'');
        if continues {
            self.at += blank;
        }
        continues
    }

    /// `/* … */`, which nests.
    fn comment(&mut self) -> Kind {
        let mut depth = 0;
        while !self.rest().is_empty() {
            if self.rest().starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if self.rest().starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return Kind::Blank;
                }
            } else {
                self.step(Kind::Blank);
            }
        }
        Kind::Unterminated
    }

    /// `$1`, `$$ … $$` or `$tag$ … $tag$`.
    fn dollar(&mut self) -> Kind {
        if self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
            self.step(Kind::Other);
            return self.skip_while(|c| c.is_ascii_digit(), Kind::Positional);
        }
        let tag = self.rest()[1..].split_once('$').map(|(tag, _)| tag);
        let Some(tag) = tag.filter(|tag| {
            tag.chars().all(|c| starts_word(c) || c.is_ascii_digit())
                && !tag.starts_with(|c: char| c.is_ascii_digit())
        }) else {
            return self.step(Kind::Other);
        };
        let delimiter = format!("${tag}$");
        let body = self.at + delimiter.len();
        let end = self.sql[body..].find(&delimiter);
        self.at = end.map_or(self.sql.len(), |end| body + end + delimiter.len());
        if end.is_some() {
            Kind::Text
        } else {
            Kind::Unterminated
        }
    }

    /// `::` and `:=` are operators; `:name` is a parameter unless it bounds an array slice.
    fn colon(&mut self) -> Kind {
        match self.peek(1) {
            Some(':' | '=') => {
                self.at += 2;
                Kind::Other
            }
            Some(c)
                if (c.is_ascii_alphabetic() || c == '_')
                    && self.brackets.last() != Some(&Bracket::Subscript) =>
            {
                self.step(Kind::Other);
                self.skip_while(|c| c.is_ascii_alphanumeric() || c == '_', Kind::Parameter)
            }
            _ => self.step(Kind::Other),
        }
    }
}

fn starts_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}
