//! Alerts: the list, one in full, and what an act has made of one.

use std::collections::BTreeMap;

use alerts_store::{Acted, Alert, Condition, Verb};
use chrono::{DateTime, Utc};
use comfy_table::{Attribute, Cell};
use serde_json::value::RawValue;

use wiring::plain::plain;

use super::{
    table,
    words::{self, BOLD, DIM, RED, ago, count, moment, moment_utc, name, styled},
};

/// Alerts, one below the other.
pub(crate) fn list(alerts: &[Alert], more: bool, now: DateTime<Utc>) -> String {
    if alerts.is_empty() {
        return "No such alert. (`vigie status` tells whether everything was looked at.)".to_owned();
    }
    let mut rows = table::with_headings(&[]);
    for alert in alerts {
        let left = [
            alert.severity.to_string(),
            words::status(alert).replace(" (", "\n("),
            words::due(alert, now),
        ];
        let left: Vec<_> = left.into_iter().filter(|line| !line.is_empty()).collect();
        rows.add_row([
            Cell::new(left.join("\n"))
                .fg(words::color(alert.severity))
                .add_attribute(Attribute::Bold),
            Cell::new(format!(
                "{}\n{}\n{}, open {}\n",
                heading(alert),
                plain(&alert.message),
                alert.id,
                since(alert, now)
            )),
        ]);
    }
    let mut worst: BTreeMap<_, u64> = BTreeMap::new();
    for alert in alerts {
        *worst.entry(alert.severity).or_default() += 1;
    }
    let counts: Vec<_> = worst
        .iter()
        .rev()
        .map(|(severity, n)| format!("{n} {severity}"))
        .collect();
    let cut = if more { "; there are more, see --limit" } else { "" };
    let total = count(alerts.len() as u64, "alert");
    format!("{}\n{total}: {}{cut}", table::lines(&mut rows), counts.join(", "))
}

/// Check and name; the name only where the message does not begin with it.
fn heading(alert: &Alert) -> String {
    let code = plain(&alert.check_code);
    let name = name(alert);
    if alert.message.starts_with(name) {
        code.into_owned()
    } else {
        format!("{code} · {}", plain(name))
    }
}

/// How long it has been, or was, open.
fn since(alert: &Alert, now: DateTime<Utc>) -> String {
    match alert.resolved_at.filter(|_| !alert.is_live()) {
        Some(resolved) => format!("for {}", words::span(resolved - alert.opened_at)),
        None => format!("since {}", words::span(now - alert.opened_at)),
    }
}

/// One alert with everything that a person needs to judge it.
pub(crate) fn whole(alert: &Alert, now: DateTime<Utc>) -> String {
    let mut text = vec![
        format!(
            "{}  {}  {}",
            words::severity(alert.severity),
            words::status(alert),
            styled(BOLD, &plain(&alert.check_code))
        ),
        plain(&alert.message).into_owned(),
        String::new(),
    ];
    let mut fact =
        |label: &str, value: String| text.push(format!("{}{value}", styled(DIM, &format!("{label:<16}"))));
    fact("id", alert.id.to_string());
    fact("about", about(alert));
    if let Some(scope) = &alert.scope {
        fact("scope", plain(scope).into_owned());
    }
    if let Some(at) = alert.occurred_at {
        fact("happened", with_age(at, now));
    }
    fact("condition", condition(alert));
    fact("first seen", with_age(alert.first_detected_at, now));
    fact("last seen", with_age(alert.last_detected_at, now));
    if alert.opened_at != alert.first_detected_at {
        fact("opened", with_age(alert.opened_at, now));
    }
    if let Some(due) = alert.due_at.filter(|_| alert.is_live()) {
        let left = words::due(alert, now);
        let left = if alert.is_overdue(now) {
            styled(RED, &left)
        } else {
            left
        };
        fact("due", [moment_utc(due), left].join("  ").trim_end().to_owned());
    }
    fact("standing", plain(&words::standing(alert)).into_owned());
    if let Some(at) = alert.verified_at {
        fact("verified", with_age(at, now));
    }
    if alert.reopen_count > 0 {
        fact("came back", count(alert.reopen_count, "time"));
    }
    if alert.database != "main" {
        fact("database", plain(&alert.database).into_owned());
    }
    let figures = figures(alert);
    if !figures.is_empty() {
        text.push(String::new());
        text.extend(figures);
    }
    text.join("\n")
}

/// What an act has made of an alert.
pub(crate) fn acted(verb: Verb, acted: &Acted) -> String {
    let alert = &acted.alert;
    let done = match verb {
        Verb::Ack => "Taken up.",
        Verb::Unack => "Given back.",
        Verb::Resolve if alert.verified_at.is_some() => "Resolved; it was already gone.",
        Verb::Resolve => "Resolved; the next evaluation verifies it.",
        Verb::Accept => "Accepted.",
        Verb::FalsePositive => "Called a false positive.",
        Verb::Comment => "Noted.",
        Verb::Retire => "Retired.",
    };
    let done = if acted.replayed {
        "This request was done before; nothing was done now."
    } else {
        done
    };
    format!(
        "{done} {} · {} is {}",
        plain(&alert.check_code),
        plain(name(alert)),
        plain(&words::standing(alert))
    )
}

fn about(alert: &Alert) -> String {
    let (kind, id) = (plain(&alert.entity_type), plain(&alert.entity_id));
    match &alert.entity_label {
        Some(label) if *label != alert.entity_id => {
            format!("{kind} {} {}", plain(label), styled(DIM, &format!("({id})")))
        }
        _ => format!("{kind} {id}"),
    }
}

fn condition(alert: &Alert) -> String {
    match alert.condition {
        Condition::Present => "there".to_owned(),
        Condition::Missing => format!(
            "not found by the last {}",
            count(alert.missing_count, "evaluation")
        ),
        Condition::Absent => "gone".to_owned(),
    }
}

fn with_age(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format!("{} UTC  {}", moment(at), styled(DIM, &ago(at, now)))
}

/// The payload, one figure a line. Numbers stand as their source wrote them.
fn figures(alert: &Alert) -> Vec<String> {
    let fields: BTreeMap<String, &RawValue> =
        serde_json::from_str(alert.payload.as_json()).unwrap_or_default();
    let fields: Vec<_> = fields
        .iter()
        .map(|(key, value)| (plain(key), figure(value.get())))
        .collect();
    let width = fields
        .iter()
        .map(|(key, _)| key)
        .map(|key| key.chars().count())
        .max()
        .unwrap_or_default()
        .max(14)
        + 2;
    fields
        .iter()
        .map(|(key, value)| format!("{}{value}", styled(DIM, &format!("{key:<width$}"))))
        .collect()
}

fn figure(json: &str) -> String {
    match json {
        "null" => "–".to_owned(),
        text if text.starts_with('"') => {
            let text = serde_json::from_str(text).unwrap_or_else(|_| text.to_owned());
            plain(&text).into_owned()
        }
        other => plain(other).into_owned(),
    }
}
