//! Less than the whole fix, where the whole would break somebody: to keep out those who have not shown who they are.

use std::collections::BTreeSet;

use super::{Fix, stage::Stage};
use crate::{Catalog, Inspection, catalog::Relation, quoted, rules::Object};

/// A fix in place of this one that concerns none but anonymous callers.
#[must_use]
pub fn narrower(fix: &Fix, seen: &Inspection) -> Option<Fix> {
    let anonymous = anonymous(seen);
    let sql = match &fix.object {
        Object::Relation { relation } => {
            let of = seen.catalog.relation(relation)?;
            match Stage::of(&fix.sql) {
                Stage::Grants => statements_from(&fix.sql, &anonymous),
                Stage::Tables => revoke("all", of, &anonymous),
                // What is wrong with a view that is to ask as its reader is what it shows.
                Stage::Views => revoke("select", of, &anonymous),
                _ => None,
            }
        }
        Object::Policy { relation, policy } => {
            let of = seen.catalog.relation(relation)?;
            let own = of.policies.iter().find(|own| own.name == *policy)?;
            let roles = others(&own.roles, &anonymous, &seen.catalog)?;
            Some(format!(
                "alter policy {} on {relation} to {roles};",
                quoted(policy)
            ))
        }
        _ => None,
    }?;
    Some(Fix { sql, ..fix.clone() })
}

/// Roles under which nobody is tried but strangers.
fn anonymous(seen: &Inspection) -> BTreeSet<&str> {
    let of = |is: bool| {
        let personas = seen
            .matrix
            .personas
            .iter()
            .filter(move |own| own.is_anonymous() == is);
        personas
            .map(|own| own.database_role.as_str())
            .collect::<BTreeSet<_>>()
    };
    of(true).difference(&of(false)).copied().collect()
}

/// Of statements that take something from one role each, those that take it from them.
fn statements_from(sql: &str, anonymous: &BTreeSet<&str>) -> Option<String> {
    let ends: Vec<String> = anonymous
        .iter()
        .map(|role| format!(" from {};", quoted(role)))
        .collect();
    let statements: Vec<&str> = sql
        .lines()
        .filter(|line| ends.iter().any(|end| line.ends_with(end)))
        .collect();
    (!statements.is_empty()).then(|| statements.join("\n"))
}

/// The privileges that are granted to them by name.
fn revoke(privileges: &str, relation: &Relation, anonymous: &BTreeSet<&str>) -> Option<String> {
    let columns = relation.columns.iter().flat_map(|column| &column.grants);
    let granted: BTreeSet<&str> = relation
        .grants
        .iter()
        .chain(columns)
        .filter_map(|grant| grant.grantee.as_deref())
        .filter(|grantee| anonymous.contains(grantee))
        .collect();
    let from: Vec<String> = granted.into_iter().map(quoted).collect();
    (!from.is_empty()).then(|| {
        format!(
            "revoke {privileges} on {} from {};",
            relation.name,
            from.join(", ")
        )
    })
}

/// Whom the policy is for besides them; where it is for everybody, whoever is signed in.
fn others(roles: &[String], anonymous: &BTreeSet<&str>, catalog: &Catalog) -> Option<String> {
    let signed_in = catalog.role("authenticated").map(|role| role.name.clone());
    let roles: Vec<String> = if roles.is_empty() {
        signed_in.into_iter().collect()
    } else {
        roles.to_vec()
    };
    let others = roles.iter().filter(|role| !anonymous.contains(role.as_str()));
    let others: Vec<String> = others.map(|role| quoted(role)).collect();
    (!others.is_empty()).then(|| others.join(", "))
}
