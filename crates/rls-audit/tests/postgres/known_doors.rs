//! The open cells of the matrix beside the doors that somebody found by reading the schema.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use rls_audit::{Access, Command};
use serde::Deserialize;

use crate::corpus::{Case, Corpus};

/// The `doors.toml` of a schema: by persona.
type Doors = BTreeMap<String, Open>;

/// The relations that one persona gets through, by command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    read: BTreeSet<String>,
    insert: BTreeSet<String>,
    update: BTreeSet<String>,
    delete: BTreeSet<String>,
    /// What nobody can say without doing it: `INSERT on public.inbox`.
    #[serde(default)]
    unknown: BTreeSet<String>,
}

impl Open {
    fn of(&self, command: Command) -> &BTreeSet<String> {
        match command {
            Command::Select => &self.read,
            Command::Insert => &self.insert,
            Command::Update => &self.update,
            Command::Delete => &self.delete,
        }
    }
}

/// The doors of a case, where somebody has looked for them.
fn doors(case: &Case) -> Option<Doors> {
    let text = fs::read_to_string(case.folder().join("doors.toml")).ok()?;
    Some(toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", case.name)))
}

#[tokio::test]
async fn every_open_cell_is_a_door_and_every_door_an_open_cell() {
    let corpus = Corpus::load(option_env!("VIGIE_CORPUS"));
    let mut wrong = Vec::new();
    for case in corpus.cases() {
        let Some(doors) = doors(case) else { continue };
        let found = corpus.inspected(case, "postgres").await;
        for (persona, open) in &doors {
            let cells = || found.matrix.cells.iter().filter(|cell| cell.persona == *persona);
            assert!(cells().next().is_some(), "{}: {persona} was not tried", case.name);
            for command in Command::ALL {
                let is_open = cells().filter(|cell| cell.command == command && cell.access.is_open());
                let is_open: BTreeSet<String> = is_open.map(|cell| cell.relation.to_string()).collect();
                let known = open.of(command);
                let what = command.as_str();
                let missed = known.difference(&is_open).map(|name| ("is a door", name));
                let invented = is_open.difference(known).map(|name| ("is no door", name));
                wrong.extend(
                    missed
                        .chain(invented)
                        .map(|(says, name)| format!("{}: {what} on {name} as {persona} {says}", case.name)),
                );
            }
            let unknown: BTreeSet<String> = cells()
                .filter(|cell| matches!(cell.access, Access::Unknown(_)))
                .map(|cell| format!("{} on {}", cell.command.as_str(), cell.relation))
                .collect();
            wrong.extend(unknown.symmetric_difference(&open.unknown).map(|cell| {
                format!(
                    "{}: whether {cell} is open to {persona} is said differently",
                    case.name
                )
            }));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
