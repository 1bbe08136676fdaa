//! Which rows are kept must not be left to chance.

use super::code::Code;
use crate::check::statement::Flaw;

pub(super) fn judge(code: &Code<'_>, flaws: &mut Vec<Flaw>) {
    for level in 0..code.levels() {
        chosen(code, level, flaws);
        let mut ordered = false;
        for n in code.in_level(level) {
            if code.is_label(n) {
                continue;
            }
            let clause = match code.word(n) {
                "order" if code.word(n + 1) == "by" => {
                    ordered = true;
                    continue;
                }
                "limit" if !matches!(code.word(n + 1), "all" | "null") => "LIMIT",
                "fetch" if matches!(code.word(n + 1), "first" | "next") => "FETCH FIRST",
                _ => continue,
            };
            if !ordered {
                flaws.push(Flaw {
                    at: code.get(n).map_or(0, |piece| piece.at),
                    what: format!("{clause} without ORDER BY keeps rows by chance"),
                    remedy: "add an ORDER BY that is unique in the same query, or take it out \
                             (EXISTS needs none, and max_rows bounds what is kept)",
                });
            }
        }
    }
}

/// What keeps some rows of those that are alike, or of all.
fn chosen(code: &Code<'_>, level: usize, flaws: &mut Vec<Flaw>) {
    // The DISTINCT ON whose ORDER BY has not come yet.
    let mut unordered = None;
    let mut refuse = |n: usize| {
        flaws.push(Flaw {
            at: code.get(n).map_or(0, |piece| piece.at),
            what: "DISTINCT ON without ORDER BY keeps rows by chance".to_owned(),
            remedy: "add an ORDER BY that begins with the same columns and goes on until it is unique",
        });
    };
    let mut samples = Vec::new();
    for n in code.in_level(level).filter(|n| !code.is_label(*n)) {
        match code.word(n) {
            "distinct" if code.word(n + 1) == "on" => unordered = Some(n),
            "order" if code.word(n + 1) == "by" => unordered = None,
            "union" | "intersect" | "except" => unordered.take().into_iter().for_each(&mut refuse),
            "tablesample" => samples.push(n),
            _ => {}
        }
    }
    unordered.into_iter().for_each(&mut refuse);
    flaws.extend(samples.into_iter().map(|n| Flaw {
        at: code.get(n).map_or(0, |piece| piece.at),
        what: "TABLESAMPLE reads some of the rows, and others each time".to_owned(),
        remedy: "take it out: a check that is not complete proves nothing",
    }));
}

#[cfg(test)]
mod tests {
    use crate::check::rules::tests::{refused, silent};

    #[test]
    fn a_limit_needs_an_order_in_the_same_query() {
        for sql in [
            "select 1 from t limit 5",
            "select 1 from (select a from t order by a) q Limit 5",
            "select array_agg(a order by a) from t limit 1",
            "select row_number() over (order by a) from t limit 1",
            "select (select a from t limit 1) from u order by b limit 3",
            "with a as (select x from t limit 2) select * from a order by x",
        ] {
            refused(sql, "LIMIT without ORDER BY keeps rows by chance");
        }
        refused(
            "select 1 from t fetch first 3 rows only",
            "FETCH FIRST without ORDER BY keeps rows by chance",
        );
        refused(
            "select 1 from t offset 2 fetch next row only",
            "FETCH FIRST without",
        );
        for sql in [
            "select a from t order by a limit 5",
            "select a from t order by a offset 2 fetch first 3 rows with ties",
            "(select a from t) union all (select b from u order by b limit 1) order by 1 limit :n",
            "select a from t limit all",
            "select t.limit, a as limit, 'limit 1', \"limit\" from t -- limit 5",
            "select fetch.a from t as fetch",
        ] {
            silent(sql);
        }
    }

    #[test]
    fn what_is_kept_of_what_is_alike_needs_an_order() {
        for sql in [
            "select distinct on (a) a, b from t",
            "select DISTINCT ON (a) a, (select x from u order by x) from t",
            "select 1 from (select distinct on (a, b) a from t) q order by a",
            "select distinct on (a) b from t union all select b from u order by 1",
            "select distinct on (a) row_number() over (order by a) from t",
        ] {
            refused(sql, "DISTINCT ON without ORDER BY keeps rows by chance");
        }
        for sql in [
            "select distinct on (a) a, b from t order by a, b desc",
            "select b from u union all (select distinct on (a) b from t order by a, b)",
            "select distinct a, b from t",
            "select a is distinct from b, count(distinct a) from t",
            "select t.distinct, 'distinct on (a)' from t -- distinct on (a)",
        ] {
            silent(sql);
        }
    }

    #[test]
    fn a_sample_is_no_proof() {
        refused(
            "select 1 from t tablesample system (1)",
            "TABLESAMPLE reads some of the rows",
        );
        refused(
            "select 1 from t as x TableSample bernoulli (5) repeatable (1)",
            "TABLESAMPLE reads some of the rows",
        );
        silent("select t.tablesample, 'tablesample' as tablesample from t -- tablesample");
    }
}
