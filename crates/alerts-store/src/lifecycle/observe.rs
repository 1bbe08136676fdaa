//! What evaluations say about an alert's condition, and what follows for its workflow.
//!
//! Every function answers with the alert as it becomes and the one event that says so, or `None` where
//! nothing changes. Only snapshots newer than the last act of a person are listened to.

use chrono::{DateTime, Utc};
use integrity_core::{AcceptRule, Clearing, Evaluation, Finding, Severity, Terms};
use serde_json::Value;
use uuid::Uuid;

use super::due_at;
use crate::{Accepted, Alert, AlertId, Condition, ContentHash, EventKind, Resolution, Status, meta};

/// One evaluation, as far as a single alert is concerned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sight<'a> {
    pub(crate) database: &'a str,
    pub(crate) code: &'a str,
    pub(crate) snapshot_at: DateTime<Utc>,
    pub(crate) terms: &'a Terms,
}

/// A step in an alert's life.
pub(crate) type Step = (Alert, EventKind);

/// Within this time a reopened alert keeps its due date.
const SAME_INCIDENT: chrono::TimeDelta = chrono::TimeDelta::hours(24);

impl<'a> Sight<'a> {
    /// What the check itself sees.
    pub(crate) fn of(evaluation: &'a Evaluation) -> Self {
        Self {
            database: &evaluation.database,
            code: evaluation.code.as_str(),
            snapshot_at: meta::snapshot_at(evaluation),
            terms: &evaluation.terms,
        }
    }

    /// The hash by which a finding's change is recognised. A key that decides about an acceptance counts even
    /// when it is volatile.
    pub(crate) fn hash(&self, finding: &Finding) -> ContentHash {
        let deciding = self.terms.accept.as_ref().map(|rule| rule.key.as_str());
        let volatile: Vec<String> = self
            .terms
            .volatile
            .iter()
            .filter(|key| Some(key.as_str()) != deciding)
            .cloned()
            .collect();
        ContentHash(finding.content_hash(&volatile))
    }

    /// A finding nobody has seen before.
    pub(crate) fn first(&self, id: Uuid, finding: &Finding) -> Step {
        let alert = Alert {
            id: AlertId(id),
            database: self.database.to_owned(),
            check_code: self.code.to_owned(),
            entity_type: finding.entity_type.clone(),
            entity_id: finding.entity_id.clone(),
            entity_label: finding.entity_label.clone(),
            scope: finding.scope.clone(),
            severity: finding.severity,
            message: finding.message.clone(),
            payload: finding.payload.clone(),
            content_hash: self.hash(finding),
            occurred_at: finding.occurred_at,
            condition: Condition::Present,
            missing_count: 0,
            first_detected_at: self.snapshot_at,
            last_detected_at: self.snapshot_at,
            status: Status::Open,
            resolution: None,
            opened_at: self.snapshot_at,
            due_at: self.due(finding.severity),
            breached_at: None,
            acknowledged_by: None,
            acknowledged_at: None,
            resolved_by: None,
            resolved_at: None,
            verified_at: None,
            accepted_until: None,
            accepted: None,
            acted_at: None,
            reopen_count: 0,
            version: 0,
            created_at: self.snapshot_at,
            updated_at: self.snapshot_at,
        };
        (alert, EventKind::Opened)
    }

    /// A finding of a known alert.
    pub(crate) fn present(&self, before: &Alert, finding: &Finding) -> Option<Step> {
        if self.is_older_than_the_last_act(before) {
            return None;
        }
        let mut after = before.clone();
        after.entity_label.clone_from(&finding.entity_label);
        after.scope.clone_from(&finding.scope);
        after.severity = finding.severity;
        after.message.clone_from(&finding.message);
        after.payload = finding.payload.clone();
        after.content_hash = self.hash(finding);
        after.occurred_at = finding.occurred_at;
        after.condition = Condition::Present;
        after.missing_count = 0;
        after.last_detected_at = self.snapshot_at;

        let reopening = match before.resolution {
            None => None,
            Some(Resolution::Fixed) if before.verified_at.is_none() => Some(EventKind::Refuted),
            Some(Resolution::Cleared | Resolution::Fixed | Resolution::Retired) => Some(EventKind::Reopened),
            Some(Resolution::Accepted | Resolution::FalsePositive) => {
                self.end_of_suppression(before, finding)
            }
        };
        if let Some(kind) = reopening {
            self.reopen(before, &mut after, kind);
            return Some((after, kind));
        }
        let kind = match finding.severity.cmp(&before.severity) {
            std::cmp::Ordering::Greater => {
                if before.is_live() {
                    self.raise(before, &mut after);
                }
                EventKind::SeverityRaised
            }
            std::cmp::Ordering::Less => EventKind::SeverityLowered,
            std::cmp::Ordering::Equal if before.condition != Condition::Present => EventKind::Returned,
            std::cmp::Ordering::Equal if before.content_hash != after.content_hash => EventKind::Changed,
            std::cmp::Ordering::Equal => return None,
        };
        Some((after, kind))
    }

    /// A complete evaluation without the alert's finding.
    pub(crate) fn absent(&self, before: &Alert) -> Option<Step> {
        if self.is_older_than_the_last_act(before) || before.condition == Condition::Absent {
            return None;
        }
        let mut after = before.clone();
        if before.resolution == Some(Resolution::Fixed) {
            // A person has said so already: one complete evaluation confirms.
            after.condition = Condition::Absent;
            after.missing_count = 0;
            after.verified_at = Some(self.snapshot_at);
            return Some((after, EventKind::Verified));
        }
        after.missing_count = before.missing_count + 1;
        if after.missing_count < self.terms.resolve_after {
            after.condition = Condition::Missing;
            return Some((after, EventKind::Missing));
        }
        after.condition = Condition::Absent;
        after.missing_count = 0;
        let automatic = match self.terms.clearing {
            Clearing::Auto => true,
            Clearing::Manual => false,
            Clearing::ManualWhenCritical => before.severity != Severity::Critical,
        };
        if !before.is_live() || !automatic {
            return Some((after, EventKind::Absent));
        }
        after.status = Status::Resolved;
        after.resolution = Some(Resolution::Cleared);
        after.resolved_at = Some(self.snapshot_at);
        Some((after, EventKind::Cleared))
    }

    /// Whether a person has acted since the snapshot was taken: then it says nothing about that act.
    pub(crate) fn is_older_than_the_last_act(&self, alert: &Alert) -> bool {
        alert.acted_at.is_some_and(|acted| acted >= self.snapshot_at)
    }

    fn end_of_suppression(&self, before: &Alert, finding: &Finding) -> Option<EventKind> {
        let expired = before
            .accepted_until
            .is_none_or(|until| until <= self.snapshot_at);
        let void = before.accepted.as_ref().is_none_or(|accepted| {
            finding.severity > accepted.severity
                || self
                    .terms
                    .accept
                    .as_ref()
                    .is_some_and(|rule| got_worse(rule, accepted, finding))
        });
        if expired {
            Some(EventKind::Expired)
        } else if void {
            Some(EventKind::Voided)
        } else {
            None
        }
    }

    fn reopen(&self, before: &Alert, after: &mut Alert, kind: EventKind) {
        after.status = Status::Open;
        after.resolution = None;
        after.acknowledged_by = None;
        after.acknowledged_at = None;
        after.resolved_by = None;
        after.resolved_at = None;
        after.verified_at = None;
        after.accepted_until = None;
        after.accepted = None;
        let keeps_due_date = match kind {
            EventKind::Refuted => true,
            EventKind::Reopened => {
                after.reopen_count += 1;
                before
                    .resolved_at
                    .is_some_and(|resolved| self.snapshot_at - resolved <= SAME_INCIDENT)
            }
            _ => false,
        };
        if keeps_due_date {
            if after.severity > before.severity {
                self.bring_due_date_forward(before, after);
            }
        } else {
            after.due_at = self.due(after.severity);
            after.breached_at = None;
        }
        if kind != EventKind::Refuted {
            after.opened_at = self.snapshot_at;
        }
    }

    /// An acknowledgement was given for less than this.
    fn raise(&self, before: &Alert, after: &mut Alert) {
        after.status = Status::Open;
        after.acknowledged_by = None;
        after.acknowledged_at = None;
        if before.status == Status::Ack {
            // The clock of the milder alert had been stopped.
            after.due_at = self.due(after.severity);
            after.breached_at = None;
        } else {
            self.bring_due_date_forward(before, after);
        }
    }

    fn bring_due_date_forward(&self, before: &Alert, after: &mut Alert) {
        after.due_at = match (before.due_at, self.due(after.severity)) {
            (Some(old), Some(new)) => Some(old.min(new)),
            (old, new) => new.or(old),
        };
    }

    fn due(&self, severity: Severity) -> Option<DateTime<Utc>> {
        due_at(severity, self.snapshot_at, self.terms.time_zone)
    }
}

/// The end of a suppression that no evaluation has noticed, of an alert that is not known to be gone. An unknown time
/// zone is UTC.
pub(crate) fn ended(before: &Alert, now: DateTime<Utc>, time_zone: &str) -> Step {
    let terms = Terms {
        time_zone: time_zone.parse().unwrap_or_default(),
        ..Terms::new(before.severity)
    };
    let sight = Sight {
        database: &before.database,
        code: &before.check_code,
        snapshot_at: now,
        terms: &terms,
    };
    let mut after = before.clone();
    sight.reopen(before, &mut after, EventKind::Expired);
    (after, EventKind::Expired)
}

/// Whether the figure that decides got worse. One that was there and is no longer readable counts as worse:
/// nothing shows that it is not.
fn got_worse(rule: &AcceptRule, accepted: &Accepted, finding: &Finding) -> bool {
    let figure = |fields: serde_json::Map<String, Value>| match fields.get(&rule.key)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let figure = |fields| figure(fields).filter(|figure: &f64| !figure.is_nan());
    match (
        figure(accepted.payload.fields()),
        figure(finding.payload.fields()),
    ) {
        (Some(then), Some(now)) => rule.is_worse(then, now),
        (Some(_), None) => true,
        (None, _) => false,
    }
}
