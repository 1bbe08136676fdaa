use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use crate::{Access, AccessMatrix, Command, Name};

/// A cell that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Who.
    pub persona: String,
    /// With what.
    pub relation: Name,
    /// By which command.
    pub command: Command,
    /// What it came to.
    pub before: Access,
    /// What it comes to.
    pub after: Access,
}

impl Change {
    /// Whether less goes through than did. Of two that let some rows through, neither is known to be less.
    pub(super) fn narrows(&self) -> bool {
        breadth(&self.after) < breadth(&self.before)
    }

    /// Whether nothing goes through any more.
    pub(super) fn closes(&self) -> bool {
        self.may_have_worked() && !self.after.is_open()
    }

    /// Whether something went through, as far as anybody knows: what an INSTEAD OF trigger does is not known, and works.
    pub(super) fn may_have_worked(&self) -> bool {
        self.before.is_open() || matches!(self.before, Access::Unknown(_))
    }

    /// Whether something goes through that did not.
    pub(super) fn opens(&self) -> bool {
        !self.before.is_open() && self.after.is_open()
    }
}

fn breadth(access: &Access) -> u8 {
    match access {
        Access::All => 2,
        Access::Unknown(_) => 1,
        access => u8::from(access.is_open()),
    }
}

/// `anon SELECT on public.tanks: all -> denied`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            persona,
            relation,
            command,
            before,
            after,
        } = self;
        write!(
            f,
            "{persona} {} on {relation}: {before} -> {after}",
            command.as_str()
        )
    }
}

/// The cells that are not what they were, by persona, relation and command.
#[must_use]
pub fn changes(before: &AccessMatrix, after: &AccessMatrix) -> Vec<Change> {
    let cells = after.cells.iter().map(|cell| {
        let key = (cell.persona.as_str(), &cell.relation, cell.command);
        (key, &cell.access)
    });
    let after: BTreeMap<_, _> = cells.collect();
    let changed = before.cells.iter().filter_map(|cell| {
        let now = *after.get(&(cell.persona.as_str(), &cell.relation, cell.command))?;
        (*now != cell.access).then(|| Change {
            persona: cell.persona.clone(),
            relation: cell.relation.clone(),
            command: cell.command,
            before: cell.access.clone(),
            after: now.clone(),
        })
    });
    changed.collect()
}
