//! What psql runs to be compared with Vigie: in a transaction and with settings like those of a run.
//!
//! psql's own `\timing` ends when the last row has arrived. What psql then does with the rows is not counted, so that
//! the floor is as low as it can be.

use super::checks::Own;

/// How a run opens its transaction.
const OPEN: &str = include_str!("../../../sql/integrity-core/open_snapshot.sql");
/// What a run holds true while checks are evaluated.
const SETTLE: &str = include_str!("../../../sql/integrity-core/settle_snapshot.sql");

/// Counts every check's rows, and tells how long each takes.
pub(super) fn counting(checks: &[Own]) -> String {
    let counts = checks.iter().map(|check| {
        format!(
            "select '{}', count(*) from (\n{}\n) as q;\n",
            check.code, check.sql
        )
    });
    within_snapshot("\\o", &counts.collect::<String>())
}

/// Has every check's rows sent and thrown away, and tells how long each takes.
pub(super) fn fetching(checks: &[Own]) -> String {
    let rows = checks.iter().map(|check| format!("{}\n;\n", check.sql));
    within_snapshot("", &rows.collect::<String>())
}

/// In one transaction as a run opens it. Only what is asked in it is timed.
fn within_snapshot(output: &str, queries: &str) -> String {
    format!("\\o /dev/null\n{OPEN}\n{SETTLE}\n{output}\n\\timing on\n{queries}\\timing off\nrollback;\n")
}

/// Writes in one transaction with the settings of a run. What is written and its commit are timed.
pub(super) fn writing(statements: &[&str]) -> String {
    let statements = statements.join("\n");
    format!("\\o /dev/null\nbegin;\n{SETTLE}\n\\timing on\n{statements}\ncommit;\n\\timing off\n")
}

/// Asks how PostgreSQL would do it, with the settings of a run.
pub(super) fn explaining(statement: &str) -> String {
    format!("\\o /dev/null\nbegin;\n{SETTLE}\n\\o\nexplain (costs off)\n{statement}\nrollback;\n")
}

/// How long all that was timed took, in milliseconds, out of what psql printed.
pub(super) fn milliseconds(printed: &str) -> Option<f64> {
    let times: Vec<f64> = times(printed).collect();
    (!times.is_empty()).then(|| times.iter().sum())
}

/// How long each statement took that was timed, in milliseconds.
pub(super) fn times(printed: &str) -> impl Iterator<Item = f64> {
    let times = printed.lines().filter_map(|line| line.strip_prefix("Time: "));
    times.filter_map(|time| time.split(' ').next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_summed_whatever_else_is_printed() {
        let printed = "STOCK|12\nTime: 1.250 ms\nTime: 61234.500 ms (01:01.235)\n";
        assert_eq!(milliseconds(printed), Some(61235.75));
        assert_eq!(milliseconds("no times"), None);
    }
}
