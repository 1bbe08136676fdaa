//! What the memory store answers.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{CheckCode, Severity};
use serde_json::{Map, Value};

use super::state::State;
use crate::{
    Alert, AlertFilter, AlertId, CheckInfo, CheckState, Condition, Count, Coverage, Discrepancy, Durations,
    Error, KnownCheck, Page, Position, Problem, Resolution, Summary, Times, Verification,
};

impl State {
    pub(super) fn find(&self, id: AlertId) -> Option<Alert> {
        self.alerts.get(&id).map(|alert| self.detail(alert))
    }

    pub(super) fn list(&self, filter: &AlertFilter, now: DateTime<Utc>) -> Page {
        let comes_after = |alert: &&Alert| filter.after.is_none_or(|after| Position::of(alert, now) > after);
        let mut alerts: Vec<Alert> = self
            .alerts
            .values()
            .filter(|alert| matches(filter, alert, now))
            .filter(comes_after)
            .map(|alert| self.detail(alert))
            .collect();
        alerts.sort_by_key(|alert| Position::of(alert, now));
        Page::cut(now, alerts, filter.limit)
    }

    pub(super) fn known_checks(&self, database: &str, now: DateTime<Utc>) -> Vec<KnownCheck> {
        let mine = self.checks.iter().filter(|((of, _), _)| of == database);
        mine.map(|(key, known)| {
            let found = self.live(database);
            let found = found.filter(|alert| alert.check_code == key.1.as_str());
            KnownCheck::new(
                known.clone(),
                self.states.get(key).cloned(),
                counts(found, now),
                now,
            )
        })
        .collect()
    }

    pub(super) fn check_states(&self, database: &str) -> Vec<CheckState> {
        let mine = self.states.iter().filter(|((of, _), _)| of == database);
        mine.map(|(_, state)| state.clone()).collect()
    }

    pub(super) fn summary(&self, database: &str, made_at: DateTime<Utc>, now: DateTime<Utc>) -> Summary {
        let enabled: Vec<(&CheckInfo, Option<&CheckState>)> = self
            .checks
            .iter()
            .filter(|((of, _), (info, active))| of == database && info.enabled && *active)
            .map(|(key, (info, _))| (info, self.states.get(key)))
            .collect();
        let codes = |wanted: &dyn Fn(&CheckInfo, Option<&CheckState>) -> bool| -> Vec<String> {
            enabled
                .iter()
                .filter(|(info, state)| wanted(info, *state))
                .map(|(info, _)| info.code.to_string())
                .collect()
        };
        let ended = |outcome: &'static str| {
            move |_: &CheckInfo, state: Option<&CheckState>| {
                state.is_some_and(|state| state.outcome == outcome)
            }
        };
        let fresh = |info: &CheckInfo, state: Option<&CheckState>| {
            let complete_at = state.and_then(|state| state.complete_at);
            complete_at.is_some_and(|at| info.is_fresh(at, now))
        };
        let troubled = |info: &CheckInfo| {
            self.live(database)
                .any(|alert| alert.check_code == info.code.as_str() && alert.severity > Severity::Info)
        };
        let count = |codes: Vec<String>| codes.len() as u64;
        Summary {
            at: now,
            complete_at: enabled
                .iter()
                .map(|(_, state)| state.and_then(|state| state.complete_at))
                .collect::<Option<Vec<_>>>()
                .and_then(|complete| complete.into_iter().min()),
            coverage: Coverage {
                enabled: enabled.len() as u64,
                fresh: count(codes(&fresh)),
                proved: count(codes(&|info, _| info.proved)),
                covered: count(codes(&|info, state| info.proved && fresh(info, state))),
                healthy: count(codes(&|info, state| {
                    fresh(info, state) && !troubled(info) && ended("Complete")(info, state)
                })),
            },
            heartbeat: self.heartbeat(database, enabled.iter().map(|(info, _)| *info), made_at, now),
            live: counts(self.live(database), now),
            overdue: self.live(database).filter(|alert| alert.is_overdue(now)).count() as u64,
            failing: codes(&ended("Failed")),
            suspect: codes(&ended("Suspect")),
            truncated: codes(&ended("Truncated")),
            unproved: codes(&|info, _| !info.proved),
            frozen: self
                .live(database)
                .map(watched_by)
                .filter(|code| !enabled.iter().any(|(info, _)| info.code.as_str() == *code))
                .map(str::to_owned)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
        }
    }

    pub(super) fn times(&self, database: &str, code: Option<&str>, now: DateTime<Utc>) -> Times {
        let mine = self.of(database);
        times(
            mine.filter(|alert| code.is_none_or(|code| alert.check_code == code)),
            now,
        )
    }

    pub(super) fn verify(&self) -> Result<Verification, Error> {
        let mut discrepancies = Vec::new();
        for alert in self.alerts.values() {
            let events = self.events.get(&alert.id).map(Vec::as_slice).unwrap_or_default();
            let mut rebuilt = Map::new();
            for set in events
                .iter()
                .filter_map(|event| event.diff.get("set")?.as_object())
            {
                rebuilt.extend(set.clone());
            }
            let row = serde_json::to_value(alert.changes_since(None)?).unwrap_or_default();
            let problem = if events.len() as u64 != u64::from(alert.version) {
                Some(Problem::TailMissing)
            } else if row != Value::Object(rebuilt) {
                Some(Problem::RowEdited)
            } else {
                None
            };
            discrepancies.extend(problem.map(|problem| Discrepancy {
                alert_id: alert.id,
                seq: None,
                problem,
            }));
        }
        let broken = discrepancies.len() as u64;
        discrepancies.truncate(100);
        Ok(Verification {
            alerts: self.alerts.len() as u64,
            events: self.events.values().map(|events| events.len() as u64).sum(),
            broken,
            discrepancies,
        })
    }

    /// The alert as people read it: a present one was last seen when its check was last completely evaluated.
    fn detail(&self, alert: &Alert) -> Alert {
        let mut detail = alert.clone();
        if alert.condition == Condition::Present {
            // an alert about a check is as recent as the last look at that check
            let is_meta = is_meta(alert);
            let code = watched_by(alert);
            let state = self
                .states
                .iter()
                .find(|((database, of), _)| *database == alert.database && of.as_str() == code);
            let last = state.and_then(|(_, state)| {
                if is_meta {
                    Some(state.seen_at)
                } else {
                    state.complete_at
                }
            });
            detail.last_detected_at = alert.last_detected_at.max(last.unwrap_or(alert.last_detected_at));
        }
        detail
    }

    pub(super) fn of(&self, database: &str) -> impl Iterator<Item = &Alert> {
        self.alerts
            .values()
            .filter(move |alert| alert.database == database)
    }

    fn live(&self, database: &str) -> impl Iterator<Item = &Alert> {
        self.of(database).filter(|alert| alert.is_live())
    }
}

/// Which check says whether an alert still stands: an alert about a check is that check's own affair.
fn watched_by(alert: &Alert) -> &str {
    if is_meta(alert) {
        &alert.entity_id
    } else {
        &alert.check_code
    }
}

fn is_meta(alert: &Alert) -> bool {
    CheckCode::RESERVED.contains(&alert.check_code.as_str())
}

fn matches(filter: &AlertFilter, alert: &Alert, now: DateTime<Utc>) -> bool {
    let wanted = |wish: &Option<String>, value: Option<&str>| wish.is_none() || wish.as_deref() == value;
    wanted(&filter.database, Some(&alert.database))
        && (filter.statuses.is_empty() || filter.statuses.contains(&alert.status))
        && (filter.severities.is_empty() || filter.severities.contains(&alert.severity))
        && wanted(&filter.check_code, Some(&alert.check_code))
        && wanted(&filter.entity_type, Some(&alert.entity_type))
        && wanted(&filter.scope, alert.scope.as_deref())
        && (!filter.overdue || alert.is_overdue(now))
        && (!filter.unconfirmed || alert.is_unconfirmed())
        && filter
            .resolved_since
            .is_none_or(|since| alert.resolved_at.is_some_and(|at| at >= since))
        && filter.text.as_ref().is_none_or(|text| {
            let words = [
                Some(alert.message.as_str()),
                alert.entity_label.as_deref(),
                Some(&alert.entity_id),
            ];
            words
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ")
                .to_lowercase()
                .contains(&text.to_lowercase())
        })
}

/// So many by severity and status, worst first.
fn counts<'a>(alerts: impl Iterator<Item = &'a Alert>, now: DateTime<Utc>) -> Vec<Count> {
    let mut counts: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for alert in alerts {
        let (count, overdue) = counts.entry((Reverse(alert.severity), alert.status)).or_default();
        *count += 1;
        *overdue += u64::from(alert.is_overdue(now));
    }
    let counts = counts.into_iter();
    counts
        .map(|((Reverse(severity), status), (count, overdue))| Count {
            severity,
            status,
            count,
            overdue,
        })
        .collect()
}

/// How long those take that were opened in the last 90 days.
fn times<'a>(alerts: impl Iterator<Item = &'a Alert>, now: DateTime<Utc>) -> Times {
    let recent = alerts.filter(|alert| alert.opened_at >= now - TimeDelta::days(90));
    let recent: Vec<&Alert> = recent.collect();
    let is_gone = |alert: &&&Alert| match alert.resolution {
        Some(Resolution::Cleared) => true,
        Some(Resolution::Fixed) => alert.verified_at.is_some(),
        _ => false,
    };
    let taken_up = recent.iter();
    let resolved = recent.iter().filter(is_gone);
    Times {
        acknowledge: durations(taken_up.filter_map(|alert| Some(alert.acknowledged_at? - alert.opened_at))),
        resolve: durations(resolved.filter_map(|alert| Some(alert.resolved_at? - alert.opened_at))),
    }
}

/// Median and 90th percentile, interpolated as `percentile_cont` does.
fn durations(spans: impl Iterator<Item = TimeDelta>) -> Durations {
    let mut seconds: Vec<f64> = spans.map(TimeDelta::as_seconds_f64).collect();
    seconds.sort_by(f64::total_cmp);
    let percentile = |share: f64| {
        #[expect(clippy::cast_precision_loss, reason = "a count of alerts is far below 2^52")]
        let place = share * seconds.len().checked_sub(1)? as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in the list"
        )]
        let (below, above) = (
            seconds.get(place.floor() as usize)?,
            seconds.get(place.ceil() as usize)?,
        );
        Some(below + (above - below) * place.fract())
    };
    Durations {
        n: seconds.len() as u64,
        median: percentile(0.5),
        p90: percentile(0.9),
    }
}
