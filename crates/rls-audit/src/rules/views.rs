//! Views that read, and write, as their owner.

use std::collections::BTreeSet;

use super::{
    Facts, Finding, Level, Object, Rule, Verdict,
    lineage::{Lineage, Source},
    reach::{Reach, told, verdict},
};
use crate::{
    Access, Catalog, Cell, Command, Name,
    catalog::{Relation, RelationKind, ViewOptions},
};

#[cfg(test)]
mod tests;

pub(super) const RULES: &[Rule] = &[RLS_301, RLS_302, RLS_303];

const RLS_301: Rule = Rule {
    id: "RLS-301",
    title: "A view returns rows that its reader cannot read from the tables",
    why: "A view reads as its owner, for whom policies do not hold, unless it is told to read as whoever asks.",
    look: reading,
};

const RLS_302: Rule = Rule {
    id: "RLS-302",
    title: "A view that writes as its owner can be written through",
    why: "What is written through such a view is held by no policy of its table that does not hold for the owner.",
    look: writing,
};

const RLS_303: Rule = Rule {
    id: "RLS-303",
    title: "A view that callers reach shows a column of auth.users",
    why: "That table holds e-mail addresses, telephone numbers, password hashes and tokens of everybody.",
    look: showing_users,
};

/// Views that act as their owner.
fn of_owners<'a>(facts: &Facts<'a>) -> impl Iterator<Item = (&'a Relation, &'a ViewOptions)> {
    let views = facts
        .catalog
        .relations
        .iter()
        .filter(|relation| relation.kind == RelationKind::View);
    views
        .filter_map(|relation| relation.view.as_ref().map(|view| (relation, view)))
        .filter(|(_, view)| !view.security_invoker)
}

fn reading(facts: &Facts<'_>) -> Vec<Finding> {
    let (reach, mut lineage) = (Reach::new(facts), Lineage::new(facts.catalog));
    let mut found = Vec::new();
    for (relation, view) in of_owners(facts) {
        let gifts = reach.on(relation, &["SELECT"]);
        let tables = ground(facts.catalog, view);
        if gifts.is_empty() || tables.is_empty() {
            continue;
        }
        let cells = reach.cells(&relation.name, &[Command::Select]);
        let columns = lineage
            .comes_out(relation)
            .unwrap_or_default()
            .into_iter()
            .flatten()
            .collect();
        let proofs = proofs(&reach, relation, &cells, &tables, &columns);
        let (level, verdict) = if !proofs.is_empty() {
            (Level::Error, Verdict::Proved)
        } else if is_open_question(&reach, &cells, &tables) {
            (Level::Warn, Verdict::Unproved)
        } else {
            (Level::Info, Verdict::Refuted)
        };
        let message = match verdict {
            Verdict::Proved => "and returns what its readers cannot read from the tables",
            Verdict::Unproved => "and may return what its readers cannot read from the tables",
            Verdict::Refuted => "and returned nothing that its readers cannot read from the tables",
        };
        let told = gifts.told().chain(proofs);
        found.push(Finding {
            rule: RLS_301.id,
            level,
            object: Object::of(relation),
            message: format!("The view {} reads as its owner, {message}.", relation.name),
            evidence: std::iter::once(format!("owner {}", crate::quoted(&relation.owner)))
                .chain(told)
                .collect(),
            verdict,
            fix: read_as_caller(facts.catalog, relation),
        });
    }
    found
}

/// What has rows itself and is read by this view, directly or through others. That a view within reads as whoever asks
/// changes nothing: through this one the owner asks.
fn ground<'a>(catalog: &'a Catalog, view: &'a ViewOptions) -> BTreeSet<&'a Name> {
    let mut tables = BTreeSet::new();
    for reads in &view.reads {
        match catalog.relation(&reads.relation) {
            Some(Relation {
                kind: RelationKind::View,
                view: Some(inner),
                ..
            }) => tables.extend(ground(catalog, inner)),
            Some(table) => {
                tables.insert(&table.name);
            }
            None => {}
        }
    }
    tables
}

/// Where somebody reads through the view what they do not read from the tables, one a line.
fn proofs(
    reach: &Reach<'_>,
    relation: &Relation,
    cells: &[&Cell],
    tables: &BTreeSet<&Name>,
    columns: &BTreeSet<Source>,
) -> Vec<String> {
    let is_whole = tables.len() == 1 && is_unfiltered(relation);
    let mut found = Vec::new();
    for cell in cells.iter().filter(|cell| cell.access.is_open()) {
        let (persona, class) = (&cell.persona, cell.access.class());
        for table in tables {
            let Some(own) = reach.access(persona, table, Command::Select) else {
                continue;
            };
            let is_less = match own {
                Access::Denied | Access::None | Access::Rls | Access::Error(_) => true,
                Access::Some => is_whole && cell.access == Access::All,
                _ => false,
            };
            if is_less {
                found.push(format!(
                    "{persona} reads through the view: {class}; from {table}: {}",
                    own.class()
                ));
            } else if let Some(base) = reach.relation(table).filter(|_| own.is_open()) {
                let of_base = columns
                    .iter()
                    .filter(|source| source.relation == **table && source.column != "*");
                let hidden =
                    of_base.filter(|source| !reach.may_read(reach.role(persona), base, &source.column));
                found.extend(hidden.map(|source| {
                    format!(
                        "{persona} reads {} of {table} through the view only",
                        crate::quoted(&source.column)
                    )
                }));
            }
        }
    }
    found
}

/// Whether the view gives every row of what it reads, or what is made of every row.
fn is_unfiltered(relation: &Relation) -> bool {
    let text = relation
        .view
        .as_ref()
        .map(|view| view.definition.to_lowercase())
        .unwrap_or_default();
    let mut words = text.split(|char: char| !char.is_alphanumeric() && char != '_');
    words.all(|word| !["where", "join", "having", "limit", "offset", "fetch", "with"].contains(&word))
}

/// Whether somebody of whom nothing is known reads through the view, where they read only some of a table; or it
/// was not found out.
fn is_open_question(reach: &Reach<'_>, cells: &[&Cell], tables: &BTreeSet<&Name>) -> bool {
    verdict(cells) == Verdict::Unproved
        || cells
            .iter()
            .filter(|cell| cell.access.is_open() && reach.is_nobody(&cell.persona))
            .any(|cell| {
                let mut own = tables
                    .iter()
                    .map(|table| reach.access(&cell.persona, table, Command::Select));
                own.any(|own| own != Some(&Access::All))
            })
}

/// SQL that has it read as whoever asks. Not where policies read it, which would then ask themselves.
fn read_as_caller(catalog: &Catalog, relation: &Relation) -> Option<String> {
    let mut policies = catalog.relations.iter().flat_map(|relation| &relation.policies);
    let is_asked = policies.any(|policy| policy.reads.iter().any(|reads| reads.relation == relation.name));
    (catalog.server.version >= 150_000 && !is_asked)
        .then(|| format!("alter view {} set (security_invoker = true);", relation.name))
}

fn writing(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let mut found = Vec::new();
    for (relation, _) in of_owners(facts) {
        let wanted: Vec<&str> = relation.writable.iter().map(|command| command.as_str()).collect();
        let gifts = reach.on(relation, &wanted);
        if gifts.is_empty() {
            continue;
        }
        let cells = reach.cells(&relation.name, &relation.writable);
        let verdict = verdict(&cells);
        let level = match verdict {
            Verdict::Proved => Level::Error,
            Verdict::Unproved => Level::Warn,
            Verdict::Refuted => Level::Info,
        };
        let open: Vec<&Cell> = cells.into_iter().filter(|cell| cell.access.is_open()).collect();
        found.push(Finding {
            rule: RLS_302.id,
            level,
            object: Object::of(relation),
            message: format!(
                "The view {} writes as its owner, and {} is granted to {}.",
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

fn showing_users(facts: &Facts<'_>) -> Vec<Finding> {
    let (reach, mut lineage) = (Reach::new(facts), Lineage::new(facts.catalog));
    let users = Name::new("auth", "users");
    let mut found = Vec::new();
    for relation in &facts.catalog.relations {
        let Some(view) = &relation.view else { continue };
        let gifts = reach.on(relation, &["SELECT"]);
        if gifts.is_empty() || !reads(facts.catalog, view, &users) {
            continue;
        }
        let (shown, is_understood) = match lineage.comes_out(relation) {
            Some(columns) => {
                let sources = columns
                    .into_iter()
                    .flatten()
                    .filter(|source| source.relation == users);
                (sources.map(|source| source.column).collect::<BTreeSet<_>>(), true)
            }
            None => (BTreeSet::new(), false),
        };
        let cells = reach.cells(&relation.name, &[Command::Select]);
        let of_nobody: Vec<&Cell> = cells
            .iter()
            .copied()
            .filter(|cell| reach.is_nobody(&cell.persona))
            .collect();
        let verdict = match verdict(&of_nobody) {
            Verdict::Proved if is_understood => Verdict::Proved,
            Verdict::Refuted => Verdict::Refuted,
            _ => Verdict::Unproved,
        };
        if verdict == Verdict::Refuted || (is_understood && shown.is_empty()) {
            continue;
        }
        let what = if is_understood {
            format!(
                "shows {} of auth.users",
                shown
                    .iter()
                    .map(|own| crate::quoted(own))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        } else {
            "reads auth.users, and its text was not understood".to_owned()
        };
        let open: Vec<&Cell> = of_nobody
            .into_iter()
            .filter(|cell| cell.access.is_open())
            .collect();
        found.push(Finding {
            rule: RLS_303.id,
            level: if verdict == Verdict::Proved {
                Level::Error
            } else {
                Level::Warn
            },
            object: Object::of(relation),
            message: format!("{} can be read by callers and {what}.", relation.name),
            evidence: std::iter::once(what)
                .chain(gifts.told())
                .chain(told(&open))
                .collect(),
            verdict,
            fix: Some(gifts.revoked(&relation.name)),
        });
    }
    found
}

/// Whether the view reads that relation, directly or through others.
fn reads(catalog: &Catalog, view: &ViewOptions, name: &Name) -> bool {
    view.reads.iter().any(|reads_of| {
        let inner = catalog
            .relation(&reads_of.relation)
            .and_then(|own| own.view.as_ref());
        reads_of.relation == *name || inner.is_some_and(|inner| reads(catalog, inner, name))
    })
}
