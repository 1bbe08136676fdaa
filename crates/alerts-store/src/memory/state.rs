//! What the memory store holds, and how it changes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use integrity_core::{CheckCode, Door, Role};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    Acted, Alert, AlertEvent, AlertId, CheckCommand, CheckInfo, CheckState, Command, Condition, Error,
    EventKind, PassedDates, Run,
    lifecycle::{
        self, decide,
        observe::{self, Step},
    },
    meta,
};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) alerts: BTreeMap<AlertId, Alert>,
    pub(super) events: BTreeMap<AlertId, Vec<AlertEvent>>,
    pub(super) states: BTreeMap<(String, CheckCode), CheckState>,
    /// With whether the check is of a chosen pack.
    pub(super) checks: BTreeMap<(String, CheckCode), (CheckInfo, bool)>,
    /// With when each finished.
    pub(super) runs: Vec<(Run, DateTime<Utc>)>,
}

/// Who says what happened, and when.
pub(super) struct Voice<'a> {
    pub(super) at: DateTime<Utc>,
    pub(super) door: Door,
    pub(super) actor: Option<&'a str>,
    pub(super) request_id: Option<Uuid>,
    /// What the event says besides the columns.
    pub(super) words: Map<String, Value>,
}

impl<'a> Voice<'a> {
    /// A person's, without a request.
    fn of(actor: &'a str, at: DateTime<Utc>, door: Door, words: Map<String, Value>) -> Self {
        Self {
            at,
            door,
            actor: Some(actor),
            request_id: None,
            words,
        }
    }
}

impl State {
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

    pub(super) fn act_on_check(
        &mut self,
        command: &CheckCommand,
        role: Option<Role>,
        actor: &str,
        now: DateTime<Utc>,
        door: Door,
    ) -> Result<u64, Error> {
        let role = decide::permit(command.verb, role)?;
        if !lifecycle::ends(command.verb) {
            return Err(Error::invalid(
                "verb",
                "a whole check is resolved, accepted, called a false positive or retired",
            ));
        }
        let is_meant = |alert: &&Alert| {
            alert.is_live() && alert.database == command.database && alert.check_code == command.code
        };
        // All are decided before the first is changed.
        let steps = self
            .alerts
            .values()
            .filter(is_meant)
            .map(|alert| decide::decide(alert, &command.on(alert.id), role, actor, now))
            .collect::<Result<Vec<Step>, Error>>()?;
        if steps.is_empty() {
            return Err(Error::NotFound);
        }
        let acted = steps.len() as u64;
        for step in steps {
            let words = Map::from_iter([
                ("verb".to_owned(), Value::from(command.verb.as_str())),
                ("args".to_owned(), command.args()),
            ]);
            self.record(step, Voice::of(actor, now, door, words))?;
        }
        Ok(acted)
    }

    pub(super) fn confirm(
        &mut self,
        (database, code): (&str, &str),
        comment: &str,
        role: Option<Role>,
        actor: &str,
        now: DateTime<Utc>,
        door: Door,
    ) -> Result<Alert, Error> {
        decide::permit_confirmation(role)?;
        decide::check_comment(true, Some(comment))?;
        let is_it = |(of, check): &(String, CheckCode)| of == database && check.as_str() == code;
        let key = self.states.keys().find(|key| is_it(key)).cloned();
        let key = key.ok_or(Error::NotFound)?;
        let is_about_it = |alert: &&Alert| {
            alert.database == database && alert.check_code == meta::CHECK_SUSPECT && alert.entity_id == code
        };
        let nothing = |reason: &str| {
            let reason = reason.to_owned();
            Err(Error::NothingToConfirm { reason })
        };
        let suspect = self.alerts.values().find(is_about_it).cloned();
        let Some(suspect) = suspect.filter(|alert| alert.condition == Condition::Present) else {
            return nothing("the check is not suspect");
        };
        let state = self.states.get_mut(&key).ok_or(Error::NotFound)?;
        if state.suspicion.is_none() {
            return nothing("the check is not suspect");
        }
        if !state.awaits_confirmation(now) {
            return nothing("it was confirmed already; the next evaluation is believed");
        }
        state.confirmed_at = Some(now);
        let words = Map::from_iter([
            ("verb".to_owned(), Value::from("confirm")),
            ("args".to_owned(), json!({ "comment": comment })),
        ]);
        let alert = self.record(
            (suspect, EventKind::Confirmed),
            Voice::of(actor, now, door, words),
        )?;
        Ok(self.find(alert.id).unwrap_or(alert))
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

    fn by_request(&self, request: Uuid) -> Option<&AlertEvent> {
        self.events
            .values()
            .flatten()
            .find(|event| event.request_id == Some(request))
    }

    pub(super) fn record(&mut self, (mut alert, kind): Step, voice: Voice<'_>) -> Result<Alert, Error> {
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
