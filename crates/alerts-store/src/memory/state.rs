//! What the memory store holds, and how it changes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use integrity_core::{CheckCode, Door, Evaluation, Finding, Outcome, Role};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    Acted, Alert, AlertEvent, AlertId, Applied, CheckInfo, CheckState, Command, Condition, Error, EventKind,
    PassedDates, Run,
    lifecycle::{
        decide,
        observe::{self, Sight, Step},
    },
    meta::{self, Verdict},
};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) alerts: BTreeMap<AlertId, Alert>,
    pub(super) events: BTreeMap<AlertId, Vec<AlertEvent>>,
    pub(super) states: BTreeMap<(String, CheckCode), CheckState>,
    /// With whether the check is of a chosen pack.
    pub(super) checks: BTreeMap<(String, CheckCode), (CheckInfo, bool)>,
    pub(super) runs: Vec<Run>,
}

/// Who says what happened, and when.
struct Voice<'a> {
    at: DateTime<Utc>,
    door: Door,
    actor: Option<&'a str>,
    request_id: Option<Uuid>,
    /// What the event says besides the columns.
    words: Map<String, Value>,
}

impl State {
    pub(super) fn apply(
        &mut self,
        evaluation: &Evaluation,
        now: DateTime<Utc>,
        door: Door,
    ) -> Result<Applied, Error> {
        if evaluation.outcome == Outcome::Skipped {
            return Ok(Applied::nothing(Outcome::Skipped));
        }
        meta::refuse_malformed(evaluation, now)?;
        let key = (evaluation.database.clone(), evaluation.code.clone());
        let before = self.states.get(&key).cloned();
        if meta::is_stale(before.as_ref(), evaluation, now)? {
            return Ok(Applied {
                stale: true,
                ..Applied::nothing(evaluation.outcome.clone())
            });
        }
        let sight = Sight {
            database: &evaluation.database,
            code: evaluation.code.as_str(),
            snapshot_at: meta::snapshot_at(evaluation),
            terms: &evaluation.terms,
        };
        let findings = Finding::distinct(&evaluation.findings);
        let found: BTreeSet<(&str, &str)> = findings.iter().map(|finding| finding.key()).collect();
        let known = self.alerts.values().filter(|alert| is_of(alert, &sight));
        let present: Vec<&Alert> = known
            .filter(|alert| alert.condition != Condition::Absent)
            .collect();
        let is_live = |alert: &&&Alert| alert.is_live() && alert.condition == Condition::Present;
        let absent: Vec<Alert> = present
            .iter()
            .filter(|alert| !found.contains(&(alert.entity_type.as_str(), alert.entity_id.as_str())))
            .map(|alert| (*alert).clone())
            .collect();
        let live = present.iter().filter(is_live).count() as u64;
        let vanishing = absent.iter().filter(|alert| is_live(&alert)).count() as u64;
        let mass = meta::is_mass(live, vanishing);
        let outcome = meta::judge(before.as_ref(), &evaluation.outcome, mass);

        let mut applied = Applied::nothing(outcome.clone());
        let mut steps: Vec<Step> = findings
            .iter()
            .filter_map(|finding| self.step(&sight, finding))
            .collect();
        if outcome == Outcome::Complete {
            applied.kept = absent
                .iter()
                .filter(|alert| sight.is_older_than_the_last_act(alert))
                .count() as u64;
            steps.extend(absent.iter().filter_map(|alert| sight.absent(alert)));
        } else {
            applied.kept = absent.len() as u64;
        }
        for (_, kind) in &steps {
            applied.count(*kind);
        }
        let state = meta::advance(before.as_ref(), evaluation, &outcome, mass);
        let meta_terms = meta::terms(evaluation);
        for (code, verdict) in meta::verdicts(evaluation, &outcome, &state) {
            let sight = Sight {
                code,
                terms: &meta_terms,
                ..sight
            };
            steps.extend(match verdict {
                Verdict::Wrong(finding) => self.step(&sight, &finding),
                Verdict::Right => {
                    let about_it = (meta::ENTITY_TYPE, evaluation.code.as_str());
                    self.by_key(&sight, about_it)
                        .and_then(|alert| sight.absent(alert))
                }
                Verdict::Unknown => None,
            });
        }
        for step in steps {
            let words = Map::from_iter([("snapshot_at".to_owned(), json!(sight.snapshot_at))]);
            self.record(
                step,
                Voice {
                    at: now,
                    door,
                    actor: None,
                    request_id: None,
                    words,
                },
            )?;
        }
        self.states.insert(key, state);
        Ok(applied)
    }

    pub(super) fn act(
        &mut self,
        command: &Command,
        role: Option<Role>,
        actor: &str,
        now: DateTime<Utc>,
        door: Door,
    ) -> Result<Acted, Error> {
        let role = decide::permit(command.verb, role)?;
        let alert = self.alerts.get(&command.alert).ok_or(Error::NotFound)?;
        let words = Map::from_iter([
            ("verb".to_owned(), Value::from(command.verb.as_str())),
            ("args".to_owned(), command.args()),
        ]);
        if let Some(earlier) = command.request_id.and_then(|request| self.by_request(request)) {
            let said = |key: &str| earlier.diff.get(key) == words.get(key);
            return if earlier.alert_id == alert.id
                && earlier.actor.as_deref() == Some(actor)
                && said("verb")
                && said("args")
            {
                Ok(Acted {
                    alert: alert.clone(),
                    replayed: true,
                })
            } else {
                Err(Error::invalid("request_id", "was used for another act"))
            };
        }
        let step = decide::decide(alert, command, role, actor, now)?;
        let voice = Voice {
            at: now,
            door,
            actor: Some(actor),
            request_id: command.request_id,
            words,
        };
        let alert = self.record(step, voice)?;
        Ok(Acted {
            alert,
            replayed: false,
        })
    }

    pub(super) fn record_dates(&mut self, now: DateTime<Utc>, door: Door) -> Result<PassedDates, Error> {
        let is_late = |alert: &&Alert| alert.is_overdue(now) && alert.breached_at.is_none();
        let breached: Vec<Step> = self
            .alerts
            .values()
            .filter(is_late)
            .map(|alert| {
                (
                    Alert {
                        breached_at: Some(now),
                        ..alert.clone()
                    },
                    EventKind::Breached,
                )
            })
            .collect();
        let has_ended = |alert: &&Alert| {
            !alert.is_live()
                && alert.condition != Condition::Absent
                && alert.accepted_until.is_some_and(|until| until <= now)
        };
        let zone = |alert: &Alert| {
            let known = self.checks.iter().find(|((database, code), _)| {
                *database == alert.database && code.as_str() == alert.check_code
            });
            known.map_or("UTC", |(_, (info, _))| info.time_zone.name())
        };
        let expired: Vec<Step> = self
            .alerts
            .values()
            .filter(has_ended)
            .map(|alert| observe::ended(alert, now, zone(alert)))
            .collect();
        let passed = PassedDates {
            breached: breached.len() as u64,
            expired: expired.len() as u64,
        };
        for step in breached.into_iter().chain(expired) {
            let voice = Voice {
                at: now,
                door,
                actor: None,
                request_id: None,
                words: Map::new(),
            };
            self.record(step, voice)?;
        }
        Ok(passed)
    }

    pub(super) fn register_checks(&mut self, database: &str, checks: &[CheckInfo]) {
        for ((of, _), (_, active)) in &mut self.checks {
            *active &= of != database;
        }
        for check in checks {
            self.checks
                .insert((database.to_owned(), check.code.clone()), (check.clone(), true));
        }
    }

    fn step(&self, sight: &Sight<'_>, finding: &Finding) -> Option<Step> {
        match self.by_key(sight, finding.key()) {
            Some(alert) => sight.present(alert, finding),
            None => Some(sight.first(Uuid::new_v4(), finding)),
        }
    }

    fn by_key(&self, sight: &Sight<'_>, (entity_type, entity_id): (&str, &str)) -> Option<&Alert> {
        self.alerts.values().find(|alert| {
            is_of(alert, sight) && alert.entity_type == entity_type && alert.entity_id == entity_id
        })
    }

    fn by_request(&self, request: Uuid) -> Option<&AlertEvent> {
        self.events
            .values()
            .flatten()
            .find(|event| event.request_id == Some(request))
    }

    fn record(&mut self, (mut alert, kind): Step, voice: Voice<'_>) -> Result<Alert, Error> {
        let changes = alert.changes_since(self.alerts.get(&alert.id))?;
        let mut diff = voice.words;
        diff.insert(
            "set".to_owned(),
            serde_json::to_value(&changes).unwrap_or_default(),
        );
        let events = self.events.entry(alert.id).or_default();
        let seq = u32::try_from(events.len() + 1).unwrap_or(u32::MAX);
        events.push(AlertEvent {
            alert_id: alert.id,
            seq,
            at: voice.at,
            kind,
            actor: voice.actor.map(str::to_owned),
            login: "memory".to_owned(),
            door: voice.door,
            request_id: voice.request_id,
            diff: Value::Object(diff),
        });
        if seq == 1 {
            alert.created_at = voice.at;
        }
        alert.version = seq;
        alert.updated_at = voice.at;
        self.alerts.insert(alert.id, alert.clone());
        Ok(alert)
    }
}

fn is_of(alert: &Alert, sight: &Sight<'_>) -> bool {
    alert.database == sight.database && alert.check_code == sight.code
}
