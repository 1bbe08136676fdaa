//! A check with one operator changed: what its cases must notice.
//!
//! Cases that pass on a changed check as well do not hold what the operator says. Every operator of the SELECT is
//! changed, those of the payload too: a figure that is computed wrongly misleads whoever reads the alert.
//! Refused: changes of constants and of whole clauses, which have no end.

use std::ops::Range;

use super::{
    Check,
    parameter::Parameter,
    scan::{Kind, tokens},
};

/// A check with one operator changed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Weakening {
    /// The line of the check's file, counted from 1.
    pub line: usize,
    /// What stands there.
    pub was: String,
    /// What the changed check has in its place.
    pub becomes: String,
    /// The line itself.
    pub text: String,
    /// The changed check.
    pub check: Check,
}

impl Check {
    /// One of its files changed in each single operator, in the order of the text. Its guard stays as it is.
    #[must_use]
    pub fn weakenings(&self, file: &str) -> Vec<Weakening> {
        let Some(at) = self.variants.iter().position(|variant| variant.file == file) else {
            return Vec::new();
        };
        let statement = &self.variants[at].statement;
        let sql = &statement.text;
        edits(sql)
            .into_iter()
            .map(|edit| {
                let mut check = self.clone();
                check.fixtures.clear();
                check.variants[at]
                    .statement
                    .text
                    .replace_range(edit.at.clone(), &edit.becomes);
                let start = sql[..edit.at.start].rfind('\n').map_or(0, |at| at + 1);
                let end = sql[start..].find('\n').map_or(sql.len(), |length| start + length);
                Weakening {
                    line: statement.line + sql[..edit.at.start].matches('\n').count(),
                    was: sql[edit.at].split_whitespace().collect::<Vec<_>>().join(" "),
                    becomes: edit.becomes,
                    text: self.as_written(&sql[start..end], &statement.names),
                    check,
                }
            })
            .collect()
    }
}

impl Check {
    /// A line of a statement with its binds as the parameters that they are in the file.
    fn as_written(&self, line: &str, names: &[String]) -> String {
        let mut text = line.trim().to_owned();
        for (n, name) in names.iter().enumerate() {
            let sql_type = self
                .definition
                .params
                .get(name)
                .map_or("timestamptz", Parameter::sql_type);
            text = text.replace(&format!("${}::{sql_type}", n + 1), &format!(":{name}"));
        }
        text
    }
}

/// Another text in the place of an operator.
#[derive(Debug, PartialEq, Eq)]
struct Edit {
    at: Range<usize>,
    becomes: String,
}

/// A word, an operator, a bracket or anything else that is no blank.
struct Piece<'s> {
    kind: PieceKind,
    text: &'s str,
    at: Range<usize>,
    /// How many brackets are open around it.
    depth: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PieceKind {
    Word,
    Operator,
    Other,
}

impl Piece<'_> {
    fn is(&self, word: &str) -> bool {
        self.kind == PieceKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }
}

/// Characters of which PostgreSQL makes operators.
const OPERATOR: &str = "+-*/<>=~!@#%^&|`?";
/// An operator with one of these may end in `+` or `-`.
const FREE_ENDING: &str = "~!@#%^&|`?";

fn pieces(sql: &str) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut depth = 0_usize;
    let mut operator: Option<Range<usize>> = None;
    for token in tokens(sql) {
        let text = &sql[token.at.clone()];
        if token.kind == Kind::Other && OPERATOR.contains(text) {
            let start = operator.map_or(token.at.start, |operator| operator.start);
            operator = Some(start..token.at.end);
            continue;
        }
        if let Some(at) = operator.take() {
            cut_operators(sql, at, depth, &mut pieces);
        }
        match token.kind {
            Kind::Blank => continue,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        let kind = if token.kind == Kind::Word {
            PieceKind::Word
        } else {
            PieceKind::Other
        };
        pieces.push(Piece {
            kind,
            text,
            at: token.at,
            depth,
        });
        depth += usize::from(token.kind == Kind::Open);
    }
    if let Some(at) = operator {
        cut_operators(sql, at, depth, &mut pieces);
    }
    pieces
}

/// Cuts characters that stand together into operators, as PostgreSQL does (manual, "Operators" of "Lexical
/// Structure"): `<-1` is `<` and `-`.
fn cut_operators<'s>(sql: &'s str, mut at: Range<usize>, depth: usize, pieces: &mut Vec<Piece<'s>>) {
    while !at.is_empty() {
        let mut end = at.end;
        while end > at.start + 1
            && sql[at.start..end].ends_with(['+', '-'])
            && !sql[at.start..end].contains(|c| FREE_ENDING.contains(c))
        {
            end -= 1;
        }
        pieces.push(Piece {
            kind: PieceKind::Operator,
            text: &sql[at.start..end],
            at: at.start..end,
            depth,
        });
        at.start = end;
    }
}

/// Every change of one operator.
fn edits(sql: &str) -> Vec<Edit> {
    let pieces = pieces(sql);
    let mut edits = Vec::new();
    // The depth of each `between` whose `and` is still to come.
    let mut betweens: Vec<usize> = Vec::new();
    for (n, piece) in pieces.iter().enumerate() {
        let before = n.checked_sub(1).map(|n| &pieces[n]);
        let after = pieces.get(n + 1);
        if piece.is("between") {
            betweens.push(piece.depth);
        }
        let edit = if piece.kind == PieceKind::Operator {
            operator(piece, before, after)
        } else if piece.is("and") {
            // A bracket that closed has taken its unfinished ones with it.
            betweens.retain(|depth| *depth <= piece.depth);
            if betweens.last() == Some(&piece.depth) {
                betweens.pop();
                None
            } else {
                Some((piece.at.clone(), "or"))
            }
        } else if piece.is("or") {
            Some((piece.at.clone(), "and"))
        } else if piece.is("is") {
            is(piece, after, pieces.get(n + 2))
        } else {
            negatable(piece, before, after)
        };
        edits.extend(edit.map(|(at, becomes)| Edit {
            at,
            becomes: becomes.to_owned(),
        }));
    }
    edits
}

type Change = Option<(Range<usize>, &'static str)>;

fn operator(piece: &Piece<'_>, before: Option<&Piece<'_>>, after: Option<&Piece<'_>>) -> Change {
    let becomes = match piece.text {
        "<" => "<=",
        "<=" => "<",
        ">" => ">=",
        ">=" => ">",
        // The opposite of "one of them" is "none of them", not "another than one of them".
        "=" | "<>" | "!=" if after.is_some_and(|after| after.is_any(&["any", "some", "all"])) => {
            let after = after?;
            let becomes = match (piece.text, after.is("all")) {
                ("=", false) => "<> all",
                ("=", true) => "<> any",
                (_, false) => "= all",
                (_, true) => "= any",
            };
            return Some((piece.at.start..after.at.end, becomes));
        }
        "=" => "<>",
        "<>" | "!=" => "=",
        // `1e-5` is one number.
        "+" | "-" if before.is_some_and(|before| is_exponent(before, piece)) => return None,
        "+" => "-",
        "-" => "+",
        _ => return None,
    };
    Some((piece.at.clone(), becomes))
}

fn is_exponent(before: &Piece<'_>, sign: &Piece<'_>) -> bool {
    before.at.end == sign.at.start
        && before.text.starts_with(|c: char| c.is_ascii_digit())
        && before.text.ends_with(['e', 'E'])
        && !before.text.starts_with("0x")
}

/// `is null`, `is not distinct from` and their like.
fn is(piece: &Piece<'_>, after: Option<&Piece<'_>>, second: Option<&Piece<'_>>) -> Change {
    const JUDGED: [&str; 5] = ["null", "distinct", "true", "false", "unknown"];
    let after = after?;
    if after.is_any(&JUDGED) {
        Some((piece.at.clone(), "is not"))
    } else if after.is("not") && second.is_some_and(|second| second.is_any(&JUDGED)) {
        Some((piece.at.start..after.at.end, "is"))
    } else {
        None
    }
}

/// What a `not` can stand before, and the `not` itself.
fn negatable(piece: &Piece<'_>, before: Option<&Piece<'_>>, after: Option<&Piece<'_>>) -> Change {
    const NEGATABLE: [(&str, &str); 5] = [
        ("exists", "not exists"),
        ("in", "not in"),
        ("between", "not between"),
        ("like", "not like"),
        ("ilike", "not ilike"),
    ];
    if piece.is("not") {
        let is_part = before.is_some_and(|before| before.is("is"))
            || after.is_some_and(|after| after.is("materialized"))
            || after.is_some_and(|after| NEGATABLE.iter().any(|(word, _)| after.is(word)));
        return (!is_part).then(|| (piece.at.clone(), ""));
    }
    let (word, negated) = NEGATABLE.into_iter().find(|(word, _)| piece.is(word))?;
    let opens = after.is_some_and(|after| after.text == "(");
    if matches!(word, "exists" | "in") && !opens {
        return None;
    }
    // The frame of a window.
    if before.is_some_and(|before| before.is_any(&["rows", "range", "groups"])) {
        return None;
    }
    match before {
        Some(not) if not.is("not") => Some((not.at.start..piece.at.end, word)),
        _ => Some((piece.at.clone(), negated)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every change, as the whole text after it.
    fn changed(sql: &str) -> Vec<String> {
        edits(sql)
            .into_iter()
            .map(|edit| {
                let mut text = sql.to_owned();
                text.replace_range(edit.at, &edit.becomes);
                text
            })
            .collect()
    }

    #[test]
    fn each_operator_is_changed_alone() {
        for (sql, expected) in [
            ("a < b", vec!["a <= b"]),
            ("a<=b", vec!["a<b"]),
            (
                "a > b and c >= d",
                vec!["a >= b and c >= d", "a > b or c >= d", "a > b and c > d"],
            ),
            (
                "a = b or c <> d",
                vec!["a <> b or c <> d", "a = b and c <> d", "a = b or c = d"],
            ),
            ("a != b", vec!["a = b"]),
            ("a + b - c", vec!["a - b - c", "a + b + c"]),
            ("a <-1", vec!["a <=-1", "a <+1"]),
            ("a is null", vec!["a is not null"]),
            ("a IS NOT NULL", vec!["a is NULL"]),
            ("a is not distinct from b", vec!["a is distinct from b"]),
            ("exists (select)", vec!["not exists (select)"]),
            ("not exists (select)", vec!["exists (select)"]),
            ("a in (1, 2)", vec!["a not in (1, 2)"]),
            ("a not in (1, 2)", vec!["a in (1, 2)"]),
            ("a = any (b)", vec!["a <> all (b)"]),
            ("a <> all (b)", vec!["a = any (b)"]),
            ("not (a)", vec![" (a)"]),
        ] {
            assert_eq!(changed(sql), expected, "{sql}");
        }
    }

    #[test]
    fn the_and_of_between_stays() {
        assert_eq!(
            changed("a between (b and c) and d and e"),
            [
                "a not between (b and c) and d and e",
                "a between (b or c) and d and e",
                "a between (b and c) and d or e",
            ]
        );
        assert_eq!(
            changed("(a between b and c) and d"),
            ["(a not between b and c) and d", "(a between b and c) or d"]
        );
        assert_eq!(
            changed("over (rows between unbounded preceding and current row)"),
            [""; 0]
        );
    }

    #[test]
    fn what_is_no_operator_of_that_name_stays() {
        for sql in [
            "f(a => 1)",
            "a -> 'b' ->> 'c' #>> 'd'",
            "a || b",
            "a::int",
            "a @> b and_so_on, \"and\", 'a < b', $$ a = b $$ -- a = b",
            "a /* < */ * b",
            "1e-5, 2E+3",
            "count(*)",
            "with a as not materialized (select)",
            "extract(epoch from a), position('a' in b)",
            "array[1][:n]",
        ] {
            assert_eq!(changed(sql), [""; 0], "{sql}");
        }
    }
}
