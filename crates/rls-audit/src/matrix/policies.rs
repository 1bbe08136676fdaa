//! What a relation's policies come to for somebody, as one expression for each question (PostgreSQL, `CREATE POLICY`): of the
//! permissive ones any, of the restrictive ones all; where no permissive one applies, nothing passes.

use std::collections::BTreeSet;

use crate::{
    Command,
    catalog::{Policy, Relation},
};

/// The questions that policies answer about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Questions {
    /// May it be seen?
    pub(crate) select: String,
    /// May it be added?
    pub(crate) insert: String,
    /// May it be changed?
    pub(crate) update: String,
    /// May it be what a change makes of it?
    pub(crate) changed: String,
    /// May it be taken away?
    pub(crate) delete: String,
}

/// Says nothing to anybody.
pub(crate) const NEVER: &str = "false";
/// Holds nothing back.
pub(crate) const ALWAYS: &str = "true";

impl Questions {
    /// What the policies of `relation` ask of somebody who has the privileges of `roles`.
    pub(crate) fn of(relation: &Relation, roles: &BTreeSet<String>) -> Self {
        let applying: Vec<&Policy> = relation
            .policies
            .iter()
            .filter(|policy| policy.roles.is_empty() || policy.roles.iter().any(|role| roles.contains(role)))
            .collect();
        let existing = |command| question(&applying, command, |policy| policy.using.as_deref());
        let resulting = |command| {
            question(&applying, command, |policy| {
                policy.check.as_deref().or(policy.using.as_deref())
            })
        };
        Self {
            select: existing(Command::Select),
            insert: resulting(Command::Insert),
            update: existing(Command::Update),
            changed: resulting(Command::Update),
            delete: existing(Command::Delete),
        }
    }
}

fn question(policies: &[&Policy], command: Command, says: impl Fn(&Policy) -> Option<&str>) -> String {
    let of = |permissive: bool| -> Vec<String> {
        let asked = policies
            .iter()
            .filter(|policy| policy.permissive == permissive && policy.is_for(command));
        asked
            .filter_map(|policy| says(policy))
            .map(|text| format!("({text})"))
            .collect()
    };
    let any = of(true);
    if any.is_empty() {
        return NEVER.to_owned();
    }
    // One that is plainly true lets everything through; saying so here shows what needs no row to be known.
    let any = if any.iter().any(|text| text == "(true)") {
        ALWAYS.to_owned()
    } else {
        format!("({})", any.join(" or "))
    };
    let mut all = of(false);
    all.retain(|text| text != "(true)");
    if all.is_empty() {
        return any;
    }
    format!("({any} and {})", all.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(
        permissive: bool,
        command: Option<Command>,
        role: &str,
        texts: (Option<&str>, Option<&str>),
    ) -> Policy {
        Policy {
            name: "p".to_owned(),
            permissive,
            command,
            roles: (!role.is_empty()).then(|| role.to_owned()).into_iter().collect(),
            using: texts.0.map(str::to_owned),
            check: texts.1.map(str::to_owned),
            reads: Vec::new(),
            calls: Vec::new(),
        }
    }

    fn asked(policies: Vec<Policy>) -> Questions {
        let relation = Relation {
            policies,
            ..Relation::sample()
        };
        Questions::of(&relation, &BTreeSet::from(["anon".to_owned()]))
    }

    #[test]
    fn any_of_those_that_let_through_and_all_of_those_that_hold_back() {
        let several = asked(vec![
            policy(true, None, "", (Some("a"), None)),
            policy(true, Some(Command::Select), "anon", (Some("b"), None)),
            policy(true, Some(Command::Select), "admin", (Some("not for anon"), None)),
            policy(false, None, "anon", (Some("c"), Some("d"))),
            policy(false, Some(Command::Delete), "", (Some("e"), None)),
        ]);
        assert_eq!(several.select, "(((a) or (b)) and (c))");
        assert_eq!(several.insert, "(((a)) and (d))");
        assert_eq!(several.delete, "(((a)) and (c) and (e))");
    }

    #[test]
    fn nothing_passes_where_nothing_lets_through() {
        assert_eq!(asked(Vec::new()).select, NEVER);
        let held = asked(vec![policy(false, None, "", (Some("true"), None))]);
        assert_eq!(held.select, NEVER, "only one that holds back");
        let changed = asked(vec![policy(
            true,
            Some(Command::Update),
            "",
            (None, Some("true")),
        )]);
        assert_eq!(
            (changed.update.as_str(), changed.changed.as_str()),
            (NEVER, ALWAYS)
        );
    }
}
