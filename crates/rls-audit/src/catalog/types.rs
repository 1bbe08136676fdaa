use serde::{Deserialize, Serialize};

use crate::Name;

/// A type with checks of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Its name.
    pub name: Name,
    /// What it is made of.
    pub base: String,
    /// Whether it takes no NULL.
    pub not_null: bool,
    /// Its checks, as PostgreSQL prints them.
    pub checks: Vec<String>,
}

/// A type with a list of values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enum {
    /// Its name.
    pub name: Name,
    /// The values, in their order.
    pub labels: Vec<String>,
}
