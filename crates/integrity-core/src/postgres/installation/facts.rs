//! What an installation can change, as facts that can be compared: taken before and after a step, they tell what it did.
//!
//! Refused: asking of every single statement whether it is needed. PostgreSQL writes a grant anew that was there, and
//! what a file of grants changes would have to be known twice.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use crate::{Error, postgres::failure};

/// One thing that is so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fact {
    pub(super) kind: String,
    pub(super) name: String,
    /// What else is to be the same for the fact to be the same.
    pub(super) detail: String,
    /// For what lies outside the schema vigie: the SQL that undoes it.
    pub(super) undo: Option<String>,
    /// For a setting: the SQL that makes it so again.
    pub(super) redo: Option<String>,
}

/// Everything that is so now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts(pub(super) BTreeSet<Fact>);

impl Facts {
    /// Looks. `objects` are relations outside the schema vigie that steps create.
    pub(super) async fn now(connection: &mut PgConnection, objects: &[String]) -> Result<Self, Error> {
        let rows = sqlx::query_file_as!(Fact, "../../sql/integrity-core/installation_facts.sql", objects)
            .fetch_all(connection)
            .await
            .map_err(failure)?;
        Ok(Self(rows.into_iter().collect()))
    }

    /// What is so now and was not before.
    pub(super) fn since<'f>(&'f self, before: &'f Self) -> impl Iterator<Item = &'f Fact> {
        self.0.difference(&before.0)
    }

    pub(super) fn has(&self, kind: &str, name: &str) -> bool {
        self.0.iter().any(|fact| fact.kind == kind && fact.name == name)
    }

    /// The SQL that brings back what there is under this name.
    pub(super) fn redo(&self, kind: &str, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|fact| fact.kind == kind && fact.name == name);
        found.and_then(|fact| fact.redo.as_deref())
    }

    /// What each role got outside the schema vigie and beside its own existence, with the SQL that undoes it.
    pub(super) fn of_role(&self, role: &str) -> impl Iterator<Item = (&str, &str)> {
        let ending = format!(" to {role}");
        let grants = self
            .0
            .iter()
            .filter(move |fact| fact.kind == "grant" && fact.name.ends_with(&ending));
        grants.filter_map(|fact| Some((fact.name.as_str(), fact.undo.as_deref()?)))
    }
}
