//! What is tried: rows that might be added, and changes that might be made.
//!
//! What tells one row from another is what policies look at. So the columns that a relation's own policies name are varied:
//! the persona's own value, somebody else's, none, each of the values that the column may have, and those that policies ask
//! for.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::values::{MOST_VALUES, Values, listed, push, some_value};
use crate::{
    Catalog, Persona,
    catalog::{Column, Identity, Relation},
};

/// What is tried with a relation as somebody.
#[derive(Debug)]
pub(crate) struct About<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) relation: &'a Relation,
    pub(crate) persona: &'a Persona,
    /// Columns that policies of others trust.
    pub(crate) trusted: &'a [String],
    /// What else ties rows to the persona, by column: the tenants that they are a member of.
    pub(crate) found: &'a BTreeMap<String, Vec<Value>>,
    /// What policies ask of a row, one entry for each way to pass.
    pub(crate) wanted: &'a [Map<String, Value>],
}

/// Changes to a row, as JSON objects that are laid over it.
#[derive(Debug, Default)]
pub(crate) struct Variants {
    /// For rows that are added: the persona's own values wherever a policy looks, then one of them changed, then one of them
    /// alone, nothing changed, and what policies ask for.
    pub(crate) inserted: Vec<Value>,
    /// For rows that are there: nothing changed, then one column changed.
    pub(crate) updated: Vec<Value>,
}

/// The columns that somebody may give a value; `None` is every one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    /// When a row is added.
    pub(crate) added: Option<Vec<String>>,
    /// When a row is changed.
    pub(crate) changed: Option<Vec<String>>,
}

impl Given {
    fn add(&self, name: &str) -> bool {
        self.added
            .as_ref()
            .is_none_or(|list| list.iter().any(|own| own == name))
    }

    fn change(&self, name: &str) -> bool {
        self.changed
            .as_ref()
            .is_none_or(|list| list.iter().any(|own| own == name))
    }
}

impl About<'_> {
    /// Where policies look at the folders of a path that this column holds: a file in the persona's own.
    pub(super) fn own_path(&self, column: &Column) -> Option<Value> {
        const SIGNS: [&str; 3] = ["foldername(", "split_part(", "string_to_array("];
        let subject = self.persona.claims.get("sub")?.as_str()?;
        let policies = self.relation.policies.iter();
        let mut texts = policies
            .flat_map(|policy| [&policy.using, &policy.check])
            .flatten();
        let is_path = texts.any(|text| {
            let mut looks = SIGNS.iter().flat_map(|sign| text.split(sign).skip(1));
            looks.any(|given| {
                let name = given.split([',', ')']).next().unwrap_or_default();
                let name = name.rsplit('.').next().unwrap_or_default();
                name.trim_matches('"') == column.name
            })
        });
        is_path.then(|| json!(format!("{subject}/x")))
    }

    /// What makes a row as much the persona's own as it can be.
    pub(crate) fn own(&self) -> Map<String, Value> {
        let looked_at = self.looked_at();
        looked_at
            .filter_map(|column| Some((column.name.clone(), Values::of(self, column).own?)))
            .collect()
    }

    /// What is tried, where these columns may be given.
    pub(crate) fn variants(&self, may: &Given) -> Variants {
        let mut own = self.own();
        own.retain(|name, _| may.add(name));
        let looked_at: Vec<&Column> = self.looked_at().collect();
        // A change of what no policy looks at.
        let is_free = |column: &&Column| {
            column.generated.is_none()
                && column.identity != Some(Identity::Always)
                && may.change(&column.name)
                && !looked_at.contains(column)
        };
        let has_free = self.relation.columns.iter().any(|column| is_free(&column));
        let mut variants = Variants {
            inserted: vec![Value::Object(own.clone())],
            updated: has_free.then(|| json!({})).into_iter().collect(),
        };
        for column in &looked_at {
            let values = Values::of(self, column);
            for value in values.own.iter().chain(&values.others) {
                if may.add(&column.name) {
                    let mut row = own.clone();
                    row.insert(column.name.clone(), value.clone());
                    push(&mut variants.inserted, Value::Object(row));
                }
                if may.change(&column.name) {
                    push(&mut variants.updated, json!({ column.name.as_str(): value }));
                }
            }
        }
        for (name, value) in &own {
            push(&mut variants.inserted, json!({ name.as_str(): value }));
        }
        push(&mut variants.inserted, json!({}));
        for way in self.wanted {
            let mut row = own.clone();
            row.extend(way.clone().into_iter().filter(|(name, _)| may.add(name)));
            push(&mut variants.inserted, Value::Object(row));
        }
        variants
    }

    /// Rows for a relation that has none to show: somebody's, one that is as much the persona's own as it can be, and such
    /// as policies ask for. `numbers` are those of the candidates that they are made of. Generated columns are left out.
    pub(crate) fn made_up(&self, numbers: &[usize]) -> Vec<Value> {
        if numbers.is_empty() {
            return Vec::new();
        }
        let row = |n: usize, more: &[&Map<String, Value>]| -> Value {
            let mut row = candidate(self.catalog, self.relation, numbers[n % numbers.len()]);
            for more in more {
                row.extend((*more).clone());
            }
            for column in self
                .relation
                .columns
                .iter()
                .filter(|column| column.generated.is_some())
            {
                row.remove(&column.name);
            }
            row.into()
        };
        let own = self.own();
        let mut rows = vec![row(0, &[]), row(1, &[&own])];
        for (n, way) in self.wanted.iter().enumerate() {
            rows.push(row(n + 2, &[&own, way]));
        }
        rows
    }

    /// The columns that policies look at, the relation's own or others', and that somebody can give a value.
    fn looked_at(&self) -> impl Iterator<Item = &Column> {
        let named = |name: &str| {
            self.relation.policies.iter().any(|policy| {
                policy.reads.iter().any(|reads| {
                    reads.relation == self.relation.name && reads.columns.iter().any(|own| own == name)
                })
            })
        };
        self.relation
            .columns
            .iter()
            .filter(|column| column.generated.is_none())
            .filter(move |column| named(&column.name) || self.trusted.contains(&column.name))
    }
}

/// So many candidates differ.
pub(crate) const CANDIDATES: [usize; 24] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
];

/// A row that there might be, another one for each `n`.
pub(crate) fn candidate(catalog: &Catalog, relation: &Relation, n: usize) -> Map<String, Value> {
    let columns = relation.columns.iter();
    let columns = columns.filter(|column| column.generated.is_none());
    columns
        .map(|column| (column.name.clone(), some_value(catalog, relation, column, n)))
        .collect()
}

/// The most values that one column of the relation has a list of.
pub(crate) fn ranks(catalog: &Catalog, relation: &Relation) -> usize {
    let columns = relation.columns.iter();
    let lists = columns.map(|column| listed(catalog, relation, &column.name, &column.type_name).len());
    lists.max().unwrap_or_default().min(MOST_VALUES)
}
