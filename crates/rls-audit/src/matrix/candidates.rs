//! What is tried: rows that might be added, and changes that might be made.
//!
//! What tells one row from another is what policies look at. So the columns that a relation's own policies name are varied:
//! the persona's own value, somebody else's, none, and each of the values that the column may have.

use serde_json::{Map, Value, json};

use crate::{
    Catalog, Persona,
    catalog::{Column, ConstraintKind, Generated, Identity, Relation},
};

/// The most values that one column is tried with.
const MOST_VALUES: usize = 12;

/// Changes to a row, as JSON objects that are laid over it.
#[derive(Debug, Default)]
pub(crate) struct Variants {
    /// For rows that are added: the persona's own values wherever a policy looks, then one of them changed.
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

/// What is tried with this relation as this persona; `trusted` are columns of it that policies of others trust, `may` says
/// which columns may be given.
pub(crate) fn variants(
    catalog: &Catalog,
    relation: &Relation,
    persona: &Persona,
    trusted: &[String],
    may: &Given,
) -> Variants {
    let looked_at = looked_at(relation, trusted);
    let own: Map<String, Value> = looked_at
        .iter()
        .filter(|name| may.add(name))
        .filter_map(|name| Some((name.clone(), values(catalog, relation, name, persona).own?)))
        .collect();
    // A change of what no policy looks at.
    let is_free = |name: &String| may.change(name) && !looked_at.contains(name);
    let has_free = relation.columns.iter().any(|column| {
        column.generated.is_none() && column.identity != Some(Identity::Always) && is_free(&column.name)
    });
    let mut variants = Variants {
        inserted: vec![Value::Object(own.clone())],
        updated: has_free.then(|| json!({})).into_iter().collect(),
    };
    for name in &looked_at {
        let values = values(catalog, relation, name, persona);
        for value in values.own.iter().chain(&values.others) {
            if may.add(name) {
                let mut row = own.clone();
                row.insert(name.clone(), value.clone());
                push(&mut variants.inserted, Value::Object(row));
            }
            if may.change(name) {
                push(&mut variants.updated, json!({ name.as_str(): value }));
            }
        }
    }
    variants
}

fn push(list: &mut Vec<Value>, value: Value) {
    if !list.contains(&value) {
        list.push(value);
    }
}

/// The columns that policies look at, the relation's own or others', and that somebody can give a value.
fn looked_at(relation: &Relation, trusted: &[String]) -> Vec<String> {
    let named = |name: &str| {
        relation.policies.iter().any(|policy| {
            policy
                .reads
                .iter()
                .any(|reads| reads.relation == relation.name && reads.columns.iter().any(|own| own == name))
        })
    };
    let columns = relation
        .columns
        .iter()
        .filter(|column| column.generated.is_none());
    columns
        .map(|column| column.name.clone())
        .filter(|name| named(name) || trusted.contains(name))
        .collect()
}

struct Values {
    own: Option<Value>,
    others: Vec<Value>,
}

/// What a column is tried with.
fn values(catalog: &Catalog, relation: &Relation, name: &str, persona: &Persona) -> Values {
    let column = relation.columns.iter().find(|column| column.name == name);
    let Some(column) = column else {
        return Values {
            own: None,
            others: Vec::new(),
        };
    };
    let kind = Kind::of(&column.type_name, catalog);
    let own = match kind {
        Kind::Uuid => claim(persona, is_uuid),
        Kind::Text => claim(persona, |_| true),
        _ => None,
    };
    let mut others: Vec<Value> = listed(catalog, relation, name, &column.type_name);
    match kind {
        Kind::Uuid => others.push(json!(SOMEBODY)),
        Kind::Text if others.is_empty() => others.push(json!("somebody-else")),
        Kind::Boolean => others.extend([json!(true), json!(false)]),
        Kind::Number => others.extend([json!(1), json!(2)]),
        _ => {}
    }
    others.truncate(MOST_VALUES);
    if !column.not_null {
        others.push(Value::Null);
    }
    Values { own, others }
}

/// Somebody else than any persona.
const SOMEBODY: &str = "5ebadcaf-0000-4000-8000-000000000001";

/// The first claim that says who the persona is, and that the column could hold.
fn claim(persona: &Persona, fits: impl Fn(&str) -> bool) -> Option<Value> {
    let texts = ["sub", "email"]
        .into_iter()
        .filter_map(|name| persona.claims.get(name)?.as_str());
    texts.into_iter().find(|text| fits(text)).map(Value::from)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}

/// The values that an enumeration or a check lists.
fn listed(catalog: &Catalog, relation: &Relation, name: &str, type_name: &str) -> Vec<Value> {
    if let Some(own) = catalog.enums.iter().find(|own| own.name.to_string() == type_name) {
        return own.labels.iter().map(|label| json!(label)).collect();
    }
    let domain = catalog
        .domains
        .iter()
        .find(|own| own.name.to_string() == type_name);
    let of_domain = domain.into_iter().flat_map(|domain| &domain.checks);
    let of_column = relation
        .constraints
        .iter()
        .filter(|own| own.kind == ConstraintKind::Check && own.columns == [name])
        .map(|own| &own.definition);
    let mut values = Vec::new();
    for check in of_domain.chain(of_column) {
        for text in literals(check) {
            push(&mut values, json!(text));
        }
    }
    values
}

/// The text literals of an expression.
fn literals(expression: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some((_, after)) = rest.split_once('\'') {
        let mut text = String::new();
        let mut chars = after.char_indices().peekable();
        let mut end = after.len();
        while let Some((at, char)) = chars.next() {
            if char != '\'' {
                text.push(char);
            } else if chars.peek().is_some_and(|(_, next)| *next == '\'') {
                text.push('\'');
                chars.next();
            } else {
                end = at + 1;
                break;
            }
        }
        found.push(text);
        rest = &after[end..];
    }
    found
}

/// What kind of values a type has, as far as it matters for trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Uuid,
    Text,
    Boolean,
    Number,
    Other,
}

impl Kind {
    fn of(type_name: &str, catalog: &Catalog) -> Self {
        let domain = catalog
            .domains
            .iter()
            .find(|own| own.name.to_string() == type_name);
        let type_name = domain.map_or(type_name, |domain| &domain.base);
        match type_name.split('(').next().unwrap_or_default() {
            "uuid" => Self::Uuid,
            "text" | "character varying" | "character" | "citext" => Self::Text,
            "boolean" => Self::Boolean,
            "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => Self::Number,
            _ => Self::Other,
        }
    }
}

/// Rows for a relation that has none to show: somebody's, and one that is as much the persona's own as it can be.
pub(crate) fn made_up(catalog: &Catalog, relation: &Relation, own: &Value) -> Vec<Value> {
    let mut second = candidate(catalog, relation, 1);
    second.extend(own.as_object().cloned().unwrap_or_default());
    vec![candidate(catalog, relation, 0).into(), second.into()]
}

/// A row that there might be, another one for each `n`.
pub(crate) fn candidate(catalog: &Catalog, relation: &Relation, n: usize) -> Map<String, Value> {
    let columns = relation.columns.iter();
    let columns = columns.filter(|column| column.generated != Some(Generated::Virtual));
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

/// A value of the column's type, another one for each `n`.
fn some_value(catalog: &Catalog, relation: &Relation, column: &Column, n: usize) -> Value {
    let type_name = column.type_name.as_str();
    let listed = listed(catalog, relation, &column.name, type_name);
    if !listed.is_empty() {
        return listed[n % listed.len()].clone();
    }
    if type_name.ends_with("[]") {
        return json!([]);
    }
    match type_name.split('(').next().unwrap_or_default() {
        "timestamp without time zone" | "timestamp with time zone" | "timestamp" => {
            json!(format!("2024-01-{:02}T00:00:00", n + 1))
        }
        "date" => json!(format!("2024-01-{:02}", n + 1)),
        "json" | "jsonb" => json!({}),
        "interval" | "time without time zone" => json!(format!("00:00:{:02}", n + 1)),
        "bytea" => json!(format!("\\x{n:02x}")),
        "inet" => json!(format!("192.0.2.{}", n + 1)),
        _ => match Kind::of(type_name, catalog) {
            Kind::Uuid => json!(format!("5ebadcaf-0000-4000-8000-0000000001{n:02x}")),
            Kind::Text => json!(["A", "B", "C", "D", "E", "F", "G", "H"][n % 8]),
            Kind::Boolean => json!(n % 2 == 1),
            Kind::Number => json!(n + 1),
            Kind::Other => Value::Null,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_literals_of_a_check_are_its_values() {
        let check = "CHECK ((role = ANY (ARRAY['admin'::text, 'l''ami'::text])))";
        assert_eq!(literals(check), ["admin", "l'ami"]);
        assert!(literals("CHECK ((n > 0))").is_empty());
        assert!(is_uuid(SOMEBODY) && !is_uuid("5ebadcaf"));
    }
}
