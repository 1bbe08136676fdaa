use serde::{Deserialize, Serialize};

/// A privilege that somebody has on something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Who has it; `None` is PUBLIC, which is everybody.
    pub grantee: Option<String>,
    /// As PostgreSQL calls it: `SELECT`, `USAGE`, `EXECUTE`.
    pub privilege: String,
    /// Whether they may give it to others.
    #[serde(default)]
    pub grantable: bool,
}

/// A kind of thing that default privileges speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ObjectKind {
    /// Tables, views and what else has rows.
    Table,
    /// Sequences.
    Sequence,
    /// Functions and procedures.
    Function,
    /// Types.
    Type,
    /// Schemas.
    Schema,
}

/// What objects that somebody makes will be granted (`ALTER DEFAULT PRIVILEGES`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultPrivileges {
    /// Whose objects.
    pub owner: String,
    /// In which schema; `None` is every schema.
    pub schema: Option<String>,
    /// Which kind.
    pub kind: ObjectKind,
    /// To whom what.
    pub grants: Vec<Grant>,
}
