use std::fmt;

use serde::{Deserialize, Serialize};

/// What something is called: a schema, and a name in it. Kept apart, since both may hold dots.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Name {
    /// The schema.
    pub schema: String,
    /// The name in it.
    pub name: String,
}

impl Name {
    /// This name in this schema.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            schema: schema.into(),
            name: name.into(),
        }
    }
}

/// As SQL takes it: `public.tanks`, `"My schema"."Été"`.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", quoted(&self.schema), quoted(&self.name))
    }
}

/// An identifier as SQL takes it: in quotes unless it is plain lower case. A plain word that is a keyword gets quotes too,
/// where it is one of those that could be taken for something else.
#[must_use]
pub fn quoted(identifier: &str) -> String {
    let is_plain = identifier.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && identifier
            .chars()
            .all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_')
        && RESERVED.binary_search(&identifier).is_err();
    if is_plain {
        identifier.to_owned()
    } else {
        format!("\"{}\"", identifier.replace('"', "\"\""))
    }
}

/// Text as a literal of SQL, whatever it holds.
#[cfg(feature = "postgres")]
pub(crate) fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') {
        format!("E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

/// Words that name nothing unless they are quoted (PostgreSQL, appendix C: reserved, and those that cannot be a function or
/// type name).
const RESERVED: [&str; 102] = [
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
];

/// Whether a text names this as a word of its own.
pub(crate) fn mentions(text: &str, word: &str) -> bool {
    let is_part = |char: char| char.is_alphanumeric() || char == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_survives_as_sql() {
        for (name, sql) in [
            ("tanks", "tanks"),
            ("_t1", "_t1"),
            ("user", "\"user\""),
            ("Tanks", "\"Tanks\""),
            ("1st", "\"1st\""),
            ("a.b", "\"a.b\""),
            ("a\"b", "\"a\"\"b\""),
            ("été", "\"été\""),
            ("⛽ station", "\"⛽ station\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(name), sql);
        }
        assert_eq!(Name::new("My.Schema", "t").to_string(), "\"My.Schema\".t");
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn a_word_is_a_word() {
        assert!(mentions("(p.role = 'admin'::text)", "role"));
        assert!(!mentions("(p.roles = 1)", "role") && !mentions("my_role", "role"));
        assert!(mentions("\"Rôle\" = 1", "Rôle"));
    }
}
