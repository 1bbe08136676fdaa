//! Evaluations that change nothing, in memory.

use chrono::{DateTime, Utc};
use integrity_core::{CheckCode, Evaluation, Finding, Outcome};

use super::{apply::is_of, state::State};
use crate::{Alert, CheckState, Condition, Resolution, Unchanged, lifecycle::observe::Sight, meta};

impl State {
    pub(super) fn unchanged(&self, evaluation: &Evaluation, now: DateTime<Utc>) -> Option<Unchanged> {
        if evaluation.outcome != Outcome::Complete || meta::refuse_malformed(evaluation).is_err() {
            return None;
        }
        let key = (evaluation.database.clone(), evaluation.code.clone());
        let before = self.states.get(&key)?;
        let is_steady = stands_the_same(before, evaluation)
            && meta::moves_on(before.seen_at, evaluation, now)
            && !self.is_told_of(evaluation)
            && !self.differs(&Sight::of(evaluation), &Finding::distinct(&evaluation.findings));
        is_steady.then(|| Unchanged::since(before.seen_at, evaluation))
    }

    pub(super) fn advance(&mut self, unchanged: &[Unchanged]) -> Vec<CheckCode> {
        let mut overtaken = Vec::new();
        for one in unchanged {
            let key = (one.database.clone(), one.code.clone());
            match self.states.get_mut(&key) {
                Some(state) if state.seen_at == one.seen_at => {
                    state.seen_at = one.snapshot_at;
                    state.complete_at = Some(one.snapshot_at);
                }
                _ => overtaken.push(one.code.clone()),
            }
        }
        overtaken
    }

    /// Whether an alert about the check itself might have to clear.
    fn is_told_of(&self, evaluation: &Evaluation) -> bool {
        self.alerts.values().any(|alert| {
            alert.database == evaluation.database
                && CheckCode::RESERVED.contains(&alert.check_code.as_str())
                && alert.entity_id == evaluation.code.as_str()
                && alert.condition != Condition::Absent
        })
    }

    /// Whether findings and alerts differ, as in `apply_difference.sql`.
    fn differs(&self, sight: &Sight<'_>, findings: &[&Finding]) -> bool {
        let there = |alert: &&Alert| is_of(alert, sight) && alert.condition != Condition::Absent;
        let tells_nothing_new = |finding: &&Finding| {
            self.by_key(sight, finding.key()).is_some_and(|alert| {
                alert.condition == Condition::Present
                    && alert.content_hash == sight.hash(finding)
                    && alert.resolution != Some(Resolution::Fixed)
                    && alert.accepted_until.is_none_or(|until| until > sight.snapshot_at)
            })
        };
        self.alerts.values().filter(there).count() != findings.len()
            || !findings.iter().all(tells_nothing_new)
    }
}

/// Whether a complete evaluation changes nothing about how the check stands but its times.
fn stands_the_same(before: &CheckState, evaluation: &Evaluation) -> bool {
    let after = meta::advance(Some(before), evaluation, &Outcome::Complete);
    let moved = CheckState {
        seen_at: after.seen_at,
        complete_at: after.complete_at,
        ..before.clone()
    };
    moved == after
}
