//! The life of an alert, told event by event.

use std::borrow::Cow;

use alerts_store::{Alert, AlertEvent, EventKind};
use chrono::{DateTime, Utc};
use serde_json::Value;

use wiring::plain::plain;

use super::words::{self, BOLD, DIM, moment, moment_utc, name, styled};

/// One line per event: when, who, what; what a person said stands below.
pub(crate) fn told(alert: &Alert, events: &[AlertEvent]) -> String {
    let mut text = vec![
        format!(
            "{}  {}  {} · {}",
            words::severity(alert.severity),
            words::status(alert),
            styled(BOLD, &plain(&alert.check_code)),
            plain(name(alert))
        ),
        styled(DIM, &format!("{}, times are UTC", alert.id)),
        String::new(),
    ];
    let width = events
        .iter()
        .map(|event| who(event).chars().count())
        .max()
        .unwrap_or_default();
    for event in events {
        let who = format!("{:<width$}", who(event));
        text.push(format!(
            "{}  {who}  {}",
            styled(DIM, &moment(event.at)),
            what(event)
        ));
        let indent = " ".repeat(moment(event.at).len() + width + 4);
        text.extend(
            event
                .comment()
                .map(|comment| format!("{indent}“{}”", plain(comment))),
        );
    }
    text.join("\n")
}

fn who(event: &AlertEvent) -> Cow<'_, str> {
    plain(event.actor.as_deref().unwrap_or("system"))
}

/// What happened, in words.
fn what(event: &AlertEvent) -> String {
    let seen = snapshot(event);
    match event.kind {
        EventKind::Opened => format!("opened: first found in {seen}{}", due(event)),
        EventKind::Reopened => format!("reopened: back in {seen}{}", due(event)),
        EventKind::Refuted => format!("refuted: still there in {seen}"),
        EventKind::Verified => format!("verified: gone in {seen}"),
        EventKind::Cleared => format!("cleared: gone in {seen} too"),
        EventKind::Missing => format!("missing: not found in {seen}"),
        EventKind::Returned => format!("there again in {seen}"),
        EventKind::Absent => format!("gone in {seen}; waits for a person, or for the end of its suppression"),
        EventKind::Changed => match set(event, "message") {
            Some(message) => format!("changed: {}", plain(message)),
            None => format!("changed: other figures in {seen}"),
        },
        EventKind::SeverityRaised => {
            let lost = if set(event, "status").is_some() {
                "; the acknowledgement no longer holds"
            } else {
                ""
            };
            format!(
                "severity raised to {} in {seen}{lost}",
                plain(set(event, "severity").unwrap_or("?"))
            )
        }
        EventKind::SeverityLowered => format!(
            "severity lowered to {} in {seen}",
            plain(set(event, "severity").unwrap_or("?"))
        ),
        EventKind::Expired => format!("opened again: its suppression has ended, and it is there in {seen}"),
        EventKind::Voided => format!("opened again: worse in {seen} than what was accepted"),
        EventKind::Breached => "past due".to_owned(),
        EventKind::Acknowledged => "acknowledged".to_owned(),
        EventKind::Unacknowledged => "given back".to_owned(),
        EventKind::Resolved if set(event, "verified_at").is_some() => {
            "resolved: fixed, and already gone".to_owned()
        }
        EventKind::Resolved => "resolved: fixed, to be verified".to_owned(),
        EventKind::Accepted => format!("accepted until {}", until(event)),
        EventKind::FalsePositive => format!("called a false positive until {}", until(event)),
        EventKind::Retired => "resolved: its check was retired".to_owned(),
        EventKind::Commented => "said".to_owned(),
        EventKind::Confirmed => "confirmed: the next evaluation of the check is believed".to_owned(),
        other => other.as_str().to_lowercase(),
    }
}

/// `the snapshot of 12:01:02`, with the day where it is not the event's own.
fn snapshot(event: &AlertEvent) -> String {
    let Some(at) = event.diff.get("snapshot_at").and_then(instant) else {
        return "the snapshot".to_owned();
    };
    let time = if at.date_naive() == event.at.date_naive() {
        at.format("%H:%M:%S").to_string()
    } else {
        moment(at)
    };
    format!("the snapshot of {time}")
}

fn due(event: &AlertEvent) -> String {
    let due = event
        .diff
        .get("set")
        .and_then(|set| set.get("due_at"))
        .and_then(instant);
    due.map(|due| format!("; due {}", moment(due)))
        .unwrap_or_default()
}

fn until(event: &AlertEvent) -> String {
    let until = event
        .diff
        .get("set")
        .and_then(|set| set.get("accepted_until"))
        .and_then(instant);
    until.map_or_else(|| "?".to_owned(), moment_utc)
}

/// A column that the event set, where that is a text.
fn set<'e>(event: &'e AlertEvent, column: &str) -> Option<&'e str> {
    event.diff.get("set")?.get(column)?.as_str()
}

fn instant(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value.as_str()?)
        .ok()
        .map(|at| at.to_utc())
}
