//! Conditions that are none: RLS-205 and RLS-208.

use super::{
    open::capital,
    shown::{Own, permissive, strangers},
};
use crate::{
    Command, Persona, quoted,
    rules::{Caller, Facts, Finding, Level, Rule, Truth, Verdict},
};

pub(super) const RLS_205: Rule = Rule {
    id: "RLS-205",
    title: "tautology in disguise",
    why: "It reads like a condition and holds for every row, so it protects nothing.",
    look: disguised,
};

pub(super) const RLS_208: Rule = Rule {
    id: "RLS-208",
    title: "permissive policy that is always false",
    why: "Permissive policies are added up: one that lets nothing through takes nothing away. Only a \
          restrictive one does.",
    look: denies_nothing,
};

fn disguised(facts: &Facts<'_>) -> Vec<Finding> {
    let (anonymous, signed_in): (Vec<&Persona>, Vec<&Persona>) = strangers(facts)
        .into_iter()
        .partition(|persona| persona.is_anonymous());
    let found = permissive(facts).filter_map(|own| {
        of_callers(&own, Caller::Anonymous, &anonymous)
            .or_else(|| of_callers(&own, Caller::SignedIn, &signed_in))
    });
    found.collect()
}

/// The finding, where the condition is none for these callers.
fn of_callers(own: &Own<'_>, caller: Caller, personas: &[&Persona]) -> Option<Finding> {
    let is_for_them = personas.iter().any(|who| own.is_for(&who.database_role));
    let commands: Vec<Command> = own
        .commands(&Command::ALL)
        .into_iter()
        .filter(|command| own.truth(*command, caller) == Truth::True)
        .filter(|command| own.deciding(*command).is_some_and(|says| !says.is_plainly_true()))
        .collect();
    if commands.is_empty() || !is_for_them {
        return None;
    }
    let cells = own.cells(personas, &commands);
    let verdict = cells.verdict();
    let writes: Vec<Command> = commands
        .iter()
        .copied()
        .filter(|command| *command != Command::Select)
        .collect();
    let is_door = caller == Caller::Anonymous || own.cells(personas, &writes).is_open();
    let level = match verdict {
        Verdict::Proved if is_door => Level::Error,
        Verdict::Refuted => return None,
        _ => Level::Warn,
    };
    let whom = if caller == Caller::Anonymous {
        "anonymous callers"
    } else {
        "every signed-in user"
    };
    let commands: Vec<&str> = commands.into_iter().map(Command::as_str).collect();
    Some(Finding {
        rule: RLS_205.id,
        level,
        object: own.object(),
        message: format!(
            "The condition of {} holds for every row and {whom}, for {}.",
            own.called(),
            commands.join(", ")
        ),
        evidence: own.evidence().into_iter().chain(cells.lines()).collect(),
        verdict,
        fix: None,
    })
}

fn denies_nothing(facts: &Facts<'_>) -> Vec<Finding> {
    let is_never = |own: &Own<'_>| {
        let commands = own.commands(&Command::ALL);
        commands
            .iter()
            .all(|command| own.truth(*command, Caller::Anybody) == Truth::False)
    };
    let found = permissive(facts).filter(is_never).map(|own| {
        let cells = own.low_trust_cells(&Command::ALL);
        let verdict = cells.verdict();
        // Where nothing passes anyway, it only says so once more.
        let level = if verdict == Verdict::Refuted {
            Level::Info
        } else {
            Level::Warn
        };
        let (policy, relation) = (quoted(&own.policy.name), &own.relation.name);
        Finding {
            rule: RLS_208.id,
            level,
            object: own.object(),
            message: format!(
                "{} is permissive and always false: it denies nothing.",
                capital(&own.called())
            ),
            evidence: own.evidence().into_iter().chain(cells.open_lines()).collect(),
            verdict,
            fix: Some(format!("drop policy if exists {policy} on {relation};")),
        }
    });
    found.collect()
}
