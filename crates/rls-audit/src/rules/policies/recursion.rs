//! Policies that are never asked, or for ever: RLS-218 and RLS-220.

mod asked;

use super::{
    open::capital,
    shown::{Own, permissive},
};
use crate::{
    Access, Command,
    catalog::{Function, Trigger},
    rules::{Facts, Finding, Level, Object, Rule, Verdict},
};

pub(super) const RLS_218: Rule = Rule {
    id: "RLS-218",
    title: "recursion",
    why: "A policy that reads its own table, or one whose policies read it back, is refused by PostgreSQL: \
          nobody whom it applies to can use the table.",
    look: recursive,
};

pub(super) const RLS_220: Rule = Rule {
    id: "RLS-220",
    title: "policy dead because a trigger always raises",
    why: "It says that something is allowed which never succeeds; who removes the trigger opens it.",
    look: dead,
};

/// `infinite recursion detected in policy`
const RECURSION: &str = "42P17";
/// `stack depth limit exceeded`: a function asks the policy that calls it.
const TOO_DEEP: &str = "54001";

fn recursive(facts: &Facts<'_>) -> Vec<Finding> {
    let relations = facts
        .catalog
        .relations
        .iter()
        .filter(|own| own.rls && !own.policies.is_empty());
    let found = relations.filter_map(|relation| {
        let way = asked::way(facts.catalog, relation);
        let is_its_own = |code: &str| match way {
            asked::Way::Back => [RECURSION, TOO_DEEP].contains(&code),
            asked::Way::IntoAnother => false,
            asked::Way::NoneSeen => code == RECURSION,
        };
        let failing = facts
            .cells(&relation.name)
            .iter()
            .filter(|cell| matches!(&cell.access, Access::Error(code) if is_its_own(code)));
        let cells: Vec<String> = failing
            .map(|cell| {
                format!(
                    "{} {} {}: {}",
                    cell.persona,
                    cell.command.as_str(),
                    cell.relation,
                    cell.access
                )
            })
            .collect();
        let policies = relation.policies.iter().flat_map(|policy| {
            Own {
                facts,
                relation,
                policy,
            }
            .evidence()
        });
        (!cells.is_empty()).then(|| Finding {
            rule: RLS_218.id,
            level: Level::Error,
            object: Object::Relation {
                relation: relation.name.clone(),
            },
            message: format!(
                "The policies of {} ask for each other without end.",
                relation.name
            ),
            evidence: policies.chain(cells).collect(),
            verdict: Verdict::Proved,
            fix: None,
        })
    });
    found.collect()
}

fn dead(facts: &Facts<'_>) -> Vec<Finding> {
    let found = permissive(facts).filter_map(|own| {
        let raising: Vec<&Trigger> = own
            .relation
            .triggers
            .iter()
            .filter(|trigger| always_raises(facts, trigger))
            .collect();
        let commands = own.commands(&Command::ALL);
        let is_dead = commands
            .iter()
            .all(|command| raising.iter().any(|own| own.commands.contains(command)));
        is_dead.then(|| Finding {
            rule: RLS_220.id,
            level: Level::Info,
            object: own.object(),
            message: format!("{} allows what a trigger always refuses.", capital(&own.called())),
            evidence: own
                .evidence()
                .into_iter()
                .chain(raising.iter().map(|own| own.definition.clone()))
                .collect(),
            verdict: Verdict::Proved,
            fix: None,
        })
    });
    found.collect()
}

fn always_raises(facts: &Facts<'_>, trigger: &Trigger) -> bool {
    let is_conditional = trigger.definition.to_lowercase().contains(" when (")
        || trigger.definition.to_lowercase().contains(" update of ");
    let mut functions = facts
        .catalog
        .functions
        .iter()
        .filter(|own| own.name == trigger.function);
    trigger.enabled && !is_conditional && functions.any(raises_first)
}

/// Whether the first thing that it does is to raise.
fn raises_first(function: &Function) -> bool {
    let body = function.body.as_deref().unwrap_or_default().to_lowercase();
    let lines = body
        .lines()
        .map(|line| line.split("--").next().unwrap_or_default());
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let levels = ["notice", "warning", "info", "log", "debug"];
    match words.as_slice() {
        ["begin", "raise", level, ..] => function.language == "plpgsql" && !levels.contains(level),
        _ => false,
    }
}
