//! Views that read, and write, as their owner.

use std::collections::BTreeSet;

use super::{
    Facts, Finding, Level, Object, Rule, Verdict,
    lineage::Lineage,
    reach::{Reach, told, verdict},
};
use crate::{
    Catalog, Cell, Command, Name,
    catalog::{Relation, RelationKind, ViewOptions},
};

mod condition;
mod reading;
#[cfg(test)]
mod tests;

pub(super) const RULES: &[Rule] = &[RLS_301, RLS_302, RLS_303];

const RLS_301: Rule = Rule {
    id: "RLS-301",
    title: "A view returns rows that its reader cannot read from the tables",
    why: "A view reads as its owner, for whom policies do not hold, unless it is told to read as whoever asks.",
    look: reading::look,
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
