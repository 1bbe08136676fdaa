//! Values that a column is tried with.

use serde_json::{Map, Value, json};

use super::candidates::{About, CANDIDATES};
use crate::{
    Catalog, Persona,
    catalog::{Column, ConstraintKind, Relation},
};

/// The most values that one column is tried with.
pub(super) const MOST_VALUES: usize = 12;
/// Somebody else than any persona.
const SOMEBODY: &str = "5ebadcaf-0000-4000-8000-000000000001";

/// What a column is tried with.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// What makes a row the persona's own.
    pub(super) own: Option<Value>,
    pub(super) others: Vec<Value>,
}

impl Values {
    pub(super) fn of(about: &About<'_>, column: &Column) -> Self {
        let About {
            catalog, relation, ..
        } = about;
        let kind = Kind::of(&column.type_name, catalog);
        let found = about
            .found
            .get(&column.name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut claimed = claims(about.persona, &column.name, kind);
        claimed.retain(|value| fits(&column.type_name, value));
        let path = about.own_path(column).filter(|_| kind == Kind::Text);
        let mut own = found.iter().chain(&path).chain(&claimed);
        let mut values = Self {
            own: own.next().cloned(),
            others: own.cloned().collect(),
        };
        values
            .others
            .extend(listed(catalog, relation, &column.name, &column.type_name));
        let wanted = about.wanted.iter().filter_map(|way| way.get(&column.name));
        values
            .others
            .extend(wanted.filter(|value| !value.is_null()).cloned());
        match kind {
            Kind::Uuid => values.others.push(json!(SOMEBODY)),
            Kind::Text if values.others.is_empty() => values.others.push(json!("somebody-else")),
            Kind::Boolean => values.others.extend([json!(true), json!(false)]),
            Kind::Number => values.others.extend([json!(1), json!(2)]),
            _ => {}
        }
        let mut distinct = Vec::new();
        for value in values.others {
            push(&mut distinct, value);
        }
        distinct.truncate(MOST_VALUES);
        if !column.not_null {
            push(&mut distinct, Value::Null);
        }
        values.others = distinct;
        values
    }
}

pub(super) fn push(list: &mut Vec<Value>, value: Value) {
    if !list.contains(&value) {
        list.push(value);
    }
}

/// What the persona's token says that this column could hold, the likeliest first: what is called like the column, then who
/// they are.
fn claims(persona: &Persona, column: &str, kind: Kind) -> Vec<Value> {
    let mut all = Vec::new();
    scalars(&persona.claims, &mut all);
    let rank = |name: &str| match name {
        _ if name == column || column.strip_suffix("_id") == Some(name) => 0,
        "sub" => 1,
        "email" => 2,
        _ => 3,
    };
    all.sort_by_key(|(name, _)| rank(name));
    let fits = |name: &str, value: &Value| match kind {
        Kind::Uuid => value.as_str().is_some_and(is_uuid),
        // A word of the token that is called otherwise is not tried: there are many.
        Kind::Text => value.is_string() && rank(name) < 3,
        Kind::Number => value.is_number() && rank(name) == 0,
        _ => false,
    };
    let fitting = all.into_iter().filter(|(name, value)| fits(name, value));
    fitting.map(|(_, value)| value.clone()).collect()
}

/// Whether a type with a length has room for it.
fn fits(type_name: &str, value: &Value) -> bool {
    let length = type_name.split_once("char").and_then(|(_, rest)| {
        let (_, rest) = rest.split_once('(')?;
        rest.split_once(')')?.0.parse::<usize>().ok()
    });
    let text = value.as_str().map(|text| text.chars().count());
    length.zip(text).is_none_or(|(length, text)| text <= length)
}

/// Everything that a token says, however deep it stands.
fn scalars<'a>(claims: &'a Map<String, Value>, found: &mut Vec<(&'a str, &'a Value)>) {
    for (name, value) in claims {
        match value {
            Value::Object(inner) => scalars(inner, found),
            Value::Array(list) => found.extend(list.iter().map(|value| (name.as_str(), value))),
            value => found.push((name, value)),
        }
    }
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
pub(super) fn listed(catalog: &Catalog, relation: &Relation, name: &str, type_name: &str) -> Vec<Value> {
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
    for check in of_domain.chain(of_column).filter(|check| lists(check)) {
        for text in literals(check) {
            push(&mut values, json!(text));
        }
    }
    values
}

/// Whether the literals of a check are values, and not patterns or lengths of them.
fn lists(check: &str) -> bool {
    !["~", "SIMILAR TO", "<", ">"]
        .iter()
        .any(|word| check.contains(word))
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
        match base(type_name, catalog) {
            "uuid" => Self::Uuid,
            "text" | "character varying" | "character" | "citext" => Self::Text,
            "boolean" => Self::Boolean,
            "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => Self::Number,
            _ => Self::Other,
        }
    }
}

/// The type itself: what a domain is made of, and no length.
fn base<'a>(type_name: &'a str, catalog: &'a Catalog) -> &'a str {
    let domain = catalog
        .domains
        .iter()
        .find(|own| own.name.to_string() == type_name);
    let type_name = domain.map_or(type_name, |domain| base(&domain.base, catalog));
    type_name.split('(').next().unwrap_or_default()
}

/// A value of the column's type, another one for each `n`.
pub(super) fn some_value(catalog: &Catalog, relation: &Relation, column: &Column, n: usize) -> Value {
    let type_name = column.type_name.as_str();
    let listed = listed(catalog, relation, &column.name, type_name);
    if !listed.is_empty() {
        return listed[n % listed.len()].clone();
    }
    let domain = catalog
        .domains
        .iter()
        .find(|own| own.name.to_string() == type_name);
    if let Some(domain) = domain.filter(|domain| !domain.checks.is_empty()) {
        // What its checks want is anybody's guess; nothing passes them, where nothing is allowed.
        return if domain.not_null {
            json!(GUESSES[n % GUESSES.len()])
        } else {
            Value::Null
        };
    }
    if type_name.ends_with("[]") {
        return json!([]);
    }
    match base(type_name, catalog) {
        "timestamp without time zone" | "timestamp with time zone" | "timestamp" => {
            json!(format!("2024-01-{:02}T00:00:00", n % 28 + 1))
        }
        "date" => json!(format!("2024-01-{:02}", n % 28 + 1)),
        "json" | "jsonb" => json!({}),
        "interval" | "time without time zone" | "time with time zone" => {
            json!(format!("00:00:{:02}", n % 60))
        }
        "bytea" => json!(format!("\\x{:02x}", n % 256)),
        "inet" | "cidr" => json!(format!("192.0.2.{}", n % 256)),
        "money" => json!(n + 1),
        range if range.ends_with("range") => json!(if range.ends_with("multirange") {
            "{}"
        } else {
            "empty"
        }),
        _ => match Kind::of(type_name, catalog) {
            Kind::Uuid => json!(format!("5ebadcaf-0000-4000-8000-0000000001{n:02x}")),
            Kind::Text => json!(["A", "B", "C", "D", "E", "F", "G", "H"][n % 8]),
            Kind::Boolean => json!(n % 2 == 1),
            Kind::Number => json!(n + 1),
            Kind::Other => Value::Null,
        },
    }
}

/// What people make domains for: codes, numbers, addresses, days.
const GUESSES: [&str; CANDIDATES.len()] = [
    "a",
    "A",
    "1",
    "ab",
    "AB",
    "12",
    "abc",
    "ABC",
    "123",
    "abcd",
    "ABCD",
    "1234",
    "12345",
    "AB-12",
    "ABC-123",
    "a-b",
    "abc@example.org",
    "+33612345678",
    "https://example.org/",
    "example.org",
    "2024-01-01",
    "#aabbcc",
    "0.5",
    "100",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_literals_of_a_check_are_its_values() {
        let check = "CHECK ((role = ANY (ARRAY['admin'::text, 'l''ami'::text])))";
        assert_eq!(literals(check), ["admin", "l'ami"]);
        assert!(literals("CHECK ((n > 0))").is_empty());
        assert!(lists(check) && !lists("CHECK ((VALUE ~ '^[A-Z]+$'::text))"));
        assert!(!fits("character varying(9)", &json!(SOMEBODY)) && fits("text", &json!(SOMEBODY)));
        assert!(is_uuid(SOMEBODY) && !is_uuid("5ebadcaf"));
    }

    #[test]
    fn what_is_called_like_the_column_says_more_than_who_somebody_is() {
        let persona = Persona::new("p", "authenticated")
            .with_claim("sub", SOMEBODY)
            .with_claim(
                "app_metadata",
                json!({"tenant": "11111111-1111-4111-8111-111111111111"}),
            );
        let tenant = claims(&persona, "tenant_id", Kind::Uuid);
        assert_eq!(
            tenant,
            [json!("11111111-1111-4111-8111-111111111111"), json!(SOMEBODY)]
        );
        assert_eq!(claims(&persona, "owner", Kind::Uuid)[0], json!(SOMEBODY));
        assert!(claims(&persona, "level", Kind::Number).is_empty());
    }
}
