//! Roles: ways around every policy.

use std::collections::{BTreeMap, BTreeSet};

use super::{Facts, Finding, Level, Object, Rule, Verdict, reach::Reach, tables::tables};
use crate::{Catalog, quoted};

#[cfg(test)]
mod tests;

pub(super) const RULES: &[Rule] = &[RLS_309, RLS_310];

const RLS_309: Rule = Rule {
    id: "RLS-309",
    title: "A membership leads to a role that bypasses Row Level Security",
    why: "Whoever may take on a role that bypasses policies is held by none of them.",
    look: bypassing,
};

const RLS_310: Rule = Rule {
    id: "RLS-310",
    title: "An application's login, or a role of callers, owns a table whose policies do not hold for owners",
    why: "Policies do not apply to the owner of a table unless they are forced.",
    look: owning,
};

fn bypassing(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let low: Vec<&str> = reach.roles().collect();
    let ordinary = facts
        .catalog
        .roles
        .iter()
        .filter(|role| !role.is_superuser && !role.bypasses_rls && !role.name.starts_with("pg_"));
    let mut found: Vec<Finding> = low
        .iter()
        .filter(|role| facts.passes_everything(role))
        .map(|role| itself(role))
        .collect();
    for role in ordinary {
        let steps = taken_on(facts.catalog, &role.name);
        let above = facts
            .catalog
            .roles
            .iter()
            .filter(|other| other.is_superuser || other.bypasses_rls);
        let above: Vec<&str> = above
            .map(|other| other.name.as_str())
            .filter(|name| steps.contains_key(name))
            .collect();
        if above.is_empty() {
            continue;
        }
        let is_low = low.contains(&role.name.as_str());
        let direct: Vec<&str> = above
            .iter()
            .copied()
            .filter(|name| steps.get(name) == Some(&role.name.as_str()))
            .collect();
        let names = above
            .iter()
            .map(|name| quoted(name))
            .collect::<Vec<_>>()
            .join(", ");
        found.push(Finding {
            rule: RLS_309.id,
            level: if is_low { Level::Warn } else { Level::Info },
            object: Object::Role {
                role: role.name.clone(),
            },
            message: format!(
                "{} may act as {names}, for whom no policy holds.",
                quoted(&role.name)
            ),
            evidence: above.iter().map(|name| path(&steps, &role.name, name)).collect(),
            verdict: Verdict::Proved,
            fix: (is_low && direct.len() == above.len())
                .then(|| format!("revoke {names} from {};", quoted(&role.name))),
        });
    }
    found
}

/// The worst of it: callers have the attribute themselves.
fn itself(role: &str) -> Finding {
    let role_quoted = quoted(role);
    Finding {
        rule: RLS_309.id,
        level: Level::Error,
        object: Object::Role {
            role: role.to_owned(),
        },
        message: format!("No policy holds for {role_quoted}, as which callers come."),
        evidence: vec![format!("{role_quoted} is a superuser or has BYPASSRLS")],
        verdict: Verdict::Proved,
        fix: Some(format!("alter role {role_quoted} nosuperuser nobypassrls;")),
    }
}

/// The roles that this one may take on, each with the member on the way to it.
fn taken_on<'a>(catalog: &'a Catalog, role: &'a str) -> BTreeMap<&'a str, &'a str> {
    let mut steps = BTreeMap::new();
    let mut next = vec![role];
    while let Some(member) = next.pop() {
        let direct = catalog
            .memberships
            .iter()
            .filter(|own| own.member == member && own.can_set);
        for membership in direct {
            if membership.role != role && !steps.contains_key(membership.role.as_str()) {
                steps.insert(membership.role.as_str(), member);
                next.push(&membership.role);
            }
        }
    }
    steps
}

/// `anon is a member of staff, staff is a member of service_role`.
fn path(steps: &BTreeMap<&str, &str>, from: &str, to: &str) -> String {
    let mut told = Vec::new();
    let mut role = to;
    while let Some(member) = steps.get(role).filter(|_| role != from) {
        told.push(format!("{} is a member of {}", quoted(member), quoted(role)));
        role = member;
    }
    told.reverse();
    told.join(", ")
}

fn owning(facts: &Facts<'_>) -> Vec<Finding> {
    let named = facts.settings.application_logins.iter().map(String::as_str);
    let logins: BTreeSet<&str> = named.chain(facts.callers()).collect();
    let logins: Vec<_> = logins
        .into_iter()
        .filter(|login| !facts.passes_everything(login))
        .map(|login| (login, facts.roles_of(login)))
        .collect();
    let unforced = tables(facts).filter(|table| table.rls && !table.force_rls);
    let mut found = Vec::new();
    for table in unforced {
        let owners: Vec<String> = logins
            .iter()
            .filter(|(_, roles)| roles.contains(table.owner.as_str()))
            .map(|(login, _)| quoted(login))
            .collect();
        if owners.is_empty() {
            continue;
        }
        found.push(Finding {
            rule: RLS_310.id,
            level: Level::Error,
            object: Object::Relation {
                relation: table.name.clone(),
            },
            message: format!(
                "No policy of {} holds for {}, who has the rights of its owner.",
                table.name,
                owners.join(", ")
            ),
            evidence: vec![
                format!("owner {}", quoted(&table.owner)),
                "FORCE ROW LEVEL SECURITY is off".to_owned(),
            ],
            verdict: Verdict::Proved,
            fix: Some(format!("alter table {} force row level security;", table.name)),
        });
    }
    found
}
