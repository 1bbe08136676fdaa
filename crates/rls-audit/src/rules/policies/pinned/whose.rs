//! The columns that say whose a row is: which person's, and which tenant's.

use std::collections::BTreeSet;

use super::{Own, is_plain, ties_row};
use crate::{
    Command, Name,
    catalog::{Constraint, ConstraintKind},
    rules::Expression,
};

/// Those that a check like this should hold to whoever adds a row. Where it asks only for a right that has nothing to
/// do with the row, that right is to add anybody's.
pub(super) fn columns(own: &Own<'_>, check: &Expression) -> BTreeSet<String> {
    let facts = own.facts;
    let asks_elsewhere = !is_plain(check, facts);
    if asks_elsewhere
        && !check
            .parts(facts.catalog)
            .iter()
            .any(|part| ties_row(part, facts))
    {
        return BTreeSet::new();
    }
    // Whoever may add rows to what several people share may add people to it, and whoever signs with their own name
    // may address others; but not so speak in their name.
    let people = if asks_elsewhere || names_oneself(check) {
        signed(own)
    } else {
        people(own)
    };
    people.into_iter().chain(tenants(own)).collect()
}

/// Whether it holds something of the row to the very person who asks: their subject, or their address.
fn names_oneself(check: &Expression) -> bool {
    let signs = ["auth.uid()", "'sub'", "auth.email()", "'email'"];
    let mut texts = check.comparisons.iter().map(|own| own.text.as_str());
    !check.own_columns().is_empty() && texts.any(|text| signs.iter().any(|sign| text.contains(sign)))
}

/// The columns that policies compare with the very subject of the caller, or that lead to the users.
fn people(own: &Own<'_>) -> BTreeSet<String> {
    let expressions: Vec<&Expression> = siblings(own).flat_map(|own| own.expressions()).collect();
    let compared = expressions.iter().flat_map(|own| own.compared_with_subject());
    let users = Name::new("auth", "users");
    let leads = own.relation.constraints.iter().filter(|own| {
        own.kind == ConstraintKind::ForeignKey
            && own.references.as_ref().is_some_and(|to| to.relation == users)
    });
    let leading = leads.filter_map(|own| match own.columns.as_slice() {
        [column] => Some(column.as_str()),
        _ => None,
    });
    compared.chain(leading).map(str::to_owned).collect()
}

/// The columns that say who made a row: they are whoever asks unless something else is given, or are called so.
fn signed(own: &Own<'_>) -> BTreeSet<String> {
    const NAMES: [&str; 9] = [
        "author",
        "created_by",
        "creator",
        "posted_by",
        "sender",
        "sent_by",
        "submitted_by",
        "uploaded_by",
        "written_by",
    ];
    let catalog = own.facts.catalog;
    let signed = own.relation.columns.iter().filter(|column| {
        let default = column
            .default
            .as_deref()
            .and_then(|text| Expression::of(text, catalog));
        let name = column.name.strip_suffix("_id").unwrap_or(&column.name);
        NAMES.contains(&name) || default.is_some_and(|default| default.names_caller(catalog))
    });
    signed.map(|column| column.name.clone()).collect()
}

/// The columns that have to be of what the caller is part of for a row to be seen: by a query, or a function. A row's own
/// key is no tenant.
fn tenants(own: &Own<'_>) -> BTreeSet<String> {
    let catalog = own.facts.catalog;
    let is_key = |column: &str| {
        let is_of = |own: &Constraint| {
            matches!(own.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique) && own.columns == [column]
        };
        own.relation.constraints.iter().any(is_of)
    };
    let is_held = |part: &Expression, column: &str| {
        part.names_caller(catalog)
            && part.compared_with_subject().is_empty()
            && part.own_columns() == BTreeSet::from([column])
    };
    let columns = own.relation.columns.iter().map(|column| column.name.as_str());
    let held = columns.filter(|column| !is_key(column)).filter(|column| {
        let mut seeing = siblings(own).filter(|other| other.policy.is_for(Command::Select));
        seeing.any(|other| {
            other
                .using()
                .is_some_and(|says| !says.holds_without(catalog, |part| is_held(part, column)))
        })
    });
    held.map(str::to_owned).collect()
}

/// The policies of the table that let rows through, this one too.
fn siblings<'a>(own: &Own<'a>) -> impl Iterator<Item = Own<'a>> + use<'a> {
    let own = *own;
    let policies = own.relation.policies.iter().filter(|policy| policy.permissive);
    policies.map(move |policy| Own { policy, ..own })
}
