//! Deciding the cells: first by privileges, then by trying to read, then by asking the policies about rows.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::{
    compose, failure,
    look::{Code, Look, read, sample},
};
use crate::{
    Access, Authority, Candidates, Catalog, Cell, Command, Doubt, Error, Name, Persona, Trial,
    catalog::{Relation, RelationKind, ViewOptions},
    matrix::{ALWAYS, NEVER, Questions, made_up, variants},
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

/// What somebody may do with a relation.
#[derive(Debug, Clone, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "privileges, as PostgreSQL has them")]
struct Privileges {
    relation: Name,
    is_open: bool,
    select: bool,
    insert: bool,
    update: bool,
    delete: bool,
    insert_columns: Option<Vec<String>>,
    update_columns: Option<Vec<String>>,
    policies_apply: bool,
}

impl Privileges {
    fn has(&self, command: Command) -> bool {
        self.is_open
            && match command {
                Command::Select => self.select,
                Command::Insert => self.insert,
                Command::Update => self.update,
                Command::Delete => self.delete,
            }
    }
}

/// What the policies say, in numbers.
#[derive(Debug, Deserialize)]
struct Probed {
    rows: u32,
    seen: u32,
    changeable: u32,
    removable: u32,
    added: u32,
    tried_to_add: u32,
    /// Row, change, whether the outcome passes, and whether both row and outcome can be seen.
    turned: Vec<(u32, u32, bool, bool)>,
}

/// Rows of every relation that this login can read whole.
pub(super) async fn samples(look: &mut Look, catalog: &Catalog) -> Result<Samples, Error> {
    let own = privileges(look).await?;
    let mut samples = Samples::new();
    for relation in measured(catalog) {
        let readable = own
            .get(&relation.name)
            .is_some_and(|own| own.has(Command::Select) && !own.policies_apply);
        if readable && relation.kind != RelationKind::ForeignTable {
            if let Ok(found) = sample(look, &relation.name).await? {
                samples.insert(relation.name.clone(), found);
            }
        }
    }
    Ok(samples)
}

/// What extensions bring is theirs.
fn measured(catalog: &Catalog) -> impl Iterator<Item = &Relation> {
    catalog
        .relations
        .iter()
        .filter(|relation| relation.extension.is_none())
}

async fn privileges(look: &mut Look) -> Result<BTreeMap<Name, Privileges>, Error> {
    let text = sqlx::query_file_scalar!("../../sql/rls-audit/privileges.sql")
        .fetch_one(look.connection())
        .await
        .map_err(failure)?;
    let list: Vec<Privileges> = read(&text)?;
    Ok(list.into_iter().map(|own| (own.relation.clone(), own)).collect())
}

/// Every cell of this persona, and what was tried.
pub(super) async fn cells(
    look: &mut Look,
    catalog: &Catalog,
    samples: &Samples,
    authorities: &[Authority],
    persona: &Persona,
) -> Result<(Vec<Cell>, Vec<Trial>), Error> {
    let acting = look
        .acting(persona, async |look| {
            let mut me = Me::new(look, catalog, samples, authorities, persona).await?;
            let mut cells = Vec::new();
            for relation in measured(catalog) {
                cells.push((&relation.name, me.accesses(look, relation).await?));
            }
            Ok((cells, me.trials))
        })
        .await?;
    let (accesses, trials) = acting.unwrap_or_else(|| {
        let unknown = || Access::Unknown(Doubt::NotAMember);
        let all = measured(catalog).map(|relation| (&relation.name, Command::ALL.map(|_| unknown())));
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

async fn roles(look: &mut Look) -> Result<BTreeSet<String>, Error> {
    let roles = sqlx::query_file_scalar!("../../sql/rls-audit/roles.sql")
        .fetch_one(look.connection())
        .await
        .map_err(failure)?;
    Ok(roles.into_iter().collect())
}

/// Somebody who tries.
struct Me<'a> {
    privileges: BTreeMap<Name, Privileges>,
    roles: BTreeSet<String>,
    catalog: &'a Catalog,
    samples: &'a Samples,
    persona: &'a Persona,
    authorities: &'a [Authority],
    trials: Vec<Trial>,
}

impl<'a> Me<'a> {
    async fn new(
        look: &mut Look,
        catalog: &'a Catalog,
        samples: &'a Samples,
        authorities: &'a [Authority],
        persona: &'a Persona,
    ) -> Result<Self, Error> {
        Ok(Self {
            privileges: privileges(look).await?,
            roles: roles(look).await?,
            catalog,
            samples,
            persona,
            authorities,
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

    /// A view reads and writes as its owner, unless it is told to do so as whoever asks.
    async fn through_view(
        &mut self,
        look: &mut Look,
        relation: &Relation,
        view: &ViewOptions,
        mine: &Privileges,
    ) -> Result<[Access; 4], Error> {
        let mut accesses = [Access::Denied, Access::Denied, Access::Denied, Access::Denied];
        for (access, command) in accesses.iter_mut().zip(Command::ALL) {
            if !mine.has(command) || (command != Command::Select && !relation.writable.contains(&command)) {
                continue;
            }
            *access = if command == Command::Select {
                self.read_view(look, relation).await?
            } else if instead_of(relation, command) {
                Access::Unknown(Doubt::InsteadOf)
            } else {
                self.written_through(look, relation, view, command).await?
            };
        }
        Ok(accesses)
    }

    async fn read_view(&self, look: &mut Look, relation: &Relation) -> Result<Access, Error> {
        let seen: u32 = match look.tried(compose::seen(&relation.name), &[]).await? {
            Ok(seen) => seen,
            Err(code) => return Ok(refused(code)),
        };
        let total = self.samples.get(&relation.name).map(|sample| sample.total);
        Ok(match (seen, total) {
            (0, None | Some(0)) if self.reads_whole(relation) => Access::All,
            (0, None | Some(0)) if !self.has_rows_below(relation) => Access::Unknown(Doubt::Empty),
            (0, None | Some(0)) => Access::None,
            (0, _) => Access::None,
            (seen, Some(total)) if seen >= total => Access::All,
            (_, None) if self.reads_whole(relation) => Access::All,
            _ => Access::Some,
        })
    }

    /// Whether everything that the view reads is known to have rows.
    fn has_rows_below(&self, relation: &Relation) -> bool {
        let reads = relation.view.iter().flat_map(|view| &view.reads);
        reads
            .map(|reads| self.samples.get(&reads.relation))
            .all(|sample| sample.is_some_and(|sample| sample.total > 0))
    }

    /// Whether no policy stands between whoever asks and what the view reads.
    fn reads_whole(&self, relation: &Relation) -> bool {
        let Some(view) = &relation.view else {
            return self
                .privileges
                .get(&relation.name)
                .is_some_and(|mine| !mine.policies_apply);
        };
        view.reads.iter().all(|reads| {
            let Some(base) = self.catalog.relation(&reads.relation) else {
                return false;
            };
            if base.view.is_some() {
                return self.reads_whole(base);
            }
            if view.security_invoker && relation.kind == RelationKind::View {
                self.reads_whole(base)
            } else {
                passes_freely(self.catalog, base, &relation.owner)
            }
        })
    }

    /// Writes through a view go to the one relation of its FROM, as its owner or as whoever asks; that it may read others in
    /// its WHERE makes it no less the first.
    async fn written_through(
        &mut self,
        look: &mut Look,
        relation: &Relation,
        view: &ViewOptions,
        command: Command,
    ) -> Result<Access, Error> {
        let base = view.reads.iter().find_map(|reads| {
            self.catalog
                .relation(&reads.relation)
                .filter(|base| base.writable.contains(&command))
        });
        let Some(base) = base else {
            return Ok(Access::Denied);
        };
        if !view.security_invoker && passes_freely(self.catalog, base, &relation.owner) {
            return Ok(Access::All);
        }
        let below = if view.security_invoker {
            Some(self.below(look, relation, base, command).await?)
        } else {
            let mut owner = self.persona.clone();
            owner.database_role.clone_from(&relation.owner);
            let (catalog, samples, authorities) = (self.catalog, self.samples, self.authorities);
            let acting = look.acting(&owner, async |look| {
                let mut me = Me::new(look, catalog, samples, authorities, &owner).await?;
                let access = me.below(look, relation, base, command).await?;
                Ok((access, me.trials))
            });
            let acting = Box::pin(acting).await?;
            acting.map(|(access, trials)| {
                self.trials.extend(trials);
                access
            })
        };
        Ok(below.unwrap_or(Access::Unknown(Doubt::NotAMember)))
    }

    /// What the relation below a view lets through of what the view shows.
    async fn below(
        &mut self,
        look: &mut Look,
        relation: &Relation,
        base: &Relation,
        command: Command,
    ) -> Result<Access, Error> {
        let Some(mine) = self.privileges.get(&base.name).filter(|mine| mine.has(command)) else {
            return Ok(Access::Denied);
        };
        if !mine.policies_apply {
            return Ok(Access::All);
        }
        let shown: Vec<String> = relation
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect();
        let only_shown = |listed: &Option<Vec<String>>| {
            let listed = listed.as_ref().unwrap_or(&shown);
            Some(
                listed
                    .iter()
                    .filter(|name| shown.contains(name))
                    .cloned()
                    .collect(),
            )
        };
        let mine = Privileges {
            insert_columns: only_shown(&mine.insert_columns),
            update_columns: only_shown(&mine.update_columns),
            ..mine.clone()
        };
        let whole = base.columns.iter().all(|column| shown.contains(&column.name));
        if !whole {
            // Which rows the view shows cannot be told from those below.
            return Ok(Access::Unknown(Doubt::NoCandidate));
        }
        let shown_rows = self
            .samples
            .get(&relation.name)
            .filter(|sample| sample.total > 0)
            .cloned();
        let answers = self.asked(look, base, &mine, shown_rows.as_ref()).await?;
        if let Some(trial) = self.trials.last_mut() {
            trial.relation = relation.name.clone();
        }
        Ok(answers.access(command, mine.select))
    }

    /// What the policies say about rows of this relation.
    async fn probed(
        &mut self,
        look: &mut Look,
        relation: &Relation,
        mine: &Privileges,
    ) -> Result<Answers, Error> {
        let samples = self.samples;
        let sampled = samples.get(&relation.name).filter(|sample| sample.total > 0);
        self.asked(look, relation, mine, sampled).await
    }

    async fn asked(
        &mut self,
        look: &mut Look,
        relation: &Relation,
        mine: &Privileges,
        sampled: Option<&Sample>,
    ) -> Result<Answers, Error> {
        let questions = Questions::of(relation, &self.roles);
        let may = |listed: &Option<Vec<String>>, name: &str| {
            listed
                .as_ref()
                .is_none_or(|listed| listed.iter().any(|own| own == name))
        };
        let variants = variants(
            self.catalog,
            relation,
            self.persona,
            &trusted(self.authorities, relation),
            (&|name| may(&mine.insert_columns, name), &|name| {
                may(&mine.update_columns, name)
            }),
        );
        let made_up = match sampled {
            Some(_) => Vec::new(),
            None => made_up(
                self.catalog,
                relation,
                variants.inserted.first().unwrap_or(&Value::Null),
            ),
        };
        let rows = sampled.map_or_else(
            || Value::from(made_up.clone()).to_string(),
            |sample| sample.rows.clone(),
        );
        let mut trial = Trial {
            persona: self.persona.name.clone(),
            relation: relation.name.clone(),
            made_up,
            added: variants.inserted.clone(),
            updated: variants.updated.clone(),
            passed: Vec::new(),
        };
        let added = Value::Array(variants.inserted).to_string();
        let updated = Value::Array(variants.updated).to_string();
        let values = [rows.as_str(), added.as_str(), updated.as_str()];
        let defaults = match &mine.insert_columns {
            Some(given) => compose::defaults(relation, given),
            None => compose::NO_DEFAULTS.to_owned(),
        };
        let whole = look
            .tried(compose::probe(&relation.name, &questions, &defaults), &values)
            .await?;
        let by_command = match whole {
            Ok(_) => BTreeMap::new(),
            Err(_) => {
                self.one_by_one(look, relation, &questions, (&values, &defaults))
                    .await?
            }
        };
        let answers = Answers {
            whole: whole.ok(),
            by_command,
            questions,
        };
        let passed = answers
            .of(Command::Update)
            .map(|probed| probed.going(mine.select).1);
        let numbered = passed
            .into_iter()
            .flatten()
            .filter_map(|n| usize::try_from(n).ok());
        trial.passed = numbered
            .filter_map(|n| trial.updated.get(n.checked_sub(1)?).cloned())
            .collect();
        self.trials.push(trial);
        Ok(answers)
    }

    /// Each question alone, so that one that fails does not keep the others from being answered.
    async fn one_by_one(
        &self,
        look: &mut Look,
        relation: &Relation,
        questions: &Questions,
        (values, defaults): (&[&str], &str),
    ) -> Result<BTreeMap<Command, Result<Probed, Code>>, Error> {
        let mut answers = BTreeMap::new();
        for command in Command::ALL {
            let mut alone = compose::none();
            match command {
                Command::Select => alone.select.clone_from(&questions.select),
                Command::Insert => alone.insert.clone_from(&questions.insert),
                Command::Update => {
                    alone.update.clone_from(&questions.update);
                    alone.changed.clone_from(&questions.changed);
                }
                Command::Delete => alone.delete.clone_from(&questions.delete),
            }
            let answer = look
                .tried(compose::probe(&relation.name, &alone, defaults), values)
                .await?;
            answers.insert(command, answer);
        }
        Ok(answers)
    }
}

/// What the policies said.
struct Answers {
    questions: Questions,
    whole: Option<Probed>,
    by_command: BTreeMap<Command, Result<Probed, Code>>,
}

/// The columns of the relation that policies trust.
fn trusted(authorities: &[Authority], relation: &Relation) -> Vec<String> {
    let here = authorities
        .iter()
        .filter(|authority| authority.relation == relation.name);
    here.map(|authority| authority.column.clone()).collect()
}

impl Answers {
    fn of(&self, command: Command) -> Option<&Probed> {
        let alone = self
            .by_command
            .get(&command)
            .and_then(|answer| answer.as_ref().ok());
        self.whole.as_ref().or(alone)
    }

    fn access(&self, command: Command, may_read: bool) -> Access {
        let is_never = match command {
            Command::Select => self.questions.select == NEVER,
            Command::Insert => false,
            Command::Update => self.questions.update == NEVER,
            Command::Delete => self.questions.delete == NEVER,
        };
        if is_never {
            return Access::None;
        }
        match (self.of(command), self.by_command.get(&command)) {
            (Some(probed), _) => probed.access(command, may_read),
            (None, Some(Err(code))) => refused(code.clone()),
            (None, _) => Access::Unknown(Doubt::NoCandidate),
        }
    }
}

impl Probed {
    fn access(&self, command: Command, may_read: bool) -> Access {
        match command {
            Command::Select => part(self.seen, self.rows),
            Command::Delete => part(self.removable, self.rows),
            Command::Insert => passing(self.added, self.tried_to_add, Access::All),
            Command::Update => self.update(may_read),
        }
    }

    /// A row can be changed one by one where it can be seen before and after, or together with all others that may be
    /// changed, where each of them may be what the change makes of it.
    fn update(&self, may_read: bool) -> Access {
        if self.changeable == 0 {
            return Access::None;
        }
        let changes: BTreeSet<u32> = self.turned.iter().map(|turned| turned.1).collect();
        let (reached, working) = self.going(may_read);
        let count = |set: &BTreeSet<u32>| u32::try_from(set.len()).unwrap_or(u32::MAX);
        let all = if count(&reached) == self.rows {
            Access::All
        } else {
            Access::Some
        };
        passing(count(&working), count(&changes), all)
    }

    /// The rows that some change goes through with, and the changes that go through with some row.
    fn going(&self, may_read: bool) -> (BTreeSet<u32>, BTreeSet<u32>) {
        let together = |change: u32| {
            self.turned
                .iter()
                .filter(|turned| turned.1 == change)
                .all(|turned| turned.2)
        };
        let goes =
            |turned: &&(u32, u32, bool, bool)| (may_read && turned.2 && turned.3) || together(turned.1);
        let going = self.turned.iter().filter(goes);
        going.map(|turned| (turned.0, turned.1)).unzip()
    }
}

fn part(some: u32, all: u32) -> Access {
    match some {
        0 => Access::None,
        some if some == all => Access::All,
        _ => Access::Some,
    }
}

fn passing(passing: u32, tried: u32, all: Access) -> Access {
    match passing {
        0 => Access::Rls,
        some if some == tried => all,
        passing => Access::Conditional(Candidates { passing, tried }),
    }
}

/// What an error of the server comes to.
fn refused(code: Code) -> Access {
    match code.as_str() {
        "57014" | "55P03" | "40P01" => Access::Unknown(Doubt::Timeout),
        // A row that was thought of is not one that the type allows.
        code if code.starts_with("23") => Access::Unknown(Doubt::NoCandidate),
        _ => Access::Error(code),
    }
}

fn instead_of(relation: &Relation, command: Command) -> bool {
    relation
        .triggers
        .iter()
        .any(|own| own.instead_of && own.enabled && own.commands.contains(&command))
}

/// Whether no policy of the relation holds this role back.
fn passes_freely(catalog: &Catalog, relation: &Relation, role: &str) -> bool {
    let Some(role) = catalog.role(role) else {
        return false;
    };
    !relation.rls
        || role.is_superuser
        || role.bypasses_rls
        || (relation.owner == role.name && !relation.force_rls)
}
