use std::{collections::BTreeMap, path::PathBuf};

use rls_audit::Baseline;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// The audit of who can do what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuditConfig {
    /// The file that says what was agreed to, beside the configuration.
    pub baseline: PathBuf,
    /// The schemas that callers reach; unless given, what `PostgREST` is told in the database, else `public`.
    pub exposed_schemas: Option<Vec<String>>,
    /// Logins of applications, which must not own what Row Level Security is to keep from them.
    pub application_logins: Vec<String>,
    /// Words in names and comments of columns that few should read, besides the usual ones.
    pub sensitive_words: Vec<String>,
    /// Somebody to try: one table `[[audit.personas]]` for each, besides those that are found.
    pub personas: Vec<PersonaConfig>,
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self {
            baseline: PathBuf::from(Baseline::FILE),
            exposed_schemas: None,
            application_logins: Vec::new(),
            sensitive_words: Vec::new(),
            personas: Vec::new(),
        }
    }
}

/// Somebody to try.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonaConfig {
    /// What people call them.
    pub name: String,
    /// The role of the database that they act under.
    pub database_role: String,
    /// What their token says: `sub`, `role`, `app_metadata`.
    #[serde(default)]
    pub claims: BTreeMap<String, Value>,
    /// What has to be so.
    #[serde(default)]
    pub expect: Vec<ExpectationConfig>,
}

/// What has to be so for somebody.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectationConfig {
    /// The relation, as SQL names it: `public.tanks`.
    pub relation: String,
    /// `SELECT`, `INSERT`, `UPDATE` or `DELETE`.
    pub command: String,
    /// What it comes to, any of these: `denied`, `none`, `some`, `all`, `rls`, `conditional`.
    pub access: Vec<String>,
}
