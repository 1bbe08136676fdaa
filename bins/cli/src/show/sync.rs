//! What came of a run.

use alerts_store::Count;
use comfy_table::{Attribute, Cell, Color};

use super::{
    table,
    words::{self, count},
};
use wiring::run::{Report, Row};

/// A heading and the number below it.
type Column = (&'static str, fn(&Row) -> u64);

/// Shown always.
const ALWAYS: [Column; 5] = [
    ("FINDINGS", |row| row.findings as u64),
    ("OPENED", |row| row.opened),
    ("REOPENED", |row| row.reopened),
    ("CHANGED", |row| row.changed),
    ("CLEARED", |row| row.cleared),
];
/// Shown where they say something.
const SOMETIMES: [Column; 4] = [
    ("REFUTED", |row| row.refuted),
    ("KEPT", |row| row.kept),
    ("MERGED", |row| row.merged as u64),
    ("STALE", |row| u64::from(row.stale)),
];

/// One line per check, then the sums.
pub(crate) fn table(report: &Report) -> String {
    let rows = &report.checks;
    let columns: Vec<Column> = ALWAYS
        .into_iter()
        .chain(
            SOMETIMES
                .into_iter()
                .filter(|(_, value)| rows.iter().any(|row| value(row) > 0)),
        )
        .collect();
    let headings: Vec<_> = ["CHECK", "OUTCOME"]
        .into_iter()
        .chain(columns.iter().map(|(name, _)| *name))
        .chain(["TIME"])
        .collect();
    let mut table = table::with_headings(&headings);
    for row in rows {
        let cells = [Cell::new(&row.code), outcome(row)].into_iter();
        let numbers = columns.iter().map(|(_, value)| table::number(value(row)));
        table.add_row(
            cells
                .chain(numbers)
                .chain([Cell::new(format!("{} ms", row.elapsed().as_millis()))]),
        );
    }
    table::right_from(&mut table, 2);

    let sum = |value: fn(&Row) -> u64| rows.iter().map(value).sum::<u64>();
    let sums: Vec<_> = columns[1..]
        .iter()
        .filter(|(name, _)| *name != "STALE")
        .map(|(name, value)| format!("{} {}", sum(*value), name.to_lowercase()))
        .collect();
    let mut text = vec![
        table::lines(&mut table),
        String::new(),
        format!(
            "{} in {}: {}",
            count(sum(|row| row.findings as u64), "finding"),
            count(rows.len() as u64, "check"),
            sums.join(", ")
        ),
        format!("Live alerts: {}", live(&report.alerts)),
    ];
    if report.expired > 0 {
        text.push(format!(
            "Open again, their suppression has ended: {}",
            report.expired
        ));
    }
    if report.breached > 0 {
        text.push(format!("Newly past due: {}", report.breached));
    }
    text.push(super::status::coverage(&report.coverage));
    text.join("\n")
}

/// `4 CRITICAL OPEN, 1 CRITICAL ACK`.
fn live(alerts: &[Count]) -> String {
    if alerts.is_empty() {
        return "none".to_owned();
    }
    let counts = alerts.iter().map(|n| {
        format!(
            "{} {} {}",
            n.count,
            words::severity(n.severity),
            n.status.as_str()
        )
    });
    counts.collect::<Vec<_>>().join(", ")
}

pub(super) fn outcome(row: &Row) -> Cell {
    let text = if row.error.is_some() {
        "not applied".to_owned()
    } else {
        row.outcome_in_words()
    };
    let cell = Cell::new(text);
    match (row.is_whole(), row.outcome) {
        (false, _) => cell.fg(Color::Red).add_attribute(Attribute::Bold),
        (true, "Skipped") => cell.add_attribute(Attribute::Dim),
        (true, _) => cell,
    }
}
