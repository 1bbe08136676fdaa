//! Where functions are called, however their names are written.

use super::{code::Code, shape::main_statement};
use crate::check::scan::Kind;

/// Key words after which an expression or a relation can stand; after any other word a name is an alias.
const BEFORE_EXPRESSION: [&str; 71] = [
    "all",
    "and",
    "any",
    "array",
    "asymmetric",
    "at",
    "between",
    "both",
    "by",
    "case",
    "collate",
    "content",
    "cross",
    "default",
    "distinct",
    "document",
    "else",
    "escape",
    "except",
    "exclude",
    "fetch",
    "filter",
    "first",
    "for",
    "from",
    "full",
    "groups",
    "having",
    "ilike",
    "in",
    "inner",
    "intersect",
    "is",
    "join",
    "key",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "next",
    "not",
    "offset",
    "on",
    "only",
    "or",
    "overlaps",
    "passing",
    "placing",
    "range",
    "recursive",
    "ref",
    "return",
    "right",
    "rows",
    "select",
    "similar",
    "some",
    "symmetric",
    "then",
    "to",
    "trailing",
    "union",
    "using",
    "value",
    "values",
    "variadic",
    "when",
    "where",
    "with",
    "zone",
];

/// A function's name where it is called.
pub(super) struct Call<'c> {
    pub(super) schema: Option<&'c str>,
    pub(super) name: &'c str,
    pub(super) at: usize,
    /// The bracket in which its arguments begin.
    pub(super) open: usize,
}

/// Every function that is called.
pub(super) fn calls<'c>(code: &'c Code<'_>) -> Vec<Call<'c>> {
    let mut calls = Vec::new();
    for n in 0..code.len() {
        let Some(piece) = code.get(n) else { continue };
        if piece.name.is_empty() || !code.is(n + 1, Kind::Open) {
            continue;
        }
        let mut first = n;
        let mut schema = None;
        while first >= 2
            && code.before(first).is_some_and(|p| p.text == ".")
            && code.get(first - 2).is_some_and(|p| !p.name.is_empty())
        {
            schema = schema.or(code.get(first - 2).map(|p| p.name.as_str()));
            first -= 2;
        }
        if schema.is_some() || !(is_alias(code, n) || defines_a_cte(code, n)) {
            calls.push(Call {
                schema,
                name: &piece.name,
                at: piece.at,
                open: n + 1,
            });
        }
    }
    calls
}

/// Whether a bracket holds an expression, and not what a function is called with.
pub(super) fn groups(code: &Code<'_>, open: usize) -> bool {
    code.before(open).is_none_or(|before| match before.kind {
        Kind::Name => false,
        Kind::Word => BEFORE_EXPRESSION.contains(&before.name.as_str()),
        _ => true,
    })
}

/// Whether the name, which a bracket follows, names a relation and the columns in the brackets.
fn is_alias(code: &Code<'_>, n: usize) -> bool {
    let Some(before) = code.before(n) else {
        return false;
    };
    match before.kind {
        Kind::Name => true,
        Kind::Word => {
            let word = before.name.as_str();
            let label = n >= 1 && code.is_label(n - 1);
            label || !BEFORE_EXPRESSION.contains(&word)
        }
        // `distinct on (…) f()` and `a operator(…) f()` are calls.
        Kind::Close => !code.opening(n - 1).is_some_and(|open| {
            code.word_before(open) == "operator" || (open >= 2 && code.reads(open - 2, &["distinct", "on"]))
        }),
        _ => false,
    }
}

/// `with name (columns) as (…)`.
fn defines_a_cte(code: &Code<'_>, n: usize) -> bool {
    let level = code.get(n).map_or(0, |piece| piece.level);
    let listed = code.before(n).is_some_and(|piece| piece.text == ",")
        && code.word(code.first_of(level)) == "with"
        && main_statement(code, level).is_none_or(|main| n < main);
    let (_, close) = code.within(n + 1);
    (listed || matches!(code.word_before(n), "with" | "recursive")) && code.word(close + 1) == "as"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rules::tests::{refused, silent};

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for sql in [
            "select now()",
            "select NOW ( )",
            "select now -- so\n ()",
            "select now/* so */()",
            "select pg_catalog.now()",
            "select Pg_Catalog . \"now\" ()",
            "select \"pg_catalog\".now()",
            "select \"now\"()",
            "select a + now() from t",
            "select 1 from t where a < now() - interval '1 day'",
            "select distinct on (a) now() from t",
            "select 1 operator(pg_catalog.+) now()",
            "select case when a then now() else now() end from t",
            "select 1 from t, now() as x",
            "with a as (select 1), b (x) as (select now()) select 1 from b",
            "with b as (select 1) select 1 from b, now() as (x int)",
            "select 1 from t where at between symmetric now() and :as_of",
            "select x at time zone now()",
            "select 1 from t where at between asymmetric now() and :as_of",
            "select 1 from t where at not between ASYMMETRIC :as_of and now()",
        ] {
            refused(sql, "now() reads the clock");
        }
        refused("select U&\"n\\006fw\"()", "a name written with Unicode escapes");
    }

    #[test]
    fn what_is_no_call_is_let_through() {
        for sql in [
            "select now, t.now, \"now\" from t",
            "select 1 as now, 'now()', \"now()\", $$now()$$ -- now()\n /* now() */ from t",
            "select 1 from t as now (a, b)",
            "select 1 from t now (a, b)",
            "select 1 from \"T\" now (a, b)",
            "select 1 from (values (1)) random (a)",
            "select 1 from f(1) with ordinality as random (a, b)",
            "with now (a) as (select 1), random (b) as not materialized (select 2) select * from now, random",
            "select app.now(), app.nextval('x') from t",
            "select known(), now_or_never(), \"NOW\"() from t",
            "select to_timestamp(0), date_trunc('day', :as_of), make_interval(days => 3)",
        ] {
            silent(sql);
        }
    }

    #[test]
    fn the_words_before_an_expression_are_in_order() {
        assert!(BEFORE_EXPRESSION.is_sorted());
    }
}
