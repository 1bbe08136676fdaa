//! The proof of the matrix: real commands on a copy, each undone, and where they come to something else.
//!
//! Nothing here knows how the matrix is measured; both share the words for what a command comes to, and what was tried.
//!
//! The matrix speaks of policies alone. So the proof is without triggers ([`disagreements`]); once more with them, it shows
//! what they make of it ([`by_triggers`]), which is no disagreement.

#[cfg(feature = "postgres")]
mod postgres;

use std::collections::BTreeMap;

#[cfg(feature = "postgres")]
pub use self::postgres::PgShadow;
use crate::{Access, Cell, Command, Name};

/// A cell in which the matrix and the real command differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// Who.
    pub persona: String,
    /// With what.
    pub relation: Name,
    /// By which command.
    pub command: Command,
    /// What the matrix says.
    pub measured: Access,
    /// What the real command came to.
    pub real: Access,
}

/// A cell in which triggers, or the references that PostgreSQL keeps by triggers, make a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Triggered {
    /// Who.
    pub persona: String,
    /// With what.
    pub relation: Name,
    /// By which command.
    pub command: Command,
    /// What the command comes to without them.
    pub without: Access,
    /// What it comes to with them.
    pub with: Access,
    /// What they do, then.
    pub effect: Effect,
}

/// What triggers make of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// They refuse it with an error.
    Refuse,
    /// They leave out rows, or hold back more than policies do.
    HoldBack,
    /// They change rows so that policies let them through.
    LetThrough,
}

/// What triggers make of it: real commands without them, and with them.
#[must_use]
pub fn by_triggers(without: &[Cell], with: &[Cell]) -> Vec<Triggered> {
    let differs = disagreements(without, with).into_iter();
    differs
        .map(|differs| Triggered {
            effect: effect(&differs.measured, &differs.real),
            persona: differs.persona,
            relation: differs.relation,
            command: differs.command,
            without: differs.measured,
            with: differs.real,
        })
        .collect()
}

fn effect(without: &Access, with: &Access) -> Effect {
    let openness = |access: &Access| match access {
        Access::All => 3,
        Access::Some | Access::Conditional(_) => 2,
        _ => 1,
    };
    let more = |one: &Access, other: &Access| match (one, other) {
        (Access::Conditional(one), Access::Conditional(other)) => one.passing > other.passing,
        _ => openness(one) > openness(other),
    };
    if matches!(with, Access::Error(_)) {
        Effect::Refuse
    } else if more(with, without) {
        Effect::LetThrough
    } else {
        Effect::HoldBack
    }
}

/// Where they differ. What either of them does not know is no difference; it is counted elsewhere.
#[must_use]
pub fn disagreements(measured: &[Cell], real: &[Cell]) -> Vec<Disagreement> {
    let key = |cell: &Cell| (cell.persona.clone(), cell.relation.clone(), cell.command);
    let real: BTreeMap<_, _> = real.iter().map(|cell| (key(cell), &cell.access)).collect();
    let is_known = |access: &Access| !matches!(access, Access::Unknown(_));
    measured
        .iter()
        .filter_map(|cell| {
            let really = *real.get(&key(cell))?;
            let differs = is_known(&cell.access) && is_known(really) && cell.access != *really;
            differs.then(|| Disagreement {
                persona: cell.persona.clone(),
                relation: cell.relation.clone(),
                command: cell.command,
                measured: cell.access.clone(),
                real: really.clone(),
            })
        })
        .collect()
}
