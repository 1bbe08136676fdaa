//! Walking through all relations as everybody: on two connections to one snapshot where the server lets this login in twice,
//! since each waits for the server most of the time.

use std::{collections::BTreeMap, sync::Arc};

use tokio::try_join;

use super::{By, Me, Samples, Wanted, plans, ties::Ties};
use crate::{Access, Cell, Command, Doubt, Error, Trial, catalog::Relation, postgres::look::Look};

/// All who try, and what they know.
pub(super) struct Company<'a> {
    pub(super) by: &'a By<'a>,
    pub(super) samples: &'a Samples,
    pub(super) wanted: &'a Wanted,
    /// Of each persona.
    pub(super) ties: &'a [Arc<Ties>],
}

/// What each persona, by its number, has found out about each relation, by its number.
type Found = BTreeMap<(usize, usize), ([Access; 4], Vec<Trial>)>;

impl Company<'_> {
    pub(super) async fn cells(&self, look: &mut Look) -> Result<(Vec<Cell>, Vec<Trial>), Error> {
        let relations: Vec<&Relation> = self.by.catalog.own_relations().collect();
        let all = relations.iter().copied().enumerate();
        let second = match self.by.second {
            Some(inspector) => look.beside(&inspector.pool, inspector.patience).await?,
            None => None,
        };
        let found = match second {
            Some(mut second) => {
                second.search(&self.by.catalog.callers_path()).await?;
                // Turn by turn: neighbours are alike, and so is what they cost.
                let (even, odd): (Vec<_>, Vec<_>) = all.partition(|(number, _)| number % 2 == 0);
                let (mut found, more) = try_join!(self.walk(look, even), self.walk(&mut second, odd))?;
                second.end().await;
                found.extend(more);
                found
            }
            None => self.walk(look, all.collect()).await?,
        };
        let mut cells = Vec::new();
        let mut trials = Vec::new();
        for ((persona, relation), (accesses, tried)) in found {
            cells.extend(
                Command::ALL
                    .into_iter()
                    .zip(accesses)
                    .map(|(command, access)| Cell {
                        persona: self.by.personas[persona].name.clone(),
                        relation: relations[relation].name.clone(),
                        command,
                        access,
                    }),
            );
            trials.extend(tried);
        }
        Ok((cells, trials))
    }

    /// Each relation is asked about by all who act under one role, one after another: what the server has understood for one
    /// of them, the next can ask.
    async fn walk(&self, look: &mut Look, relations: Vec<(usize, &Relation)>) -> Result<Found, Error> {
        if !plans::may_fold_the_caller(self.by.catalog) {
            look.share_plans().await?;
        }
        let mut people = Vec::new();
        for (number, (persona, ties)) in self.by.personas.iter().zip(self.ties).enumerate() {
            let rights = look.rights(&persona.database_role).await?;
            let me = rights.map(|rights| Me {
                rights,
                ties: ties.clone(),
                catalog: self.by.catalog,
                samples: self.samples,
                persona,
                authorities: self.by.authorities,
                wanted: self.wanted,
                kept: self.by.kept,
                trials: Vec::new(),
            });
            people.push((number, persona, me));
        }
        people.sort_by_key(|(_, persona, _)| &persona.database_role);
        let mut found = Found::new();
        for (relation_number, relation) in relations {
            for (number, persona, me) in &mut people {
                let of_relation = match me {
                    Some(me) => {
                        let accesses = look.acting(persona, async |look| me.accesses(look, relation).await);
                        (accesses.await?, std::mem::take(&mut me.trials))
                    }
                    None => (
                        Command::ALL.map(|_| Access::Unknown(Doubt::NotAMember)),
                        Vec::new(),
                    ),
                };
                found.insert((*number, relation_number), of_relation);
            }
        }
        Ok(found)
    }
}
