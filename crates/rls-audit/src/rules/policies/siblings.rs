//! Policies that come to nothing beside others: RLS-207 and RLS-209.

use super::{
    open::capital,
    shown::{Own, permissive},
};
use crate::{
    Command,
    catalog::Policy,
    quoted,
    rules::{Caller, Expression, Facts, Finding, Level, Rule, Truth, Verdict},
};

pub(super) const RLS_207: Rule = Rule {
    id: "RLS-207",
    title: "scoped policy made moot by a wider sibling",
    why: "Permissive policies are added up: the widest decides, and the careful one beside it only looks \
          like protection.",
    look: moot,
};

pub(super) const RLS_209: Rule = Rule {
    id: "RLS-209",
    title: "duplicate or subset policy",
    why: "What another policy lets through already is asked twice, and changed in one place only.",
    look: subsets,
};

fn moot(facts: &Facts<'_>) -> Vec<Finding> {
    let is_scoped = |own: &Own<'_>| {
        own.commands(&Command::ALL)
            .iter()
            .any(|command| own.truth(*command, Caller::SignedIn) == Truth::Depends)
    };
    let found = permissive(facts).filter(is_scoped).filter_map(|own| {
        let commands = own.commands(&Command::ALL);
        let wider = siblings(&own).find(|other| {
            covers(other.policy, own.policy)
                && commands
                    .iter()
                    .all(|command| other.truth(*command, Caller::SignedIn) == Truth::True)
        })?;
        let cells = own.low_trust_cells(&commands);
        let verdict = match (cells.is_wide_open(), cells.is_denied()) {
            (true, _) => Verdict::Proved,
            (false, true) => Verdict::Refuted,
            (false, false) => Verdict::Unproved,
        };
        (verdict != Verdict::Refuted).then(|| Finding {
            rule: RLS_207.id,
            level: Level::Warn,
            object: own.object(),
            message: format!(
                "{} holds nothing back: {} lets every row through.",
                capital(&own.called()),
                wider.called()
            ),
            evidence: own
                .evidence()
                .into_iter()
                .chain(wider.evidence())
                .chain(cells.open_lines())
                .collect(),
            verdict,
            fix: None,
        })
    });
    found.collect()
}

fn subsets(facts: &Facts<'_>) -> Vec<Finding> {
    let found = permissive(facts).filter_map(|own| {
        let larger = siblings(&own).find(|other| {
            // Of two that are the same, the later one by name is the duplicate.
            let is_same = covers(own.policy, other.policy) && is_within(other, &own);
            covers(other.policy, own.policy)
                && is_within(&own, other)
                && (!is_same || other.policy.name < own.policy.name)
        })?;
        let (policy, relation) = (quoted(&own.policy.name), &own.relation.name);
        Some(Finding {
            rule: RLS_209.id,
            level: Level::Info,
            object: own.object(),
            message: format!(
                "{} lets through what {} lets through already.",
                capital(&own.called()),
                larger.called()
            ),
            evidence: own.evidence().into_iter().chain(larger.evidence()).collect(),
            verdict: Verdict::Proved,
            fix: Some(format!("drop policy if exists {policy} on {relation};")),
        })
    });
    found.collect()
}

/// The other permissive policies of its table.
fn siblings<'a>(own: &Own<'a>) -> impl Iterator<Item = Own<'a>> {
    let Own {
        facts,
        relation,
        policy,
    } = *own;
    let others = relation
        .policies
        .iter()
        .filter(move |other| other.permissive && other.name != policy.name);
    others.map(move |policy| Own {
        facts,
        relation,
        policy,
    })
}

/// Whether it speaks of whatever the other speaks of, to whomever.
fn covers(wide: &Policy, narrow: &Policy) -> bool {
    let of_commands = wide.command.is_none() || wide.command == narrow.command;
    let of_roles = wide.roles.is_empty()
        || (!narrow.roles.is_empty() && narrow.roles.iter().all(|role| wide.roles.contains(role)));
    of_commands && of_roles
}

/// Whether each row that the one lets through is let through by the other, whatever their parts come to. One that is
/// the same for every row is the subject of other rules.
fn is_within(narrow: &Own<'_>, wide: &Own<'_>) -> bool {
    narrow.commands(&Command::ALL).iter().all(|command| {
        let is_decided = |own: &Own<'_>| own.truth(*command, Caller::SignedIn) != Truth::Depends;
        let is_within = |narrow: Option<&Expression>, wide: Option<&Expression>| {
            narrow
                .zip(wide)
                .is_some_and(|(narrow, wide)| narrow.implies(wide))
        };
        !is_decided(narrow)
            && !is_decided(wide)
            && is_within(narrow.deciding(*command), wide.deciding(*command))
            && (*command != Command::Update || is_within(narrow.check(), wide.check()))
    })
}
