//! Somebody to be: a role of the database and the claims of a token.

mod automatic;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::automatic::Authority;
pub(crate) use self::automatic::authorities;
#[cfg(feature = "postgres")]
pub(crate) use self::automatic::{automatic, looked_up};
use crate::Command;

/// Somebody to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// What people call them.
    pub name: String,
    /// The role of the database that they act under.
    pub database_role: String,
    /// What their token says: `sub`, `role`, `app_metadata`.
    #[serde(default)]
    pub claims: Map<String, Value>,
    /// What has to be so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
}

/// What has to be so for a persona.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The relation, as SQL names it: `public.tanks`.
    pub relation: String,
    /// The command.
    pub command: Command,
    /// What it comes to: any of these classes ([`Access::class`](crate::Access::class)).
    pub access: Vec<String>,
}

impl Persona {
    /// A persona without claims.
    pub fn new(name: impl Into<String>, database_role: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            database_role: database_role.into(),
            claims: Map::new(),
            expect: Vec::new(),
        }
    }

    /// This one with a claim more.
    #[must_use]
    pub fn with_claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// The claims as the database is told them.
    #[must_use]
    pub fn claims_text(&self) -> String {
        Value::Object(self.claims.clone()).to_string()
    }

    /// Whether this is somebody who has not shown who they are.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        !self.claims.contains_key("sub")
    }
}
