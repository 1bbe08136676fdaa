//! What is granted besides rows, to whom it should not be.

use std::collections::{BTreeMap, BTreeSet};

use super::{Facts, Finding, Level, Object, Rule, Verdict, gifts::Gifts, reach::Reach};
use crate::{
    Catalog,
    catalog::{DefaultPrivileges, ObjectKind, Relation},
    quoted,
};

#[cfg(test)]
mod tests;

pub(super) const RULES: &[Rule] = &[RLS_107, RLS_108, RLS_110];

const RLS_107: Rule = Rule {
    id: "RLS-107",
    title: "TRUNCATE, TRIGGER or REFERENCES is granted to callers",
    why: "Policies do not hold them: TRUNCATE takes every row away, a trigger acts for whoever writes next, and a \
          reference tells which keys there are.",
    look: beside_rows,
};

const RLS_108: Rule = Rule {
    id: "RLS-108",
    title: "Default privileges open objects that will be made",
    why: "Whatever is made next is open from its first moment, before anybody has thought of its policies.",
    look: defaults,
};

const RLS_110: Rule = Rule {
    id: "RLS-110",
    title: "Callers may create in a schema that is served",
    why: "Whoever creates a function or a table there has others call it, and owns what it holds.",
    look: creating,
};

fn beside_rows(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let with_rows = facts.catalog.relations.iter().filter(|own| own.view.is_none());
    let granted = with_rows
        .map(|relation| {
            (
                relation,
                reach.on(relation, &["TRUNCATE", "TRIGGER", "REFERENCES"]),
            )
        })
        .filter(|(_, gifts)| !gifts.is_empty());
    let finding = granted.map(|(relation, gifts)| {
        let cause = if is_by_default(facts.catalog, relation, &gifts) {
            ", by default privileges (RLS-108)"
        } else {
            ""
        };
        Finding {
            rule: RLS_107.id,
            level: Level::Warn,
            object: Object::of(relation),
            message: format!(
                "{} on {} is granted to {}{cause}.",
                gifts.privileges(),
                relation.name,
                gifts.grantees()
            ),
            evidence: gifts.told().collect(),
            verdict: Verdict::Proved,
            fix: Some(gifts.revoked(&relation.name)),
        }
    });
    finding.collect()
}

/// Whether default privileges give all of these to whatever is made there.
fn is_by_default(catalog: &Catalog, relation: &Relation, gifts: &Gifts<'_>) -> bool {
    let applying = catalog.default_privileges.iter().filter(|own| {
        own.kind == ObjectKind::Table
            && own.owner == relation.owner
            && own
                .schema
                .as_ref()
                .is_none_or(|schema| *schema == relation.name.schema)
    });
    let given: BTreeSet<(Option<&str>, &str)> = applying
        .flat_map(|own| &own.grants)
        .map(|grant| (grant.grantee.as_deref(), grant.privilege.as_str()))
        .collect();
    let mut gifts = gifts.0.iter();
    gifts.all(|gift| gift.column.is_none() && given.contains(&(gift.grantee, gift.privilege)))
}

fn defaults(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let exposed = facts.exposed_schemas();
    let mut by_object: BTreeMap<Object, Vec<(&DefaultPrivileges, Gifts<'_>)>> = BTreeMap::new();
    for defaults in &facts.catalog.default_privileges {
        let object = match &defaults.schema {
            Some(schema) if exposed.contains(&schema.as_str()) => Object::Schema {
                schema: schema.clone(),
            },
            Some(_) => continue,
            None => Object::Role {
                role: defaults.owner.clone(),
            },
        };
        let mut gifts = reach.gifts(&defaults.grants, opening(defaults.kind));
        gifts
            .0
            .retain(|gift| gift.grantee != Some(defaults.owner.as_str()));
        if !gifts.is_empty() {
            by_object.entry(object).or_default().push((defaults, gifts));
        }
    }
    let finding = by_object.into_iter().map(|(object, all)| {
        let told = all.iter().flat_map(|(defaults, gifts)| {
            let what = format!("{} that {} makes", plural(defaults.kind), quoted(&defaults.owner));
            gifts.told().map(move |gift| format!("{what}: {gift}"))
        });
        let kinds: BTreeSet<&str> = all.iter().map(|(defaults, _)| plural(defaults.kind)).collect();
        let place = match &object {
            Object::Schema { schema } => format!("in schema {}", quoted(schema)),
            _ => "in every schema".to_owned(),
        };
        let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
        Finding {
            rule: RLS_108.id,
            level: Level::Warn,
            message: format!("New {kinds} {place} are granted to callers as soon as they are made."),
            evidence: told.collect(),
            verdict: Verdict::Proved,
            fix: Some(
                all.iter()
                    .map(|(defaults, gifts)| taken_back(defaults, gifts))
                    .collect::<Vec<_>>()
                    .join("\n"),
            ),
            object,
        }
    });
    finding.collect()
}

/// Which privileges open an object of this kind.
fn opening(kind: ObjectKind) -> &'static [&'static str] {
    match kind {
        ObjectKind::Table => &[
            "SELECT",
            "INSERT",
            "UPDATE",
            "DELETE",
            "TRUNCATE",
            "TRIGGER",
            "REFERENCES",
        ],
        ObjectKind::Sequence => &["USAGE", "SELECT", "UPDATE"],
        ObjectKind::Function => &["EXECUTE"],
        ObjectKind::Schema => &["USAGE", "CREATE"],
        // A type holds nothing.
        ObjectKind::Type => &[],
    }
}

fn plural(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Table => "tables",
        ObjectKind::Sequence => "sequences",
        ObjectKind::Function => "functions",
        ObjectKind::Type => "types",
        ObjectKind::Schema => "schemas",
    }
}

fn taken_back(defaults: &DefaultPrivileges, gifts: &Gifts<'_>) -> String {
    let place = defaults
        .schema
        .as_ref()
        .map(|schema| format!(" in schema {}", quoted(schema)));
    let head = format!(
        "alter default privileges for role {}{} ",
        quoted(&defaults.owner),
        place.unwrap_or_default()
    );
    let revoked = gifts.revoked(plural(defaults.kind));
    revoked
        .lines()
        .map(|line| format!("{head}{line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn creating(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let exposed = facts.exposed_schemas();
    let schemas = facts
        .catalog
        .schemas
        .iter()
        .filter(|schema| exposed.contains(&schema.name.as_str()));
    let granted = schemas
        .map(|schema| (schema, reach.gifts(&schema.grants, &["CREATE"])))
        .filter(|(_, gifts)| !gifts.is_empty());
    let finding = granted.map(|(schema, gifts)| Finding {
        rule: RLS_110.id,
        level: Level::Error,
        object: Object::Schema {
            schema: schema.name.clone(),
        },
        message: format!(
            "{} may create objects in schema {}, which is served.",
            gifts.grantees(),
            quoted(&schema.name)
        ),
        evidence: gifts.told().collect(),
        verdict: Verdict::Proved,
        fix: Some(gifts.revoked(format!("schema {}", quoted(&schema.name)))),
    });
    finding.collect()
}
