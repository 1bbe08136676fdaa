//! Alerts as they leave: all that a filter lets through, page by page, and as a table for spreadsheets.

use std::io;

use alerts_store::{Alert, AlertFilter, AlertStore, Error, Status};
use chrono::{DateTime, SecondsFormat, Utc};
use csv::{Terminator, Writer, WriterBuilder};
use integrity_core::Caller;
use serde::Serialize;

/// The most alerts that one export gives.
pub const MOST: u32 = 100_000;

/// So many are read at once.
const PAGE: u32 = 5_000;

/// What is said in the place of the alerts that are left out.
pub const CUT: &str = "cut here: there are more alerts than one export gives; narrow the filter";

/// A walk through all alerts that a filter lets through, at most [`MOST`].
#[derive(Debug)]
pub struct Walk {
    /// What to ask for next; `None` at the end.
    filter: Option<AlertFilter>,
    left: u32,
    is_cut: bool,
}

impl Walk {
    /// A walk from the beginning; the filter's own limit and place mean nothing.
    #[must_use]
    pub fn new(filter: AlertFilter) -> Self {
        Self {
            filter: Some(AlertFilter {
                after: None,
                ..filter
            }),
            left: MOST,
            is_cut: false,
        }
    }

    /// The next alerts; `None` at the end.
    ///
    /// # Errors
    /// As [`AlertStore::list`].
    pub async fn next(
        &mut self,
        store: &dyn AlertStore,
        caller: &Caller,
    ) -> Result<Option<Vec<Alert>>, Error> {
        let Some(filter) = &mut self.filter else {
            return Ok(None);
        };
        filter.limit = PAGE.min(self.left);
        let page = store.list(caller, filter).await?;
        self.left -= filter.limit;
        self.is_cut = self.left == 0 && page.next.is_some();
        filter.after = page.next;
        if self.left == 0 || page.next.is_none() {
            self.filter = None;
        }
        Ok(Some(page.alerts))
    }

    /// Whether it ended before the alerts did.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }
}

/// A column: its name, which stays, and what stands in it.
type Column = (&'static str, fn(&Alert) -> String);

const COLUMNS: &[Column] = &[
    ("id", |alert| alert.id.to_string()),
    ("database", |alert| alert.database.clone()),
    ("check_code", |alert| alert.check_code.clone()),
    ("severity", |alert| alert.severity.to_string()),
    ("status", |alert| Status::as_str(alert.status).to_owned()),
    ("resolution", |alert| {
        alert
            .resolution
            .map_or("", |resolution| resolution.as_str())
            .to_owned()
    }),
    ("condition", |alert| word(&alert.condition)),
    ("entity_type", |alert| alert.entity_type.clone()),
    ("entity_id", |alert| alert.entity_id.clone()),
    ("entity_label", |alert| text(alert.entity_label.as_ref())),
    ("scope", |alert| text(alert.scope.as_ref())),
    ("message", |alert| alert.message.clone()),
    ("payload", |alert| alert.payload.as_json().to_owned()),
    ("occurred_at", |alert| date(alert.occurred_at)),
    ("first_detected_at", |alert| date(Some(alert.first_detected_at))),
    ("last_detected_at", |alert| date(Some(alert.last_detected_at))),
    ("opened_at", |alert| date(Some(alert.opened_at))),
    ("due_at", |alert| date(alert.due_at)),
    ("breached_at", |alert| date(alert.breached_at)),
    ("acknowledged_by", |alert| text(alert.acknowledged_by.as_ref())),
    ("acknowledged_at", |alert| date(alert.acknowledged_at)),
    ("resolved_by", |alert| text(alert.resolved_by.as_ref())),
    ("resolved_at", |alert| date(alert.resolved_at)),
    ("verified_at", |alert| date(alert.verified_at)),
    ("accepted_until", |alert| date(alert.accepted_until)),
    ("reopen_count", |alert| alert.reopen_count.to_string()),
    ("version", |alert| alert.version.to_string()),
    ("created_at", |alert| date(Some(alert.created_at))),
    ("updated_at", |alert| date(Some(alert.updated_at))),
];

/// Writes the names of the columns, as the first line of a table (RFC 4180, UTF-8).
///
/// # Errors
/// When it cannot be written.
pub fn csv_header(out: impl io::Write) -> io::Result<()> {
    let mut table = table(out);
    table.write_record(COLUMNS.iter().map(|(name, _)| name))?;
    table.flush()
}

/// Writes a line for each alert.
///
/// # Errors
/// When it cannot be written.
pub fn csv_rows(out: impl io::Write, alerts: &[Alert]) -> io::Result<()> {
    let mut table = table(out);
    for alert in alerts {
        table.write_record(COLUMNS.iter().map(|(_, value)| harmless(&value(alert))))?;
    }
    table.flush()
}

/// Writes the last line of a table that was cut: [`CUT`], and empty cells.
///
/// # Errors
/// When it cannot be written.
pub fn csv_cut(out: impl io::Write) -> io::Result<()> {
    let mut table = table(out);
    let empty = COLUMNS[1..].iter().map(|_| "");
    table.write_record(std::iter::once(CUT).chain(empty))?;
    table.flush()
}

fn table<W: io::Write>(out: W) -> Writer<W> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out)
}

/// A cell that no spreadsheet takes for a formula, nor any piece of it: some split at semicolons also inside of quotes, and
/// in what is pasted a tab or the end of a line begins another cell. Spaces and quotes before a formula do not hide it.
fn harmless(cell: &str) -> String {
    let mut harmless = String::with_capacity(cell.len());
    let mut begins = true;
    for c in cell.chars() {
        if begins && matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r') {
            harmless.push('\'');
        }
        begins = matches!(c, ';' | '\t' | '\r' | '\n') || begins && matches!(c, ' ' | '"');
        harmless.push(c);
    }
    harmless
}

fn text(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

/// With the microseconds of the database, in UTC.
fn date(at: Option<DateTime<Utc>>) -> String {
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::Micros, true))
        .unwrap_or_default()
}

/// The word of an enumeration, as in JSON.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use alerts_store::{MockAlertStore, Page, Position};
    use proptest::prelude::*;

    use super::*;

    /// A store that has so many alerts.
    fn store_of(count: u32) -> MockAlertStore {
        let (mut store, mut given) = (MockAlertStore::new(), 0);
        store.expect_list().returning(move |_, filter| {
            assert_eq!(filter.after.is_some(), given > 0, "it goes on where it was");
            let alerts = vec![Alert::sample(); (count - given).min(filter.limit) as usize];
            given += u32::try_from(alerts.len()).expect("a few");
            let last = Position::of(&Alert::sample(), Page::sample().at);
            Ok(Page {
                alerts,
                next: (given < count).then_some(last),
                ..Page::sample()
            })
        });
        store
    }

    #[tokio::test]
    async fn a_walk_ends_at_the_last_alert_or_at_the_most() {
        for (count, expected) in [
            (0, (0, false)),
            (1, (1, false)),
            (PAGE, (PAGE, false)),
            (PAGE + 1, (PAGE + 1, false)),
            (MOST, (MOST, false)),
            (MOST + 1, (MOST, true)),
        ] {
            let (store, mut walk, mut walked) = (store_of(count), Walk::new(AlertFilter::all()), 0);
            while let Some(alerts) = walk.next(&store, &Caller::Service).await.expect("a page") {
                walked += u32::try_from(alerts.len()).expect("a few");
            }
            assert_eq!((walked, walk.is_cut()), expected, "of {count}");
        }
    }

    fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).expect("written");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn what_begins_like_a_formula_is_text() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("+33", "'+33"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r'=1"),
            ("a;=1+1;-2", "a;'=1+1;'-2"),
            ("a\t@SUM(A1)", "a\t'@SUM(A1)"),
            ("a\r\n=1", "a\r\n'=1"),
            ("a; \"=1", "a; \"'=1"),
            ("1=1", "1=1"),
            ("2026-11-23; -", "2026-11-23; '-"),
            (
                "{\"écart\": -3, \"de\": [-1,-2]}",
                "{\"écart\": -3, \"de\": [-1,-2]}",
            ),
            ("", ""),
            ("Dépôt", "Dépôt"),
        ] {
            assert_eq!(harmless(cell), expected);
        }
    }

    proptest! {
        #[test]
        fn no_piece_of_a_cell_begins_like_a_formula(cell in "[a=+@;,\t\r\n \"é-]{0,12}") {
            let harmless = harmless(&cell);
            for piece in harmless.split([';', '\t', '\r', '\n']) {
                let shown = piece.trim_start_matches([' ', '"']);
                prop_assert!(!shown.starts_with(['=', '+', '-', '@']), "{harmless:?}");
            }
            prop_assert!(!harmless.starts_with(['\t', '\r']), "{harmless:?}");
            prop_assert_eq!(harmless.replace('\'', ""), cell, "nothing is lost");
        }
    }

    #[test]
    fn a_table_is_read_back_as_it_was_written() {
        let alert = Alert {
            message: "=HYPERLINK(\"http://x\"), \r\n« fin »".to_owned(),
            entity_label: Some("a,b;c".to_owned()),
            ..Alert::sample()
        };
        let text = written(|out| {
            csv_header(&mut *out)?;
            csv_rows(&mut *out, std::slice::from_ref(&alert))?;
            csv_cut(out)
        });
        assert!(text.starts_with("id,database,check_code,"), "{text}");
        assert!(
            text.contains("\"'=HYPERLINK(\"\"http://x\"\"), \r\n« fin »\""),
            "{text}"
        );
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let names = reader.headers().expect("names").clone();
        let rows: Vec<csv::StringRecord> = reader
            .records()
            .map(|row| row.expect("as long as the first"))
            .collect();
        let cell = |name: &str| &rows[0][names.iter().position(|known| known == name).expect("a column")];
        assert_eq!(cell("message"), format!("'{}", alert.message));
        assert_eq!(cell("entity_label"), "a,b;c");
        assert_eq!(cell("payload"), alert.payload.as_json());
        assert_eq!(cell("condition"), "PRESENT");
        assert_eq!(cell("resolved_at"), "");
        assert_eq!(&rows[1][0], CUT);
        assert_eq!(rows.len(), 2);
    }
}
