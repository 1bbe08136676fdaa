//! What a look comes to, as it is kept, printed and sent.
//!
//! It begins with what was looked at, what was skipped and what is not known: findings never stand alone, and that there
//! are none means nothing without it.

mod looked;
mod reported;
mod skipped;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::{
    looked::{Looked, Who},
    reported::{Reopening, Reported, Standing},
    skipped::Skipped,
};
pub use crate::rules::ExposedBy;
use crate::{
    Access, Cell, Command, Inspection, Name,
    baseline::{Baseline, Direction, Drift},
    catalog::RelationKind,
    definition::{Definition, definitions},
    rules::{self, Facts, Level, Settings},
};

/// What a look comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// What was looked at.
    pub looked: Looked,
    /// What was not looked at, and why.
    pub skipped: Vec<Skipped>,
    /// What is wrong, the worst first.
    pub findings: Vec<Reported>,
    /// What has changed since the baseline; `None` without one.
    pub drift: Option<Drift>,
    /// Who can do what, by persona and relation.
    pub access: Vec<Row>,
    /// What was written down in the database that decides it.
    pub definitions: Vec<Definition>,
}

/// What one persona can do with one relation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Who.
    pub persona: String,
    /// With what.
    pub relation: Name,
    /// What that is.
    pub kind: RelationKind,
    /// What each command comes to.
    pub access: BTreeMap<Command, Access>,
    /// By the command, the columns that it may name, where those are not all.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<Command, Vec<String>>,
}

/// What an audit comes to, for whoever has to go on or to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing new, and enough is known to say so.
    Fine,
    /// Somebody can do more than the baseline says.
    Widened,
    /// There are new findings.
    Findings,
    /// Too little is known to say anything.
    Incomplete,
}

impl Outcome {
    /// The outcome as it is kept and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Widened => "widened",
            Self::Findings => "findings",
            Self::Incomplete => "incomplete",
        }
    }
}

/// Of a hundred cells so many may be unknown, and there is still an answer.
const UNKNOWN: usize = 2;

impl Audit {
    /// What this look comes to.
    #[must_use]
    pub fn new(inspection: &Inspection, settings: &Settings) -> Self {
        let facts = Facts::new(
            &inspection.catalog,
            &inspection.matrix,
            &inspection.trials,
            settings,
        );
        let findings = rules::findings(&facts);
        Self {
            looked: Looked::new(&facts, inspection.at),
            skipped: skipped::skipped(&facts, &inspection.untried),
            findings: findings.into_iter().map(Reported::new).collect(),
            drift: None,
            access: rows(&facts),
            definitions: definitions(&facts),
        }
    }

    /// The same beside a baseline: which findings it knows or suppresses, and what has changed since.
    #[must_use]
    pub fn beside(mut self, baseline: &Baseline) -> Self {
        let today = self.looked.at.date_naive();
        for finding in &mut self.findings {
            finding.standing = baseline.standing(finding, today);
        }
        self.drift = Some(baseline.drift(&self));
        self
    }

    /// What it comes to, when findings count from this level on.
    #[must_use]
    pub fn outcome(&self, from: Level) -> Outcome {
        let counts = |finding: &Reported| finding.level >= from && finding.standing.is_new();
        if !self.is_complete() {
            Outcome::Incomplete
        } else if self.findings.iter().any(counts) {
            Outcome::Findings
        } else if self.is_widened() {
            Outcome::Widened
        } else {
            Outcome::Fine
        }
    }

    /// The access to each relation, by the persona's name.
    #[must_use]
    pub fn by_relation(&self) -> BTreeMap<&Name, BTreeMap<&str, &Row>> {
        let mut relations: BTreeMap<&Name, BTreeMap<&str, &Row>> = BTreeMap::new();
        for row in &self.access {
            let personas = relations.entry(&row.relation).or_default();
            personas.insert(&row.persona, row);
        }
        relations
    }

    /// Whether somebody can do more than what it stands beside says.
    #[must_use]
    pub fn is_widened(&self) -> bool {
        let drift = self.drift.as_ref();
        drift.is_some_and(|drift| drift.direction() == Some(Direction::Widened))
    }

    /// Whether enough was seen to say anything.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let unknown: usize = self.looked.unknown.values().sum();
        !self.looked.personas.is_empty()
            && unknown * 100 <= self.looked.cells * UNKNOWN
            && self.skipped.iter().all(|skipped| skipped.expected)
    }
}

/// By persona and relation, as the matrix has them.
fn rows(facts: &Facts<'_>) -> Vec<Row> {
    let mut rows: BTreeMap<(&str, &Name), Row> = BTreeMap::new();
    for Cell {
        persona,
        relation,
        command,
        access,
    } in &facts.matrix.cells
    {
        let row = rows.entry((persona, relation)).or_insert_with(|| Row {
            persona: persona.clone(),
            relation: relation.clone(),
            kind: RelationKind::Table,
            access: BTreeMap::new(),
            columns: BTreeMap::new(),
        });
        row.access.insert(*command, access.clone());
    }
    let roles: BTreeMap<&str, &str> = facts
        .matrix
        .personas
        .iter()
        .map(|persona| (persona.name.as_str(), persona.database_role.as_str()))
        .collect();
    let relations: BTreeMap<&Name, _> = facts
        .catalog
        .own_relations()
        .map(|relation| (&relation.name, relation))
        .collect();
    for ((persona, name), row) in &mut rows {
        let (Some(relation), Some(role)) = (relations.get(name), roles.get(persona)) else {
            continue;
        };
        row.kind = relation.kind;
        for (command, access) in &row.access {
            let whole = facts.has(role, &relation.grants, command.as_str());
            if access.is_open() && !whole && *command != Command::Delete {
                let named = relation
                    .columns
                    .iter()
                    .filter(|column| facts.has(role, &column.grants, command.as_str()));
                row.columns
                    .insert(*command, named.map(|column| column.name.clone()).collect());
            }
        }
    }
    rows.into_values().collect()
}
