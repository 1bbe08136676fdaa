//! A script cut into statements, commands of `psql` and rows, as `psql` does it.

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Statement,
    /// From a backslash to the end of its line.
    Command,
    /// `COPY … FROM stdin` with what follows it.
    Rows,
}

/// A piece of a script.
#[derive(Debug)]
pub(super) struct Piece<'s> {
    pub(super) kind: Kind,
    /// Without comments before it and without the closing `;`.
    pub(super) text: &'s str,
    /// Where it begins, counted from 1.
    pub(super) line: usize,
    /// The words and names outside quotes, in upper case; a name in double quotes is none.
    pub(super) words: Vec<String>,
}

/// Cuts a script; blanks and comments between its pieces are left out.
pub(super) fn pieces(script: &str) -> Vec<Piece<'_>> {
    let mut cutter = Cutter {
        script,
        at: 0,
        pieces: Vec::new(),
        open: Open::default(),
    };
    while cutter.at < script.len() {
        cutter.step();
    }
    cutter.close(script.len(), Kind::Statement);
    cutter.pieces
}

/// The statement that is being read.
#[derive(Default)]
struct Open {
    start: Option<usize>,
    words: Vec<String>,
    brackets: usize,
    /// `BEGIN ATOMIC … END` of a routine's body, with the `CASE … END` in it.
    begins: usize,
}

struct Cutter<'s> {
    script: &'s str,
    at: usize,
    pieces: Vec<Piece<'s>>,
    open: Open,
}

impl<'s> Cutter<'s> {
    fn rest(&self) -> &'s str {
        &self.script[self.at..]
    }

    fn step(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return };
        if first.is_whitespace() || first == '\u{feff}' {
            self.at += first.len_utf8();
        } else if rest.starts_with("--") {
            self.at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            self.at += comment(rest);
        } else if first == '\\' {
            self.command();
        } else if first == ';' && self.open.brackets == 0 && self.open.begins == 0 {
            self.end();
        } else {
            self.open.start.get_or_insert(self.at);
            self.inside(first);
        }
    }

    /// Moves over something of a statement.
    fn inside(&mut self, first: char) {
        let rest = self.rest();
        match first {
            '\'' => self.at += quoted(rest, '\'', false),
            '"' => self.at += quoted(rest, '"', false),
            '$' => self.at += dollar(rest),
            '(' | '[' => {
                self.open.brackets += 1;
                self.at += 1;
            }
            ')' | ']' => {
                self.open.brackets = self.open.brackets.saturating_sub(1);
                self.at += 1;
            }
            _ if is_word(first) => self.word(),
            _ => self.at += first.len_utf8(),
        }
    }

    fn word(&mut self) {
        let rest = self.rest();
        let length = rest.find(|c| !is_word(c) && c != '$').unwrap_or(rest.len());
        let word = rest[..length].to_uppercase();
        self.at += length;
        if word == "E" && self.rest().starts_with('\'') {
            self.at += quoted(self.rest(), '\'', true);
            return;
        }
        let words = &self.open.words;
        let is_routine = words.first().is_some_and(|first| first == "CREATE")
            && words
                .iter()
                .take(4)
                .any(|word| word == "FUNCTION" || word == "PROCEDURE");
        let within = self.open.begins > 0;
        match word.as_str() {
            "BEGIN" if is_routine => self.open.begins += 1,
            "CASE" if within => self.open.begins += 1,
            "END" if within => self.open.begins -= 1,
            _ => {}
        }
        self.open.words.push(word);
    }

    /// A command ends with its line, and ends a statement that is open: nothing with a command in it may reach `psql`,
    /// whose commands run programs and connect elsewhere.
    fn command(&mut self) {
        self.close(self.at, Kind::Statement);
        let length = self.rest().find('\n').unwrap_or(self.rest().len());
        let text = self.rest()[..length].trim_end();
        self.pieces.push(Piece {
            kind: Kind::Command,
            text,
            line: self.line(self.at),
            words: Vec::new(),
        });
        self.at += length;
    }

    /// The end of a statement; rows follow on the next line.
    fn end(&mut self) {
        let words = &self.open.words;
        let is_copy = words.first().is_some_and(|word| word == "COPY")
            && words.windows(2).any(|pair| pair == ["FROM", "STDIN"]);
        let end = self.at;
        self.at += 1;
        if is_copy {
            let rest = self.rest();
            let mut length = 0;
            for line in rest.split_inclusive('\n') {
                length += line.len();
                if line.trim_end() == "\\." {
                    break;
                }
            }
            self.at += length;
            self.close(end, Kind::Rows);
        } else {
            self.close(end, Kind::Statement);
        }
    }

    fn close(&mut self, end: usize, kind: Kind) {
        let open = std::mem::take(&mut self.open);
        if let Some(start) = open.start {
            self.pieces.push(Piece {
                kind,
                text: &self.script[start..end],
                line: self.line(start),
                words: open.words,
            });
        }
    }

    fn line(&self, at: usize) -> usize {
        1 + self.script[..at].matches('\n').count()
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of a comment, which may hold others.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of quoted text. A doubled quote needs no care: it reads as the end of one text and the start of another.
fn quoted(text: &str, quote: char, backslashes: bool) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' && backslashes {
            escaped = true;
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

/// The length of `$tag$ … $tag$`, else of the dollar sign.
fn dollar(text: &str) -> usize {
    let Some((tag, _)) = text[1..].split_once('$') else {
        return 1;
    };
    if !tag.chars().all(is_word) || tag.starts_with(|c: char| c.is_ascii_digit()) {
        return 1;
    }
    let delimiter = &text[..tag.len() + 2];
    let body = &text[delimiter.len()..];
    body.find(delimiter)
        .map_or(text.len(), |length| 2 * delimiter.len() + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(script: &str) -> Vec<(Kind, usize, &str)> {
        pieces(script)
            .into_iter()
            .map(|piece| (piece.kind, piece.line, piece.text))
            .collect()
    }

    #[test]
    fn statements_end_where_psql_ends_them() {
        use Kind::Statement;
        assert_eq!(
            cut("-- a; b\nselect 1; select ';' ; select $f$;$f$;\n/* ; /* ; */ */ select \";\""),
            [
                (Statement, 2, "select 1"),
                (Statement, 2, "select ';' "),
                (Statement, 2, "select $f$;$f$"),
                (Statement, 3, "select \";\""),
            ]
        );
        let rule = "create rule r as on insert to t do (select 1; select 2)";
        let body =
            "create or replace function f() returns int begin atomic select case when true then 1 end; end";
        let call = "create function g() returns void language sql as 'select E''\\'';'";
        assert_eq!(
            cut(&format!("{rule};{body};{call};select E'\\';'")),
            [
                (Statement, 1, rule),
                (Statement, 1, body),
                (Statement, 1, call),
                (Statement, 1, "select E'\\';'"),
            ]
        );
        // a transaction's words are no body
        assert_eq!(cut("begin; select 1; end; commit").len(), 4);
        assert_eq!(cut(" -- nothing\n;;\n"), []);
    }

    #[test]
    fn commands_and_rows_are_told_apart() {
        use Kind::{Command, Rows, Statement};
        let script =
            "\\restrict abc\nCOPY public.t (a) FROM stdin;\n1\t\\N; x'\n\\.\n\\connect other\nselect '\\a';";
        assert_eq!(
            cut("select 1 \\! touch x\nselect 2"),
            [
                (Statement, 1, "select 1 "),
                (Command, 1, "\\! touch x"),
                (Statement, 2, "select 2")
            ]
        );
        assert_eq!(
            cut(script),
            [
                (Command, 1, "\\restrict abc"),
                (Rows, 2, "COPY public.t (a) FROM stdin"),
                (Command, 5, "\\connect other"),
                (Statement, 6, "select '\\a'"),
            ]
        );
    }
}
