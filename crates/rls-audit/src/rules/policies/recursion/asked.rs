//! Which relations a policy asks on behalf of whoever asks it: in its own queries, through views, through functions.

use std::collections::BTreeSet;

use crate::{
    Catalog, Name,
    catalog::{Function, Relation},
    rules::{Expression, body},
};

/// Where the policies of a relation lead.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Back to itself.
    Back,
    /// To another that leads back to itself: what is wrong is wrong there.
    IntoAnother,
    /// To an end, as far as it was seen.
    NoneSeen,
}

pub(super) fn way(catalog: &Catalog, relation: &Relation) -> Way {
    let reached = reached(catalog, relation);
    let leads_back = |name: &&Name| {
        catalog
            .relation(name)
            .is_some_and(|own| self::reached(catalog, own).contains(name))
    };
    if reached.contains(&relation.name) {
        Way::Back
    } else if reached.iter().any(leads_back) {
        Way::IntoAnother
    } else {
        Way::NoneSeen
    }
}

/// Whatever its policies ask, those of what they ask, and so on.
fn reached<'a>(catalog: &'a Catalog, relation: &'a Relation) -> BTreeSet<&'a Name> {
    let mut found = BTreeSet::new();
    let mut next = vec![relation];
    while let Some(relation) = next.pop() {
        for asked in asked(catalog, relation) {
            if found.insert(&asked.name) {
                next.push(asked);
            }
        }
    }
    found
}

/// The relations with policies that its policies ask.
fn asked<'a>(catalog: &'a Catalog, relation: &Relation) -> Vec<&'a Relation> {
    let mut found = Vec::new();
    for policy in relation.policies.iter().filter(|_| relation.rls) {
        let texts = [policy.using.as_deref(), policy.check.as_deref()];
        for expression in texts
            .into_iter()
            .flatten()
            .filter_map(|text| Expression::of(text, catalog))
        {
            for source in expression.sources() {
                opened(catalog, source, &mut found);
            }
            let called = expression.calls.iter().flat_map(|call| call.functions(catalog));
            called.for_each(|function| in_body(catalog, function, 0, &mut found));
        }
    }
    found
}

/// A table itself; what a view reads, where that is read as whoever asks.
fn opened<'a>(catalog: &'a Catalog, name: &Name, found: &mut Vec<&'a Relation>) {
    let Some(relation) = catalog.relation(name) else {
        return;
    };
    match &relation.view {
        Some(view) if view.security_invoker => {
            view.reads
                .iter()
                .for_each(|reads| opened(catalog, &reads.relation, found));
        }
        Some(_) => {}
        None => found.push(relation),
    }
}

/// What a function that runs as whoever calls it names.
fn in_body<'a>(catalog: &'a Catalog, function: &Function, depth: u8, found: &mut Vec<&'a Relation>) {
    if function.security_definer || depth > 3 {
        return;
    }
    let statements = function
        .body
        .as_deref()
        .and_then(body::statements)
        .unwrap_or_default();
    for named in statements.iter().flat_map(body::Statement::names) {
        if named.is_call {
            let called = catalog.functions.iter().filter(|own| named.may_be(&own.name));
            called.for_each(|own| in_body(catalog, own, depth + 1, found));
        } else {
            let relations = catalog.relations.iter().filter(|own| named.may_be(&own.name));
            relations.for_each(|own| opened(catalog, &own.name, found));
        }
    }
}
