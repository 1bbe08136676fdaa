//! The checks' own SQL, with the values of their parameters in place.
//!
//! `vigie checks view` prints a view over all checks, in which each stands as a run sends it: the file that fits this
//! database, values in place, and around it what finds duplicates and breaches. Only its inner part is the check's
//! own, and the floor must not be raised by the rest. It stands between two lines that Vigie writes.
//! Refused: reading the check files here, which would be a second opinion on which file fits and what `:name` means.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use super::stand::Stand;
use crate::failure::Failure;

const BEFORE: &str = "with found as (";
const BEGIN: &str = "\n    from (\n";
const END: &str = "\n    ) as q\n),\njudged as (";

/// One check.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) code: String,
    pub(super) sql: String,
    /// What its findings are about, and how bad they are, unless a row says otherwise.
    pub(super) entity: String,
    pub(super) severity: String,
}

/// The checks of a configuration, as they are for a database.
pub(super) fn of(stand: &Stand, database: &str, configuration: &Path) -> Result<Vec<Own>, Failure> {
    let view = stand.vigie_json(database, configuration, &["checks", "view", "--json"])?;
    let listed = stand.vigie_json(database, configuration, &["checks", "list", "--json"])?;
    let codes: Vec<&str> = texts(&view["checks"]);
    let own = cut(view["sql"].as_str().unwrap_or_default());
    if own.is_empty() || own.len() != codes.len() || codes.len() != texts_of(&listed).len() {
        return Err(Failure::new(format!(
            "`vigie checks view` holds {} checks, of which {} could be cut out, and {} are listed",
            codes.len(),
            own.len(),
            texts_of(&listed).len(),
        )));
    }
    let definition = |code: &str, key: &str| {
        let check = listed["checks"]
            .as_array()?
            .iter()
            .find(|check| check["code"] == code)?;
        Some(check["definition"][key].as_str()?.to_owned())
    };
    codes
        .into_iter()
        .zip(own)
        .map(|(code, sql)| {
            Some(Own {
                code: code.to_owned(),
                sql: sql.to_owned(),
                entity: definition(code, "entity")?,
                severity: definition(code, "severity")?,
            })
        })
        .collect::<Option<_>>()
        .ok_or_else(|| Failure::new("`vigie checks list` lacks a check of `vigie checks view`"))
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn texts_of(listed: &Value) -> Vec<&str> {
    let checks = listed["checks"].as_array().into_iter().flatten();
    checks.filter_map(|check| check["code"].as_str()).collect()
}

/// The checks' own SQL out of the generated view, in its order.
fn cut(view: &str) -> Vec<&str> {
    view.split(BEFORE)
        .skip(1)
        .filter_map(|branch| {
            let begin = branch.find(BEGIN)? + BEGIN.len();
            let end = branch.rfind(END)?;
            branch.get(begin..end)
        })
        .collect()
}

/// How many rows each check has, out of what counting printed.
pub(super) fn counts(printed: &str) -> BTreeMap<String, u64> {
    printed
        .lines()
        .filter_map(|line| {
            let (code, count) = line.split_once('|')?;
            Some((code.to_owned(), count.parse().ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_sql_is_cut_out_of_the_view() {
        let branch = |sql: &str| {
            format!(
                "-- CODE\nselect x\nfrom (\n{BEFORE}\n    select\n        y{BEGIN}{sql}{END}\n    select *\n)\n"
            )
        };
        let inner = "\nselect a\n    from (\n select 1\n    ) as z -- the end";
        let view = format!(
            "create view v as\n{}union all\n{}",
            branch(inner),
            branch("select 2")
        );
        assert_eq!(cut(&view), [inner, "select 2"]);
        assert!(cut("select nothing").is_empty());
    }

    #[test]
    fn counts_are_read_beside_times() {
        let counts = counts("STOCK|12\nTime: 1.250 ms\nTANK|0\n");
        assert_eq!(
            counts.into_iter().collect::<Vec<_>>(),
            [("STOCK".to_owned(), 12), ("TANK".to_owned(), 0)]
        );
    }
}
