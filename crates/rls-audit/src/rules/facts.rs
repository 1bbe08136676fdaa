use std::collections::BTreeSet;

use crate::{
    AccessMatrix, Catalog, Command, Persona, Trial,
    catalog::{Grant, Relation},
};

/// What the catalog cannot know.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The schemas that callers reach; unless given, what `PostgREST` is told, else `public`.
    pub exposed_schemas: Option<Vec<String>>,
    /// Logins of applications, which must not own what they are to be kept from.
    pub application_logins: Vec<String>,
    /// Words in names and comments of columns that hold what few should read.
    pub sensitive_words: Vec<String>,
}

/// What rules look at.
#[derive(Debug)]
pub struct Facts<'a> {
    /// What decides who may do what.
    pub catalog: &'a Catalog,
    /// What that comes to.
    pub matrix: &'a AccessMatrix,
    /// What was tried to find that out.
    pub trials: &'a [Trial],
    /// What the catalog cannot know.
    pub settings: &'a Settings,
}

impl Facts<'_> {
    /// The schemas that callers reach.
    #[must_use]
    pub fn exposed_schemas(&self) -> Vec<&str> {
        let given = self.settings.exposed_schemas.as_ref();
        match given.or(self.catalog.server.exposed_schemas.as_ref()) {
            Some(schemas) => schemas.iter().map(String::as_str).collect(),
            None => vec!["public"],
        }
    }

    /// Relations that callers could reach: in an exposed schema, and of no extension.
    pub fn exposed(&self) -> impl Iterator<Item = &Relation> {
        let schemas: BTreeSet<String> = self.exposed_schemas().into_iter().map(str::to_owned).collect();
        self.catalog
            .relations
            .iter()
            .filter(move |relation| relation.extension.is_none() && schemas.contains(&relation.name.schema))
    }

    /// Personas of whom nothing is known but that they ask, or that they are signed in.
    pub fn low_trust(&self) -> impl Iterator<Item = &Persona> {
        self.matrix
            .personas
            .iter()
            .filter(|persona| ["anon", "authenticated"].contains(&persona.database_role.as_str()))
    }

    /// Personas who have not shown who they are.
    pub fn anonymous(&self) -> impl Iterator<Item = &Persona> {
        self.matrix
            .personas
            .iter()
            .filter(|persona| persona.is_anonymous())
    }

    /// Whether the role has, by itself, what these grants give for this privilege: directly, to PUBLIC, or through roles that
    /// it inherits from.
    #[must_use]
    pub fn has(&self, role: &str, grants: &[Grant], privilege: &str) -> bool {
        let roles = self.roles_of(role);
        grants.iter().any(|grant| {
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

    /// The role and all whose privileges it has by itself.
    #[must_use]
    pub fn roles_of<'s>(&'s self, role: &'s str) -> BTreeSet<&'s str> {
        let mut roles = BTreeSet::from([role]);
        loop {
            let more: Vec<&str> = self
                .catalog
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
}
