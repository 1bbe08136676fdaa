use serde::{Deserialize, Serialize};

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "attributes, as PostgreSQL has them")]
pub struct Role {
    /// Its name.
    pub name: String,
    /// May do anything.
    pub is_superuser: bool,
    /// Row Level Security does not apply to it.
    pub bypasses_rls: bool,
    /// Has by itself what it is a member of.
    pub inherits: bool,
    /// May log in.
    pub can_login: bool,
}

/// Somebody is a member of a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The role.
    pub role: String,
    /// Who is a member of it.
    pub member: String,
    /// Whether the member has the role's privileges by itself. Before PostgreSQL 16 the member's own `inherits`.
    pub inherits: bool,
    /// Whether the member may take the role on (`SET ROLE`). Before PostgreSQL 16 always.
    pub can_set: bool,
    /// Whether the member may make others members.
    pub admin: bool,
}
