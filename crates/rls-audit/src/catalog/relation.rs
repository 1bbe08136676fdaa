use serde::{Deserialize, Serialize};

use super::{Call, Grant};
use crate::Name;

/// What kind of relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// A table; a partition too, where it holds rows itself.
    Table,
    /// A table that is divided into partitions.
    PartitionedTable,
    /// A view.
    View,
    /// A view whose rows are stored.
    MaterializedView,
    /// A table elsewhere.
    ForeignTable,
}

impl RelationKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Table,
        Self::PartitionedTable,
        Self::View,
        Self::MaterializedView,
        Self::ForeignTable,
    ];

    /// As SQL calls it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::PartitionedTable => "partitioned table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::ForeignTable => "foreign table",
        }
    }
}

/// What can be done with rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Command {
    /// Read.
    Select,
    /// Add.
    Insert,
    /// Change.
    Update,
    /// Take away.
    Delete,
}

impl Command {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Select, Self::Insert, Self::Update, Self::Delete];

    /// As SQL has it, which is what the privilege is called as well.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// Something with rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// Its name.
    pub name: Name,
    /// What kind.
    pub kind: RelationKind,
    /// Its owner.
    pub owner: String,
    /// Row Level Security is enabled.
    pub rls: bool,
    /// It applies to the owner as well.
    pub force_rls: bool,
    /// It is a partition of its parent.
    pub is_partition: bool,
    /// What it inherits from, or is a partition of.
    pub parents: Vec<Name>,
    /// The extension it belongs to.
    pub extension: Option<String>,
    /// What is written beside it.
    pub comment: Option<String>,
    /// Who may do what with all of it.
    pub grants: Vec<Grant>,
    /// Its columns, in their order.
    pub columns: Vec<Column>,
    /// Its constraints, by name.
    pub constraints: Vec<Constraint>,
    /// Its indexes, by name.
    pub indexes: Vec<Index>,
    /// Its policies, by name.
    pub policies: Vec<Policy>,
    /// Its triggers, by name; those that PostgreSQL makes for constraints are left out.
    pub triggers: Vec<Trigger>,
    /// Its rewrite rules, by name; the one that makes a view a view is left out.
    pub rules: Vec<Rule>,
    /// Of a view.
    pub view: Option<ViewOptions>,
    /// Whether rows can be added, changed or taken away through it, as `pg_relation_is_updatable` says, triggers included.
    pub writable: Vec<Command>,
}

/// What makes a view, or a materialized view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewOptions {
    /// Reads as whoever asks, and not as its owner.
    pub security_invoker: bool,
    /// Keeps functions of whoever asks from seeing rows that it hides.
    pub security_barrier: bool,
    /// Its query.
    pub definition: String,
    /// What it reads.
    pub reads: Vec<Reads>,
}

/// Columns of a relation that an expression or a query names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reads {
    /// Whose.
    pub relation: Name,
    /// Which, by name; none where it names the relation alone.
    pub columns: Vec<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as PostgreSQL prints it.
    pub type_name: String,
    /// Takes no NULL.
    pub not_null: bool,
    /// What it is when nothing is given; of a generated column, what it is computed by.
    pub default: Option<String>,
    /// Numbered by itself.
    pub identity: Option<Identity>,
    /// Computed from others, by what stands as its default.
    pub generated: Option<Generated>,
    /// What is written beside it.
    pub comment: Option<String>,
    /// Who may do what with it besides what is granted on all.
    pub grants: Vec<Grant>,
}

/// How a column is numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// Whoever adds a row gives no number.
    Always,
    /// Whoever adds a row may give one.
    ByDefault,
}

/// How a column is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Generated {
    /// When a row is written.
    Stored,
    /// When a row is read.
    Virtual,
}

/// What kind of constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintKind {
    /// `CHECK`.
    Check,
    /// `PRIMARY KEY`.
    PrimaryKey,
    /// `UNIQUE`.
    Unique,
    /// `REFERENCES`.
    ForeignKey,
    /// `EXCLUDE`.
    Exclusion,
    /// `NOT NULL`, which PostgreSQL 18 names.
    NotNull,
}

/// A constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constraint {
    /// Its name.
    pub name: String,
    /// What kind.
    pub kind: ConstraintKind,
    /// As PostgreSQL prints it.
    pub definition: String,
    /// The columns that it speaks of.
    pub columns: Vec<String>,
    /// Where a foreign key leads: the relation and its columns.
    pub references: Option<Reads>,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its columns, in their order; an expression stands as `None`.
    pub columns: Vec<Option<String>>,
    /// Two rows cannot have the same.
    pub is_unique: bool,
    /// It covers only some rows.
    pub is_partial: bool,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Lets rows through; one that does not (`AS RESTRICTIVE`) holds rows back that others let through.
    pub permissive: bool,
    /// For which command; `None` is every one.
    pub command: Option<Command>,
    /// For whom; none is PUBLIC, which is everybody.
    pub roles: Vec<String>,
    /// Which rows may be seen, changed and taken away.
    pub using: Option<String>,
    /// Which rows may be the outcome; where there is none, `using` says that too.
    pub check: Option<String>,
    /// What its expressions name, its own table included.
    pub reads: Vec<Reads>,
    /// The functions that its expressions call; the system's own are left out.
    pub calls: Vec<Call>,
}

impl Policy {
    /// Whether it speaks of that command.
    #[must_use]
    pub fn is_for(&self, command: Command) -> bool {
        self.command.is_none_or(|own| own == command)
    }
}

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "attributes, as PostgreSQL has them")]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The function that it calls.
    pub function: Name,
    /// Fires for these.
    pub commands: Vec<Command>,
    /// Fires for `TRUNCATE`.
    pub truncate: bool,
    /// Before the row is written.
    pub before: bool,
    /// In place of writing.
    pub instead_of: bool,
    /// For each row, and not once for the statement.
    pub for_each_row: bool,
    /// It does fire (`ENABLE`).
    pub enabled: bool,
    /// As PostgreSQL prints it.
    pub definition: String,
}

/// A rewrite rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// As PostgreSQL prints it.
    pub definition: String,
}

#[cfg(any(test, feature = "mock"))]
impl Relation {
    /// A table with a column, which nobody but its owner may touch.
    pub(crate) fn sample() -> Self {
        Self {
            name: Name::new("public", "tanks"),
            kind: RelationKind::Table,
            owner: "postgres".to_owned(),
            rls: true,
            force_rls: false,
            is_partition: false,
            parents: Vec::new(),
            extension: None,
            comment: None,
            grants: Vec::new(),
            columns: vec![Column {
                name: "id".to_owned(),
                type_name: "uuid".to_owned(),
                not_null: true,
                default: None,
                identity: None,
                generated: None,
                comment: None,
                grants: Vec::new(),
            }],
            constraints: Vec::new(),
            indexes: Vec::new(),
            policies: Vec::new(),
            triggers: Vec::new(),
            rules: Vec::new(),
            view: None,
            writable: vec![Command::Insert, Command::Update, Command::Delete],
        }
    }
}
