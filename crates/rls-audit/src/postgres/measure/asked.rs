//! Asking the policies about rows: those that there are, or such as there might be.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::{
    compose,
    look::{Code, Look},
};
use super::{
    Me, Sample,
    answers::{Answers, Probed},
    privileges::Privileges,
};
use crate::{
    Authority, Command, Error, Trial,
    catalog::Relation,
    matrix::{Given, Questions, made_up, variants},
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
        let variants = variants(self.catalog, relation, self.persona, &trusted, &may);
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
        let trial = self.trials.is_some().then(|| Trial {
            persona: self.persona.name.clone(),
            relation: relation.name.clone(),
            made_up,
            added: variants.inserted.clone(),
            updated: variants.updated.clone(),
            passed: Vec::new(),
        });
        let added = Value::Array(variants.inserted).to_string();
        let updated = Value::Array(variants.updated).to_string();
        let values = [rows.as_str(), added.as_str(), updated.as_str()];
        let defaults = match &mine.insert_columns {
            Some(given) => compose::defaults(relation, given),
            None => compose::NO_DEFAULTS.to_owned(),
        };
        let whole = look
            .probed(&compose::probe(&relation.name, &questions, &defaults), &values)
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
        if let Some((trials, trial)) = self.trials.as_mut().zip(trial) {
            trials.push(with_passed(trial, &answers, mine.select));
        }
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
                .probed(&compose::probe(&relation.name, &alone, defaults), values)
                .await?;
            answers.insert(command, answer);
        }
        Ok(answers)
    }
}

/// The trial, with those changes of it that went through.
fn with_passed(mut trial: Trial, answers: &Answers, may_read: bool) -> Trial {
    let passed = answers.of(Command::Update).map(|probed| probed.going(may_read).1);
    let numbered = passed
        .into_iter()
        .flatten()
        .filter_map(|n| usize::try_from(n).ok());
    trial.passed = numbered
        .filter_map(|n| trial.updated.get(n.checked_sub(1)?).cloned())
        .collect();
    trial
}

/// The columns of the relation that policies trust.
fn trusted(authorities: &[Authority], relation: &Relation) -> Vec<String> {
    let here = authorities
        .iter()
        .filter(|authority| authority.relation == relation.name);
    here.map(|authority| authority.column.clone()).collect()
}
