//! One file of a check: front matter in a leading comment, then one SELECT.

use toml::de::DeTable;

use super::{
    definition::{self, Conditions, Definition},
    problem::{Problem, Report},
    rules,
    statement::{AS_OF, Flaw, Statement, flaws, parameters},
};
use crate::{Language, Severity};

/// The SQL of one check on databases of one age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variant {
    /// The file's name within its pack.
    pub(crate) file: String,
    pub(crate) statement: Statement,
    pub(crate) guard: Option<Statement>,
    /// The statement and the guard as they stand in the file.
    pub(super) sql: String,
    pub(super) guard_sql: Option<String>,
    pub(crate) requires: Vec<String>,
    pub(crate) requires_columns: Vec<String>,
    pub(crate) without_columns: Vec<String>,
}

impl Variant {
    /// Whether no database can make both active: one needs a column that the other must not see.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        let clash = |with: &Self, without: &Self| {
            with.requires_columns
                .iter()
                .any(|column| without.without_columns.contains(column))
        };
        clash(self, other) || clash(other, self)
    }
}

/// What could be read of one file.
pub(super) struct Reading {
    pub(super) severity: Option<Severity>,
    /// `Err` holds at least one problem.
    pub(super) check: Result<(Definition, Variant), Vec<Problem>>,
    /// What keeps it from nothing and had better be otherwise.
    pub(super) warnings: Vec<Problem>,
}

impl Reading {
    /// A file of which nothing can be made.
    fn bad(report: Report<'_>) -> Self {
        Self {
            severity: None,
            check: Err(report.into_problems()),
            warnings: Vec::new(),
        }
    }
}

const OPENING: &str = "/*+++";
const CLOSING: &str = "+++*/";

/// A file that could not be read, and why.
pub(super) fn unreadable(file: &str, why: &str) -> Reading {
    let mut report = Report::new(file, "");
    report.add(
        0,
        format!("the file cannot be read: {why}"),
        "make it readable, or take it out of the pack",
    );
    Reading::bad(report)
}

/// Reads a file. `stem` is the code that the file's name promises.
pub(super) fn read(file: &str, stem: &str, bytes: &[u8], language: Language) -> Reading {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let readable = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let mut report = Report::new(file, &readable);
            report.add(readable.len(), "the file is not UTF-8", "save it as UTF-8");
            return Reading::bad(report);
        }
    };
    let mut report = Report::new(file, text);
    let Some((front, body)) = split(text, &mut report) else {
        if !text.contains(OPENING) {
            // Then all of it is SQL.
            judge_sql(0, rules::refusals(text), &mut report);
        }
        return Reading::bad(report);
    };
    let (table, errors) = DeTable::parse_recoverable(&text[front.clone()]);
    let is_toml = errors.is_empty();
    for error in errors {
        let at = error.span().map_or(front.start, |span| front.start + span.start);
        report.add(at, format!("TOML: {}", error.message()), "mend the front matter");
    }
    let table = table.get_ref();
    let (severity, definition, conditions) =
        definition::read(table, front.start, stem, language, &mut report);
    check_sql(text, body, &conditions, &mut report);
    if is_toml {
        // Else what is declared is not known.
        check_parameters(text, body, &conditions, &mut report);
    }
    let warnings = warnings(file, text, body, &conditions, definition.as_ref());
    let read = || {
        report.is_clean().then_some(())?;
        let definition = definition?;
        let variant = variant(file, text, body, conditions, &definition, &report);
        Some((definition, variant))
    };
    Reading {
        severity,
        check: read().ok_or_else(|| report.into_problems()),
        warnings,
    }
}

/// Where the front matter stands, and where the SQL begins.
fn split(text: &str, report: &mut Report<'_>) -> Option<(std::ops::Range<usize>, usize)> {
    if text.starts_with('\u{feff}') {
        report.add(
            0,
            "the file begins with a byte order mark",
            "save it as UTF-8 without one",
        );
        return None;
    }
    let blank = text.len() - text.trim_ascii_start().len();
    if !text[blank..].starts_with(OPENING) {
        report.add(
            blank,
            "there is no front matter",
            "begin the file with /*+++ and end the front matter with +++*/",
        );
        return None;
    }
    let start = blank + OPENING.len();
    let Some(end) = text[start..].find(CLOSING).map(|length| start + length) else {
        report.add(blank, "the front matter never ends", "end it with +++*/");
        return None;
    };
    // PostgreSQL nests comments: a stray `/*` would swallow the SQL, a stray `*/` would set the rest free.
    for stray in ["/*", "*/"] {
        if let Some(at) = text[start..end].find(stray) {
            report.add(
                start + at,
                format!("{stray} within the front matter"),
                "take it out",
            );
        }
    }
    Some((start..end, end + CLOSING.len()))
}

fn check_sql(text: &str, body: usize, conditions: &Conditions, report: &mut Report<'_>) {
    let sql = &text[body..];
    // An empty body is missed where it should be, not where the comment ends.
    let first = body + (sql.len() - sql.trim_ascii_start().len());
    let mut flaws_of_body = flaws(sql);
    for flaw in flaws_of_body.iter_mut().filter(|flaw| flaw.at == 0) {
        flaw.at = first - body;
    }
    judge_sql(body, flaws_of_body, report);
    judge_sql(body, rules::refusals(sql), report);
    if let Some((guard, guard_at)) = &conditions.guard {
        for flaw in flaws(guard).into_iter().chain(rules::refusals(guard)) {
            report.add(*guard_at, format!("guard: {}", flaw.what), flaw.remedy);
        }
    }
}

fn judge_sql(start: usize, flaws: Vec<Flaw>, report: &mut Report<'_>) {
    for flaw in flaws {
        report.add(start + flaw.at, flaw.what, flaw.remedy);
    }
}

/// Every parameter that is used is declared, and the other way round.
fn check_parameters(text: &str, body: usize, conditions: &Conditions, report: &mut Report<'_>) {
    let mut used = Vec::new();
    let mut judge = |name: &str, at: usize, report: &mut Report<'_>| {
        if name != AS_OF && !conditions.declared.contains_key(name) && !used.contains(&name.to_owned()) {
            report.add(
                at,
                format!(":{name} is not declared"),
                format!("declare [params.{name}]"),
            );
        }
        used.push(name.to_owned());
    };
    for (name, at) in parameters(&text[body..]) {
        judge(name, body + at.start, report);
    }
    if let Some((guard, guard_at)) = &conditions.guard {
        for (name, _) in parameters(guard) {
            judge(name, *guard_at, report);
        }
    }
    for (name, at) in conditions
        .declared
        .iter()
        .filter(|(name, _)| *name != AS_OF && !used.contains(name))
    {
        report.add(
            *at,
            format!("params.{name} is declared but not used"),
            format!("use :{name} or take it out"),
        );
    }
}

/// What is right and had better be otherwise.
fn warnings(
    file: &str,
    text: &str,
    body: usize,
    conditions: &Conditions,
    definition: Option<&Definition>,
) -> Vec<Problem> {
    let may_be_zero = |name: &str| {
        definition
            .and_then(|definition| definition.params.get(name))
            .is_some_and(super::parameter::Parameter::may_be_zero)
    };
    let mut report = Report::new(file, text);
    judge_sql(body, rules::warnings(&text[body..], may_be_zero), &mut report);
    if let Some((guard, guard_at)) = &conditions.guard {
        for flaw in rules::warnings(guard, may_be_zero) {
            report.add(*guard_at, format!("guard: {}", flaw.what), flaw.remedy);
        }
    }
    report.into_problems()
}

fn variant(
    file: &str,
    text: &str,
    body: usize,
    conditions: Conditions,
    definition: &Definition,
    report: &Report<'_>,
) -> Variant {
    let type_of = |name: &str| {
        definition
            .params
            .get(name)
            .map(super::parameter::Parameter::sql_type)
    };
    Variant {
        file: file.to_owned(),
        statement: Statement::new(&text[body..], report.line(body), type_of),
        sql: text[body..].trim().to_owned(),
        guard_sql: conditions.guard.as_ref().map(|(guard, _)| guard.clone()),
        guard: conditions
            .guard
            .map(|(guard, at)| Statement::new(&guard, report.line(at), type_of)),
        requires: conditions.requires,
        requires_columns: conditions.requires_columns,
        without_columns: conditions.without_columns,
    }
}
