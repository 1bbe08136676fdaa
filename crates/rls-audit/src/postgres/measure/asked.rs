//! Asking the policies about rows: those that there are, or such as there might be.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::{
    Kept, compose,
    look::{Code, Look},
};
use super::{
    Me, Sample,
    answers::{Answers, Probed},
    privileges::Privileges,
    tried::{Tried, is_of_a_value},
};
use crate::{
    Access, Authority, Command, Error, Trial,
    catalog::Relation,
    matrix::{About, Given, Questions},
    name::mentions,
};

impl Me<'_> {
    /// What the policies say about rows of this relation.
    pub(super) async fn probed(
        &mut self,
        look: &mut Look,
        relation: &Relation,
        mine: &Privileges,
    ) -> Result<Answers, Error> {
        let samples = self.samples;
        let rows = samples.get(&relation.name).filter(|sample| sample.total > 0);
        self.asked(look, relation, mine, rows).await
    }

    pub(super) async fn asked(
        &mut self,
        look: &mut Look,
        relation: &Relation,
        mine: &Privileges,
        sampled: Option<&Sample>,
    ) -> Result<Answers, Error> {
        let questions = Questions::of(relation, &self.rights.roles);
        let may = Given {
            added: mine.insert_columns.clone(),
            changed: mine.update_columns.clone(),
        };
        let trusted = trusted(self.authorities, relation);
        let about = About {
            catalog: self.catalog,
            relation,
            persona: self.persona,
            trusted: &trusted,
            found: &self.ties.values(relation),
            wanted: self.wanted_of(relation),
        };
        let defaults = match &mine.insert_columns {
            Some(given) => compose::defaults(relation, given),
            None => compose::NO_DEFAULTS.to_owned(),
        };
        let probe = compose::probe(relation, &questions, &defaults);
        let mut tried = Tried::new(&about, &may, sampled);
        if !self.samples.contains_key(&relation.name) && mine.has(Command::Select) {
            // Where this login may not read, the persona may.
            tried.join(look.tried(compose::sample(&relation.name)).await?.ok());
        }
        let mut whole = look.probed(&probe, &tried.values()).await?;
        if whole.as_ref().err().is_some_and(is_of_a_value) {
            tried.keep_what_fits(look, &about).await?;
            whole = look.probed(&probe, &tried.values()).await?;
        }
        let by_command = match &whole {
            Ok(_) => BTreeMap::new(),
            // One by one it would take as long, several times.
            Err(code) if ["57014", "55P03"].contains(&code.as_str()) => Command::ALL
                .map(|command| (command, Err(code.clone())))
                .into_iter()
                .collect(),
            Err(_) => {
                self.one_by_one(look, relation, &questions, (&tried.values(), &defaults))
                    .await?
            }
        };
        let answers = Answers {
            unchosen: unchosen(relation, &questions, sampled.is_some()),
            whole: whole.ok(),
            by_command,
            questions,
        };
        let mut trial = Trial {
            persona: self.persona.name.clone(),
            relation: relation.name.clone(),
            made_up: Vec::new(),
            added: Vec::new(),
            updated: Vec::new(),
            passed: passed(&tried.updated, &answers, mine.select),
        };
        if self.kept == Kept::Tried {
            if sampled.is_none() {
                trial.made_up = tried.rows;
            }
            trial.added = tried.added;
            trial.updated = tried.updated;
        }
        self.trials.push(trial);
        Ok(answers)
    }

    /// Each question alone, so that one that fails does not keep the others from being answered.
    async fn one_by_one(
        &self,
        look: &mut Look,
        relation: &Relation,
        questions: &Questions,
        (values, defaults): (&[String; 3], &str),
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
            // Only a row that is added takes defaults.
            let defaults = if command == Command::Insert {
                defaults
            } else {
                compose::NO_DEFAULTS
            };
            let answer = look
                .probed(&compose::probe(relation, &alone, defaults), values)
                .await?;
            answers.insert(command, answer);
        }
        Ok(answers)
    }
}

/// Those changes that went through.
fn passed(updated: &[Value], answers: &Answers, may_read: bool) -> Vec<Value> {
    let passed = answers.of(Command::Update).map(|probed| probed.going(may_read).1);
    let numbered = passed
        .into_iter()
        .flatten()
        .filter_map(|n| usize::try_from(n).ok());
    numbered
        .filter_map(|n| updated.get(n.checked_sub(1)?).cloned())
        .collect()
}

/// The answers that nothing passes, where policies ask about generated columns of rows that nobody has chosen: of new ones,
/// and of all where there are none.
fn unchosen(relation: &Relation, questions: &Questions, has_rows: bool) -> Vec<(Command, Access)> {
    let of_rows = [
        (Command::Select, &questions.select),
        (Command::Update, &questions.update),
        (Command::Delete, &questions.delete),
    ];
    let of_new = [
        (Command::Insert, &questions.insert),
        (Command::Update, &questions.changed),
    ];
    let of_rows = of_rows.into_iter().filter(|_| !has_rows);
    let of_rows = of_rows.map(|(command, text)| (command, Access::None, text));
    let of_new = of_new.map(|(command, text)| (command, Access::Rls, text));
    let asks = |text: &str| {
        let mut columns = relation.columns.iter();
        columns.any(|column| column.generated.is_some() && mentions(text, &column.name))
    };
    of_rows
        .chain(of_new)
        .filter(|(_, _, text)| asks(text))
        .map(|(command, access, _)| (command, access))
        .collect()
}

/// The columns of the relation that policies trust.
fn trusted(authorities: &[Authority], relation: &Relation) -> Vec<String> {
    let here = authorities
        .iter()
        .filter(|authority| authority.relation == relation.name);
    here.map(|authority| authority.column.clone()).collect()
}
