//! Every check of a run sees the same instant, and a test can choose it: the clock is not read.

use super::{calls::groups, code::Code};
use crate::check::{scan::Kind, statement::Flaw};

pub(super) const AS_OF: &str =
    "use :as_of, the instant of the run's snapshot (a day is (:as_of at time zone 'Africa/Kinshasa')::date)";

/// Reserved words, so they are functions wherever they are no label.
const WORDS: [&str; 5] = [
    "current_timestamp",
    "current_date",
    "current_time",
    "localtime",
    "localtimestamp",
];

/// What PostgreSQL reads as a time that depends on the clock, when it is cast.
const MOVING: [&str; 4] = ["now", "today", "tomorrow", "yesterday"];

const TYPES: [&str; 6] = ["timestamptz", "timestamp", "date", "time", "timetz", "datetime"];

pub(super) fn judge(code: &Code<'_>, flaws: &mut Vec<Flaw>) {
    for n in 0..code.len() {
        let Some(piece) = code.get(n) else { continue };
        let what = if WORDS.contains(&code.word(n)) && !code.is_label(n) {
            format!("{} reads the clock", piece.name)
        } else if piece.kind == Kind::Text && is_moving(piece.text) && becomes_a_time(code, n) {
            format!("{} as a time reads the clock", piece.text)
        } else if piece.kind == Kind::Text && is_bare(piece.text) && is_ordered(code, n) {
            format!("{} compared with a time reads the clock", piece.text)
        } else {
            continue;
        };
        flaws.push(Flaw {
            at: piece.at,
            what,
            remedy: AS_OF,
        });
    }
}

fn is_moving(quoted: &str) -> bool {
    let text = quoted.to_lowercase();
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.any(|word| MOVING.contains(&word))
}

/// Nothing but one of these words.
fn is_bare(quoted: &str) -> bool {
    let words = quoted.trim_matches(|c| c == '\'').trim().to_lowercase();
    MOVING.contains(&words.as_str())
}

/// `at < 'now'`, `'today' >= at`, `at between 'yesterday' and …`: nobody orders by such words what is no time. `=` may
/// well compare a status.
fn is_ordered(code: &Code<'_>, n: usize) -> bool {
    let orders = |operator: &str| matches!(operator, "<" | ">" | "<=" | ">=");
    let is_part = |n: &usize| {
        code.get(*n)
            .is_some_and(|p| !p.text.is_empty() && p.text.chars().all(|c| "+-*/<>=~!@#%^&|`?".contains(c)))
    };
    let operator = |pieces: Vec<usize>| -> String {
        pieces
            .into_iter()
            .filter_map(|n| code.get(n).map(|piece| piece.text))
            .collect()
    };
    let mut before: Vec<usize> = (0..n).rev().take(4).take_while(is_part).collect();
    before.reverse();
    let after: Vec<usize> = (n + 1..n + 5).take_while(is_part).collect();
    let between = matches!(code.word_before(n), "between" | "symmetric" | "asymmetric");
    between || orders(&operator(before)) || orders(&operator(after))
}

/// `'now'::date`, `date 'now'`, `timestamp (3) with time zone 'now'`, `date('now')`, `cast('now' as date)`.
fn becomes_a_time(code: &Code<'_>, n: usize) -> bool {
    let is_type = |n: usize| {
        let names_one = |n: usize| code.get(n).is_some_and(|p| TYPES.contains(&p.name.as_str()));
        let qualified = code.get(n).is_some_and(|p| p.name == "pg_catalog");
        names_one(n) || (qualified && names_one(n + 2))
    };
    let text = |n: usize| code.get(n).map_or("", |piece| piece.text);
    let ends_a_type = |n: usize| {
        let zone = code.word(n) == "zone" && n >= 2 && matches!(code.word(n - 2), "with" | "without");
        // the precision of a time: `timestamp (3)`
        let precise = n >= 3 && text(n) == ")" && text(n - 2) == "(" && is_type(n - 3);
        zone || precise || is_type(n)
    };
    let typed = n >= 1 && ends_a_type(n - 1);
    let called = n >= 2 && text(n - 1) == "(" && text(n + 1) == ")" && is_type(n - 2);
    let (mut first, mut last) = (n, n);
    while first >= 1 && text(first - 1) == "(" && text(last + 1) == ")" && groups(code, first - 1) {
        (first, last) = (first - 1, last + 1);
    }
    let cast = text(last + 1) == "::" && is_type(last + 2);
    let cast_in_words = code.word(last + 1) == "as" && is_type(last + 2);
    typed || called || cast || cast_in_words
}

#[cfg(test)]
mod tests {
    use crate::check::rules::tests::{refused, silent};

    #[test]
    fn the_clock_is_not_read() {
        for sql in [
            "select current_timestamp",
            "select 1 where d < CURRENT_DATE - 3",
            "select current_time (3), localtime",
            "select 'now'::timestamptz",
            "select 'NOW' :: pg_catalog.timestamptz",
            "select timestamp with time zone 'today'",
            "select timestamp(0) 'now'",
            "select date'yesterday'",
            "select date ( 'now' )",
            "select cast(' tomorrow 08:00' as timestamp)",
            "select $$now$$::date",
            "select E'now'::date, 1",
            "select \"date\" 'now'",
            "select ('now')::timestamptz",
            "select 1 where (( 'now' ))::date > d",
            "select cast(('today') as date)",
            "select 1 from t where created_at < 'now'",
            "select 1 from t where created_at>='Today'",
            "select 1 from t where ' yesterday ' <= created_at",
            "select 1 from t where at between 'yesterday' and 'epoch'",
        ] {
            refused(sql, "reads the clock");
        }
        for sql in [
            "select t.current_date, a as current_time, \"localtime\", 'current_date' from t -- current_date",
            "select 'now', 'today'::text, 'known'::timestamptz, date '2026-01-01' from t",
            "select 1 where status = 'now' and :as_of > at - interval '1 day'",
            "select today, now, t.now from t",
            "select 1 from t where status <> 'today' and p ->> 'today' = 'now' and 'now' = p #> 'now'",
            "select 1 from t where p @> 'now' or 'today' <@ p or a < 'known' or at > 'epoch'",
            "select f('now')::date, \"f\"('now')::date, a < ('nowhere') from t",
            "select (:as_of at time zone 'UTC')::date, 'x' as date",
        ] {
            silent(sql);
        }
    }
}
