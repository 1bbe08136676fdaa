//! The columns that a check may return, and what is wrong with those that one does return.

use std::collections::BTreeSet;

use sqlx::{
    Column as _, Statement as _, TypeInfo as _,
    postgres::{PgStatement, PgTypeInfo, PgTypeKind},
};

/// A column that a check may return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    EntityId,
    EntityLabel,
    EntityType,
    Severity,
    Message,
    Payload,
    OccurredAt,
    Scope,
}

impl Column {
    const ALL: [Self; 8] = [
        Self::EntityId,
        Self::EntityLabel,
        Self::EntityType,
        Self::Severity,
        Self::Message,
        Self::Payload,
        Self::OccurredAt,
        Self::Scope,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::EntityId => "entity_id",
            Self::EntityLabel => "entity_label",
            Self::EntityType => "entity_type",
            Self::Severity => "severity",
            Self::Message => "message",
            Self::Payload => "payload",
            Self::OccurredAt => "occurred_at",
            Self::Scope => "scope",
        }
    }

    /// The types it may have; none: whatever PostgreSQL casts to text.
    fn types(self) -> &'static [&'static str] {
        match self {
            Self::Payload => &["JSONB", "JSON"],
            Self::OccurredAt => &["TIMESTAMPTZ", "TIMESTAMP", "DATE"],
            Self::Severity => &["TEXT", "VARCHAR"],
            _ => &[],
        }
    }
}

/// The columns that a check returns, all of them in order.
#[derive(Debug)]
pub(super) struct Columns(BTreeSet<Column>);

impl Columns {
    /// Judges the columns of a prepared check.
    ///
    /// # Errors
    /// Everything that is wrong with them, in words.
    pub(super) fn of(statement: &PgStatement) -> Result<Self, String> {
        let mut present = BTreeSet::new();
        let mut wrong = Vec::new();
        for returned in statement.columns() {
            let name = returned.name();
            let Some(column) = Column::ALL.into_iter().find(|column| column.as_str() == name) else {
                wrong.push(format!("unknown column {name:?}"));
                continue;
            };
            if !present.insert(column) {
                wrong.push(format!("two columns {name:?}"));
            }
            let (given, allowed) = (base_type(returned.type_info()), column.types());
            if !allowed.is_empty() && !allowed.contains(&given.as_str()) {
                let allowed = allowed.join(" or ").to_ascii_lowercase();
                wrong.push(format!("{name} is {}, not {allowed}", given.to_ascii_lowercase()));
            }
        }
        if statement.columns().is_empty() {
            wrong.push("no columns at all, so this is no SELECT".to_owned());
        } else if !present.contains(&Column::EntityId) {
            wrong.push("no column entity_id".to_owned());
        }
        if wrong.is_empty() {
            Ok(Self(present))
        } else {
            let known = Column::ALL.map(Column::as_str).join(", ");
            Err(format!(
                "it returns {}; a check returns entity_id and any of {known}",
                wrong.join(", ")
            ))
        }
    }

    pub(super) fn has(&self, column: Column) -> bool {
        self.0.contains(&column)
    }
}

/// The type that a domain stands for.
pub(super) fn base_type(info: &PgTypeInfo) -> String {
    match info.kind() {
        PgTypeKind::Domain(base) => base_type(base),
        _ => info.name().to_owned(),
    }
}
