//! Everything that decides who may do what, as plain data, of one instant.
//!
//! Names, never object identifiers: a catalog is compared with that of another database, and with that of last week.
//! Expressions are as PostgreSQL prints them with an empty search path, so that every name in them says its schema.

mod access;
mod function;
mod relation;
mod role;
mod types;

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};

pub use self::{
    access::{DefaultPrivileges, Grant, ObjectKind},
    function::{Call, Function, FunctionKind, Volatility},
    relation::{
        Column, Command, Constraint, ConstraintKind, Generated, Identity, Index, Policy, Reads, Relation,
        RelationKind, Rule, Trigger, ViewOptions,
    },
    role::{Membership, Role},
    types::{Domain, Enum},
};
use crate::Name;

/// Everything that decides who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// The server and who looked.
    pub server: Server,
    /// Schemas that are not the system's own, by name.
    pub schemas: Vec<Schema>,
    /// Every role, by name.
    pub roles: Vec<Role>,
    /// Who is a member of what, by role and member.
    pub memberships: Vec<Membership>,
    /// Tables, views and what else has rows, ordered by name; those of extensions too, which say so.
    #[serde(deserialize_with = "by_name")]
    pub relations: Vec<Relation>,
    /// Functions and procedures, by name and arguments; those of extensions only where they run as their owner.
    pub functions: Vec<Function>,
    /// What future objects will be granted.
    pub default_privileges: Vec<DefaultPrivileges>,
    /// Types with checks of their own.
    pub domains: Vec<Domain>,
    /// Types with a list of values.
    pub enums: Vec<Enum>,
    /// What is published to subscribers.
    pub publications: Vec<Publication>,
}

/// The server, and the login that looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// As `server_version_num`: 150004.
    pub version: u32,
    /// What the database is called.
    pub database: String,
    /// Whether it only follows another server.
    pub is_standby: bool,
    /// The login.
    pub login: String,
    /// The schemas that `PostgREST` serves, as `pgrst.db_schemas` of the session, the database or the role `authenticator` has
    /// them; `None` where nothing says so.
    pub exposed_schemas: Option<Vec<String>>,
}

/// A schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// Its owner.
    pub owner: String,
    /// The extension that made it.
    pub extension: Option<String>,
    /// Who may use it, and create in it.
    pub grants: Vec<Grant>,
}

/// A publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Its name.
    pub name: String,
    /// Its owner.
    pub owner: String,
    /// Whether it publishes whatever there is.
    pub all_tables: bool,
    /// The tables that it publishes, by name.
    pub tables: Vec<Name>,
}

impl Catalog {
    /// The relations of the database itself: what extensions bring is theirs.
    pub fn own_relations(&self) -> impl Iterator<Item = &Relation> {
        self.relations
            .iter()
            .filter(|relation| relation.extension.is_none())
    }

    /// The relation of that name.
    #[must_use]
    pub fn relation(&self, name: &Name) -> Option<&Relation> {
        let at = self.relations.binary_search_by(|own| own.name.cmp(name)).ok()?;
        self.relations.get(at)
    }

    /// Where callers of the API look for names: in the schemas that it serves, in `public`, and where Supabase keeps its
    /// extensions.
    #[must_use]
    pub fn callers_path(&self) -> Vec<&str> {
        let exposed = self.server.exposed_schemas.iter().flatten().map(String::as_str);
        let mut path: Vec<&str> = Vec::new();
        for schema in exposed.chain(["public", "extensions"]) {
            if self.schema(schema).is_some() && !path.contains(&schema) {
                path.push(schema);
            }
        }
        if path.is_empty() {
            path.push("public");
        }
        path
    }

    /// The role and all whose privileges it has by itself.
    #[must_use]
    pub fn roles_of<'s>(&'s self, role: &'s str) -> BTreeSet<&'s str> {
        let mut roles = BTreeSet::from([role]);
        loop {
            let more: Vec<&str> = self
                .memberships
                .iter()
                .filter(|own| {
                    own.inherits && roles.contains(own.member.as_str()) && !roles.contains(own.role.as_str())
                })
                .map(|own| own.role.as_str())
                .collect();
            if more.is_empty() {
                return roles;
            }
            roles.extend(more);
        }
    }

    /// Whether the role has, by itself, what these grants give for this privilege: directly, to PUBLIC, or through roles that
    /// it inherits from. An owner's own privileges stand among the grants, until they are revoked; a superuser needs none.
    #[must_use]
    pub fn has(&self, role: &str, grants: &[Grant], privilege: &str) -> bool {
        let roles = self.roles_of(role);
        let is_superuser = self.role(role).is_some_and(|own| own.is_superuser);
        is_superuser
            || grants.iter().any(|grant| {
                grant.privilege == privilege
                    && grant
                        .grantee
                        .as_deref()
                        .is_none_or(|grantee| roles.contains(grantee))
            })
    }

    /// Whether the role has the privilege for the command on the relation, on all of it or on a column.
    #[must_use]
    pub fn may(&self, role: &str, relation: &Relation, command: Command) -> bool {
        self.has(role, &relation.grants, command.as_str())
            || relation
                .columns
                .iter()
                .any(|column| self.has(role, &column.grants, command.as_str()))
    }

    /// The role of that name.
    #[must_use]
    pub fn role(&self, name: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.name == name)
    }

    /// The schema of that name.
    #[must_use]
    pub fn schema(&self, name: &str) -> Option<&Schema> {
        self.schemas.iter().find(|schema| schema.name == name)
    }
}

/// Relations are looked up by their order; a file may have been edited by hand.
fn by_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Relation>, D::Error> {
    let mut relations = Vec::<Relation>::deserialize(deserializer)?;
    relations.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(relations)
}
