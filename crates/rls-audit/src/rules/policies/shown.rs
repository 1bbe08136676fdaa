//! What the matrix shows of a policy: the cells of those whom it applies to.

use crate::{
    Access, Cell, Command, Persona,
    catalog::{Column, Policy, Relation, Trigger},
    quoted,
    rules::{Caller, Expression, Facts, Object, Truth, Verdict},
};

/// A policy of a relation with Row Level Security, of no extension.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) relation: &'a Relation,
    pub(super) policy: &'a Policy,
}

/// The cells of some personas.
#[derive(Debug)]
pub(super) struct Cells<'a>(Vec<&'a Cell>);

/// Every policy that is asked.
pub(super) fn policies<'a>(facts: &'a Facts<'a>) -> impl Iterator<Item = Own<'a>> {
    let relations = facts
        .catalog
        .relations
        .iter()
        .filter(|own| own.rls && own.extension.is_none());
    relations.flat_map(move |relation| {
        relation.policies.iter().map(move |policy| Own {
            facts,
            relation,
            policy,
        })
    })
}

/// Those that let rows through.
pub(super) fn permissive<'a>(facts: &'a Facts<'a>) -> impl Iterator<Item = Own<'a>> {
    policies(facts).filter(|own| own.policy.permissive)
}

/// Personas who are nobody in particular: named after their role. Where there are none, all of low trust.
pub(super) fn strangers<'a>(facts: &'a Facts<'a>) -> Vec<&'a Persona> {
    let (strangers, others): (Vec<_>, Vec<_>) = facts
        .low_trust()
        .partition(|persona| persona.name == persona.database_role);
    if strangers.is_empty() { others } else { strangers }
}

impl<'a> Own<'a> {
    /// The object of a finding.
    pub(super) fn object(&self) -> Object {
        Object::Policy {
            relation: self.relation.name.clone(),
            policy: self.policy.name.clone(),
        }
    }

    /// As a message calls it: `policy own on public.notes`.
    pub(super) fn called(&self) -> String {
        format!("policy {} on {}", quoted(&self.policy.name), self.relation.name)
    }

    /// Whether it is for this role, itself or through a membership.
    pub(super) fn is_for(&self, role: &str) -> bool {
        let roles = &self.policy.roles;
        roles.is_empty()
            || self
                .facts
                .roles_of(role)
                .iter()
                .any(|own| roles.iter().any(|role| role == own))
    }

    /// Which of the commands it speaks of.
    pub(super) fn commands(&self, of: &[Command]) -> Vec<Command> {
        of.iter()
            .copied()
            .filter(|command| self.policy.is_for(*command))
            .collect()
    }

    /// What it says of rows that are there.
    pub(super) fn using(&self) -> Option<&'a Expression> {
        self.facts.expression(self.policy.using.as_deref()?)
    }

    /// What it says of rows that come to be.
    pub(super) fn check(&self) -> Option<&'a Expression> {
        let text = self.policy.check.as_deref().or(self.policy.using.as_deref())?;
        self.facts.expression(text)
    }

    /// Both, where they were understood.
    pub(super) fn expressions(&self) -> Vec<&'a Expression> {
        let texts = [self.policy.using.as_deref(), self.policy.check.as_deref()];
        texts
            .into_iter()
            .flatten()
            .filter_map(|text| self.facts.expression(text))
            .collect()
    }

    /// What decides whether the command may be done: with rows that are there, else with those that come to be.
    pub(super) fn deciding(&self, command: Command) -> Option<&'a Expression> {
        if command == Command::Insert {
            self.check()
        } else {
            self.using()
        }
    }

    /// What decides the command comes to for this caller.
    pub(super) fn truth(&self, command: Command, caller: Caller) -> Truth {
        let not_null = |name: &str| self.column(name).is_some_and(|column| column.not_null);
        self.deciding(command)
            .map_or(Truth::Depends, |own| own.truth(caller, &not_null))
    }

    /// The column of its table.
    pub(super) fn column(&self, name: &str) -> Option<&'a Column> {
        self.relation.columns.iter().find(|column| column.name == name)
    }

    /// The cells of these personas, as far as it is for them.
    pub(super) fn cells(&self, personas: &[&Persona], commands: &[Command]) -> Cells<'a> {
        let who: Vec<&str> = personas
            .iter()
            .filter(|persona| self.is_for(&persona.database_role))
            .map(|persona| persona.name.as_str())
            .collect();
        let cells = self.facts.cells(&self.relation.name);
        Cells(
            cells
                .iter()
                .copied()
                .filter(|cell| who.contains(&cell.persona.as_str()) && commands.contains(&cell.command))
                .collect(),
        )
    }

    /// The cells of all personas of low trust that it is for.
    pub(super) fn low_trust_cells(&self, commands: &[Command]) -> Cells<'a> {
        let personas: Vec<&Persona> = self.facts.low_trust().collect();
        self.cells(&personas, &self.commands(commands))
    }

    /// What it is, for evidence: whom it is for and what it says.
    pub(super) fn evidence(&self) -> Vec<String> {
        let Policy {
            command,
            roles,
            using,
            check,
            ..
        } = self.policy;
        let roles = if roles.is_empty() {
            "public".to_owned()
        } else {
            roles.join(", ")
        };
        let mut lines = vec![format!(
            "{}: for {} to {roles}",
            self.called(),
            command.map_or("ALL", Command::as_str)
        )];
        lines.extend(using.iter().map(|text| format!("using: {text}")));
        lines.extend(check.iter().map(|text| format!("with check: {text}")));
        lines
    }
}

impl Cells<'_> {
    /// Something goes through.
    pub(super) fn is_open(&self) -> bool {
        self.0.iter().any(|cell| cell.access.is_open())
    }

    /// Every row is reached, or whatever is tried goes through.
    pub(super) fn is_wide_open(&self) -> bool {
        self.0.iter().any(|cell| cell.access == Access::All)
    }

    /// Nobody has even the privilege.
    pub(super) fn is_denied(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|cell| cell.access == Access::Denied)
    }

    /// Of a policy that is the same for every row: what is not open is closed.
    pub(super) fn verdict(&self) -> Verdict {
        let is_known = self
            .0
            .iter()
            .all(|cell| !matches!(cell.access, Access::Unknown(_)));
        match (self.is_open(), is_known && !self.0.is_empty()) {
            (true, _) => Verdict::Proved,
            (false, true) => Verdict::Refuted,
            (false, false) => Verdict::Unproved,
        }
    }

    /// Whether every row is reached; where only some are, something else holds back.
    pub(super) fn verdict_of_all(&self) -> Verdict {
        match self.verdict() {
            Verdict::Proved if !self.is_wide_open() => Verdict::Refuted,
            verdict => verdict,
        }
    }

    /// Of a policy that depends on the row: that nobody reached one says little, that nobody may is enough.
    pub(super) fn verdict_by_row(&self) -> Verdict {
        match (self.is_open(), self.is_denied()) {
            (true, _) => Verdict::Proved,
            (false, true) => Verdict::Refuted,
            (false, false) => Verdict::Unproved,
        }
    }

    /// For evidence, the open ones only.
    pub(super) fn open_lines(&self) -> impl Iterator<Item = String> {
        self.0
            .iter()
            .filter(|cell| cell.access.is_open())
            .map(|cell| line(cell))
    }

    /// For evidence.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|cell| line(cell))
    }
}

fn line(cell: &Cell) -> String {
    format!(
        "{} {} {}: {}",
        cell.persona,
        cell.command.as_str(),
        cell.relation,
        cell.access
    )
}

/// The triggers that look at the column before a row is written, and may hold it back or set it.
pub(super) fn guards<'a>(
    facts: &'a Facts<'_>,
    relation: &'a Relation,
    column: &str,
    command: Command,
) -> Vec<&'a Trigger> {
    let sign = format!("new.{}", column.to_lowercase());
    let looks = |trigger: &&Trigger| {
        let mut functions = facts
            .catalog
            .functions
            .iter()
            .filter(|own| own.name == trigger.function);
        functions.any(|own| {
            own.body
                .as_deref()
                .is_some_and(|body| body.to_lowercase().replace('"', "").contains(&sign))
        })
    };
    let fires =
        |trigger: &&Trigger| trigger.enabled && trigger.for_each_row && trigger.commands.contains(&command);
    relation.triggers.iter().filter(fires).filter(looks).collect()
}
