//! A division by zero ends the whole check, and what it would have found with it.

use super::code::Code;
use crate::check::{scan::Kind, statement::Flaw};

/// How far a divisor is looked into; nobody writes one so deep.
const DEPTH: usize = 100;

/// The divisions that may meet a zero.
pub(super) fn doubts(code: &Code<'_>, may_be_zero: &impl Fn(&str) -> bool) -> Vec<Flaw> {
    (0..code.len())
        .filter(|n| is_division(code, *n) && !is_safe(code, n + 1, may_be_zero, DEPTH))
        .map(|n| Flaw {
            at: code.get(n).map_or(0, |piece| piece.at),
            what: "a division that may be by zero, which would fail the whole check".to_owned(),
            remedy: "divide by nullif(…, 0)",
        })
        .collect()
}

/// A `/` that is no part of a longer operator.
fn is_division(code: &Code<'_>, n: usize) -> bool {
    let operator = |text: &str| !text.is_empty() && text.chars().all(|c| "+-*/<>=~!@#%^&|`?".contains(c));
    let Some(piece) = code.get(n).filter(|piece| piece.text == "/") else {
        return false;
    };
    let joined_before = code
        .before(n)
        .is_some_and(|p| operator(p.text) && p.at + p.text.len() == piece.at);
    let joined_after = code
        .get(n + 1)
        .is_some_and(|p| operator(p.text) && p.at == piece.at + 1 && !matches!(p.text, "+" | "-"));
    // `operator(pg_catalog./)`
    let named = code.before(n).is_some_and(|p| p.text == ".");
    !(joined_before || joined_after || named)
}

/// Whether what begins there is never zero: NULLIF, a number, or what keeps them what they are.
fn is_safe(code: &Code<'_>, n: usize, may_be_zero: &impl Fn(&str) -> bool, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let Some(piece) = code.get(n) else { return true };
    match piece.kind {
        Kind::Number => piece.text.contains(|c: char| c.is_ascii_digit() && c != '0'),
        Kind::Parameter => !may_be_zero(&piece.text[1..]),
        Kind::Word if matches!(piece.name.as_str(), "nullif" | "pi") => code.is(n + 1, Kind::Open),
        Kind::Word
            if matches!(piece.name.as_str(), "cast" | "abs" | "sqrt") && code.is(n + 1, Kind::Open) =>
        {
            is_safe(code, n + 2, may_be_zero, depth)
        }
        Kind::Open => {
            let (first, end) = code.within(n);
            let constant = (first..end)
                .all(|n| code.is(n, Kind::Number) || code.get(n).is_some_and(|p| "+-*/.".contains(p.text)));
            // `(nullif(a, 0) + b)` is something else again.
            let alone =
                code.is(first, Kind::Open) || (code.is(first, Kind::Parameter) && first + 1 == end) || {
                    let close = code.within(first + 1).1;
                    code.is(first + 1, Kind::Open)
                        && (close + 1 == end || code.get(close + 1).is_some_and(|p| p.text == "::"))
                };
            constant || (alone && is_safe(code, first, may_be_zero, depth))
        }
        _ => matches!(piece.text, "+" | "-" | ".") && is_safe(code, n + 1, may_be_zero, depth),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubtful(sql: &str) -> usize {
        doubts(&Code::new(sql), &|name| name == "zero").len()
    }

    #[test]
    fn a_divisor_is_a_number_or_a_nullif() {
        for sql in [
            "select a / b from t",
            "select a / 0",
            "select a / 0.00",
            "select a / coalesce(b, 0) from t",
            "select a / (b + 1) from t",
            "select a / (nullif(b, 0) + c) from t",
            "select a /b from t",
            "select a / -b from t",
            "select a / :zero from t",
            "select sum(a) / count(*) from t",
            "select a / \"nullif\" from t",
        ] {
            assert_eq!(doubtful(sql), 1, "{sql}");
        }
        for sql in [
            "select a / 100",
            "select a / 100.0::numeric",
            "select a / -.5, a / 1e3",
            "select a / nullif(b, 0) from t",
            "select a / NullIf (b, 0)::numeric from t",
            "select a / (nullif(b, 0))::float8 from t",
            "select a / (nullif(b, 0)::float8) from t",
            "select a / cast(nullif(b, 0) as numeric), a / abs(nullif(b, 0)) from t",
            "select a / (24 * 3600)",
            "select a / :days from t",
            "select |/ 25, ||/ 27, 'a / b', \"a / b\" -- a / b\n /* a / b */",
            "select concat(a, '/', b) from t",
        ] {
            assert_eq!(doubtful(sql), 0, "{sql}");
        }
    }
}
