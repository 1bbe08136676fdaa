use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Expression;
use crate::{
    Access, AccessMatrix, Catalog, Cell, Command, Name, Persona, Trial,
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

/// Who says which schemas callers reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExposedBy {
    /// Whoever asked.
    Settings,
    /// `pgrst.db_schemas`, in the database.
    Database,
    /// Nobody; `public` is taken.
    Nobody,
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
    /// What policies say, each text understood once; nothing where it is not.
    expressions: BTreeMap<&'a str, Option<Expression>>,
    cells: BTreeMap<&'a Name, Vec<&'a Cell>>,
}

impl<'a> Facts<'a> {
    /// What rules look at, so that each of them finds its way in it.
    #[must_use]
    pub fn new(
        catalog: &'a Catalog,
        matrix: &'a AccessMatrix,
        trials: &'a [Trial],
        settings: &'a Settings,
    ) -> Self {
        let mut expressions = BTreeMap::new();
        let policies = catalog.relations.iter().flat_map(|relation| &relation.policies);
        for text in policies
            .flat_map(|policy| [&policy.using, &policy.check])
            .flatten()
        {
            expressions
                .entry(text.as_str())
                .or_insert_with(|| Expression::of(text, catalog));
        }
        let mut cells: BTreeMap<&Name, Vec<&Cell>> = BTreeMap::new();
        for cell in &matrix.cells {
            cells.entry(&cell.relation).or_default().push(cell);
        }
        Self {
            catalog,
            matrix,
            trials,
            settings,
            expressions,
            cells,
        }
    }

    /// What this text of a policy says, where it is understood.
    pub(super) fn expression(&self, text: &str) -> Option<&Expression> {
        self.expressions.get(text)?.as_ref()
    }

    /// What was measured of a relation.
    pub(super) fn cells(&self, relation: &Name) -> &[&'a Cell] {
        self.cells.get(relation).map_or(&[], Vec::as_slice)
    }

    /// The same for this persona and command.
    pub(super) fn access(&self, persona: &str, relation: &Name, command: Command) -> Option<&'a Access> {
        let mut cells = self.cells(relation).iter();
        cells
            .find(|cell| cell.persona == persona && cell.command == command)
            .map(|cell| &cell.access)
    }

    /// The schemas that callers reach.
    #[must_use]
    pub fn exposed_schemas(&self) -> Vec<&str> {
        self.exposed_by().0
    }

    /// The same, and who says so.
    pub(crate) fn exposed_by(&self) -> (Vec<&str>, ExposedBy) {
        let told = |schemas: &'a [String]| schemas.iter().map(String::as_str).collect();
        match (
            &self.settings.exposed_schemas,
            &self.catalog.server.exposed_schemas,
        ) {
            (Some(given), _) => (told(given), ExposedBy::Settings),
            (None, Some(schemas)) => (told(schemas), ExposedBy::Database),
            (None, None) => (vec!["public"], ExposedBy::Nobody),
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

    /// Roles of little trust: those that strangers and whoever is signed in act under, those that the server of an API
    /// takes on for them, and those of personas that somebody described. Where there are none of these, all who were
    /// tried. But for the usual names, never one that policies do not hold, or that owns what is asked about.
    #[must_use]
    pub fn low_trust_roles(&self) -> BTreeSet<&str> {
        let personas = &self.matrix.personas;
        let held = personas.iter().filter(|own| self.is_plain(&own.database_role));
        let mut roles = self.callers();
        roles.extend(
            held.clone()
                .filter(|own| own.name != own.database_role)
                .map(|own| own.database_role.as_str()),
        );
        if roles.is_empty() {
            roles.extend(held.map(|own| own.database_role.as_str()));
        }
        roles
    }

    /// The roles that callers of an API have: by their usual names, and what its server may become that owns nothing.
    pub(super) fn callers(&self) -> BTreeSet<&str> {
        let usual = ["anon", "authenticated"]
            .into_iter()
            .filter(|role| self.catalog.role(role).is_some());
        let served = self
            .catalog
            .memberships
            .iter()
            .filter(|own| own.member == "authenticator" && own.can_set)
            .map(|own| own.role.as_str());
        usual.chain(served.filter(|role| self.is_plain(role))).collect()
    }

    fn is_plain(&self, role: &str) -> bool {
        !self.passes_everything(role) && self.catalog.relations.iter().all(|own| own.owner != role)
    }

    /// Personas of whom little is known: they act under a role of little trust.
    pub fn low_trust(&self) -> impl Iterator<Item = &Persona> {
        let roles = self.low_trust_roles();
        self.matrix
            .personas
            .iter()
            .filter(move |persona| roles.contains(persona.database_role.as_str()))
    }

    /// Whether no policy of this relation holds the role.
    pub(super) fn passes(&self, role: &str, relation: &Relation) -> bool {
        let is_owner = || self.roles_of(role).contains(relation.owner.as_str());
        !relation.rls || self.passes_everything(role) || (!relation.force_rls && is_owner())
    }

    /// Whether no policy holds the role, whosesoever the table is.
    pub(super) fn passes_everything(&self, role: &str) -> bool {
        self.catalog
            .role(role)
            .is_some_and(|role| role.is_superuser || role.bypasses_rls)
    }

    /// As [`Catalog::has`].
    #[must_use]
    pub fn has(&self, role: &str, grants: &[Grant], privilege: &str) -> bool {
        self.catalog.has(role, grants, privilege)
    }

    /// As [`Catalog::may`].
    #[must_use]
    pub fn may(&self, role: &str, relation: &Relation, command: Command) -> bool {
        self.catalog.may(role, relation, command)
    }

    /// The role and all whose privileges it has by itself.
    #[must_use]
    pub fn roles_of<'s>(&'s self, role: &'s str) -> BTreeSet<&'s str> {
        self.catalog.roles_of(role)
    }
}
