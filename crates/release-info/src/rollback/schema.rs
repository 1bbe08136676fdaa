use std::fmt;

use serde::Serialize;

use crate::ledger::Facts;

/// Which schema's version a release is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Whose {
    /// That of Vigie's own schema.
    Vigie,
    /// The one that was given.
    Given,
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vigie => "the version of Vigie's schema",
            Self::Given => "given with --schema",
        })
    }
}

/// Whether a release can run on the schema that the database has now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "schema", rename_all = "snake_case")]
pub enum Gate {
    /// It can.
    Open {
        /// The version of the database's schema.
        version: i64,
        /// The oldest that it can run on.
        min_schema: i64,
        /// The newest.
        max_schema: i64,
    },
    /// It cannot.
    Shut {
        /// The version of the database's schema.
        version: i64,
        /// The oldest that it can run on.
        min_schema: i64,
        /// The newest.
        max_schema: i64,
    },
    /// Nobody knows: no manifest was recorded of it.
    Unknown {
        /// The version of the database's schema.
        version: i64,
    },
}

impl Gate {
    /// Compares what a release's manifest says with what there is.
    #[must_use]
    pub fn of(facts: &Facts, version: i64) -> Self {
        match (facts.min_schema, facts.max_schema) {
            (Some(min_schema), Some(max_schema)) if (min_schema..=max_schema).contains(&version) => {
                Self::Open {
                    version,
                    min_schema,
                    max_schema,
                }
            }
            (Some(min_schema), Some(max_schema)) => Self::Shut {
                version,
                min_schema,
                max_schema,
            },
            _ => Self::Unknown { version },
        }
    }
}
