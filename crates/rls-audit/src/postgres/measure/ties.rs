//! What ties rows to somebody besides their own name: the tenants that they are a member of, the station that they run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    super::{compose, look::Look},
    Samples,
};
use crate::{
    Catalog, Error, Name, Persona,
    catalog::{ConstraintKind, Relation},
};

/// The most values that one column is tied by.
const MOST_TIES: usize = 3;

/// What the rows that are the persona's say, of those relations in which policies look people up.
#[derive(Debug, Default)]
pub(super) struct Ties {
    /// What the columns of each of those relations say.
    said: BTreeMap<Name, BTreeMap<String, Vec<Value>>>,
    /// What they say of columns that other relations have too, by name and type, and where they do.
    alike: BTreeMap<(String, String), Vec<(Name, Value)>>,
    /// What they say of the columns that they refer to.
    referred: BTreeMap<(Name, String), Vec<Value>>,
}

impl Ties {
    /// As this login reads them, or else the persona: `places` are the relations, each with the column that says whose row it is.
    pub(super) async fn of(
        look: &mut Look,
        catalog: &Catalog,
        places: &BTreeSet<(Name, String)>,
        samples: &Samples,
        persona: &Persona,
    ) -> Result<Self, Error> {
        let mut ties = Self::default();
        let Some(subject) = persona.claims.get("sub").and_then(Value::as_str) else {
            return Ok(ties);
        };
        for (name, column) in places {
            let query = compose::rows_of(name, column, subject);
            let rows = if samples.contains_key(name) {
                look.tried(query).await?
            } else {
                look.acting(persona, async |look| look.tried(query).await).await?
            };
            if let (Ok(rows), Some(place)) = (rows, catalog.relation(name)) {
                let rows: Vec<Map<String, Value>> = rows;
                ties.learn(place, &rows);
            }
        }
        Ok(ties)
    }

    fn learn(&mut self, place: &Relation, rows: &[Map<String, Value>]) {
        for column in &place.columns {
            let mut values = Vec::new();
            for row in rows {
                values.extend(row.get(&column.name).filter(|value| !value.is_null()).cloned());
            }
            // What each row has for itself says nothing of another's.
            if column.name != "id" {
                let alike = self.alike.entry((column.name.clone(), column.type_name.clone()));
                let alike = alike.or_default();
                for value in &values {
                    // From two places: what a relation itself says is no news to it.
                    let known = alike.iter().filter(|(_, other)| other == value).count();
                    if known < 2 && alike.len() < 4 * MOST_TIES {
                        alike.push((place.name.clone(), value.clone()));
                    }
                }
            }
            let said = self.said.entry(place.name.clone()).or_default();
            add(said.entry(column.name.clone()).or_default(), &values);
        }
        for (own, to, theirs) in references(place).filter(|(_, to, _)| **to != place.name) {
            let values = self.said.get(&place.name).and_then(|said| said.get(own));
            let referred = self.referred.entry((to.clone(), theirs.to_owned()));
            add(referred.or_default(), values.map_or(&[], Vec::as_slice));
        }
    }

    /// For each column of the relation, what those rows say of it: by a reference, or by the same name and type.
    pub(super) fn values(&self, relation: &Relation) -> BTreeMap<String, Vec<Value>> {
        let mut values = BTreeMap::<String, Vec<Value>>::new();
        for (own, to, theirs) in references(relation).filter(|(_, to, _)| **to != relation.name) {
            if let Some(said) = self.said.get(to).and_then(|said| said.get(theirs)) {
                add(values.entry(own.to_owned()).or_default(), said);
            }
        }
        for column in &relation.columns {
            let mut found = Vec::new();
            let referred = self.referred.get(&(relation.name.clone(), column.name.clone()));
            found.extend(referred.into_iter().flatten().cloned());
            let alike = self.alike.get(&(column.name.clone(), column.type_name.clone()));
            let others = alike
                .into_iter()
                .flatten()
                .filter(|(place, _)| *place != relation.name);
            found.extend(others.map(|(_, value)| value.clone()));
            if !found.is_empty() {
                add(values.entry(column.name.clone()).or_default(), &found);
            }
        }
        values
    }
}

/// Adds what is new, up to the bound.
fn add(values: &mut Vec<Value>, more: &[Value]) {
    for value in more {
        if values.len() < MOST_TIES && !values.contains(value) {
            values.push(value.clone());
        }
    }
}

/// The first column of each foreign key, and what it refers to.
fn references(relation: &Relation) -> impl Iterator<Item = (&str, &Name, &str)> {
    let keys = relation
        .constraints
        .iter()
        .filter(|own| own.kind == ConstraintKind::ForeignKey);
    keys.filter_map(|key| {
        let to = key.references.as_ref()?;
        Some((
            key.columns.first()?.as_str(),
            &to.relation,
            to.columns.first()?.as_str(),
        ))
    })
}
