//! Deciding the cells: first by privileges, then by trying to read, then by asking the policies about rows.

mod answers;
mod asked;
mod plans;
mod privileges;
mod shown;
mod ties;
mod tried;
mod views;
mod walk;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::Deserialize;
use serde_json::{Map, Value};

pub(super) use self::privileges::{Rights, rights};
use self::{
    answers::{Answers, refused},
    privileges::privileges,
    ties::Ties,
    walk::Company,
};
use super::{Kept, PgDatabaseInspector, compose, look::Look};
use crate::{
    Access, Authority, Catalog, Cell, Command, Doubt, Error, Name, Persona, Trial,
    catalog::{Policy, Relation, RelationKind},
    matrix::{ALWAYS, wanted},
    persona::looked_up,
};

/// By what cells are decided.
#[derive(Debug)]
pub(super) struct By<'a> {
    pub(super) catalog: &'a Catalog,
    /// The relations that this login can read whole.
    pub(super) readable: &'a BTreeSet<Name>,
    pub(super) authorities: &'a [Authority],
    pub(super) personas: &'a [Persona],
    pub(super) kept: Kept,
    /// Where a second connection to the same snapshot may come from.
    pub(super) second: Option<&'a PgDatabaseInspector>,
}

/// What this login itself can read of a relation, where no policy is in its way.
#[derive(Debug, Clone, Deserialize)]
struct Sample {
    /// How many rows there are, up to some bound.
    total: u32,
    /// Some of them, as a JSON array.
    rows: String,
}

type Samples = BTreeMap<Name, Sample>;

/// What policies ask of rows, by relation: one entry for each way to pass.
type Wanted = BTreeMap<Name, Vec<Map<String, Value>>>;

/// The relations that this login can read whole.
pub(super) async fn readable(look: &mut Look, catalog: &Catalog) -> Result<BTreeSet<Name>, Error> {
    let own = privileges(look).await?;
    let relations = catalog.own_relations().map(|relation| &relation.name);
    let readable = relations.filter(|name| {
        own.get(name)
            .is_some_and(|own| own.has(Command::Select) && !own.policies_apply)
    });
    Ok(readable.cloned().collect())
}

/// Rows of every relation that this login can read whole.
async fn samples(look: &mut Look, by: &By<'_>) -> Result<Samples, Error> {
    let mut samples = Samples::new();
    for relation in by.catalog.own_relations() {
        if by.readable.contains(&relation.name)
            && relation.kind != RelationKind::ForeignTable
            && let Ok(found) = look.tried(compose::sample(&relation.name)).await?
        {
            samples.insert(relation.name.clone(), found);
        }
    }
    Ok(samples)
}

/// Every cell of every persona, and what was tried.
pub(super) async fn cells(look: &mut Look, by: &By<'_>) -> Result<(Vec<Cell>, Vec<Trial>), Error> {
    let samples = samples(look, by).await?;
    let wanted = by.catalog.own_relations();
    let wanted: Wanted = wanted
        .map(|relation| (relation.name.clone(), self::wanted(relation)))
        .collect();
    let places = looked_up(by.catalog);
    let mut ties = Vec::new();
    for persona in by.personas {
        let of_persona = Ties::of(look, by.catalog, &places, &samples, persona).await?;
        ties.push(Arc::new(of_persona));
    }
    let company = Company {
        by,
        samples: &samples,
        wanted: &wanted,
        ties: &ties,
    };
    company.cells(look).await
}

/// Somebody who tries.
struct Me<'a> {
    rights: Arc<Rights>,
    catalog: &'a Catalog,
    samples: &'a Samples,
    persona: &'a Persona,
    authorities: &'a [Authority],
    wanted: &'a Wanted,
    ties: Arc<Ties>,
    kept: Kept,
    /// What was asked.
    trials: Vec<Trial>,
}

impl Me<'_> {
    /// What policies ask of rows of this relation.
    fn wanted_of(&self, relation: &Relation) -> &[Map<String, Value>] {
        self.wanted.get(&relation.name).map_or(&[], Vec::as_slice)
    }

    /// Of SELECT, INSERT, UPDATE and DELETE.
    async fn accesses(&mut self, look: &mut Look, relation: &Relation) -> Result<[Access; 4], Error> {
        let denied = || [Access::Denied, Access::Denied, Access::Denied, Access::Denied];
        let Some(mine) = self.rights.privileges.get(&relation.name).cloned() else {
            return Ok(denied());
        };
        let mine = &mine;
        if !Command::ALL.iter().any(|command| mine.has(*command)) {
            return Ok(denied());
        }
        if relation.view.is_some() {
            return self.through_view(look, relation, mine).await;
        }
        let probed = if mine.policies_apply {
            Some(self.probed(look, relation, mine).await?)
        } else {
            None
        };
        let mut accesses = denied();
        for (access, command) in accesses.iter_mut().zip(Command::ALL) {
            if !mine.has(command) {
                continue;
            }
            *access = match (command, &probed) {
                (Command::Select, _) => self.read(look, relation, probed.as_ref()).await?,
                (_, None) => Access::All,
                (command, Some(probed)) => {
                    let access = probed.access(command, mine.select);
                    if matches!(access, Access::None | Access::Rls) && self.is_blind(relation) {
                        Access::Unknown(Doubt::Unseen)
                    } else {
                        access
                    }
                }
            };
        }
        Ok(accesses)
    }

    /// Whether rows decide that this login may not read: its own, or those of others that its policies look up. For whoever
    /// no row is about, none of them does.
    fn is_blind(&self, relation: &Relation) -> bool {
        let looks_up = |policy: &Policy| {
            let others = policy
                .reads
                .iter()
                .filter(|reads| reads.relation != relation.name);
            let mut unseen = others.filter(|reads| !self.samples.contains_key(&reads.relation));
            let mut own_functions = policy.calls.iter().filter(|call| call.name.schema != "auth");
            unseen.next().is_some() || own_functions.next().is_some()
        };
        !self.persona.is_nobody()
            && !self.samples.contains_key(&relation.name)
            && relation.policies.iter().any(looks_up)
    }

    /// Tries to read; where there is nothing to be seen, the policies are asked about rows that there might be.
    async fn read(
        &self,
        look: &mut Look,
        relation: &Relation,
        probed: Option<&Answers>,
    ) -> Result<Access, Error> {
        let seen: u32 = match look.tried(compose::seen(&relation.name)).await? {
            Ok(seen) => seen,
            Err(code) => return Ok(refused(code)),
        };
        let Some(probed) = probed else {
            return Ok(Access::All);
        };
        if probed.questions.select == ALWAYS {
            return Ok(Access::All);
        }
        let total = self.samples.get(&relation.name).map(|sample| sample.total);
        Ok(match (seen, total) {
            (0, None | Some(0)) => probed.access(Command::Select, true),
            (0, _) => Access::None,
            // Beyond what is counted, that all are seen is not known.
            (seen, Some(total)) if seen >= total && total <= compose::COUNTED => Access::All,
            _ => Access::Some,
        })
    }
}
