//! Which rows a limit keeps must not be left to chance.

use super::code::Code;
use crate::check::statement::Flaw;

pub(super) fn judge(code: &Code<'_>, flaws: &mut Vec<Flaw>) {
    for level in 0..code.levels() {
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
}
