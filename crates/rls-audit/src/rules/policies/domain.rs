//! Literals that a column can never hold: RLS-213.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    open::capital,
    shown::{Own, policies},
};
use crate::{
    Catalog, Name,
    catalog::{ConstraintKind, Relation},
    rules::{Expression, Facts, Finding, Level, Rule, Side, Verdict},
};

pub(super) const RLS_213: Rule = Rule {
    id: "RLS-213",
    title: "literal outside the column's domain",
    why: "A comparison with a value that the column never has is never true, or, where it is denied, always: \
          the policy does not do what it says.",
    look,
};

fn look(facts: &Facts<'_>) -> Vec<Finding> {
    let mut domains = BTreeMap::new();
    policies(facts)
        .filter_map(|own| strays(&own, &mut domains))
        .collect()
}

type Domains = BTreeMap<(Name, String), Option<BTreeSet<String>>>;

fn strays(own: &Own<'_>, domains: &mut Domains) -> Option<Finding> {
    let catalog = own.facts.catalog;
    let mut strays = BTreeSet::new();
    for expression in own.expressions() {
        for comparison in &expression.comparisons {
            let ((side, Side::Literals(literals)) | (Side::Literals(literals), side)) =
                (&comparison.left, &comparison.right)
            else {
                continue;
            };
            let Some((relation, column)) = column(own, expression, side) else {
                continue;
            };
            let domain = domains
                .entry((relation.name.clone(), column.to_owned()))
                .or_insert_with(|| domain(catalog, relation, column));
            let Some(domain) = domain else {
                continue;
            };
            for literal in literals.iter().filter(|literal| !domain.contains(*literal)) {
                let listed: Vec<String> = domain.iter().map(|value| format!("'{value}'")).collect();
                let of = format!("{}.{}", relation.name, crate::quoted(column));
                strays.insert((literal.clone(), of, listed.join(", ")));
            }
        }
    }
    let (literal, of, _) = strays.first()?.clone();
    let evidence = strays
        .iter()
        .map(|(literal, of, listed)| format!("'{literal}' is none of {of}: {listed}"));
    Some(Finding {
        rule: RLS_213.id,
        level: Level::Warn,
        object: own.object(),
        message: format!(
            "{} compares {of} with '{literal}', which it never is.",
            capital(&own.called())
        ),
        evidence: own.evidence().into_iter().chain(evidence).collect(),
        verdict: Verdict::Proved,
        fix: None,
    })
}

/// The column that a side is, and its table.
fn column<'a, 's>(own: &Own<'a>, expression: &Expression, side: &'s Side) -> Option<(&'a Relation, &'s str)> {
    let catalog = own.facts.catalog;
    match side {
        Side::Column(column) if column.of.is_none() => Some((own.relation, &column.name)),
        Side::Column(column) => Some((catalog.relation(expression.relation_of(column)?)?, &column.name)),
        Side::Answer(relation, column) => Some((catalog.relation(relation)?, column)),
        _ => None,
    }
}

/// Every value that a column may have, where its type or a check lists them.
fn domain(catalog: &Catalog, relation: &Relation, column: &str) -> Option<BTreeSet<String>> {
    let type_name = &relation.columns.iter().find(|own| own.name == column)?.type_name;
    if let Some(own) = catalog
        .enums
        .iter()
        .find(|own| own.name.to_string() == *type_name)
    {
        return Some(own.labels.iter().cloned().collect());
    }
    let of_type = catalog
        .domains
        .iter()
        .filter(|own| own.name.to_string() == *type_name);
    let of_type = of_type.flat_map(|own| own.checks.iter().map(String::as_str));
    let of_column = relation
        .constraints
        .iter()
        .filter(|own| own.kind == ConstraintKind::Check);
    let of_column = of_column.map(|own| own.definition.as_str());
    of_type
        .map(|check| ("VALUE", check))
        .chain(of_column.map(|check| (column, check)))
        .find_map(|(name, check)| listed(catalog, name, check))
}

/// The values that a check lists for the column, where it does nothing else: `CHECK ((role = ANY (ARRAY['a'::text,
/// …])))`.
fn listed(catalog: &Catalog, column: &str, check: &str) -> Option<BTreeSet<String>> {
    let text = check
        .strip_prefix("CHECK ")
        .unwrap_or(check)
        .trim_end_matches(" NOT VALID");
    let expression = Expression::of(text, catalog)?;
    let mut values = BTreeSet::new();
    for comparison in &expression.comparisons {
        match (&comparison.left, &comparison.right) {
            (Side::Column(own), Side::Literals(literals)) if own.name == column && comparison.is_equal => {
                values.extend(literals.iter().cloned());
            }
            _ => return None,
        }
    }
    let parts = expression.disjuncts();
    let others = parts.iter().filter(|part| !part.ends_with(" IS NULL")).count();
    (others == expression.comparisons.len() && !values.is_empty()).then_some(values)
}
