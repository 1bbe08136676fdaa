//! Checks and packs: what stands in their files, read whole and judged whole.
//!
//! A check is plain SQL with front matter in a leading comment, so that an editor, a diff and `psql` all
//! understand it. Refused: checks in Rust or YAML, which none of them can run.

mod builtin;
mod case;
mod case_match;
mod definition;
mod description;
mod fields;
mod file;
mod fixture;
mod folder;
mod interval;
mod naming;
mod overrides;
mod pack;
mod parameter;
mod problem;
mod proof;
mod rules;
mod scan;
mod statement;
mod template;
#[cfg(test)]
mod tests;
mod weaken;

use std::time::Duration;

use chrono_tz::Tz;
use serde_json::{Map, Value};

pub use case::{Case, ExpectedRow, Script};
pub use description::{Description, FileDescription, ParameterDescription};
pub use fixture::Fixture;
pub use overrides::Overrides;
pub use pack::Pack;
pub use problem::{BadCheck, Problem};
pub use weaken::Weakening;

use crate::{CheckCode, Finding, Language, Payload, Severity, Terms, Text};
use definition::Definition;
#[cfg(feature = "postgres")]
pub(crate) use definition::MIN_TIMEOUT;
#[cfg(feature = "postgres")]
pub(crate) use file::Variant;
#[cfg(not(feature = "postgres"))]
use file::Variant;
#[cfg(feature = "postgres")]
pub(crate) use rules::{calls, without_collations};
#[cfg(feature = "postgres")]
pub(crate) use statement::{Statement, statements};

/// One check of a pack: what it looks for, how bad that is, and the SQL that finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pack: String,
    language: Language,
    time_zone: Tz,
    enabled: bool,
    definition: Definition,
    /// One per file; never empty, and on any database at most one is active.
    variants: Vec<Variant>,
    /// One per file, in the same order.
    fixtures: Vec<Fixture>,
}

impl Check {
    /// The stable name.
    #[must_use]
    pub fn code(&self) -> &CheckCode {
        &self.definition.code
    }

    /// The pack it belongs to.
    #[must_use]
    pub fn pack(&self) -> &str {
        &self.pack
    }

    /// The language of the messages it stores: its pack's.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// Its own severity; a finding may carry another.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.definition.severity
    }

    /// The kind of thing its findings are about, unless a row says otherwise.
    #[must_use]
    pub fn entity(&self) -> &str {
        &self.definition.entity
    }

    /// What it looks for, in a few words.
    #[must_use]
    pub fn title(&self) -> &Text {
        &self.definition.title
    }

    /// Where to read what to do about its findings.
    #[must_use]
    pub fn runbook(&self) -> Option<&str> {
        self.definition.runbook.as_deref()
    }

    /// How often it runs.
    #[must_use]
    pub fn every(&self) -> Duration {
        self.definition.every
    }

    /// How long its SQL may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.definition.timeout
    }

    /// How many findings it keeps at most; more make an evaluation `Truncated`.
    #[must_use]
    pub fn max_rows(&self) -> usize {
        self.definition.max_rows as usize
    }

    /// Whether it is evaluated at all.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// What it says about the life of its alerts.
    #[must_use]
    pub fn terms(&self) -> Terms {
        Terms {
            severity: self.definition.severity,
            clearing: self.definition.clearing,
            resolve_after: self.definition.resolve_after,
            accept: self.definition.accept.clone(),
            volatile: self.definition.volatile.clone(),
            time_zone: self.time_zone,
            language: self.language,
        }
    }

    /// The values of its parameters that are in force, for the record of a run.
    #[must_use]
    pub fn parameters(&self) -> Map<String, Value> {
        self.definition
            .params
            .iter()
            .map(|(name, parameter)| (name.clone(), parameter.as_json()))
            .collect()
    }

    /// The names of its files within the pack; more than one where schemas of different ages need it.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.variants.iter().map(|variant| variant.file.as_str())
    }

    /// A finding's message in a reader's language. A message that the row itself brought stays as it is.
    #[must_use]
    pub fn message(&self, finding: &Finding, language: Language) -> String {
        let render = |language| {
            self.render_message(
                language,
                finding.entity_label.as_deref(),
                &finding.entity_id,
                &finding.payload,
            )
        };
        if finding.message == render(self.language) {
            render(language)
        } else {
            finding.message.clone()
        }
    }

    pub(crate) fn render_message(
        &self,
        language: Language,
        label: Option<&str>,
        id: &str,
        payload: &Payload,
    ) -> String {
        self.definition
            .message
            .get(language)
            .map(|message| message.render(label, id, payload))
            .unwrap_or_default()
    }
}

#[cfg(feature = "postgres")]
impl Check {
    pub(crate) fn variants(&self) -> &[Variant] {
        &self.variants
    }

    /// A finding's message in the language of the pack, as an expression of SQL; see [`template::Template::as_sql`].
    pub(crate) fn message_as_sql(&self, literal: impl Fn(&str) -> String) -> String {
        match self.definition.message.get(self.language) {
            Some(message) => message.as_sql(literal),
            None => literal(""),
        }
    }

    /// What a parameter of its statements stands for, as text that is cast in the SQL; none: `:as_of`, the only undeclared
    /// name that the loader lets pass.
    #[cfg(feature = "postgres")]
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.definition
            .params
            .get(name)
            .map(parameter::Parameter::as_sql_text)
    }
}
