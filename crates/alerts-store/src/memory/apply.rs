//! An evaluation, in memory: what follows from it, and that applied.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use integrity_core::{Door, Evaluation, Finding, Outcome};
use serde_json::{Map, json};
use uuid::Uuid;

use super::state::{State, Voice};
use crate::{
    Alert, Applied, CheckState, Condition, Error,
    lifecycle::observe::{Sight, Step},
    meta::{self, Verdict},
};

/// What an evaluation leads to, before anything of it is kept.
pub(super) struct Consequence {
    pub(super) applied: Applied,
    steps: Vec<Step>,
    /// `None` where nothing is kept.
    state: Option<CheckState>,
}

impl Consequence {
    fn nothing(applied: Applied) -> Self {
        Self {
            applied,
            steps: Vec::new(),
            state: None,
        }
    }
}

impl State {
    pub(super) fn apply(
        &mut self,
        evaluation: &Evaluation,
        now: DateTime<Utc>,
        door: Door,
    ) -> Result<Applied, Error> {
        let consequence = self.consequence(evaluation, now)?;
        for step in consequence.steps {
            let words = Map::from_iter([("snapshot_at".to_owned(), json!(meta::snapshot_at(evaluation)))]);
            let voice = Voice {
                at: now,
                door,
                actor: None,
                request_id: None,
                words,
            };
            self.record(step, voice)?;
        }
        if let Some(state) = consequence.state {
            let key = (evaluation.database.clone(), evaluation.code.clone());
            self.states.insert(key, state);
        }
        Ok(consequence.applied)
    }

    pub(super) fn consequence(
        &self,
        evaluation: &Evaluation,
        now: DateTime<Utc>,
    ) -> Result<Consequence, Error> {
        if evaluation.outcome == Outcome::Skipped {
            return Ok(Consequence::nothing(Applied::nothing(Outcome::Skipped)));
        }
        meta::refuse_malformed(evaluation)?;
        meta::refuse_future(evaluation, now)?;
        let key = (evaluation.database.clone(), evaluation.code.clone());
        let before = self.states.get(&key);
        if meta::is_stale(before.map(|state| state.seen_at), evaluation, now)? {
            return Ok(Consequence::nothing(Applied {
                stale: true,
                ..Applied::nothing(evaluation.outcome.clone())
            }));
        }
        let sight = Sight::of(evaluation);
        let findings = Finding::distinct(&evaluation.findings);
        let found: BTreeSet<(&str, &str)> = findings.iter().map(|finding| finding.key()).collect();
        let known = self.alerts.values().filter(|alert| is_of(alert, &sight));
        let present: Vec<&Alert> = known
            .filter(|alert| alert.condition != Condition::Absent)
            .collect();
        let is_live = |alert: &&&Alert| alert.is_live() && alert.condition == Condition::Present;
        let absent: Vec<&Alert> = present
            .iter()
            .copied()
            .filter(|alert| !found.contains(&(alert.entity_type.as_str(), alert.entity_id.as_str())))
            .collect();
        let live = present.iter().filter(is_live).count() as u64;
        let vanishing = absent.iter().filter(is_live).count() as u64;
        let mass = meta::is_mass(live, vanishing);
        let outcome = meta::judge(before, evaluation, mass);

        let mut applied = Applied::nothing(outcome.clone());
        let mut steps: Vec<Step> = findings
            .iter()
            .filter_map(|finding| self.step(&sight, finding))
            .collect();
        if outcome == Outcome::Complete {
            let waits = |alert: &&&Alert| sight.is_older_than_the_last_act(alert);
            applied.kept = absent.iter().filter(waits).count() as u64;
            steps.extend(absent.iter().filter_map(|alert| sight.absent(alert)));
        } else {
            applied.kept = absent.len() as u64;
        }
        for (_, kind) in &steps {
            applied.count(*kind);
        }
        let state = meta::advance(before, evaluation, &outcome);
        let about_check = self.steps_about_check(evaluation, &outcome, &state);
        applied.about_check = about_check.len() as u64;
        steps.extend(about_check);
        Ok(Consequence {
            applied,
            steps,
            state: Some(state),
        })
    }

    /// What follows for the alerts about the check itself.
    fn steps_about_check(&self, evaluation: &Evaluation, outcome: &Outcome, state: &CheckState) -> Vec<Step> {
        let terms = meta::terms(evaluation);
        let step = |(code, verdict)| {
            let sight = Sight {
                database: &evaluation.database,
                code,
                snapshot_at: meta::snapshot_at(evaluation),
                terms: &terms,
            };
            match verdict {
                Verdict::Wrong(finding) => self.step(&sight, &finding),
                Verdict::Right => {
                    let about_it = (meta::ENTITY_TYPE, evaluation.code.as_str());
                    self.by_key(&sight, about_it)
                        .and_then(|alert| sight.absent(alert))
                }
                Verdict::Unknown => None,
            }
        };
        meta::verdicts(evaluation, outcome, state)
            .into_iter()
            .filter_map(step)
            .collect()
    }

    fn step(&self, sight: &Sight<'_>, finding: &Finding) -> Option<Step> {
        match self.by_key(sight, finding.key()) {
            Some(alert) => sight.present(alert, finding),
            None => Some(sight.first(Uuid::new_v4(), finding)),
        }
    }

    pub(super) fn by_key(&self, sight: &Sight<'_>, (entity_type, entity_id): (&str, &str)) -> Option<&Alert> {
        self.alerts.values().find(|alert| {
            is_of(alert, sight) && alert.entity_type == entity_type && alert.entity_id == entity_id
        })
    }
}

pub(super) fn is_of(alert: &Alert, sight: &Sight<'_>) -> bool {
    alert.database == sight.database && alert.check_code == sight.code
}
