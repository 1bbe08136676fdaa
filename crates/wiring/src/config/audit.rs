use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::sync::between;

/// The audit of who can do what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuditConfig {
    /// The file that says what was agreed to, and has to be there; unless given, `vigie-audit.json` beside the
    /// configuration, where there is one.
    pub baseline: Option<PathBuf>,
    /// The schemas that callers reach; unless given, what `PostgREST` is told in the database, else `public`.
    pub exposed_schemas: Option<Vec<String>>,
    /// Logins of applications, which must not own what Row Level Security is to keep from them.
    pub application_logins: Vec<String>,
    /// Words in names and comments of columns that few should read, besides the usual ones.
    pub sensitive_words: Vec<String>,
    /// How often `vigie-sync` audits, such as `"1d"`; from 1 min to 30 d. It does not unless this is given.
    #[serde(deserialize_with = "every")]
    #[schemars(with = "Option<String>")]
    pub every: Option<Duration>,
    /// A file that holds the URL of the same database with the login with which `vigie-sync` audits: a member of the
    /// personas' roles, and of nothing else. Unless given, it is the login of the service itself.
    pub url_file: Option<PathBuf>,
    /// Somebody to try: one table `[[audit.personas]]` for each, besides those that are found.
    pub personas: Vec<PersonaConfig>,
    /// Where the configuration stands.
    #[serde(skip)]
    pub(crate) folder: PathBuf,
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self {
            baseline: None,
            exposed_schemas: None,
            application_logins: Vec::new(),
            sensitive_words: Vec::new(),
            every: None,
            url_file: None,
            personas: Vec::new(),
            folder: PathBuf::new(),
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

fn every<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let (least, most) = (Duration::from_mins(1), Duration::from_hours(30 * 24));
    between(deserializer, "every", least, most).map(Some)
}
