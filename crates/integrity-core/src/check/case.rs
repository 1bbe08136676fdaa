//! One case of a fixture: what the database holds, and which rows the check must then return.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use toml::de::DeValue;

use super::{
    fields::{Fields, an, text},
    problem::Report,
};
use crate::Severity;

/// One case of a fixture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Case {
    /// What the case is about; no other of its file has the same.
    pub name: String,
    /// The line of its file at which it begins, counted from 1.
    pub line: usize,
    /// The instant that the check takes for now; the server's clock unless given.
    pub as_of: Option<DateTime<Utc>>,
    /// Statements in autocommit before the case, for what a transaction cannot hold.
    pub before: Option<Script>,
    /// Statements that fill the tables, within the case's transaction.
    pub given: Option<Script>,
    /// Statements in autocommit after the case, whatever came of it.
    pub after: Option<Script>,
    /// The values that parameters of the check have in this case.
    pub params: BTreeMap<String, Value>,
    /// Every row that the check must return, in any order; none: it must be silent.
    pub expect: Vec<ExpectedRow>,
    /// Whether the check's guard must be false.
    pub expect_suspect: bool,
    /// Whether its file says that its cases alter the schema.
    pub alters_schema: bool,
}

impl Case {
    /// Whether it shows that the check finds something where its guard is true.
    #[must_use]
    pub fn is_firing(&self) -> bool {
        !self.expect.is_empty() && !self.expect_suspect
    }

    /// Whether it shows that the check finds nothing where its guard is true.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.expect.is_empty() && !self.expect_suspect
    }
}

/// Statements of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The statements.
    pub sql: String,
    /// The line of the file at which they begin, counted from 1.
    pub line: usize,
}

/// What is expected of one row; what is `None` may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are the columns of a finding")]
pub struct ExpectedRow {
    pub entity_type: Option<String>,
    pub entity_id: Option<String>,
    pub entity_label: Option<String>,
    pub severity: Option<Severity>,
    /// As rendered in the pack's language.
    pub message: Option<String>,
    /// These keys, within objects too; numbers by their values.
    pub payload: Map<String, Value>,
    pub occurred_at: Option<DateTime<Utc>>,
    pub scope: Option<String>,
}

const CASE_KEYS: [&str; 9] = [
    "name",
    "as_of",
    "before",
    "given",
    "after",
    "params",
    "expect",
    "expect_none",
    "expect_suspect",
];

const ROW_KEYS: [&str; 8] = [
    "entity_type",
    "entity_id",
    "entity_label",
    "severity",
    "message",
    "payload",
    "occurred_at",
    "scope",
];

const EXAMPLE_ROW: &str = "[{ entity_id = \"…\", payload = { stock = 101 } }]";

/// Reads `[[case]]`; `source` is the whole file. None where something is wrong with it.
pub(super) fn read(fields: &Fields<'_>, source: &str, report: &mut Report<'_>) -> Option<Case> {
    let before_us = report.count();
    fields.refuse_others(report, &CASE_KEYS);
    let name = fields.required(report, "name", "\"a tank one litre too full\"", |value| {
        text(value).map(str::to_owned)
    });
    let as_of = fields.optional(report, "as_of", "\"2026-03-31T22:30:00Z\"", instant);
    let [before, given, after] = ["before", "given", "after"].map(|key| script(fields, key, source, report));
    let params = fields
        .table(report, "params", "{ tolerance_l = 5 }")
        .map(|params| {
            let values = params.keys().filter_map(|(name, _)| {
                let (value, _) = params.optional(report, name, "5", |value| Ok(json(value)))?;
                Some((name.to_owned(), value))
            });
            values.collect()
        });
    let flag = |key, report: &mut Report<'_>| {
        let read = |value: &DeValue<'_>| value.as_bool().filter(|set| *set).ok_or("is not true".to_owned());
        fields.optional(report, key, "true", read)
    };
    let (expect_none, expect_suspect) = (flag("expect_none", report), flag("expect_suspect", report));
    let expect = rows(fields, report);
    match (&expect, &expect_none) {
        (Some(_), Some((_, at))) => report.add(
            *at,
            "the case expects rows and none",
            "keep one of expect and expect_none",
        ),
        (None, None) => {
            let has_one = fields
                .keys()
                .any(|(key, _)| key == "expect" || key == "expect_none");
            if !has_one {
                report.add(
                    fields.at(),
                    "the case says not what it expects",
                    format!("write expect = {EXAMPLE_ROW}, or expect_none = true"),
                );
            }
        }
        _ => {}
    }
    let (name, _) = name?;
    (report.count() == before_us).then(|| Case {
        name,
        line: report.line(fields.at()),
        as_of: as_of.map(|(at, _)| at),
        before,
        given,
        after,
        params: params.unwrap_or_default(),
        expect: expect.unwrap_or_default(),
        expect_suspect: expect_suspect.is_some(),
        alters_schema: false,
    })
}

fn script(fields: &Fields<'_>, key: &str, source: &str, report: &mut Report<'_>) -> Option<Script> {
    let (sql, at) = fields.optional(report, key, "\"insert into …;\"", |value| {
        text(value).map(str::to_owned)
    })?;
    // The line break after the opening quotes is no part of the text.
    let opening = &source[at..];
    let skipped = ["\"\"\"\n", "'''\n", "\"\"\"\r\n", "'''\r\n"]
        .iter()
        .any(|quotes| opening.starts_with(quotes));
    Some(Script {
        sql,
        line: report.line(at) + usize::from(skipped),
    })
}

fn rows(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<Vec<ExpectedRow>> {
    let rows = fields.tables(report, "expect", EXAMPLE_ROW)?;
    if rows.is_empty() {
        report.add(
            fields.at_key("expect"),
            "expect is an empty list",
            "write expect_none = true",
        );
    }
    let rows: Vec<_> = rows.iter().map(|row| expected_row(row, report)).collect();
    Some(rows)
}

fn expected_row(fields: &Fields<'_>, report: &mut Report<'_>) -> ExpectedRow {
    fields.refuse_others(report, &ROW_KEYS);
    let [entity_type, entity_id, entity_label, message, scope] =
        ["entity_type", "entity_id", "entity_label", "message", "scope"].map(|key| {
            let word = fields.optional(report, key, "\"…\"", |value| text(value).map(str::to_owned));
            word.map(|(word, _)| word)
        });
    let severity = fields.optional(
        report,
        "severity",
        "\"INFO\", \"WARN\" or \"CRITICAL\"",
        |value| {
            text(value)?
                .parse::<Severity>()
                .map_err(|_| format!("{} is no severity", an(value)))
        },
    );
    let payload = fields.optional(report, "payload", "{ stock = 101 }", |value| match json(value) {
        Value::Object(payload) => Ok(payload),
        _ => Err(format!("{} is no table", an(value))),
    });
    let occurred_at = fields.optional(report, "occurred_at", "\"2026-03-31T22:30:00Z\"", instant);
    ExpectedRow {
        entity_type,
        entity_id,
        entity_label,
        severity: severity.map(|(severity, _)| severity),
        message,
        payload: payload.map(|(payload, _)| payload).unwrap_or_default(),
        occurred_at: occurred_at.map(|(at, _)| at),
        scope,
    }
}

/// A time with its offset, as text or as TOML writes it.
fn instant(value: &DeValue<'_>) -> Result<DateTime<Utc>, String> {
    let written = match value {
        DeValue::Datetime(time) => time.to_string(),
        value => text(value)?.to_owned(),
    };
    DateTime::parse_from_rfc3339(&written)
        .map(|at| at.to_utc())
        .map_err(|_| format!("{written:?} is no instant with its offset"))
}

/// The same value in JSON; a date as its text.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => {
            let whole = i64::from_str_radix(number.as_str(), number.radix());
            whole.map_or_else(|_| Value::from(number.to_string()), Value::from)
        }
        DeValue::Float(number) => {
            let float = number.as_str().trim_start_matches('+').parse::<f64>().ok();
            let float = float.and_then(serde_json::Number::from_f64);
            float.map_or_else(|| Value::from(number.to_string()), Value::Number)
        }
        DeValue::Boolean(value) => Value::from(*value),
        DeValue::Datetime(time) => Value::from(time.to_string()),
        DeValue::Array(list) => list.iter().map(|entry| json(entry.get_ref())).collect(),
        DeValue::Table(table) => table
            .iter()
            .map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())))
            .collect::<Map<_, _>>()
            .into(),
    }
}
