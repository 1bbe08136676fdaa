//! What a schema of the corpus is expected to show: written by hand, before the rules are asked.

use std::{collections::BTreeSet, fs, path::Path};

use rls_audit::{Command, Expectation, Persona, rules::Settings};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The `expected.toml` of a schema.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    /// What the schema is about, in a sentence.
    #[serde(rename = "why")]
    _why: String,
    #[serde(default)]
    settings: Given,
    /// Who is tried besides those who are found.
    #[serde(default)]
    persona: Vec<Somebody>,
    #[serde(default)]
    finding: Vec<Expectable>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Given {
    exposed_schemas: Option<Vec<String>>,
    application_logins: Vec<String>,
    sensitive_words: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Somebody {
    name: String,
    role: String,
    #[serde(default)]
    claims: Map<String, Value>,
    #[serde(default)]
    expect: Vec<Hoped>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hoped {
    relation: String,
    command: Command,
    access: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectable {
    rule: String,
    level: String,
    verdict: String,
    object: String,
    /// Why it has to fire, in a sentence.
    #[serde(rename = "why")]
    _why: String,
}

impl Expected {
    /// Of the schema in this folder.
    pub(crate) fn read(folder: &Path) -> Self {
        let path = folder.join("expected.toml");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            exposed_schemas: self.settings.exposed_schemas.clone(),
            application_logins: self.settings.application_logins.clone(),
            sensitive_words: self.settings.sensitive_words.clone(),
        }
    }

    /// Who is tried besides those who are found.
    pub(crate) fn personas(&self) -> Vec<Persona> {
        let persona = |somebody: &Somebody| {
            let mut persona = Persona::new(&somebody.name, &somebody.role);
            persona.claims.clone_from(&somebody.claims);
            let expectation = |hoped: &Hoped| Expectation {
                relation: hoped.relation.clone(),
                command: hoped.command,
                access: hoped.access.clone(),
            };
            persona.expect = somebody.expect.iter().map(expectation).collect();
            persona
        };
        self.persona.iter().map(persona).collect()
    }

    /// One line a finding: rule, level, verdict, object.
    pub(crate) fn findings(&self) -> BTreeSet<String> {
        let line = |own: &Expectable| format!("{} {} {} {}", own.rule, own.level, own.verdict, own.object);
        self.finding.iter().map(line).collect()
    }
}
