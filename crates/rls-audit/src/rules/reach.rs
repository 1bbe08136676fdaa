//! What somebody of little trust has: privileges, as the catalog gives them, and what was measured.

use std::collections::{BTreeMap, BTreeSet};

use super::{Facts, Verdict, gifts::Gifts};
use crate::{
    Access, Catalog, Cell, Command, Name, Persona,
    catalog::{Function, Grant, Policy, Relation},
};

/// The privileges that have to do with rows.
pub(super) const ROWS: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];

/// Who has little trust, and what was measured of them.
pub(super) struct Reach<'a> {
    catalog: &'a Catalog,
    exposed: BTreeSet<&'a str>,
    /// Roles of little trust, each with all whose privileges it has by itself.
    roles: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// The personas that act under these roles.
    personas: BTreeMap<&'a str, &'a Persona>,
    facts: &'a Facts<'a>,
}

impl<'a> Reach<'a> {
    pub(super) fn new(facts: &'a Facts<'a>) -> Self {
        let personas: BTreeMap<&str, &Persona> = facts
            .low_trust()
            .map(|persona| (persona.name.as_str(), persona))
            .collect();
        let mut roles: BTreeMap<&str, BTreeSet<&str>> = facts
            .low_trust_roles()
            .into_iter()
            .map(|role| (role, facts.roles_of(role)))
            .collect();
        if roles.is_empty() {
            // Nobody is there yet, and whoever comes has what PUBLIC has.
            roles.insert("PUBLIC", BTreeSet::new());
        }
        Self {
            catalog: facts.catalog,
            exposed: facts.exposed_schemas().into_iter().collect(),
            roles,
            personas,
            facts,
        }
    }

    /// The roles of little trust.
    pub(super) fn roles(&self) -> impl Iterator<Item = &'a str> {
        self.roles.keys().copied()
    }

    /// Those of these grants that reach a role of little trust, for any of these privileges.
    pub(super) fn gifts<'g>(&self, grants: &'g [Grant], privileges: &[&str]) -> Gifts<'g> {
        let all: Vec<_> = self.roles.values().collect();
        Gifts::of(&all, grants, privileges, None)
    }

    /// The privileges on this relation, or on a column of it, for roles that get to its schema.
    pub(super) fn on(&self, relation: &'a Relation, privileges: &[&str]) -> Gifts<'a> {
        if relation.extension.is_some() {
            return Gifts::default();
        }
        let roles = self.admitted(&relation.name.schema);
        let mut found = Gifts::of(&roles, &relation.grants, privileges, None);
        for column in &relation.columns {
            found
                .0
                .extend(Gifts::of(&roles, &column.grants, privileges, Some(&column.name)).0);
        }
        found
    }

    /// The privileges to call this function, for roles that get to its schema.
    pub(super) fn calling(&self, function: &'a Function) -> Gifts<'a> {
        if function.extension.is_some() {
            return Gifts::default();
        }
        let roles = self.admitted(&function.name.schema);
        Gifts::of(&roles, &function.grants, &["EXECUTE"], None)
    }

    /// The same for one that is named by what callers call, and so needs not be served itself.
    pub(super) fn calling_within(&self, function: &'a Function) -> Gifts<'a> {
        let roles: Vec<_> = self
            .roles
            .values()
            .filter(|roles| self.may_use(roles, &function.name.schema))
            .collect();
        Gifts::of(&roles, &function.grants, &["EXECUTE"], None)
    }

    /// Whether somebody of little trust who acts under this role may read this column.
    pub(super) fn may_read(&self, role: &str, relation: &Relation, column: &str) -> bool {
        let Some(all) = self.roles.get(role) else {
            return false;
        };
        let own = relation.columns.iter().find(|own| own.name == column);
        let lists = [Some(&relation.grants), own.map(|own| &own.grants)];
        self.admitted(&relation.name.schema).contains(&all)
            && lists
                .into_iter()
                .flatten()
                .any(|grants| !Gifts::of(&[all], grants, &["SELECT"], None).is_empty())
    }

    pub(super) fn relation(&self, name: &Name) -> Option<&'a Relation> {
        self.catalog.relation(name)
    }

    /// What was measured of somebody of little trust with this relation.
    pub(super) fn cells(&self, relation: &Name, commands: &[Command]) -> Vec<&'a Cell> {
        let cells = self.facts.cells(relation).iter().copied();
        cells
            .filter(|cell| {
                commands.contains(&cell.command) && self.personas.contains_key(cell.persona.as_str())
            })
            .collect()
    }

    /// The same for this persona and command.
    pub(super) fn access(&self, persona: &str, relation: &Name, command: Command) -> Option<&'a Access> {
        let persona = self.personas.get(persona)?;
        self.facts.access(&persona.name, relation, command)
    }

    /// The role that this persona acts under.
    pub(super) fn role(&self, persona: &str) -> &'a str {
        self.personas
            .get(persona)
            .map_or("", |persona| persona.database_role.as_str())
    }

    /// Whether the policy is for this persona.
    pub(super) fn is_for(&self, policy: &Policy, persona: &str) -> bool {
        let roles = self.roles.get(self.role(persona));
        policy.roles.is_empty()
            || roles.is_some_and(|all| policy.roles.iter().any(|role| all.contains(role.as_str())))
    }

    /// Whether that is somebody of whom nothing else is known: no row is theirs, and no rank.
    pub(super) fn is_nobody(&self, persona: &str) -> bool {
        self.personas
            .get(persona)
            .is_some_and(|persona| persona.is_anonymous() || persona.name == persona.database_role)
    }

    /// The roles that get to a schema: they may use it, and it is served, or they log in themselves and say what they like.
    fn admitted(&self, schema: &str) -> Vec<&BTreeSet<&'a str>> {
        let gets_there = |role: &str| {
            self.exposed.contains(schema) || self.catalog.role(role).is_some_and(|own| own.can_login)
        };
        let admitted = self
            .roles
            .iter()
            .filter(|(role, roles)| gets_there(role) && self.may_use(roles, schema));
        admitted.map(|(_, roles)| roles).collect()
    }

    fn may_use(&self, roles: &BTreeSet<&str>, schema: &str) -> bool {
        let schema = self.catalog.schema(schema);
        schema.is_some_and(|own| !Gifts::of(&[roles], &own.grants, &["USAGE"], None).is_empty())
    }
}

/// What cells say of whether anything goes through.
pub(super) fn verdict(cells: &[&Cell]) -> Verdict {
    if cells.iter().any(|cell| cell.access.is_open()) {
        Verdict::Proved
    } else if cells.is_empty() || cells.iter().any(|cell| matches!(cell.access, Access::Unknown(_))) {
        Verdict::Unproved
    } else {
        Verdict::Refuted
    }
}

/// Cells as evidence, one a line.
pub(super) fn told(cells: &[&Cell]) -> Vec<String> {
    let told = |cell: &&Cell| {
        format!(
            "{} on {} as {}: {}",
            cell.command.as_str(),
            cell.relation,
            cell.persona,
            cell.access.class()
        )
    };
    cells.iter().map(told).collect()
}
