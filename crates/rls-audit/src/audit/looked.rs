use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Access,
    rules::{ExposedBy, Facts},
};

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Looked {
    /// When, by the database's clock.
    pub at: DateTime<Utc>,
    /// What the database is called.
    pub database: String,
    /// As `server_version_num`: 150004.
    pub server_version: u32,
    /// Whether it only follows another server.
    pub is_standby: bool,
    /// The login that looked.
    pub login: String,
    /// Whether that is a superuser, as whom functions of the audited schema run then.
    #[serde(default)]
    pub is_superuser: bool,
    /// The schemas that callers reach.
    pub exposed_schemas: Vec<String>,
    /// Who says so.
    pub exposed_by: ExposedBy,
    /// How many relations there are, those of extensions left out.
    pub relations: usize,
    /// How many functions.
    pub functions: usize,
    /// Who was tried.
    pub personas: Vec<Who>,
    /// How many cells were measured.
    pub cells: usize,
    /// How many of them are not known, by the reason.
    pub unknown: BTreeMap<String, usize>,
}

/// Somebody who was tried. What their token says stays out of what is kept: it may be about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Who {
    /// What people call them.
    pub name: String,
    /// The role of the database that they act under.
    pub database_role: String,
    /// Whether they have not shown who they are.
    pub is_anonymous: bool,
}

impl Looked {
    /// As of the instant `at`.
    pub(super) fn new(facts: &Facts<'_>, at: DateTime<Utc>) -> Self {
        let Facts { catalog, matrix, .. } = facts;
        let (exposed_schemas, exposed_by) = facts.exposed_by();
        let mut unknown = BTreeMap::new();
        for cell in matrix.unknown() {
            if let Access::Unknown(doubt) = cell.access {
                *unknown.entry(doubt.to_string()).or_insert(0) += 1;
            }
        }
        let who = matrix.personas.iter().map(|persona| Who {
            name: persona.name.clone(),
            database_role: persona.database_role.clone(),
            is_anonymous: persona.is_anonymous(),
        });
        Self {
            at,
            database: catalog.server.database.clone(),
            server_version: catalog.server.version,
            is_standby: catalog.server.is_standby,
            login: catalog.server.login.clone(),
            is_superuser: catalog
                .role(&catalog.server.login)
                .is_some_and(|login| login.is_superuser),
            exposed_schemas: exposed_schemas.into_iter().map(str::to_owned).collect(),
            exposed_by,
            relations: catalog.own_relations().count(),
            functions: catalog.functions.len(),
            personas: who.collect(),
            cells: matrix.cells.len(),
            unknown,
        }
    }
}
