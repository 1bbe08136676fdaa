//! Deciding the cells: first by privileges, then by trying to read, then by asking the policies about rows.

mod answers;
mod asked;
mod privileges;
mod shown;
mod ties;
mod tried;
mod views;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use self::{
    answers::{Answers, refused},
    privileges::{Privileges, privileges, roles},
    ties::Ties,
};
use super::{
    compose,
    look::{Look, sample},
};
use crate::{
    Access, Authority, Catalog, Cell, Command, Doubt, Error, Name, Persona, Trial,
    catalog::{Relation, RelationKind},
    matrix::ALWAYS,
};

/// What this login itself can read of a relation, where no policy is in its way.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Sample {
    /// How many rows there are, up to some bound.
    total: u32,
    /// Some of them, as a JSON array.
    rows: String,
}

pub(super) type Samples = BTreeMap<Name, Sample>;

/// Rows of every relation that this login can read whole.
pub(super) async fn samples(look: &mut Look, catalog: &Catalog) -> Result<Samples, Error> {
    let own = privileges(look).await?;
    let mut samples = Samples::new();
    for relation in catalog.own_relations() {
        let readable = own
            .get(&relation.name)
            .is_some_and(|own| own.has(Command::Select) && !own.policies_apply);
        if readable
            && relation.kind != RelationKind::ForeignTable
            && let Ok(found) = sample(look, &relation.name).await?
        {
            samples.insert(relation.name.clone(), found);
        }
    }
    Ok(samples)
}

/// Every cell of this persona, and what was tried.
pub(super) async fn cells(
    look: &mut Look,
    catalog: &Catalog,
    samples: &Samples,
    authorities: &[Authority],
    persona: &Persona,
) -> Result<(Vec<Cell>, Vec<Trial>), Error> {
    let ties = Ties::of(look, catalog, samples, persona).await?;
    let acting = look
        .acting(persona, async |look| {
            let mut me = Me::new(look, (catalog, samples, authorities, &ties), persona).await?;
            let mut cells = Vec::new();
            for relation in catalog.own_relations() {
                cells.push((&relation.name, me.accesses(look, relation).await?));
            }
            Ok((cells, me.trials))
        })
        .await?;
    let (accesses, trials) = acting.unwrap_or_else(|| {
        let unknown = || Access::Unknown(Doubt::NotAMember);
        let all = catalog
            .own_relations()
            .map(|relation| (&relation.name, Command::ALL.map(|_| unknown())));
        (all.collect(), Vec::new())
    });
    let cells = accesses.into_iter().flat_map(|(relation, accesses)| {
        Command::ALL
            .into_iter()
            .zip(accesses)
            .map(|(command, access)| Cell {
                persona: persona.name.clone(),
                relation: relation.clone(),
                command,
                access,
            })
    });
    Ok((cells.collect(), trials))
}

/// Somebody who tries.
struct Me<'a> {
    privileges: BTreeMap<Name, Privileges>,
    roles: BTreeSet<String>,
    catalog: &'a Catalog,
    samples: &'a Samples,
    persona: &'a Persona,
    authorities: &'a [Authority],
    ties: &'a Ties,
    trials: Vec<Trial>,
}

/// What is known before anybody tries.
type Known<'a> = (&'a Catalog, &'a Samples, &'a [Authority], &'a Ties);

impl<'a> Me<'a> {
    async fn new(
        look: &mut Look,
        (catalog, samples, authorities, ties): Known<'a>,
        persona: &'a Persona,
    ) -> Result<Self, Error> {
        Ok(Self {
            privileges: privileges(look).await?,
            roles: roles(look).await?,
            catalog,
            samples,
            persona,
            authorities,
            ties,
            trials: Vec::new(),
        })
    }

    /// Of SELECT, INSERT, UPDATE and DELETE.
    async fn accesses(&mut self, look: &mut Look, relation: &Relation) -> Result<[Access; 4], Error> {
        let denied = || [Access::Denied, Access::Denied, Access::Denied, Access::Denied];
        let Some(mine) = self.privileges.get(&relation.name).cloned() else {
            return Ok(denied());
        };
        let mine = &mine;
        if !Command::ALL.iter().any(|command| mine.has(*command)) {
            return Ok(denied());
        }
        if let Some(view) = &relation.view {
            return self.through_view(look, relation, view, mine).await;
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
                (command, Some(probed)) => probed.access(command, mine.select),
            };
        }
        Ok(accesses)
    }

    /// Tries to read; where there is nothing to be seen, the policies are asked about rows that there might be.
    async fn read(
        &self,
        look: &mut Look,
        relation: &Relation,
        probed: Option<&Answers>,
    ) -> Result<Access, Error> {
        let seen: u32 = match look.tried(compose::seen(&relation.name), &[]).await? {
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
            (seen, Some(total)) if seen >= total => Access::All,
            _ => Access::Some,
        })
    }
}
