//! What the alerts say: which are new since a release began to be live, and how many are usual.

use std::{cmp::Reverse, time::Duration};

use alerts_store::{
    Alert, AlertEvent, AlertFilter, AlertId, AlertStore, CHECK_FAILING, CHECK_SUSPECT, Condition, EventKind,
    Position, Resolution, Status,
};
use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Caller, Severity};
use release_info::decision::{NewAlert, Standing};
use serde_json::json;
use uuid::Uuid;

use super::{super::is_release_rule, AT_A_TIME};
use crate::{access::is_attack, config::Config, stop::Stop};

/// So many pages are read of what has no end: to learn what is usual, and of what people have resolved.
const PAGES: usize = 25;

/// The events of so many alerts are read.
const READ: usize = 200;

/// The alerts about the data, and since when each is what it is.
pub(super) struct Since {
    /// Those that are live, and those that only a person's word has ended.
    pub(super) alerts: Vec<NewAlert>,
    /// At least so many have changed since, and nobody knows how.
    pub(super) unread: usize,
    /// The last change of an alert.
    pub(super) last_change: Option<DateTime<Utc>>,
    /// What was recorded later, and is dated before.
    pub(super) went_back: Option<String>,
    /// The store's clock, after all of that.
    pub(super) at: DateTime<Utc>,
}

/// Asks which there are. That a check fails is judged as a check that was not looked at whole.
pub(super) async fn since(
    store: &dyn AlertStore,
    caller: &Caller,
    config: &Config,
    began_at: DateTime<Utc>,
) -> Result<Since, Stop> {
    let live = AlertFilter {
        database: Some(config.database.clone()),
        severities: vec![Severity::Critical, Severity::Warn],
        limit: AT_A_TIME,
        ..AlertFilter::default()
    };
    let resolved = AlertFilter {
        statuses: vec![Status::Resolved],
        severities: vec![Severity::Critical],
        ..live.clone()
    };
    let said_to_be_fixed = AlertFilter {
        unconfirmed: true,
        ..resolved.clone()
    };
    // What was put aside decides nothing, and is told as far as it is young. What is resolved is never past due.
    let young = AlertFilter {
        after: Some(first(Severity::Critical, false, earlier(config, began_at))),
        ..resolved
    };
    let (mut alerts, _, _) = listed(store, caller, live, usize::MAX).await?;
    let (said, _, all_said) = listed(store, caller, said_to_be_fixed, PAGES).await?;
    let (young, at, all_young) = listed(store, caller, young, PAGES).await?;
    alerts.extend(said);
    alerts.extend(young.into_iter().filter(|alert| !alert.is_unconfirmed()));
    // What rolls back is read first.
    alerts.sort_by_key(|alert| Reverse(alert.severity));
    let mut since = Since {
        alerts: Vec::new(),
        unread: usize::from(!all_said) + usize::from(!all_young),
        last_change: alerts.iter().map(|alert| alert.updated_at).max(),
        went_back: None,
        at,
    };
    let mut reader = Reader {
        store,
        caller,
        began_at,
        left: READ,
    };
    for alert in alerts {
        let Some(standing) = standing(&alert) else {
            continue;
        };
        if alert.updated_at < alert.created_at {
            since.went_back = Some(format!("the alert {} was changed before it was made", alert.id));
        }
        let known = reader.since(&alert).await?;
        since.unread += usize::from(known.is_none());
        since.alerts.push(NewAlert {
            id: alert.id.to_string(),
            about: format!(
                "{} {}",
                alert.entity_type,
                alert.entity_label.as_deref().unwrap_or(&alert.entity_id)
            ),
            since: known.unwrap_or(alert.first_detected_at),
            code: alert.check_code,
            severity: alert.severity,
            standing,
        });
    }
    Ok(since)
}

/// So many pages of alerts about the data, the clock at the last of them, and whether there are no more.
async fn listed(
    store: &dyn AlertStore,
    caller: &Caller,
    mut filter: AlertFilter,
    pages: usize,
) -> Result<(Vec<Alert>, DateTime<Utc>, bool), Stop> {
    let mut found = Vec::new();
    let mut read = 0;
    loop {
        let page = store.list(caller, &filter).await?;
        found.extend(
            page.alerts
                .into_iter()
                .filter(|alert| is_about_data(&alert.check_code)),
        );
        read += 1;
        filter.after = page.next;
        if page.next.is_none() || read == pages {
            return Ok((found, page.at, page.next.is_none()));
        }
    }
}

/// `None` for one that was seen to be gone.
pub(super) fn standing(alert: &Alert) -> Option<Standing> {
    match alert.resolution {
        None => Some(Standing::Live),
        Some(Resolution::Fixed) if alert.is_unconfirmed() => Some(Standing::SaidToBeFixed),
        Some(Resolution::Cleared | Resolution::Fixed) => None,
        Some(Resolution::Accepted | Resolution::FalsePositive | Resolution::Retired) => {
            Some(Standing::PutAside)
        }
    }
}

/// Reads the events of alerts that were there before, as long as there are not too many of them.
struct Reader<'a> {
    store: &'a dyn AlertStore,
    caller: &'a Caller,
    began_at: DateTime<Utc>,
    left: usize,
}

impl Reader<'_> {
    /// Since when an alert is what it is; `None` where nobody knows.
    async fn since(&mut self, alert: &Alert) -> Result<Option<DateTime<Utc>>, Stop> {
        let is_warn = alert.severity == Severity::Warn;
        let changed_at = if is_warn {
            alert.opened_at
        } else {
            alert.updated_at
        };
        if alert.first_detected_at >= self.began_at || changed_at < self.began_at {
            return Ok(Some(alert.first_detected_at));
        }
        // A WARN that nobody has read counts as new: the worst that follows is to wait.
        let unread = is_warn.then_some(alert.opened_at);
        if self.left == 0 {
            return Ok(unread);
        }
        self.left -= 1;
        let last = AlertEvent::MAX;
        let events = self.store.last_events(self.caller, alert.id, None, last).await?;
        let new = events
            .iter()
            .filter(|event| makes_new(event, alert.severity))
            .filter_map(|event| Some(seen_at(event)).filter(|at| *at >= self.began_at));
        if let Some(earliest) = new.min() {
            return Ok(Some(earliest));
        }
        let reaches_back = events.last().is_none_or(|event| event.at < self.began_at);
        Ok(if reaches_back || events.len() < last as usize {
            Some(alert.first_detected_at)
        } else {
            unread
        })
    }
}

/// The end of an acceptance makes nothing new, unless it has become worse.
fn makes_new(event: &AlertEvent, severity: Severity) -> bool {
    let came = matches!(
        event.kind,
        EventKind::Opened | EventKind::Reopened | EventKind::Voided
    );
    // It was not seen before, for once or for long.
    let is_back = event.diff["set"]["condition"] == json!(Condition::Present);
    came || is_back || (severity == Severity::Critical && event.diff["set"]["severity"] == severity.as_str())
}

/// The snapshot in which it was seen; the event is recorded after it.
fn seen_at(event: &AlertEvent) -> DateTime<Utc> {
    let told = event.diff["set"]["last_detected_at"].as_str();
    told.and_then(|at| at.parse().ok()).unwrap_or(event.at)
}

fn is_about_data(code: &str) -> bool {
    ![CHECK_FAILING, CHECK_SUSPECT].contains(&code) && !is_release_rule(code) && !is_attack(code)
}

/// From when on the past says what is usual.
fn earlier(config: &Config, before: DateTime<Utc>) -> DateTime<Utc> {
    // At most 90 days: always a date.
    let over = TimeDelta::from_std(config.release.baseline_over).unwrap_or(TimeDelta::zero());
    before - over
}

/// The place before everything that was first seen then or later.
fn first(severity: Severity, overdue: bool, first_detected_at: DateTime<Utc>) -> Position {
    Position {
        severity,
        overdue,
        first_detected_at,
        id: AlertId(Uuid::nil()),
    }
}

/// How many WARN alerts were first seen in as much time as alerts are put down to a deployment, in the time before it.
pub(super) async fn usual_warnings(
    alerts: &dyn AlertStore,
    caller: &Caller,
    config: &Config,
    before: DateTime<Utc>,
) -> Result<Option<f64>, Stop> {
    let from = earlier(config, before);
    let mut count = 0;
    // Those past due stand before the others, each of both the oldest first.
    for overdue in [true, false] {
        let span = Span {
            from,
            before,
            overdue,
        };
        match span.warnings(alerts, caller, &config.database).await? {
            Some(found) => count += found,
            None => return Ok(None),
        }
    }
    let per = |time: Duration| time.as_secs_f64() / config.release.baseline_over.as_secs_f64();
    Ok(Some(f64::from(count) * per(config.release.attributed_within)))
}

/// A part of a list of alerts, by when they were first seen.
struct Span {
    from: DateTime<Utc>,
    before: DateTime<Utc>,
    overdue: bool,
}

impl Span {
    /// How many there are; `None` where they are too many to be counted.
    async fn warnings(
        &self,
        alerts: &dyn AlertStore,
        caller: &Caller,
        database: &str,
    ) -> Result<Option<u32>, Stop> {
        let mut filter = AlertFilter {
            database: Some(database.to_owned()),
            severities: vec![Severity::Warn],
            after: Some(first(Severity::Warn, self.overdue, self.from)),
            limit: AT_A_TIME,
            ..AlertFilter::all()
        };
        let mut count = 0;
        for _ in 0..PAGES {
            let page = alerts.list(caller, &filter).await?;
            for alert in &page.alerts {
                if alert.is_overdue(page.at) != self.overdue || alert.first_detected_at >= self.before {
                    return Ok(Some(count));
                }
                count += u32::from(is_about_data(&alert.check_code));
            }
            filter.after = page.next;
            if page.next.is_none() {
                return Ok(Some(count));
            }
        }
        Ok(None)
    }
}
