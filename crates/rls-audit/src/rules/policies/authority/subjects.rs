//! Whose right hangs on a column: the person that its row is about, and only where the row says something of that
//! person. A row that is a thing of its own, which its owner opens or closes, gives no right over others' things.

use std::collections::BTreeSet;

use crate::{
    Authority, Catalog,
    catalog::{ConstraintKind, Function, Policy, Relation},
    rules::{Column, Comparison, Expression, Side},
};

/// The functions that policies call, and those that these call.
pub(super) fn helpers(catalog: &Catalog) -> Vec<&Function> {
    let policies = || catalog.relations.iter().flat_map(|relation| &relation.policies);
    let is_called = |own: &&Function| policies().any(|policy| policy.calls.iter().any(|call| call.is(own)));
    let mut helpers: Vec<&Function> = catalog.functions.iter().filter(is_called).collect();
    let mut at = 0;
    while let Some(helper) = helpers.get(at).copied() {
        let body = helper.body.as_deref().unwrap_or_default();
        for other in &catalog.functions {
            let is_new = !helpers
                .iter()
                .any(|own| own.name == other.name && own.arguments == other.arguments);
            if is_new && body.contains(&format!("{}(", other.name.name)) {
                helpers.push(other);
            }
        }
        at += 1;
    }
    helpers
}

/// The columns that say whom a row is about, as those have it who trust the authority; none where nobody's right
/// hangs on it.
pub(super) fn subjects(
    catalog: &Catalog,
    helpers: &[&Function],
    relation: &Relation,
    authority: &Authority,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let policies = catalog.relations.iter().flat_map(|other| &other.policies);
    for policy in policies {
        found.extend(of_policy(catalog, relation, authority, policy));
    }
    for helper in helpers {
        let body = helper.body.as_deref().unwrap_or_default();
        if body.contains(&relation.name.name) && body.contains(&authority.column) {
            let query = body.trim().trim_end_matches(';');
            // A body of several statements, or in another language, is not understood: what is known of it has to do.
            let understood = (helper.language == "sql")
                .then(|| Expression::of(&format!("({query})"), catalog))
                .flatten();
            found.extend(of_text(understood.as_ref(), relation, authority));
        }
    }
    found
}

fn of_policy(
    catalog: &Catalog,
    relation: &Relation,
    authority: &Authority,
    policy: &Policy,
) -> BTreeSet<String> {
    let reads_it = policy
        .reads
        .iter()
        .any(|reads| reads.relation == relation.name && reads.columns.contains(&authority.column));
    let through_view = policy.reads.iter().any(|reads| {
        let view = catalog
            .relation(&reads.relation)
            .and_then(|own| own.view.as_ref());
        view.is_some_and(|view| view.reads.iter().any(|reads| reads.relation == relation.name))
    });
    let mut found = BTreeSet::new();
    if through_view {
        found.insert(authority.subject.clone());
    }
    if reads_it {
        let texts = [policy.using.as_deref(), policy.check.as_deref()];
        for text in texts.into_iter().flatten() {
            found.extend(of_text(
                Expression::of(text, catalog).as_ref(),
                relation,
                authority,
            ));
        }
    }
    found
}

fn of_text(expression: Option<&Expression>, relation: &Relation, authority: &Authority) -> BTreeSet<String> {
    let Some(expression) = expression else {
        return BTreeSet::from([authority.subject.clone()]);
    };
    let mut found = BTreeSet::new();
    for (query, source) in expression.queries.iter().enumerate() {
        let is_it = |(_, name): &&(String, Option<crate::Name>)| {
            name.as_ref().is_some_and(|name| {
                *name == relation.name || (name.schema.is_empty() && name.name == relation.name.name)
            })
        };
        for (alias, _) in source.tables.iter().filter(is_it) {
            let of = Some((query, alias.clone()));
            let is_of = |column: &Column| column.of == of;
            let is_named = |column: &Column| is_of(column) && column.name == authority.column;
            if !expression.columns.iter().any(is_named) || is_thing(expression, relation, &is_of) {
                continue;
            }
            let (required, elsewhere): (Vec<_>, Vec<_>) = expression
                .comparisons
                .iter()
                .filter_map(|own| Some((subject(own, &is_of)?, own)))
                .partition(|(_, own)| source.conjuncts.contains(&own.text));
            found.extend(required.iter().map(|(name, _)| name.clone()));
            // Who is meant may stand in a table that is joined to it.
            if required.is_empty() && elsewhere.is_empty() && source.tables.len() > 1 {
                found.insert(authority.subject.clone());
            }
        }
    }
    found
}

/// The column that is compared with the caller.
fn subject(comparison: &Comparison, is_of: &dyn Fn(&Column) -> bool) -> Option<String> {
    match (&comparison.left, &comparison.right) {
        (Side::Column(column), Side::Caller) | (Side::Caller, Side::Column(column)) => {
            (comparison.is_equal && is_of(column)).then(|| column.name.clone())
        }
        _ => None,
    }
}

/// Whether the row is picked by its own key, from the policy's row or a function's argument: a thing, and not what is
/// said of a person.
fn is_thing(expression: &Expression, relation: &Relation, is_of: &dyn Fn(&Column) -> bool) -> bool {
    let is_key = |column: &Column| {
        is_of(column)
            && relation.constraints.iter().any(|own| {
                matches!(own.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
                    && own.columns == [column.name.as_str()]
            })
    };
    let is_given = |column: &Column| {
        let is_column = relation.columns.iter().any(|own| own.name == column.name);
        column.of.is_none() || (is_of(column) && !is_column)
    };
    expression
        .comparisons
        .iter()
        .filter(|own| own.is_equal)
        .any(|own| match (&own.left, &own.right) {
            (Side::Column(left), Side::Column(right)) => {
                (is_key(left) && is_given(right)) || (is_key(right) && is_given(left))
            }
            _ => false,
        })
}
