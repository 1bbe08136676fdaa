//! What may come to be: RLS-210 and RLS-211.

mod whose;

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    open::capital,
    shown::{Own, guards, permissive, strangers},
};
use crate::{
    Command, Persona,
    catalog::Relation,
    quoted,
    rules::{Caller, Expression, Facts, Finding, Level, Rule, Truth, Verdict},
};

pub(super) const RLS_210: Rule = Rule {
    id: "RLS-210",
    title: "author or tenant column not pinned on write",
    why: "Whoever may add rows adds them in another's name, or into another's tenant.",
    look: forged,
};

pub(super) const RLS_211: Rule = Rule {
    id: "RLS-211",
    title: "WITH CHECK weaker than USING",
    why: "Whoever may change a row can give it away, or move it to where others act on it.",
    look: weaker,
};

fn forged(facts: &Facts<'_>) -> Vec<Finding> {
    let signed_in: Vec<&Persona> = strangers(facts)
        .into_iter()
        .filter(|who| !who.is_anonymous())
        .collect();
    let of_insert = permissive(facts).filter(|own| own.policy.is_for(Command::Insert));
    let found = of_insert.filter_map(|own| {
        let check = own.check()?;
        if own.truth(Command::Insert, Caller::SignedIn) != Truth::Depends {
            return None;
        }
        let whose = whose::columns(&own, check);
        let free: Vec<&str> = whose
            .iter()
            .map(String::as_str)
            .filter(|author| {
                !check.own_columns().contains(author)
                    && !restricting(&own, Command::Insert).any(|held| held.own_columns().contains(author))
                    && guards(facts, own.relation, author, Command::Insert).is_empty()
            })
            .filter(|author| {
                signed_in
                    .iter()
                    .any(|who| may_give(facts, who, own.relation, author, Command::Insert))
            })
            .collect();
        let cells = own.low_trust_cells(&[Command::Insert]);
        (!free.is_empty() && cells.is_open()).then(|| Finding {
            rule: RLS_210.id,
            level: Level::Warn,
            object: own.object(),
            message: format!(
                "{} lets whoever adds a row choose whose it is: {}.",
                capital(&own.called()),
                free.iter()
                    .map(|name| quoted(name))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            evidence: own.evidence().into_iter().chain(cells.open_lines()).collect(),
            verdict: Verdict::Proved,
            fix: None,
        })
    });
    found.collect()
}

/// What the restrictive policies beside it ask of rows that come to be.
fn restricting<'a>(own: &Own<'a>, command: Command) -> impl Iterator<Item = &'a Expression> + use<'a> {
    let Own {
        facts,
        relation,
        policy,
    } = *own;
    let beside = relation.policies.iter().filter(move |other| {
        let is_for_same = other.roles.is_empty()
            || (!policy.roles.is_empty() && policy.roles.iter().all(|role| other.roles.contains(role)));
        !other.permissive && other.is_for(command) && is_for_same
    });
    beside.filter_map(move |policy| {
        Own {
            facts,
            relation,
            policy,
        }
        .check()
    })
}

/// Whether this part says that the row has to do with whoever asks.
fn ties_row(part: &Expression, facts: &Facts<'_>) -> bool {
    !part.compared_with_caller().is_empty() || (!is_plain(part, facts) && !part.own_columns().is_empty())
}

/// Whether it asks nothing but the row and the token: no table, and no function that answers for one.
pub(super) fn is_plain(expression: &Expression, facts: &Facts<'_>) -> bool {
    let answers = |call: &crate::rules::CallSite| {
        let mut returned = call
            .functions(facts.catalog)
            .filter_map(|own| own.returns.as_deref());
        returned.any(|what| what == "boolean" || what.starts_with("SETOF "))
    };
    expression.sources().is_empty() && !expression.calls.iter().any(answers)
}

fn may_give(
    facts: &Facts<'_>,
    persona: &Persona,
    relation: &Relation,
    column: &str,
    command: Command,
) -> bool {
    let column = relation
        .columns
        .iter()
        .find(|own| own.name == column && own.generated.is_none());
    let (role, privilege) = (&persona.database_role, command.as_str());
    column.is_some_and(|column| {
        facts.has(role, &relation.grants, privilege) || facts.has(role, &column.grants, privilege)
    })
}

fn weaker(facts: &Facts<'_>) -> Vec<Finding> {
    permissive(facts).filter_map(|own| given_away(&own)).collect()
}

/// The finding, where rows that it lets be changed may become such as it would not.
pub(super) fn given_away(own: &Own<'_>) -> Option<Finding> {
    let facts = own.facts;
    let (using_text, _) = (own.policy.using.as_deref()?, own.policy.check.as_deref()?);
    let (using, check) = (own.using()?, own.check()?);
    let loose = loose(own, using);
    let is_weaker = own.policy.is_for(Command::Update)
        && is_tied(using, facts)
        && !is_tied(check, facts)
        && !restricting(own, Command::Update).any(|held| is_tied(held, facts));
    let cells = own.low_trust_cells(&[Command::Update]);
    if loose.is_empty() || !is_weaker || cells.verdict_by_row() == Verdict::Refuted {
        return None;
    }
    // Whatever goes through goes through with another value of what the check does not name.
    let named = check.own_columns();
    let is_free = cells.is_open() && loose.iter().any(|column| !named.contains(column.as_str()));
    let shown = shown(own, &loose);
    let (level, verdict) = if is_free || !shown.is_empty() {
        (Level::Error, Verdict::Proved)
    } else {
        (Level::Warn, Verdict::Unproved)
    };
    let (policy, relation) = (quoted(&own.policy.name), &own.relation.name);
    Some(Finding {
        rule: RLS_211.id,
        level,
        object: own.object(),
        message: format!(
            "{} limits which rows may be changed, and lets them become rows that it would not.",
            capital(&own.called())
        ),
        evidence: own
            .evidence()
            .into_iter()
            .chain(cells.open_lines())
            .chain(shown)
            .collect(),
        verdict,
        fix: Some(format!(
            "alter policy {policy} on {relation} with check ({using_text});"
        )),
    })
}

/// Whether it never holds but for what ties the row to whoever asks, or for what is asked elsewhere. That a row may
/// change its state is what updates are for.
fn is_tied(expression: &Expression, facts: &Facts<'_>) -> bool {
    !expression.holds_without(facts.catalog, |part| {
        !part.compared_with_caller().is_empty() || !is_plain(part, facts)
    })
}

/// The columns that tie a row to whoever asks, and that they may write.
fn loose(own: &Own<'_>, using: &Expression) -> BTreeSet<String> {
    let facts = own.facts;
    let is_written = |column: &&str| {
        let mut personas = facts.low_trust().filter(|who| own.is_for(&who.database_role));
        personas.any(|who| may_give(facts, who, own.relation, column, Command::Update))
            && guards(facts, own.relation, column, Command::Update).is_empty()
    };
    let parts = using.parts(facts.catalog);
    let tying = parts.iter().filter(|part| ties_row(part, facts));
    let columns = tying.flat_map(Expression::own_columns);
    columns.filter(is_written).map(str::to_owned).collect()
}

/// Who changed such a column into something that is not theirs, when it was tried.
fn shown(own: &Own<'_>, columns: &BTreeSet<String>) -> BTreeSet<String> {
    let trials = own
        .facts
        .trials
        .iter()
        .filter(|trial| trial.relation == own.relation.name);
    let mut found = BTreeSet::new();
    for trial in trials {
        let Some(who) = own.facts.low_trust().find(|who| who.name == trial.persona) else {
            continue;
        };
        let is_own = |value: &Value| who.claims.values().any(|own| own == value);
        let changed = trial.passed.iter().filter_map(Value::as_object).flatten();
        let changed = changed.filter(|(name, value)| columns.contains(*name) && !is_own(value));
        found.extend(
            changed.map(|(name, _)| format!("{} changes {} to another's", trial.persona, quoted(name))),
        );
    }
    found
}
