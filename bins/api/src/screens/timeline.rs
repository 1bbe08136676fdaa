//! The life of an alert, told event by event.

use alerts_store::{AlertEvent, EventKind};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{
    time::{Now, Stamp},
    words::{Words, fill},
};

/// One event in words.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) at: Stamp,
    /// `None` where the system did it.
    pub(crate) who: Option<String>,
    /// The program it was done through.
    pub(crate) door: &'static str,
    pub(crate) what: String,
    pub(crate) comment: Option<String>,
    /// Names the colour of its mark.
    pub(crate) class: &'static str,
}

pub(crate) fn told(event: &AlertEvent, now: Now) -> Told {
    Told {
        at: now.stamp(event.at),
        who: event.actor.clone(),
        door: event.door.as_str(),
        what: what(event, now),
        comment: event.comment().map(str::to_owned),
        class: class(event.kind),
    }
}

fn class(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Opened
        | EventKind::Reopened
        | EventKind::Refuted
        | EventKind::SeverityRaised
        | EventKind::Expired
        | EventKind::Voided
        | EventKind::Breached => "bad",
        EventKind::Cleared | EventKind::Verified => "good",
        _ => "quiet",
    }
}

/// What happened.
fn what(event: &AlertEvent, now: Now) -> String {
    let words = Words::of(now.language);
    match event.kind {
        EventKind::Opened => with_due(words.event_opened, event, now),
        EventKind::Reopened => with_due(words.event_reopened, event, now),
        EventKind::SeverityRaised if set(event, "status").is_some() => {
            fill(words.event_raised_unacked, &[severity(event)])
        }
        EventKind::SeverityRaised => fill(words.event_raised, &[severity(event)]),
        EventKind::SeverityLowered => fill(words.event_lowered, &[severity(event)]),
        EventKind::Changed => match set(event, "message") {
            Some(message) => fill(words.event_changed_message, &[message]),
            None => words.event_changed.to_owned(),
        },
        EventKind::Resolved if set(event, "verified_at").is_some() => words.event_resolved_gone.to_owned(),
        EventKind::Accepted => fill(words.event_accepted, &[&until(event, now)]),
        EventKind::FalsePositive => fill(words.event_false_positive, &[&until(event, now)]),
        other => plain(other, words).to_owned(),
    }
}

/// Events of which there is one thing to say.
fn plain(kind: EventKind, words: &Words) -> &'static str {
    match kind {
        EventKind::Refuted => words.event_refuted,
        EventKind::Verified => words.event_verified,
        EventKind::Cleared => words.event_cleared,
        EventKind::Missing => words.event_missing,
        EventKind::Returned => words.event_returned,
        EventKind::Absent => words.event_absent,
        EventKind::Expired => words.event_expired,
        EventKind::Voided => words.event_voided,
        EventKind::Breached => words.event_breached,
        EventKind::Acknowledged => words.event_acknowledged,
        EventKind::Unacknowledged => words.event_unacknowledged,
        EventKind::Resolved => words.event_resolved,
        EventKind::Retired => words.event_retired,
        EventKind::Commented => words.event_commented,
        EventKind::Confirmed => words.event_confirmed,
        other => other.as_str(),
    }
}

fn with_due(sentence: &str, event: &AlertEvent, now: Now) -> String {
    match instant(event, "due_at") {
        Some(due) => format!(
            "{sentence} {}",
            fill(Words::of(now.language).event_due, &[&now.short(due)])
        ),
        None => sentence.to_owned(),
    }
}

fn severity(event: &AlertEvent) -> &str {
    set(event, "severity").unwrap_or("?")
}

fn until(event: &AlertEvent, now: Now) -> String {
    instant(event, "accepted_until").map_or_else(|| "?".to_owned(), |until| now.short(until))
}

/// A column that the event set, where that is a text.
fn set<'e>(event: &'e AlertEvent, column: &str) -> Option<&'e str> {
    event.diff.get("set")?.get(column).and_then(Value::as_str)
}

fn instant(event: &AlertEvent, column: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(set(event, column)?).ok()?;
    Some(at.to_utc())
}
