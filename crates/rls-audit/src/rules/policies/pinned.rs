//! What may come to be: RLS-210 and RLS-211.

use std::collections::BTreeSet;

use super::{
    open::capital,
    shown::{Own, guards, permissive, strangers},
};
use crate::{
    Command, Name, Persona,
    catalog::{ConstraintKind, Relation},
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
        let is_condition =
            own.truth(Command::Insert, Caller::SignedIn) == Truth::Depends && is_plain(check, facts);
        let authors = authors(&own);
        let free: Vec<&str> = authors
            .iter()
            .map(String::as_str)
            .filter(|author| {
                !check.own_columns().contains(author)
                    && guards(facts, own.relation, author, Command::Insert).is_empty()
            })
            .filter(|author| {
                signed_in
                    .iter()
                    .any(|who| may_give(facts, who, own.relation, author))
            })
            .collect();
        let cells = own.cells(&signed_in, &[Command::Insert]);
        (is_condition && !free.is_empty() && cells.is_open()).then(|| Finding {
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
            evidence: own.evidence().into_iter().chain(cells.lines()).collect(),
            verdict: Verdict::Proved,
            fix: None,
        })
    });
    found.collect()
}

/// Whether it asks nothing but the row and the token: no table, and no function that answers for one.
pub(super) fn is_plain(expression: &Expression, facts: &Facts<'_>) -> bool {
    let answers = |call: &crate::rules::CallSite| {
        call.functions(facts.catalog)
            .any(|own| own.returns.as_deref() == Some("boolean"))
    };
    expression.sources().is_empty() && !expression.calls.iter().any(answers)
}

/// The columns that say whose a row is: policies compare them with the caller, or they lead to the users.
fn authors(own: &Own<'_>) -> BTreeSet<String> {
    let relation = own.relation;
    let others = relation.policies.iter().map(|policy| Own { policy, ..*own });
    let expressions: Vec<&Expression> = others.flat_map(|own| own.expressions()).collect();
    let compared = expressions.iter().flat_map(|own| own.compared_with_caller());
    let users = Name::new("auth", "users");
    let leads = relation.constraints.iter().filter(|own| {
        own.kind == ConstraintKind::ForeignKey
            && own.references.as_ref().is_some_and(|to| to.relation == users)
    });
    let leading = leads.filter_map(|own| match own.columns.as_slice() {
        [column] => Some(column.as_str()),
        _ => None,
    });
    compared.chain(leading).map(str::to_owned).collect()
}

fn may_give(facts: &Facts<'_>, persona: &Persona, relation: &Relation, column: &str) -> bool {
    let column = relation
        .columns
        .iter()
        .find(|own| own.name == column && own.generated.is_none());
    let role = &persona.database_role;
    column.is_some_and(|column| {
        facts.has(role, &relation.grants, "INSERT") || facts.has(role, &column.grants, "INSERT")
    })
}

fn weaker(facts: &Facts<'_>) -> Vec<Finding> {
    let found = permissive(facts)
        .filter(|own| own.policy.is_for(Command::Update))
        .filter_map(|own| {
            let (using_text, _) = (own.policy.using.as_deref()?, own.policy.check.as_deref()?);
            let what = weakness(&own)?;
            let cells = own.low_trust_cells(&[Command::Update]);
            let verdict = cells.verdict_by_row();
            let is_for_them = facts.low_trust().any(|who| own.is_for(&who.database_role));
            let level = match verdict {
                Verdict::Refuted => return None,
                // That the check holds nothing back is a fact; that somebody may change rows is one as well.
                _ if is_for_them => Level::Error,
                _ => Level::Warn,
            };
            let (policy, relation) = (quoted(&own.policy.name), &own.relation.name);
            Some(Finding {
                rule: RLS_211.id,
                level,
                object: own.object(),
                message: format!("{} {what}.", capital(&own.called())),
                evidence: own.evidence().into_iter().chain(cells.open_lines()).collect(),
                verdict,
                fix: Some(format!(
                    "alter policy {policy} on {relation} with check ({using_text});"
                )),
            })
        });
    found.collect()
}

/// In what its check asks less than its condition; only what ties a row to the caller counts: that a row may change
/// its state is what updates are for.
fn weakness(own: &Own<'_>) -> Option<String> {
    let (using, check) = (own.using()?, own.check()?);
    if own.truth(Command::Update, Caller::Anybody) != Truth::Depends {
        return None;
    }
    if check.truth(Caller::SignedIn, &|_| false) == Truth::True {
        return Some("limits which rows may be changed, and not what may come of them".to_owned());
    }
    let left: BTreeSet<&str> = using
        .compared_with_caller()
        .difference(&check.own_columns())
        .copied()
        .collect();
    let asks_less = check.conjuncts().is_subset(&using.conjuncts());
    (asks_less && !left.is_empty()).then(|| {
        let names: Vec<String> = left.into_iter().map(quoted).collect();
        format!("lets a changed row leave its {}", names.join(", "))
    })
}
