//! A check is one query that only reads.

use super::code::Code;
use crate::check::{scan::Kind, statement::Flaw};

/// What a statement can begin with, after its common table expressions.
const STATEMENTS: [&str; 7] = ["select", "values", "table", "insert", "update", "delete", "merge"];

const READ_ONLY: &str = "take it out: a check returns the bad rows and changes nothing";

pub(super) fn judge(code: &Code<'_>, flaws: &mut Vec<Flaw>) {
    let mut flaw = |n: usize, what: String, remedy| {
        let at = code.get(n).map_or(0, |piece| piece.at);
        flaws.push(Flaw { at, what, remedy });
    };
    let mut first = 0;
    while code.is(first, Kind::Open) {
        first += 1;
    }
    if let Some(piece) = code.get(first)
        && !matches!(code.word(first), "select" | "with")
        && !matches!(piece.kind, Kind::Semicolon | Kind::Unterminated)
    {
        flaw(
            first,
            format!("it begins with {} and is no SELECT", shown(piece.text)),
            "write SELECT …, or WITH … SELECT …; rows of VALUES are read by select … from (values …) as v (…)",
        );
    }
    for n in (0..code.len()).filter(|n| changes_data(code, *n)) {
        let word = code.word(n).to_uppercase();
        flaw(n, format!("{word} changes data"), READ_ONLY);
    }
    for n in 0..code.len() {
        if !code.is_query(code.get(n).map_or(0, |piece| piece.level)) || code.is_label(n) {
            continue;
        }
        match code.word(n) {
            "into" if !matches!(code.word_before(n), "insert" | "merge") => {
                flaw(n, "SELECT … INTO makes a table".to_owned(), READ_ONLY);
            }
            "for" => {
                if let Some(lock) = lock(code, n) {
                    let what = format!("{lock} locks the rows that it reads");
                    flaw(
                        n,
                        what,
                        "take it out: a check reads a snapshot and holds nobody up",
                    );
                }
            }
            _ => {}
        }
    }
}

/// Where a level's own statement begins after `with … (…)`.
pub(super) fn main_statement(code: &Code<'_>, level: usize) -> Option<usize> {
    let first = code.first_of(level);
    if code.word(first) != "with" {
        return Some(first);
    }
    // What a common table expression is called, and the columns of SEARCH and CYCLE, may be such words too.
    let names = [
        "with",
        "recursive",
        "as",
        "by",
        "set",
        "cycle",
        "to",
        "default",
        "using",
    ];
    code.in_level(level).find(|n| {
        let listed = code.before(*n).is_some_and(|piece| piece.text == ",");
        STATEMENTS.contains(&code.word(*n)) && !listed && !names.contains(&code.word_before(*n))
    })
}

/// Whether a statement that writes begins there: within `with x as (…)`, or after it.
fn changes_data(code: &Code<'_>, n: usize) -> bool {
    let Some(piece) = code.get(n) else { return false };
    if !writes(code, n) {
        return false;
    }
    let first = code.first_of(piece.level);
    if n == first {
        // A column definition (`as (delete int)`) does not read like a statement.
        return n >= 2 && matches!(code.word(n - 2), "as" | "materialized");
    }
    code.word(first) == "with" && main_statement(code, piece.level) == Some(n)
}

fn writes(code: &Code<'_>, n: usize) -> bool {
    match code.word(n) {
        "insert" | "merge" => code.word(n + 1) == "into",
        "delete" => code.word(n + 1) == "from",
        "update" => {
            let level = code.get(n).map_or(0, |piece| piece.level);
            code.in_level(level)
                .any(|later| later > n && code.word(later) == "set")
        }
        _ => false,
    }
}

fn lock(code: &Code<'_>, n: usize) -> Option<&'static str> {
    [
        ("FOR UPDATE", &["for", "update"][..]),
        ("FOR NO KEY UPDATE", &["for", "no", "key", "update"]),
        ("FOR SHARE", &["for", "share"]),
        ("FOR KEY SHARE", &["for", "key", "share"]),
    ]
    .into_iter()
    .find_map(|(name, words)| code.reads(n, words).then_some(name))
}

/// The beginning of a statement, not of a long quotation.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(20).collect();
    if short.len() < text.len() {
        format!("{short}…")
    } else {
        text.to_uppercase()
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::tests::{refused, silent};

    #[test]
    fn only_a_select_is_a_check() {
        for (sql, word) in [
            ("commit", "COMMIT"),
            ("Delete from public.t", "DELETE"),
            ("(update t set a = 1)", "UPDATE"),
            ("explain select 1", "EXPLAIN"),
            ("values (1)", "VALUES"),
            ("table public.t", "TABLE"),
            ("do $$ begin end $$", "DO"),
            ("'x'", "'X'"),
        ] {
            refused(sql, &format!("it begins with {word} and is no SELECT"));
        }
        for sql in [
            "select 1",
            " -- a\n/* b */ SELECT 1;",
            "((select 1) union (select 2)) order by 1",
            "with a as (select 1) select * from a",
            "select * from (values (1)) as v (entity_id)",
            "with a as (table public.t) select * from a",
            "with a as (values (1)) select * from a",
        ] {
            silent(sql);
        }
    }

    #[test]
    fn no_part_of_it_may_write() {
        for sql in [
            "with x as (insert into t values (1) returning id) select id from x",
            "with x as materialized (delete from t returning id) select id from x",
            "with x as not materialized (update only t set a = 1 returning id) select id from x",
            "with x (a) as (select 1), y as (merge into t using x on true when matched then delete) select 1",
            "with x as (select 1) delete from t using x",
            "select * from (with x as (DELETE /* */ FROM t returning id) select id from x) q",
            "with x as (select 1) search depth first by a set b insert into t select * from x",
        ] {
            refused(sql, "changes data");
        }
        refused(
            "select 1 as entity_id INTO public.copy",
            "SELECT … INTO makes a table",
        );
        refused("select 1 into temp x from t", "SELECT … INTO makes a table");
        for sql in [
            "select delete, t.update, t.into, a as into from t",
            "select x as delete, 'insert into', \"into\" from t -- delete from t",
            "with delete as (select 1) select * from delete",
            "with a as (select 1) select f(x) delete from a",
            "select * from json_to_recordset('[]') as (delete int, insert text, update text)",
            "with x as (select update from t where (update is null)) select 1 from x",
        ] {
            silent(sql);
        }
    }

    #[test]
    fn nothing_is_locked() {
        for (sql, lock) in [
            ("select 1 from t for update", "FOR UPDATE"),
            ("select 1 from (select 1 from t For  Share of t) q", "FOR SHARE"),
            (
                "select 1 from t for no key update skip locked",
                "FOR NO KEY UPDATE",
            ),
            (
                "with x as (select 1 from t for /* */ key share) select 1",
                "FOR KEY SHARE",
            ),
        ] {
            refused(sql, &format!("{lock} locks the rows that it reads"));
        }
        for sql in [
            "select substring(a from 1 for 3), substring(a from 1 for update) from t",
            "select t.for, 'for update' as for from t -- for update",
        ] {
            silent(sql);
        }
    }
}
