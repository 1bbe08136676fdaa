//! Personas × relations × commands: what each would come to.

mod access;
#[cfg(feature = "postgres")]
mod candidates;
#[cfg(feature = "postgres")]
mod policies;
#[cfg(feature = "postgres")]
mod query;
#[cfg(feature = "postgres")]
mod values;
#[cfg(feature = "postgres")]
mod wanted;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::access::{Access, Candidates, Doubt};
#[cfg(feature = "postgres")]
pub(crate) use self::{
    candidates::{About, CANDIDATES, Given, candidate, ranks},
    policies::{ALWAYS, NEVER, Questions},
    query::{replaced, written_to},
    wanted::{asked_by, wanted},
};
use crate::{Command, Name, Persona};

/// What each persona can do with each relation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessMatrix {
    /// Who was tried.
    pub personas: Vec<Persona>,
    /// What came of it, by persona as above, relation and command.
    pub cells: Vec<Cell>,
}

/// What one persona can do with one relation by one command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// Who.
    pub persona: String,
    /// With what.
    pub relation: Name,
    /// By which command.
    pub command: Command,
    /// What it comes to.
    pub access: Access,
}

/// What was tried with one relation as one persona.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Who.
    pub persona: String,
    /// With what.
    pub relation: Name,
    /// Rows that there might be, where there was none.
    pub made_up: Vec<Value>,
    /// Changes that were laid over rows to be added.
    pub added: Vec<Value>,
    /// Changes of rows that were there.
    pub updated: Vec<Value>,
    /// Of the changes of rows that were there, those that went through.
    pub passed: Vec<Value>,
}

impl AccessMatrix {
    /// What this persona can do with this relation by this command; `None` where that was not looked at.
    #[must_use]
    pub fn access(&self, persona: &str, relation: &Name, command: Command) -> Option<&Access> {
        let cell = self
            .cells
            .iter()
            .find(|cell| cell.persona == persona && cell.relation == *relation && cell.command == command);
        cell.map(|cell| &cell.access)
    }

    /// The cells of which nothing is known.
    pub fn unknown(&self) -> impl Iterator<Item = &Cell> {
        self.cells
            .iter()
            .filter(|cell| matches!(cell.access, Access::Unknown(_)))
    }

    /// The cells of a relation.
    pub fn of<'a>(&'a self, relation: &'a Name) -> impl Iterator<Item = &'a Cell> {
        self.cells.iter().filter(move |cell| cell.relation == *relation)
    }
}
