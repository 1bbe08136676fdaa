//! A table and its parts (partitions, children that inherit): a query is held by the policies of the one that it
//! names, and by no other's.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Facts, Finding, Level, Object, Rule, Verdict,
    gifts::Gifts,
    reach::{ROWS, Reach},
    tables::{enable, tables},
};
use crate::{
    Access, Command, Name,
    catalog::{Policy, Relation},
};

#[cfg(test)]
mod tests;

pub(super) const RULES: &[Rule] = &[RLS_106];

const RLS_106: Rule = Rule {
    id: "RLS-106",
    title: "Rows can be reached past the policies of their table, or of its part",
    why: "Only the policies of the table that a query names hold: rows have as many doors as tables that lead to them.",
    look: past_policies,
};

type Tables<'a> = BTreeMap<&'a Name, &'a Relation>;

pub(super) fn past_policies(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let all: Tables<'_> = tables(facts).map(|table| (&table.name, table)).collect();
    let finding = |part: &&Relation| {
        let wholes = wholes(part, &all);
        wholes
            .iter()
            .find_map(|whole| past_whole(&reach, part, whole).or_else(|| past_part(&reach, part, whole)))
    };
    all.values().filter_map(finding).collect()
}

/// What it is a part of, the nearest first.
fn wholes<'a>(part: &'a Relation, all: &Tables<'a>) -> Vec<&'a Relation> {
    let mut found: Vec<&Relation> = Vec::new();
    let mut next: Vec<&Name> = part.parents.iter().collect();
    while !next.is_empty() {
        let parents: Vec<&Relation> = next.drain(..).filter_map(|name| all.get(name).copied()).collect();
        next = parents.iter().flat_map(|parent| &parent.parents).collect();
        found.extend(parents);
    }
    found
}

/// The part is a door to rows that the whole would hold back.
fn past_whole(reach: &Reach<'_>, part: &Relation, whole: &Relation) -> Option<Finding> {
    if !whole.rls || (part.rls && agree(part, whole)) {
        return None;
    }
    let gifts = reach.on(part, &ROWS);
    let wider = compared(reach, part, whole, |part_access, whole_access| {
        if part.rls {
            part_access.is_open() && matches!(whole_access, Access::None | Access::Rls)
        } else {
            is_wider(part_access, whole_access)
        }
    });
    // Where the whole would let them all through, and only the privilege is missing there, nothing is passed by.
    let wider = wider.map(|mut wider| {
        wider.retain(|(persona, command)| !lets_all(reach, whole, persona, *command));
        wider
    });
    // Without a measurement, that nothing holds rows back which others are held back from is proof enough.
    let is_proved = wider.as_ref().map_or(!part.rls, |wider| !wider.is_empty());
    (is_proved && !gifts.is_empty()).then(|| Finding {
        rule: RLS_106.id,
        level: Level::Error,
        object: Object::of(part),
        message: format!(
            "{} is part of {} and can be reached past its policies.",
            part.name, whole.name
        ),
        evidence: evidence(part, whole, &gifts, wider),
        verdict: Verdict::Proved,
        fix: Some(if part.rls {
            gifts.revoked(&part.name)
        } else {
            enable(part)
        }),
    })
}

/// The whole is a door to rows that the part would hold back.
fn past_part(reach: &Reach<'_>, part: &Relation, whole: &Relation) -> Option<Finding> {
    // A part without a policy is closed on purpose: its rows are read through the whole.
    if !part.rls || part.policies.is_empty() || (whole.rls && agree(part, whole)) {
        return None;
    }
    let gifts = reach.on(whole, &ROWS);
    let wider = compared(reach, whole, part, is_wider);
    let wider = wider.map(|mut wider| {
        wider.retain(|(persona, command)| lets_all(reach, whole, persona, *command));
        wider
    });
    let is_proved = wider.as_ref().map_or(!whole.rls, |wider| !wider.is_empty());
    (is_proved && !gifts.is_empty()).then(|| Finding {
        rule: RLS_106.id,
        level: Level::Error,
        object: Object::of(part),
        message: format!(
            "Rows of {} can be reached through {}, past its own policies.",
            part.name, whole.name
        ),
        evidence: evidence(whole, part, &gifts, wider),
        verdict: Verdict::Proved,
        fix: (!whole.rls).then(|| enable(whole)),
    })
}

/// What reaches more through the one than through the other, by persona and command; `None` where nothing was measured.
fn compared<'a>(
    reach: &Reach<'a>,
    door: &Relation,
    other: &Relation,
    counts: impl Fn(&Access, &Access) -> bool,
) -> Option<Vec<(&'a str, Command)>> {
    let cells = reach.cells(&door.name, &Command::ALL);
    (!cells.is_empty()).then(|| {
        let wider = cells.into_iter().filter(|cell| {
            let beside = reach.access(&cell.persona, &other.name, cell.command);
            beside.is_some_and(|beside| counts(&cell.access, beside))
        });
        wider.map(|cell| (cell.persona.as_str(), cell.command)).collect()
    })
}

/// Whether the one lets more through than the other, as far as both are known.
fn is_wider(one: &Access, other: &Access) -> bool {
    width(one)
        .zip(width(other))
        .is_some_and(|(one, other)| one > other)
}

/// How much an access lets through; what is unknown compares with nothing.
fn width(access: &Access) -> Option<u8> {
    match access {
        Access::Denied | Access::None | Access::Rls | Access::Error(_) => Some(0),
        Access::Some | Access::Conditional(_) => Some(1),
        Access::All => Some(2),
        Access::Unknown(_) => None,
    }
}

/// Whether the policies of both say the same.
fn agree(one: &Relation, other: &Relation) -> bool {
    let said = |policy: &Policy| {
        let command = policy.command;
        (
            policy.permissive,
            command,
            policy.roles.clone(),
            policy.using.clone(),
            policy.check.clone(),
        )
    };
    let all = |relation: &Relation| relation.policies.iter().map(said).collect::<BTreeSet<_>>();
    all(one) == all(other)
}

/// Whether no row is held back from this persona, whatever it holds.
fn lets_all(reach: &Reach<'_>, relation: &Relation, persona: &str, command: Command) -> bool {
    let mut policies = relation
        .policies
        .iter()
        .filter(|policy| policy.is_for(command) && reach.is_for(policy, persona));
    !relation.rls
        || (policies
            .clone()
            .any(|policy| policy.permissive && policy.using.as_deref() == Some("true"))
            && policies.all(|policy| policy.permissive))
}

fn evidence(
    door: &Relation,
    other: &Relation,
    gifts: &Gifts<'_>,
    wider: Option<Vec<(&str, Command)>>,
) -> Vec<String> {
    let state = |relation: &Relation| {
        let enabled = if relation.rls { "enabled" } else { "disabled" };
        format!("Row Level Security of {} is {enabled}", relation.name)
    };
    let gifts = gifts.told().map(|gift| format!("{}: {gift}", door.name));
    let wider = wider.into_iter().flatten().map(|(persona, command)| {
        let command = command.as_str();
        format!(
            "{command} as {persona} reaches more through {} than through {}",
            door.name, other.name
        )
    });
    [state(door), state(other)]
        .into_iter()
        .chain(gifts)
        .chain(wider)
        .collect()
}
