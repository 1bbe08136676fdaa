//! What somebody of little trust has: privileges, as the catalog gives them, and what was measured.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{Facts, Verdict};
use crate::{
    Access, Catalog, Cell, Command, Name, Persona,
    catalog::{Function, Grant, Relation},
    quoted,
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

/// A privilege that reaches somebody of little trust.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gift<'a> {
    /// To whom it was granted; `None` is PUBLIC.
    pub(super) grantee: Option<&'a str>,
    pub(super) privilege: &'a str,
    /// On which column alone.
    pub(super) column: Option<&'a str>,
}

impl<'a> Reach<'a> {
    pub(super) fn new(facts: &'a Facts<'a>) -> Self {
        let mut names: BTreeSet<&str> = ["anon", "authenticated"]
            .into_iter()
            .filter(|role| facts.catalog.role(role).is_some())
            .collect();
        if names.is_empty() {
            let roles = facts
                .matrix
                .personas
                .iter()
                .map(|persona| persona.database_role.as_str());
            names = roles
                .filter(|role| !passes_everything(facts.catalog, role))
                .collect();
        }
        let personas: BTreeMap<&str, &Persona> = facts
            .matrix
            .personas
            .iter()
            .filter(|persona| names.contains(persona.database_role.as_str()))
            .map(|persona| (persona.name.as_str(), persona))
            .collect();
        let mut roles: BTreeMap<&str, BTreeSet<&str>> = names
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
    pub(super) fn gifts<'g>(&self, grants: &'g [Grant], privileges: &[&str]) -> BTreeSet<Gift<'g>> {
        let all: Vec<_> = self.roles.values().collect();
        gifts(&all, grants, privileges, None)
    }

    /// The privileges on this relation, or on a column of it, where it is served and the role may use its schema.
    pub(super) fn on(&self, relation: &'a Relation, privileges: &[&str]) -> BTreeSet<Gift<'a>> {
        if relation.extension.is_some() || !self.exposed.contains(relation.name.schema.as_str()) {
            return BTreeSet::new();
        }
        let roles = self.admitted(&relation.name.schema);
        let mut found = gifts(&roles, &relation.grants, privileges, None);
        for column in &relation.columns {
            found.extend(gifts(&roles, &column.grants, privileges, Some(&column.name)));
        }
        found
    }

    /// The privileges to call this function, where it is served and the role may use its schema.
    pub(super) fn calling(&self, function: &'a Function) -> BTreeSet<Gift<'a>> {
        if function.extension.is_some() || !self.exposed.contains(function.name.schema.as_str()) {
            return BTreeSet::new();
        }
        gifts(
            &self.admitted(&function.name.schema),
            &function.grants,
            &["EXECUTE"],
            None,
        )
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
                .any(|grants| !gifts(&[all], grants, &["SELECT"], None).is_empty())
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

    /// Whether that is somebody of whom nothing else is known: no row is theirs, and no rank.
    pub(super) fn is_nobody(&self, persona: &str) -> bool {
        self.personas
            .get(persona)
            .is_some_and(|persona| persona.is_anonymous() || persona.name == persona.database_role)
    }

    /// The roles that may use a schema.
    fn admitted(&self, schema: &str) -> Vec<&BTreeSet<&'a str>> {
        let grants = self.catalog.schema(schema).map(|own| &own.grants);
        let may_use = |roles: &&BTreeSet<&str>| {
            grants.is_some_and(|grants| !gifts(&[*roles], grants, &["USAGE"], None).is_empty())
        };
        self.roles.values().filter(may_use).collect()
    }
}

fn gifts<'g>(
    roles: &[&BTreeSet<&str>],
    grants: &'g [Grant],
    privileges: &[&str],
    column: Option<&'g str>,
) -> BTreeSet<Gift<'g>> {
    let reaches = |grant: &&Grant| match grant.grantee.as_deref() {
        None => !roles.is_empty(),
        Some(grantee) => roles.iter().any(|all| all.contains(grantee)),
    };
    grants
        .iter()
        .filter(|grant| privileges.contains(&grant.privilege.as_str()))
        .filter(reaches)
        .map(|grant| Gift {
            grantee: grant.grantee.as_deref(),
            privilege: &grant.privilege,
            column,
        })
        .collect()
}

fn passes_everything(catalog: &Catalog, role: &str) -> bool {
    catalog
        .role(role)
        .is_some_and(|role| role.is_superuser || role.bypasses_rls)
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

/// To whom these were granted, as a sentence lists them.
pub(super) fn grantees(gifts: &BTreeSet<Gift<'_>>) -> String {
    listed(gifts.iter().map(|gift| grantee(gift.grantee)))
}

/// Which privileges these are, as a sentence lists them.
pub(super) fn privileges(gifts: &BTreeSet<Gift<'_>>) -> String {
    listed(gifts.iter().map(|gift| gift.privilege.to_owned()))
}

/// SQL that takes these back. What is taken from a relation is taken from its columns as well.
pub(super) fn revoke(gifts: &BTreeSet<Gift<'_>>, on: &str) -> String {
    let mut by_grantee: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for gift in gifts {
        by_grantee
            .entry(grantee(gift.grantee))
            .or_default()
            .push(gift.privilege.to_lowercase());
    }
    let statements = by_grantee
        .into_iter()
        .map(|(grantee, privileges)| format!("revoke {} on {on} from {grantee};", listed(privileges)));
    statements.collect::<Vec<_>>().join("\n")
}

fn grantee(name: Option<&str>) -> String {
    name.map_or_else(|| "PUBLIC".to_owned(), quoted)
}

/// Each of them once, in order.
fn listed(items: impl IntoIterator<Item = String>) -> String {
    let items: BTreeSet<String> = items.into_iter().collect();
    items.into_iter().collect::<Vec<_>>().join(", ")
}

/// As evidence: `UPDATE (body) is granted to anon`.
impl fmt::Display for Gift<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.privilege)?;
        if let Some(column) = self.column {
            write!(f, " ({})", quoted(column))?;
        }
        write!(f, " is granted to {}", grantee(self.grantee))
    }
}
