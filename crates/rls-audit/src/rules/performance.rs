//! Policies that make every query slow.

use std::collections::BTreeSet;

use super::{CallSite, Column, Expression, Facts, Finding, Level, Object, Rule, Side, Verdict};
use crate::{
    Name,
    catalog::{Policy, Relation, RelationKind, Volatility},
    quoted,
};

/// RLS-401 to RLS-403.
pub(super) const RULES: &[Rule] = &[RLS_401, RLS_402, RLS_403];

const RLS_401: Rule = Rule {
    id: "RLS-401",
    title: "auth.* or current_setting evaluated per row",
    why: "It is the same for the whole statement, and asked again for each row that is looked at. In \
          brackets with a SELECT it is asked once.",
    look: caller_per_row,
};

const RLS_402: Rule = Rule {
    id: "RLS-402",
    title: "helper function evaluated per row",
    why: "A function that queries tables, called for each row, makes a query for each row.",
    look: helper_per_row,
};

const RLS_403: Rule = Rule {
    id: "RLS-403",
    title: "policy column without an index",
    why: "What the policy compares with the caller is looked for by reading the whole table.",
    look: without_index,
};

/// Each policy that is asked, with its expressions as far as they are understood.
fn policies<'a>(
    facts: &'a Facts<'a>,
) -> impl Iterator<Item = (&'a Relation, &'a Policy, Vec<&'a Expression>)> {
    let relations = facts
        .catalog
        .relations
        .iter()
        .filter(|own| own.rls && own.extension.is_none());
    let policies =
        relations.flat_map(|relation| relation.policies.iter().map(move |policy| (relation, policy)));
    policies.map(|(relation, policy)| {
        let texts = [policy.using.as_deref(), policy.check.as_deref()]
            .into_iter()
            .flatten();
        let understood = texts.filter_map(|text| facts.expression(text));
        (relation, policy, understood.collect())
    })
}

/// The calls that are made for each row, as they stand there.
fn per_row(expressions: &[&Expression], wanted: impl Fn(&CallSite) -> bool) -> BTreeSet<(String, bool)> {
    let calls = expressions
        .iter()
        .flat_map(|expression| expression.calls.iter().filter(|call| expression.is_per_row(call)));
    calls
        .filter(|call| wanted(call))
        .map(|call| (call.text.clone(), call.takes_row))
        .collect()
}

fn finding(
    rule: &'static str,
    relation: &Relation,
    policy: &Policy,
    message: String,
    evidence: Vec<String>,
) -> Finding {
    Finding {
        rule,
        level: Level::Warn,
        object: Object::Policy {
            relation: relation.name.clone(),
            policy: policy.name.clone(),
        },
        message,
        evidence,
        verdict: Verdict::Proved,
        fix: None,
    }
}

fn caller_per_row(facts: &Facts<'_>) -> Vec<Finding> {
    let is_asked = |call: &CallSite| match call.schema.as_deref() {
        None => call.name == "current_setting",
        Some(schema) => schema == "auth",
    };
    let found = policies(facts).filter_map(|(relation, policy, expressions)| {
        let calls = per_row(&expressions, is_asked);
        let (first, _) = calls.first()?;
        let message = format!(
            "Policy {} on {} asks {first} for each row; (select {first}) is asked once.",
            quoted(&policy.name),
            relation.name
        );
        let evidence = calls.iter().map(|(text, _)| format!("per row: {text}")).collect();
        Some(finding(RLS_401.id, relation, policy, message, evidence))
    });
    found.collect()
}

fn helper_per_row(facts: &Facts<'_>) -> Vec<Finding> {
    let is_helper = |call: &CallSite| {
        let mut functions = call.functions(facts.catalog);
        call.schema.as_deref() != Some("auth")
            && functions.any(|own| own.extension.is_none() && own.volatility != Volatility::Immutable)
    };
    let found = policies(facts).filter_map(|(relation, policy, expressions)| {
        let calls = per_row(&expressions, is_helper);
        let (first, takes_row) = calls.first()?;
        let advice = if *takes_row {
            "a query for what the caller may see, asked once, would do"
        } else {
            "in brackets with a SELECT it is called once"
        };
        let message = format!(
            "Policy {} on {} calls {first} for each row; {advice}.",
            quoted(&policy.name),
            relation.name
        );
        let evidence = calls.iter().map(|(text, _)| format!("per row: {text}")).collect();
        Some(finding(RLS_402.id, relation, policy, message, evidence))
    });
    found.collect()
}

fn without_index(facts: &Facts<'_>) -> Vec<Finding> {
    let mut missing: BTreeSet<(Name, String, Vec<String>)> = BTreeSet::new();
    for (relation, policy, _) in policies(facts) {
        // A check looks at rows that are there already: it searches for nothing.
        let using = policy
            .using
            .as_deref()
            .and_then(|text| Expression::of(text, facts.catalog));
        if let Some(expression) = &using {
            let searched = searched(expression);
            let own = searched
                .iter()
                .filter(|column| column.of.is_none())
                .map(|column| (&relation.name, column));
            let inner = searched
                .iter()
                .filter_map(|column| Some((expression.relation_of(column)?, column)));
            let by: Vec<(&Name, &Column)> = own.chain(inner).collect();
            for (name, column) in &by {
                let same = by
                    .iter()
                    .filter(|(other, _)| other == name)
                    .map(|(_, column)| column.name.as_str());
                let Some(relation) = facts.catalog.relation(name).filter(|own| is_searchable(own)) else {
                    continue;
                };
                // One that is found by another column of the same condition needs no index of its own.
                if !same.into_iter().any(|column| has_index(relation, column)) {
                    let evidence = format!("policy {} looks for it", quoted(&policy.name));
                    missing.insert(((*name).clone(), column.name.clone(), vec![evidence]));
                }
            }
        }
    }
    let mut findings: Vec<Finding> = Vec::new();
    for (relation, column, evidence) in missing {
        let object = Object::Column {
            relation: relation.clone(),
            column: column.clone(),
        };
        if let Some(known) = findings.iter_mut().find(|known| known.object == object) {
            known.evidence.extend(evidence);
            continue;
        }
        findings.push(Finding {
            rule: RLS_403.id,
            level: Level::Info,
            message: format!(
                "{relation}.{} is what policies look for, and no index begins with it.",
                quoted(&column)
            ),
            object,
            evidence,
            verdict: Verdict::Proved,
            fix: Some(format!(
                "create index if not exists {} on {relation} ({});",
                index_name(&relation, &column),
                quoted(&column)
            )),
        });
    }
    findings
}

/// The columns that have to be what the caller is, or what a row says.
fn searched(expression: &Expression) -> Vec<Column> {
    let mut columns = Vec::new();
    for comparison in expression.comparisons.iter().filter(|own| own.is_equal) {
        match (&comparison.left, &comparison.right) {
            (Side::Column(column), Side::Caller) | (Side::Caller, Side::Column(column)) => {
                columns.push(column.clone());
            }
            (Side::Column(left), Side::Column(right)) if left.of.is_none() => columns.push(right.clone()),
            (Side::Column(left), Side::Column(right)) if right.of.is_none() => columns.push(left.clone()),
            _ => {}
        }
    }
    columns
}

fn is_searchable(relation: &Relation) -> bool {
    matches!(
        relation.kind,
        RelationKind::Table | RelationKind::PartitionedTable
    ) && relation.extension.is_none()
}

fn has_index(relation: &Relation, column: &str) -> bool {
    relation
        .indexes
        .iter()
        .any(|index| !index.is_partial && index.columns.first() == Some(&Some(column.to_owned())))
}

/// PostgreSQL keeps 63 bytes of a name.
fn index_name(relation: &Name, column: &str) -> String {
    let mut name = format!("{}_{column}_idx", relation.name);
    while name.len() > 63 {
        name.pop();
    }
    quoted(&name)
}

#[cfg(test)]
mod tests;
