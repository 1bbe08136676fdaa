//! Columns that others' rights hang on, and that their own subject can write: RLS-212.

mod mend;
mod subjects;

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    pinned::is_plain,
    shown::{Own, guards},
};
use crate::{
    Access, Authority, Command, Name, Persona,
    catalog::{ConstraintKind, Relation},
    persona::authorities,
    quoted,
    rules::{Caller, Expression, Facts, Finding, Level, Object, Rule, Side, Truth, Verdict},
};

pub(super) const RLS_212: Rule = Rule {
    id: "RLS-212",
    title: "authority column writable by its own subject",
    why: "Policies trust this column to say who may do what. Who can write their own gives themselves any \
          right: anyone can become admin.",
    look,
};

fn look(facts: &Facts<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let authorities = authorities(facts.catalog);
    let helpers = subjects::helpers(facts.catalog);
    let found = authorities.iter().filter_map(|authority| {
        let relation = facts.catalog.relation(&authority.relation)?;
        let subjects = subjects::subjects(facts.catalog, &helpers, relation, authority);
        let trusted = Trusted {
            facts,
            relation,
            authority,
            subjects,
        };
        if trusted.subjects.is_empty() {
            return None;
        }
        let ways: Vec<Way> = [Command::Update, Command::Insert]
            .into_iter()
            .filter_map(|command| trusted.way(command))
            .collect();
        let is_new = !ways.is_empty() && seen.insert((&authority.relation, &authority.column));
        is_new.then(|| trusted.finding(&ways))
    });
    found.collect()
}

/// A column that policies trust.
struct Trusted<'a> {
    facts: &'a Facts<'a>,
    relation: &'a Relation,
    authority: &'a Authority,
    /// The columns that say whom a row is about.
    subjects: BTreeSet<String>,
}

/// How its subject writes it.
struct Way {
    command: Command,
    verdict: Verdict,
    evidence: Vec<String>,
}

impl Trusted<'_> {
    fn finding(&self, ways: &[Way]) -> Finding {
        let Authority { relation, column, .. } = self.authority;
        let is_proved = ways.iter().any(|way| way.verdict == Verdict::Proved);
        let guards: Vec<String> = ways
            .iter()
            .flat_map(|way| guards(self.facts, self.relation, column, way.command))
            .map(|trigger| {
                format!(
                    "trigger {} looks at it, and may hold it back",
                    quoted(&trigger.name)
                )
            })
            .collect();
        let commands: Vec<&str> = ways.iter().map(|way| way.command.as_str()).collect();
        let mut evidence: Vec<String> = ways.iter().flat_map(|way| way.evidence.clone()).collect();
        evidence.extend(self.trusting());
        evidence.extend(guards.iter().cloned());
        Finding {
            rule: RLS_212.id,
            level: if guards.is_empty() {
                Level::Error
            } else {
                Level::Warn
            },
            object: Object::Column {
                relation: relation.clone(),
                column: column.clone(),
            },
            message: format!(
                "Policies trust {relation}.{} to say who may do what, and whoever it is about can write it ({}).",
                quoted(column),
                commands.join(", ")
            ),
            evidence,
            verdict: if is_proved && guards.is_empty() {
                Verdict::Proved
            } else {
                Verdict::Unproved
            },
            fix: Some(self.fix(ways)),
        }
    }

    /// The policies that trust it, where they name its table themselves.
    fn trusting(&self) -> Vec<String> {
        let relations = self
            .facts
            .catalog
            .relations
            .iter()
            .filter(|own| own.name != self.relation.name);
        let policies =
            relations.flat_map(|relation| relation.policies.iter().map(move |policy| (relation, policy)));
        let trusting = policies.filter(|(_, policy)| {
            policy.reads.iter().any(|reads| {
                reads.relation == self.relation.name && reads.columns.contains(&self.authority.column)
            })
        });
        trusting
            .map(|(relation, policy)| {
                format!("trusted by policy {} on {}", quoted(&policy.name), relation.name)
            })
            .collect()
    }

    /// Whether the subject can write it by this command.
    fn way(&self, command: Command) -> Option<Way> {
        let personas: Vec<&Persona> = self
            .facts
            .low_trust()
            .filter(|who| self.may(who, command))
            .collect();
        if personas.is_empty() || (command == Command::Insert && self.has_a_row_anyway()) {
            return None;
        }
        let cells: Vec<(&Persona, &Access)> = personas
            .iter()
            .filter_map(|who| {
                let access = self.facts.access(&who.name, &self.relation.name, command)?;
                // What else of a row they may change says nothing of this column.
                let is_held = command == Command::Update && access.is_open() && !self.is_changed(who);
                Some((*who, if is_held { &Access::Rls } else { access }))
            })
            .collect();
        let mut evidence: Vec<String> = personas
            .iter()
            .map(|who| who.database_role.as_str())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|role| {
                format!(
                    "{role} has {} on {}.{}",
                    command.as_str(),
                    self.relation.name,
                    quoted(&self.authority.column)
                )
            })
            .collect();
        let verdict = if self.relation.rls {
            let doors = self.doors(command, &personas);
            if doors.is_empty() {
                return None;
            }
            evidence.extend(doors.iter().flat_map(|(own, _)| own.evidence()));
            self.verdict(&cells, doors.iter().any(|(_, is_plain)| *is_plain))?
        } else {
            Verdict::Proved
        };
        let open = cells.iter().filter(|(_, access)| access.is_open());
        evidence.extend(open.map(|(who, access)| {
            format!(
                "{} {} {}: {access}",
                who.name,
                command.as_str(),
                self.relation.name
            )
        }));
        Some(Way {
            command,
            verdict,
            evidence,
        })
    }

    /// Whether a change of this column alone went through, to another value than the persona's rank.
    fn is_changed(&self, persona: &Persona) -> bool {
        let Authority { relation, column, .. } = self.authority;
        let rank = persona.name.strip_prefix(&self.of_ranks()).map(Value::from);
        let mut trials = self.facts.trials.iter();
        trials
            .find(|own| own.persona == persona.name && own.relation == *relation)
            .is_some_and(|trial| {
                let mut values = trial.passed.iter().filter_map(|passed| passed.get(column));
                values.any(|value| Some(value) != rank.as_ref())
            })
    }

    /// How the names of personas begin that have a rank by this column.
    fn of_ranks(&self) -> String {
        format!("{}.{}=", self.authority.relation.name, self.authority.column)
    }

    /// Whether the persona's role has the privilege on the column.
    fn may(&self, persona: &Persona, command: Command) -> bool {
        let role = &persona.database_role;
        let column = self
            .relation
            .columns
            .iter()
            .find(|own| own.name == self.authority.column);
        column.is_some_and(|column| {
            self.facts.has(role, &self.relation.grants, command.as_str())
                || self.facts.has(role, &column.grants, command.as_str())
        })
    }

    /// What the cells say. Whoever a rank was found for has a row of their own: where none of them can write, it is
    /// closed. A policy that asks more than whose row it is has to let every one of them through.
    fn verdict(&self, cells: &[(&Persona, &Access)], is_plain: bool) -> Option<Verdict> {
        let of_ranks = self.of_ranks();
        let ranks: Vec<&Access> = cells
            .iter()
            .filter(|(who, _)| who.name.starts_with(&of_ranks))
            .map(|(_, access)| *access)
            .collect();
        let (any, all) = match ranks.as_slice() {
            [] => (cells.iter().any(|(_, access)| access.is_open()), false),
            ranks => (
                ranks.iter().any(|access| access.is_open()),
                ranks.iter().all(|access| access.is_open()),
            ),
        };
        let is_known = ranks.iter().all(|access| !matches!(access, Access::Unknown(_))) && !ranks.is_empty();
        match (is_plain, any, all) {
            (true, true, _) | (false, _, true) => Some(Verdict::Proved),
            (true, false, _) if !is_known => Some(Verdict::Unproved),
            _ => None,
        }
    }

    /// The policies through which the subject reaches its own row without the column being held, and whether they ask
    /// nothing but whose row it is.
    fn doors(&self, command: Command, personas: &[&Persona]) -> Vec<(Own<'_>, bool)> {
        let Self { facts, relation, .. } = *self;
        let all = relation.policies.iter().map(|policy| Own {
            facts,
            relation,
            policy,
        });
        let applying: Vec<Own<'_>> = all
            .filter(|own| {
                own.policy.is_for(command) && personas.iter().any(|who| own.is_for(&who.database_role))
            })
            .collect();
        let is_held = applying
            .iter()
            .filter(|own| !own.policy.permissive)
            .any(|own| own.check().is_none_or(|check| self.pins(check)));
        if is_held {
            return Vec::new();
        }
        let doors = applying
            .into_iter()
            .filter(|own| own.policy.permissive)
            .filter_map(|own| {
                let reach = self
                    .parts(own.deciding(command)?)
                    .into_iter()
                    .find(|part| self.is_own(part))?;
                let result = self.parts(own.check()?);
                let result = result
                    .into_iter()
                    .find(|part| self.is_own(part) && !self.pins(part))?;
                let is_plain = is_plain(&reach, facts) && is_plain(&result, facts);
                Some((own, is_plain))
            });
        doors.collect()
    }

    /// What is enough by itself, each understood.
    fn parts(&self, expression: &Expression) -> Vec<Expression> {
        let parts = expression.disjuncts();
        if parts.len() == 1 {
            return vec![expression.clone()];
        }
        parts
            .iter()
            .filter_map(|part| Expression::of(part, self.facts.catalog))
            .collect()
    }

    /// Whether it lets the subject's own row through.
    fn is_own(&self, part: &Expression) -> bool {
        part.compared_with_caller()
            .iter()
            .any(|own| self.subjects.contains(*own))
            || part.truth(Caller::SignedIn, &|_| false) == Truth::True
    }

    /// Whether it may hold the column to something. That it only must not be this or that leaves it free.
    fn pins(&self, part: &Expression) -> bool {
        let column = self.authority.column.as_str();
        let is_ours =
            |side: &Side| matches!(side, Side::Column(own) if own.of.is_none() && own.name == column);
        let mentions = part
            .columns
            .iter()
            .filter(|own| own.of.is_none() && own.name == column)
            .count();
        let only_excluded = part
            .comparisons
            .iter()
            .filter(|own| is_ours(&own.left) && !own.is_equal && matches!(own.right, Side::Literals(_)))
            .count();
        mentions > only_excluded
    }

    /// Whether each subject has a row that it cannot take away, so that it cannot add one: one is made when they sign
    /// up.
    fn has_a_row_anyway(&self) -> bool {
        let is_unique = self.relation.constraints.iter().any(|own| {
            matches!(own.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
                && self
                    .subjects
                    .iter()
                    .any(|subject| own.columns == [subject.as_str()])
        });
        let users = self.facts.catalog.relation(&Name::new("auth", "users"));
        let made = users
            .into_iter()
            .flat_map(|users| &users.triggers)
            .filter(|own| own.enabled)
            .any(|trigger| {
                let mut functions = self
                    .facts
                    .catalog
                    .functions
                    .iter()
                    .filter(|own| own.name == trigger.function);
                functions.any(|own| {
                    own.body
                        .as_deref()
                        .is_some_and(|body| body.contains(&self.relation.name.name))
                })
            });
        let personas: Vec<&Persona> = self.facts.low_trust().collect();
        let mut removed = personas
            .iter()
            .filter_map(|who| self.facts.access(&who.name, &self.relation.name, Command::Delete));
        is_unique && made && !removed.any(Access::is_open)
    }
}
