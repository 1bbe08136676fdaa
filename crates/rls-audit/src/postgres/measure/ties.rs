//! What ties rows to somebody besides their own name: the tenants that they are a member of, the station that they run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::super::{compose, look::Look};
use crate::{
    Catalog, Error, Name, Persona,
    catalog::{ConstraintKind, Relation},
};

/// The most values that one column is tied by.
const MOST_TIES: usize = 3;

/// The rows that are the persona's, of those relations in which policies look people up.
#[derive(Debug)]
pub(super) struct Ties(BTreeMap<Name, Vec<Map<String, Value>>>);

impl Ties {
    /// As this login reads them: `places` are the relations, each with the column that says whose row it is.
    pub(super) async fn of(
        look: &mut Look,
        places: &BTreeSet<(Name, String)>,
        persona: &Persona,
    ) -> Result<Self, Error> {
        let mut ties = BTreeMap::<Name, Vec<Map<String, Value>>>::new();
        let Some(subject) = persona.claims.get("sub").and_then(Value::as_str) else {
            return Ok(Self(ties));
        };
        for (name, column) in places {
            if let Ok(rows) = look.tried(compose::rows_of(name, column, subject)).await? {
                let rows: Vec<Map<String, Value>> = rows;
                ties.entry(name.clone()).or_default().extend(rows);
            }
        }
        Ok(Self(ties))
    }

    /// For each column of the relation, what those rows say of it: by a reference, or by the same name and type.
    pub(super) fn values(&self, catalog: &Catalog, relation: &Relation) -> BTreeMap<String, Vec<Value>> {
        let mut values = BTreeMap::<String, Vec<Value>>::new();
        for (name, rows) in &self.0 {
            let Some(place) = catalog.relation(name).filter(|place| place.name != relation.name) else {
                continue;
            };
            for (column, key) in tied(relation, place) {
                let found = values.entry(column).or_default();
                for value in rows.iter().filter_map(|row| row.get(&key)) {
                    if !value.is_null() && !found.contains(value) && found.len() < MOST_TIES {
                        found.push(value.clone());
                    }
                }
            }
        }
        values
    }
}

/// Pairs of columns that say the same thing: one refers to the other, both refer to the same, or both are called the same.
fn tied(relation: &Relation, place: &Relation) -> BTreeSet<(String, String)> {
    let mut pairs = BTreeSet::new();
    let of_tables = |one: &Relation, other: &Relation| -> Vec<(String, String)> {
        let keys = one
            .constraints
            .iter()
            .filter(|own| own.kind == ConstraintKind::ForeignKey);
        keys.filter_map(|key| {
            let to = key.references.as_ref().filter(|to| to.relation == other.name)?;
            Some((key.columns.first()?.clone(), to.columns.first()?.clone()))
        })
        .collect()
    };
    pairs.extend(of_tables(relation, place));
    pairs.extend(
        of_tables(place, relation)
            .into_iter()
            .map(|(theirs, own)| (own, theirs)),
    );
    for column in &relation.columns {
        let same = place
            .columns
            .iter()
            .find(|other| other.name == column.name && other.type_name == column.type_name);
        // What each row has for itself says nothing of another's.
        if let Some(same) = same.filter(|_| column.name != "id") {
            pairs.insert((column.name.clone(), same.name.clone()));
        }
    }
    pairs
}
