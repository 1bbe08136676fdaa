//! What the first version of this system did.

use std::{fmt::Write as _, path::Path};

use super::{
    checks::{self, Own},
    script,
    stand::Stand,
};
use crate::failure::Failure;

const SCRIPT: &str = include_str!("naive.sql");

/// How many lines of a plan are shown: its upper part says how it is done.
const SHOWN_LINES: usize = 12;

/// Creates its table and its view over these checks.
pub(super) fn install(stand: &Stand, database: &str, configuration: &Path) -> Result<Vec<Own>, Failure> {
    let checks = checks::of(stand, database, configuration)?;
    stand.sql(database, part("table")?)?;
    stand.sql(database, &view(stand, database, &checks)?)?;
    Ok(checks)
}

/// Creates its view: the checks one after the other, nothing around them.
fn view(stand: &Stand, database: &str, checks: &[Own]) -> Result<String, Failure> {
    let mut question = "set search_path = pg_catalog, public;\n".to_owned();
    for check in checks {
        // A `String` takes everything.
        let _ = writeln!(question, "\\echo @\n{}\n\\gdesc", check.sql);
    }
    let described = stand.sql(database, &question)?;
    let columns = described.split("@\n").skip(1);
    let branches: Vec<String> = checks
        .iter()
        .zip(columns)
        .map(|(check, columns)| branch(check, columns))
        .collect();
    Ok(format!(
        "set search_path = pg_catalog, public;\ncreate view naive.v_integrity_checks as\n{};\n",
        branches.join("\nunion all\n")
    ))
}

/// One check in the author's columns; psql has told those that it returns, one line each.
fn branch(check: &Own, columns: &str) -> String {
    let Own {
        code,
        sql,
        entity,
        severity,
    } = check;
    let or = |column: &str, otherwise: &str| {
        let is_there = columns.lines().any(|line| line.split('|').next() == Some(column));
        if is_there {
            format!("coalesce(q.{column}, {otherwise})")
        } else {
            otherwise.to_owned()
        }
    };
    let label = or("entity_label", "q.entity_id::text");
    format!(
        "select '{code}'::text as check_code, ({severity})::text as severity, ({entity})::text as entity_type,\n    \
         q.entity_id::text as entity_id, ({message})::text as message, ({payload})::jsonb as payload\n\
         from (\n{sql}\n) as q",
        severity = or("severity", &format!("'{severity}'")),
        entity = or("entity_type", &format!("'{entity}'")),
        message = or("message", &format!("'{code} : ' || {label}")),
        payload = or("payload", "'{}'"),
    )
}

/// One run, as psql runs it.
pub(super) fn run() -> Result<String, Failure> {
    Ok(script::writing(&[part("upsert")?, part("resolve")?]))
}

/// How PostgreSQL does it, in short.
pub(super) fn plan(stand: &Stand, database: &str) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::new();
    for name in ["upsert", "resolve"] {
        let plan = stand.sql(database, &script::explaining(part(name)?))?;
        lines.push(format!("{name}:"));
        lines.extend(short(&plan));
    }
    Ok(lines)
}

/// The upper part of a plan, and what is below it.
fn short(plan: &str) -> Vec<String> {
    let all: Vec<&str> = plan.lines().collect();
    let scans = all.iter().filter(|line| line.contains(" Scan")).count();
    let parallel = all.iter().filter(|line| line.contains("Parallel")).count();
    let shown = all.iter().take(SHOWN_LINES);
    let mut lines: Vec<String> = shown.map(|line| format!("  {line}")).collect();
    lines.push(format!(
        "  … {} lines in all, {scans} scans, {parallel} of it in parallel",
        all.len()
    ));
    lines
}

/// A part of the script.
fn part(name: &str) -> Result<&'static str, Failure> {
    let head = format!("--- {name}\n");
    SCRIPT
        .split_once(&head)
        .map(|(_, rest)| rest.split("\n--- ").next().unwrap_or(rest))
        .ok_or_else(|| Failure::new(format!("naive.sql has no part {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_has_its_parts_and_no_other_text_in_them() {
        assert!(part("table").expect("there").starts_with("create schema naive;"));
        assert!(part("upsert").expect("there").starts_with("insert into"));
        let resolve = part("resolve").expect("there");
        assert!(
            resolve.starts_with("update ") && resolve.trim_end().ends_with(");"),
            "{resolve}"
        );
        assert!(!part("upsert").expect("there").contains("---"));
        assert!(part("nothing").is_err());
    }

    #[test]
    fn a_plan_is_shown_in_short() {
        let plan = format!("Insert on a\n{}", "  ->  Seq Scan on b\n".repeat(20));
        let lines = short(&plan);
        assert_eq!(lines.len(), SHOWN_LINES + 1);
        assert_eq!(lines[0], "  Insert on a");
        assert_eq!(
            lines[SHOWN_LINES],
            "  … 21 lines in all, 20 scans, 0 of it in parallel"
        );
    }

    #[test]
    fn what_a_check_does_not_return_is_filled_in() {
        let check = Own {
            code: "A_CHECK".to_owned(),
            sql: "select 1 as entity_id".to_owned(),
            entity: "THING".to_owned(),
            severity: "WARN".to_owned(),
        };
        let bare = branch(&check, "entity_id|integer\n");
        assert!(bare.contains("('WARN')::text as severity"), "{bare}");
        assert!(bare.contains("('{}')::jsonb as payload"), "{bare}");
        let rich = branch(&check, "entity_id|integer\nseverity|text\nentity_label|text\n");
        assert!(rich.contains("coalesce(q.severity, 'WARN')"), "{rich}");
        assert!(
            rich.contains("coalesce(q.entity_label, q.entity_id::text)"),
            "{rich}"
        );
    }
}
