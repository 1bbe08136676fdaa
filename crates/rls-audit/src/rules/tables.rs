//! Tables: whether Row Level Security holds at all, and whether there is a way around it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Facts, Finding, Level, Object, Rule, Verdict, partitions,
    reach::{ROWS, Reach, told, verdict},
};
use crate::{
    Command, Name,
    catalog::{Relation, RelationKind},
};

#[cfg(test)]
mod tests;

pub(super) const RULES: &[Rule] = &[RLS_101, RLS_102, RLS_103, RLS_104, RLS_112, RLS_113];

const RLS_101: Rule = Rule {
    id: "RLS-101",
    title: "Row Level Security is disabled on a table that callers reach",
    why: "Where it is disabled, a privilege on the table is a privilege on every row of it.",
    look: disabled,
};

const RLS_102: Rule = Rule {
    id: "RLS-102",
    title: "A table has policies, and Row Level Security is disabled",
    why: "Policies hold only where Row Level Security is enabled; whoever wrote them believes that they do.",
    look: policies_asleep,
};

const RLS_103: Rule = Rule {
    id: "RLS-103",
    title: "Row Level Security is enabled, and there is no policy",
    why: "Without a policy nobody but the owner and those who bypass them sees a row: either meant so, or forgotten.",
    look: no_policy,
};

const RLS_104: Rule = Rule {
    id: "RLS-104",
    title: "A table has only restrictive policies",
    why: "A restrictive policy holds back rows that a permissive one lets through; alone, nothing passes.",
    look: only_restrictive,
};

const RLS_112: Rule = Rule {
    id: "RLS-112",
    title: "A materialized view or foreign table can be reached",
    why: "They have no Row Level Security: a privilege on one is a privilege on every row of it.",
    look: without_policies,
};

const RLS_113: Rule = Rule {
    id: "RLS-113",
    title: "A table without Row Level Security is published in real time",
    why: "Whoever may read the table is sent every change of every row of it.",
    look: published,
};

pub(super) fn enable(relation: &Relation) -> String {
    format!("alter table {} enable row level security;", relation.name)
}

/// Tables that are nobody else's; what extensions bring is theirs.
pub(super) fn tables<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Relation> {
    let relations = facts
        .catalog
        .relations
        .iter()
        .filter(|relation| relation.extension.is_none());
    relations.filter(|own| matches!(own.kind, RelationKind::Table | RelationKind::PartitionedTable))
}

fn disabled(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    // Of one that has policies RLS-102 speaks, and of a part that leads past its whole RLS-106: the cause is the same.
    let told: BTreeSet<Object> = partitions::past_policies(facts)
        .into_iter()
        .map(|own| own.object)
        .collect();
    let tables = tables(facts).filter(|table| !table.rls && table.policies.is_empty());
    let granted = tables
        .filter(|table| !told.contains(&Object::of(table)))
        .map(|table| (table, reach.on(table, &ROWS)))
        .filter(|(_, gifts)| !gifts.is_empty());
    let finding = granted.map(|(table, gifts)| Finding {
        rule: RLS_101.id,
        level: Level::Error,
        object: Object::of(table),
        message: format!(
            "Row Level Security is disabled on {}, and {} granted to {} reaches every row.",
            table.name,
            gifts.privileges(),
            gifts.grantees(),
        ),
        evidence: gifts.told().collect(),
        verdict: Verdict::Proved,
        fix: Some(enable(table)),
    });
    finding.collect()
}

fn policies_asleep(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let tables = tables(facts).filter(|table| !table.rls && !table.policies.is_empty());
    let finding = tables.map(|table| {
        let gifts = reach.on(table, &ROWS);
        let (level, verdict) = if gifts.is_empty() {
            (Level::Warn, Verdict::Refuted)
        } else {
            (Level::Error, Verdict::Proved)
        };
        let policies = table
            .policies
            .iter()
            .map(|policy| format!("policy {}", crate::quoted(&policy.name)));
        Finding {
            rule: RLS_102.id,
            level,
            object: Object::of(table),
            message: format!(
                "{} has policies, and none of them holds: Row Level Security is disabled.",
                table.name
            ),
            evidence: policies.chain(gifts.told()).collect(),
            verdict,
            fix: Some(enable(table)),
        }
    });
    finding.collect()
}

fn no_policy(facts: &Facts<'_>) -> Vec<Finding> {
    let by_name: BTreeMap<&Name, &Relation> = tables(facts).map(|table| (&table.name, table)).collect();
    // A partition is read through its parent, and having no policy closes the way past that.
    let is_part = |table: &Relation| {
        table
            .parents
            .iter()
            .any(|parent| by_name.get(parent).is_some_and(|parent| parent.rls))
    };
    let exposed = facts.exposed_schemas();
    let tables = tables(facts).filter(|table| exposed.contains(&table.name.schema.as_str()));
    let bare = tables.filter(|table| table.rls && table.policies.is_empty() && !is_part(table));
    let finding = bare.map(|table| Finding {
        rule: RLS_103.id,
        level: Level::Info,
        object: Object::of(table),
        message: format!(
            "{} lets nobody see a row: Row Level Security is enabled without a policy.",
            table.name
        ),
        evidence: vec!["Row Level Security is enabled".to_owned(), "no policy".to_owned()],
        verdict: Verdict::Proved,
        fix: None,
    });
    finding.collect()
}

fn only_restrictive(facts: &Facts<'_>) -> Vec<Finding> {
    let held = tables(facts).filter(|table| {
        table.rls && !table.policies.is_empty() && table.policies.iter().all(|policy| !policy.permissive)
    });
    let finding = held.map(|table| Finding {
        rule: RLS_104.id,
        level: Level::Warn,
        object: Object::of(table),
        message: format!(
            "Every policy of {} is restrictive, so that no row passes.",
            table.name
        ),
        evidence: table
            .policies
            .iter()
            .map(|policy| format!("policy {} is restrictive", crate::quoted(&policy.name)))
            .collect(),
        verdict: Verdict::Proved,
        fix: None,
    });
    finding.collect()
}

fn without_policies(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let mut found = Vec::new();
    for relation in &facts.catalog.relations {
        let (what, commands): (&str, &[Command]) = match relation.kind {
            RelationKind::MaterializedView => ("materialized view", &[Command::Select]),
            RelationKind::ForeignTable => ("foreign table", &Command::ALL),
            _ => continue,
        };
        let wanted: Vec<&str> = commands.iter().map(|command| command.as_str()).collect();
        let gifts = reach.on(relation, &wanted);
        if gifts.is_empty() {
            continue;
        }
        let cells = reach.cells(&relation.name, commands);
        // Whoever may read a stored view reads what is in it. Whether a foreign table answers is for its server to
        // say, and an error today may be none tomorrow.
        let verdict = match (relation.kind, verdict(&cells)) {
            (RelationKind::MaterializedView, _) | (_, Verdict::Proved) => Verdict::Proved,
            _ => Verdict::Unproved,
        };
        let open: Vec<_> = cells.into_iter().filter(|cell| cell.access.is_open()).collect();
        found.push(Finding {
            rule: RLS_112.id,
            level: if verdict == Verdict::Proved {
                Level::Error
            } else {
                Level::Warn
            },
            object: Object::of(relation),
            message: format!(
                "The {what} {} has no Row Level Security, and {} is granted to {}.",
                relation.name,
                gifts.privileges(),
                gifts.grantees(),
            ),
            evidence: gifts.told().chain(told(&open)).collect(),
            verdict,
            fix: Some(gifts.revoked(&relation.name)),
        });
    }
    found
}

fn published(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let services: Vec<_> = facts
        .catalog
        .publications
        .iter()
        .filter(|own| own.name.to_lowercase().contains("realtime"))
        .collect();
    let mut found = Vec::new();
    for table in tables(facts).filter(|table| !table.rls) {
        let in_these = services
            .iter()
            .filter(|own| own.all_tables || own.tables.contains(&table.name));
        let publications: Vec<String> = in_these
            .map(|own| format!("publication {}", crate::quoted(&own.name)))
            .collect();
        if publications.is_empty() {
            continue;
        }
        let gifts = reach.on(table, &["SELECT"]);
        let (level, verdict) = if gifts.is_empty() {
            (Level::Info, Verdict::Refuted)
        } else {
            (Level::Warn, Verdict::Proved)
        };
        found.push(Finding {
            rule: RLS_113.id,
            level,
            object: Object::of(table),
            message: format!(
                "{} is published in real time, and Row Level Security is disabled on it.",
                table.name
            ),
            evidence: publications.into_iter().chain(gifts.told()).collect(),
            verdict,
            fix: Some(enable(table)),
        });
    }
    found
}
