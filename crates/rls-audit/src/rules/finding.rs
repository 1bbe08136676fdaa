use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Command, Name, catalog::Relation, quoted};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Info,
    /// Should be looked at.
    Warn,
    /// Is to be mended.
    Error,
}

/// What the measurement says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// A cell of the matrix shows it, or the fact speaks for itself.
    Proved,
    /// The matrix shows that nothing comes of it.
    Refuted,
    /// The matrix does not say.
    Unproved,
}

/// What it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Object {
    /// A table, a view.
    Relation {
        /// Which.
        relation: Name,
    },
    /// A column.
    Column {
        /// Whose.
        relation: Name,
        /// Which.
        column: String,
    },
    /// A policy.
    Policy {
        /// Whose.
        relation: Name,
        /// Which.
        policy: String,
    },
    /// A function, by its name and its arguments' types.
    Function {
        /// Its name.
        function: Name,
        /// Its arguments' types.
        arguments: String,
    },
    /// A schema.
    Schema {
        /// Which.
        schema: String,
    },
    /// A role.
    Role {
        /// Which.
        role: String,
    },
    /// What a persona can do with a relation.
    Cell {
        /// Who.
        persona: String,
        /// With what.
        relation: Name,
        /// By which command.
        command: Command,
    },
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which rule found it.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// About what.
    pub object: Object,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The facts that decide it, one a line: grants, expressions, cells. When they change, it is another finding.
    pub evidence: Vec<String>,
    /// What the measurement says of it.
    pub verdict: Verdict,
    /// SQL that would mend it, where there is one.
    pub fix: Option<String>,
}

impl Level {
    /// In a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl Verdict {
    /// In a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Refuted => "refuted",
            Self::Unproved => "unproved",
        }
    }
}

impl Object {
    /// The relation that it is, is a part of, or is about.
    #[must_use]
    pub fn relation(&self) -> Option<&Name> {
        match self {
            Self::Relation { relation }
            | Self::Column { relation, .. }
            | Self::Policy { relation, .. }
            | Self::Cell { relation, .. } => Some(relation),
            Self::Function { .. } | Self::Schema { .. } | Self::Role { .. } => None,
        }
    }

    /// The persona that it is about.
    #[must_use]
    pub fn persona(&self) -> Option<&str> {
        match self {
            Self::Cell { persona, .. } => Some(persona),
            _ => None,
        }
    }

    /// A table, a view.
    pub(super) fn of(relation: &Relation) -> Self {
        Self::Relation {
            relation: relation.name.clone(),
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Relation { relation } => write!(f, "{relation}"),
            Self::Column { relation, column } => write!(f, "{relation}.{}", quoted(column)),
            Self::Policy { relation, policy } => write!(f, "policy {} on {relation}", quoted(policy)),
            Self::Function { function, arguments } => write!(f, "{function}({arguments})"),
            Self::Schema { schema } => write!(f, "schema {}", quoted(schema)),
            Self::Role { role } => write!(f, "role {}", quoted(role)),
            Self::Cell {
                persona,
                relation,
                command,
            } => write!(f, "{} on {relation} as {persona}", command.as_str()),
        }
    }
}
