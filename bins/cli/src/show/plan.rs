//! What a sync would do.

use comfy_table::Cell;
use wiring::run::Row;

use super::{sync, table, words::count};
use crate::command::checks::plan::{Plan, Standing, Total};

/// A heading and the number below it.
type Column = (&'static str, fn(&Row) -> u64);

/// Shown always.
const ALWAYS: [Column; 5] = [
    ("FINDINGS", |row| row.findings as u64),
    ("OPEN", |row| row.opened),
    ("REOPEN", |row| row.reopened),
    ("CHANGE", |row| row.changed),
    ("CLEAR", |row| row.cleared),
];
/// Shown where they say something.
const SOMETIMES: [Column; 3] = [
    ("REFUTE", |row| row.refuted),
    ("KEEP", |row| row.kept),
    ("ABOUT CHECK", |row| row.about_check),
];

/// One line per check, then what would happen.
pub(crate) fn table(plan: &Plan) -> String {
    let rows = &plan.checks;
    let says_something = |(_, value): &Column| rows.iter().any(|row| value(row) > 0);
    let columns: Vec<Column> = ALWAYS
        .into_iter()
        .chain(SOMETIMES.into_iter().filter(says_something))
        .collect();
    let headings: Vec<_> = ["CHECK", "OUTCOME"]
        .into_iter()
        .chain(columns.iter().map(|(name, _)| *name))
        .collect();
    let mut table = table::with_headings(&headings);
    for row in rows {
        let numbers = columns.iter().map(|(_, value)| table::number(value(row)));
        let cells = [Cell::new(&row.code), sync::outcome(row)].into_iter();
        table.add_row(cells.chain(numbers));
    }
    table::right_from(&mut table, 2);
    let unseen = rows.iter().filter(|row| !row.is_whole()).count();
    let unseen = match unseen {
        0 => String::new(),
        n => format!(
            "\nNot everything could be looked at: {n} of {}.",
            count(rows.len() as u64, "check")
        ),
    };
    format!(
        "{}\n\n{}{unseen}",
        table::lines(&mut table),
        in_words(&plan.total)
    )
}

fn in_words(total: &Total) -> String {
    if total.is_nothing() {
        return "A sync now would change no alert.".to_owned();
    }
    let mut parts: Vec<String> = [
        ("open", total.opened),
        ("reopen", total.reopened),
        ("change", total.changed),
        ("clear", total.cleared),
        ("refute", total.refuted),
    ]
    .into_iter()
    .filter(|(_, n)| *n > 0)
    .map(|(verb, n)| format!("{verb} {}", count(n, "alert")))
    .collect();
    if total.about_check > 0 {
        parts.push(format!(
            "write {} about the checks themselves",
            count(total.about_check, "alert")
        ));
    }
    format!("A sync now would {}.", parts.join(", "))
}

/// The commands that come next for somebody who begins; `None` for everybody else.
pub(crate) fn next(plan: &Plan, packs: &[String]) -> Option<String> {
    let (why, migrate) = match plan.standing {
        Standing::Alerts => return None,
        Standing::NeverEvaluated => ("No check was ever evaluated here", ""),
        Standing::NoSchema => ("Vigie's schema is not in this database", "\n  vigie migrate"),
    };
    let packs: Vec<_> = packs.iter().map(|pack| format!(" --pack {pack}")).collect();
    let packs = packs.concat();
    let most = plan.checks.iter().max_by_key(|row| row.opened);
    let accept = most.filter(|row| row.opened > 0).map(|row| {
        format!(
            "\n  vigie alerts accept --code {} --all --until 90d --as USER_ID --reason '…'   for what you live with for now",
            row.code
        )
    });
    Some(format!(
        "{why}, so everything that was found would open an alert. Next:{migrate}\n  vigie sync{packs}{}",
        accept.unwrap_or_default()
    ))
}
