//! A TOML table read key by key, with every problem reported at its place.
//!
//! Refused: deserializing with serde, which stops at the first problem.

use toml::{Spanned, de::DeTable, de::DeValue};

use super::problem::Report;
use crate::{Language, Text};

/// A value and where it stands in the file.
pub(super) type At<T> = (T, usize);

/// One table of a file.
pub(super) struct Fields<'t> {
    table: &'t DeTable<'t>,
    /// Where the table begins in the file.
    at: usize,
    /// Where the TOML begins in the file.
    offset: usize,
    /// What stands before a key in what people read, such as `accept.`.
    prefix: String,
}

impl<'t> Fields<'t> {
    pub(super) fn new(table: &'t DeTable<'t>, offset: usize) -> Self {
        Self {
            table,
            at: offset,
            offset,
            prefix: String::new(),
        }
    }

    /// Where the table begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Every key, and where it stands.
    pub(super) fn keys(&self) -> impl Iterator<Item = At<&'t str>> {
        self.table
            .keys()
            .map(|key| (key.get_ref().as_ref(), key.span().start + self.offset))
    }

    /// Reports keys that mean nothing here.
    pub(super) fn refuse_others(&self, report: &mut Report<'_>, known: &[&str]) {
        for (key, at) in self.keys().filter(|(key, _)| !known.contains(key)) {
            report.add(
                at,
                format!("unknown key {}{key}", self.prefix),
                format!("known are {}", known.join(", ")),
            );
        }
    }

    /// The value of a key that may be absent. `read` says what is wrong with it, `example` what would be right.
    pub(super) fn optional<T>(
        &self,
        report: &mut Report<'_>,
        key: &str,
        example: &str,
        read: impl FnOnce(&'t DeValue<'t>) -> Result<T, String>,
    ) -> Option<At<T>> {
        let value: &Spanned<DeValue<'_>> = self.table.get(key)?;
        let at = value.span().start + self.offset;
        match read(value.get_ref()) {
            Ok(value) => Some((value, at)),
            Err(what) => {
                report.add(
                    at,
                    format!("{}{key}: {what}", self.prefix),
                    format!("write {key} = {example}"),
                );
                None
            }
        }
    }

    /// The value of a key that must be there.
    pub(super) fn required<T>(
        &self,
        report: &mut Report<'_>,
        key: &str,
        example: &str,
        read: impl FnOnce(&'t DeValue<'t>) -> Result<T, String>,
    ) -> Option<At<T>> {
        if !self.table.contains_key(key) {
            report.add(
                self.at,
                format!("{}{key} is missing", self.prefix),
                format!("write {key} = {example}"),
            );
        }
        self.optional(report, key, example, read)
    }

    /// A table within this one.
    pub(super) fn table(&self, report: &mut Report<'_>, key: &str, example: &str) -> Option<Self> {
        let prefix = format!("{}{key}.", self.prefix);
        let (table, at) = self.optional(report, key, example, |value| {
            value
                .as_table()
                .ok_or_else(|| format!("{} is no table", an(value)))
        })?;
        Some(Self {
            table,
            at,
            offset: self.offset,
            prefix,
        })
    }

    /// A list of tables, each read as one of its own. None where the key is absent, or is something else.
    pub(super) fn tables(&self, report: &mut Report<'_>, key: &str, example: &str) -> Option<Vec<Self>> {
        let (list, _) = self.optional(report, key, example, |value| {
            value
                .as_array()
                .ok_or_else(|| format!("{} is no list of tables", an(value)))
        })?;
        let mut tables = Vec::new();
        for entry in list {
            let at = entry.span().start + self.offset;
            match entry.get_ref().as_table() {
                Some(table) => tables.push(Self {
                    table,
                    at,
                    offset: self.offset,
                    prefix: format!("{}{key}.", self.prefix),
                }),
                None => report.add(
                    at,
                    format!("{}{key}: {} is no table", self.prefix, an(entry.get_ref())),
                    format!("write {key} = {example}"),
                ),
            }
        }
        Some(tables)
    }

    /// Where a key stands; the table's own place where it does not.
    pub(super) fn at_key(&self, key: &str) -> usize {
        self.keys()
            .find(|(known, _)| *known == key)
            .map_or(self.at, |(_, at)| at)
    }

    /// `format`, which is 1.
    pub(super) fn format(&self, report: &mut Report<'_>) {
        self.required(report, "format", "1", |value| match integer(value)? {
            1 => Ok(()),
            other => Err(format!("format {other} is not known to this program")),
        });
    }

    /// Words in both languages or at least in `language`; `read` judges each of them.
    pub(super) fn words<T>(
        &self,
        report: &mut Report<'_>,
        key: &str,
        language: Language,
        mut read: impl FnMut(&str) -> Result<T, Vec<String>>,
    ) -> Option<[Option<T>; 2]> {
        let fields = self.table(report, key, "{ fr = \"…\", en = \"…\" }")?;
        fields.refuse_others(report, &["fr", "en"]);
        let needed = match language {
            Language::Fr => "fr",
            Language::En => "en",
        };
        Some(["fr", "en"].map(|word| {
            let read_text = |value: &'t DeValue<'t>| text(value).map(str::to_owned);
            let found = if word == needed {
                fields.required(report, word, "\"…\", the pack's language", read_text)
            } else {
                fields.optional(report, word, "\"…\"", read_text)
            };
            let (words, at) = found?;
            read(&words)
                .map_err(|wrong| {
                    for what in wrong {
                        report.add(at, format!("{key}.{word}: {what}"), PLACEHOLDERS);
                    }
                })
                .ok()
        }))
    }

    /// Words without placeholders.
    pub(super) fn text(&self, report: &mut Report<'_>, key: &str, language: Language) -> Option<Text> {
        let [fr, en] = self.words(report, key, language, |words| Ok(words.to_owned()))?;
        Some(Text { fr, en })
    }

    /// A list of words, each judged by `read`.
    pub(super) fn list(
        &self,
        report: &mut Report<'_>,
        key: &str,
        example: &str,
        read: impl Fn(&str) -> Result<(), String>,
    ) -> Vec<At<String>> {
        let list = self.optional(report, key, &format!("[{example}]"), |value| {
            value
                .as_array()
                .ok_or_else(|| format!("{} is no list", an(value)))
        });
        let mut words = Vec::new();
        for entry in list.into_iter().flat_map(|(list, _)| list.iter()) {
            let at = entry.span().start + self.offset;
            match text(entry.get_ref()).and_then(|word| read(word).map(|()| word)) {
                Ok(word) if words.iter().any(|(known, _)| known == word) => {
                    report.add(
                        at,
                        format!("{}{key}: {word:?} stands there twice", self.prefix),
                        "name it once",
                    );
                }
                Ok(word) => words.push((word.to_owned(), at)),
                Err(what) => report.add(
                    at,
                    format!("{}{key}: {what}", self.prefix),
                    format!("write {example}"),
                ),
            }
        }
        words
    }
}

const PLACEHOLDERS: &str = "known are {{ entity_label }}, {{ entity_id }} and {{ payload.KEY }}";

/// Text that is not empty.
pub(super) fn text<'t>(value: &'t DeValue<'t>) -> Result<&'t str, String> {
    match value.as_str() {
        Some(text) if text.trim().is_empty() => Err("is empty".to_owned()),
        Some(text) => Ok(text),
        None => Err(format!("{} is no text", an(value))),
    }
}

/// A whole number.
pub(super) fn integer(value: &DeValue<'_>) -> Result<i64, String> {
    value
        .as_integer()
        .and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok())
        .ok_or_else(|| format!("{} is no whole number", an(value)))
}

/// The kind of a value, for people.
pub(super) fn an(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
