//! Which changes of a check its cases notice, for people.

use comfy_table::{Attribute, Cell, Color};

use wiring::plain::plain;

use super::{
    table,
    words::{RED, count, styled},
};
use crate::command::checks::test::weaken::{Change, Verdict, Weakened};

/// How much of a line of SQL is shown.
const WIDEST: usize = 60;

/// One line per change, then the sums.
pub(crate) fn told(weakened: &Weakened) -> String {
    let mut table = table::with_headings(&["FILE", "LINE", "WAS", "BECOMES", "IN", "CAUGHT BY"]);
    for change in &weakened.changes {
        table.add_row([
            Cell::new(plain(&change.file)),
            Cell::new(change.line),
            Cell::new(plain(&change.was)),
            Cell::new(if change.becomes.is_empty() {
                "(nothing)"
            } else {
                &change.becomes
            }),
            Cell::new(plain(&shortened(&change.text))).add_attribute(Attribute::Dim),
            verdict(change),
        ]);
    }
    let survived = match weakened.survived {
        0 => "0 survived".to_owned(),
        n => styled(RED, &format!("{n} SURVIVED")),
    };
    format!(
        "{}\n\n{}: {} caught, {survived}, {} invalid (refused by PostgreSQL)",
        table::lines(&mut table),
        count(weakened.changes.len() as u64, "change"),
        weakened.caught,
        weakened.invalid
    )
}

fn verdict(change: &Change) -> Cell {
    match change.verdict {
        Verdict::Caught => Cell::new(plain(change.caught_by.as_deref().unwrap_or_default())),
        Verdict::Survived => Cell::new("SURVIVED")
            .fg(Color::Red)
            .add_attribute(Attribute::Bold),
        Verdict::Invalid => Cell::new("(invalid)").add_attribute(Attribute::Dim),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= WIDEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(WIDEST - 1).collect();
    format!("{start}…")
}
