//! The proof of the matrix: real commands on a copy, each undone, and where they come to something else.
//!
//! Nothing here knows how the matrix is measured; both share the words for what a command comes to, and what was tried.

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
