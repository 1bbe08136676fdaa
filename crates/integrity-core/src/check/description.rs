//! Everything that a check's files say, for people and programs that ask about one check.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::Serialize;
use serde_json::Value;

use super::{Check, parameter::Parameter};
use crate::{AcceptRule, CheckCode, Clearing, Language, Severity, Text, duration};

/// Everything about one check, with the values in force.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Description {
    /// The stable name.
    pub code: CheckCode,
    /// The pack it belongs to.
    pub pack: String,
    /// The language of the messages it stores.
    pub language: Language,
    /// Where its business day ends.
    pub time_zone: Tz,
    /// Whether it is evaluated at all.
    pub enabled: bool,
    /// Its own severity; a finding may carry another.
    pub severity: Severity,
    /// The kind of thing its findings are about, unless a row says otherwise.
    pub entity: String,
    /// What it looks for, in a few words.
    pub title: Text,
    /// What a finding says, with its placeholders.
    pub message: Text,
    /// Where to read what to do about its findings.
    pub runbook: Option<String>,
    /// How often it runs, as a check file says it: `5m`.
    pub every: String,
    /// How long its SQL may take: `5s`.
    pub timeout: String,
    /// How many findings it keeps at most.
    pub max_rows: u32,
    /// Complete evaluations without a finding before its alert clears.
    pub resolve_after: u32,
    /// Who clears an alert whose finding is gone.
    pub clearing: Clearing,
    /// When an accepted finding is void.
    pub accept: Option<AcceptRule>,
    /// Payload keys that are shown but are no change.
    pub volatile: Vec<String>,
    /// Its parameters by name.
    pub parameters: BTreeMap<String, ParameterDescription>,
    /// Its files, each for databases of another age.
    pub files: Vec<FileDescription>,
}

/// A parameter of a check.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ParameterDescription {
    /// Its type in SQL.
    #[serde(rename = "type")]
    pub sql_type: String,
    /// The value in force.
    pub value: Value,
    /// The value in the check's file.
    pub default: Value,
    /// Whether the configuration gives it another value than its file.
    pub changed: bool,
    /// The least that it may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Value>,
    /// The most that it may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Value>,
}

/// One file of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileDescription {
    /// Its name within the pack.
    pub file: String,
    /// What must be true for its silence to mean anything.
    pub guard: Option<String>,
    /// Relations that must be there.
    pub requires: Vec<String>,
    /// It is meant for databases with these columns,
    pub requires_columns: Vec<String>,
    /// and without these.
    pub without_columns: Vec<String>,
    /// Its SQL as it stands in the file.
    pub sql: String,
}

impl Check {
    /// Everything that its files say, with what the configuration changes.
    #[must_use]
    pub fn description(&self) -> Description {
        let definition = &self.definition;
        let message = &definition.message;
        let words = |template: &Option<super::template::Template>| template.as_ref().map(ToString::to_string);
        Description {
            code: definition.code.clone(),
            pack: self.pack.clone(),
            language: self.language,
            time_zone: self.time_zone,
            enabled: self.enabled,
            severity: definition.severity,
            entity: definition.entity.clone(),
            title: definition.title.clone(),
            message: Text {
                fr: words(&message.fr),
                en: words(&message.en),
            },
            runbook: definition.runbook.clone(),
            every: duration::text(definition.every),
            timeout: duration::text(definition.timeout),
            max_rows: definition.max_rows,
            resolve_after: definition.resolve_after,
            clearing: definition.clearing,
            accept: definition.accept.clone(),
            volatile: definition.volatile.clone(),
            parameters: definition
                .params
                .iter()
                .map(|(name, parameter)| (name.clone(), parameter.describe()))
                .collect(),
            files: self
                .variants
                .iter()
                .map(|variant| FileDescription {
                    file: variant.file.clone(),
                    guard: variant.guard_sql.clone(),
                    requires: variant.requires.clone(),
                    requires_columns: variant.requires_columns.clone(),
                    without_columns: variant.without_columns.clone(),
                    sql: variant.sql.clone(),
                })
                .collect(),
        }
    }
}

impl Parameter {
    fn describe(&self) -> ParameterDescription {
        let bound = |bound: &Option<String>| bound.as_deref().map(|text| self.json(text));
        ParameterDescription {
            sql_type: self.sql_type().to_owned(),
            value: self.as_json(),
            default: self.json(&self.default),
            changed: self.value != self.default,
            min: bound(&self.min),
            max: bound(&self.max),
        }
    }
}
