//! What the journal can hold: the same as the constraints of `vigie.access_events`.

use std::{collections::BTreeSet, time::Duration};

use super::Error;
use crate::{AccessEvent, privacy::Month};

/// The longest text, in characters.
const LONGEST: usize = 200;

impl AccessEvent {
    /// Whether the journal can hold it; the time is judged when it is recorded.
    ///
    /// # Errors
    /// `Invalid` names the field that is not well formed.
    pub fn refuse_malformed(&self) -> Result<(), Error> {
        let text = |field, text: &Option<String>, is_right: fn(&str) -> bool, what| match text {
            Some(text) if !is_right(text) => Err(Error::invalid(field, what)),
            _ => Ok(()),
        };
        if !Month::of(self.occurred_at).is_plausible() {
            return Err(Error::invalid("occurred_at", "is no time of our days"));
        }
        if self.status.is_some_and(|status| !(100..=599).contains(&status)) {
            return Err(Error::invalid("status", "an HTTP status is from 100 to 599"));
        }
        text(
            "error_code",
            &self.error_code,
            |code| is_of(code, 40, |c| c.is_ascii_alphanumeric() || c == '_'),
            "a code is of letters, digits and _, 40 at most",
        )?;
        text(
            "method",
            &self.method,
            |method| is_of(method, 20, |c| c.is_ascii_uppercase()),
            "a method is of capital letters, 20 at most",
        )?;
        text(
            "route",
            &self.route,
            |route| is_line(route) && !route.contains(['?', '#']),
            "a template has no query and no control character, and 200 characters at most",
        )?;
        text("resource", &self.resource, is_line, LINE)?;
        text(
            "actor_role",
            &self.actor_role,
            |role| is_of(role, 63, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')),
            "a role is of letters, digits, _ and -, 63 at most",
        )?;
        text(
            "country",
            &self.country,
            |country| country.len() == 2 && is_of(country, 2, |c| c.is_ascii_uppercase()),
            "a country is two capital letters",
        )?;
        text(
            "user_agent_family",
            &self.user_agent_family,
            |family| is_of(family, 40, |c| c.is_ascii_alphanumeric() || " ._-".contains(c)),
            "a family is of letters, digits, spaces and ._-, 40 at most",
        )?;
        text("client_release", &self.client_release, is_line, LINE)?;
        text(
            "request_id",
            &self.request_id,
            |id| is_of(id, 100, |c| c.is_ascii_alphanumeric() || "_.:-".contains(c)),
            "a request's number is of letters, digits and _.:-, 100 at most",
        )?;
        if self
            .rows_returned
            .is_some_and(|rows| i64::try_from(rows).is_err())
        {
            return Err(Error::invalid("rows_returned", "no answer has so many rows"));
        }
        if self.count == 0 || i32::try_from(self.count).is_err() {
            return Err(Error::invalid(
                "count",
                "it happened at least once, and at most 2147483647 times",
            ));
        }
        if !is_line(&self.dedup_key) {
            return Err(Error::invalid("dedup_key", LINE));
        }
        Ok(())
    }
}

const LINE: &str = "a text has no control character, and from 1 to 200 characters";

/// All that are not well formed, by their places.
#[cfg_attr(
    not(any(feature = "memory", feature = "postgres")),
    expect(dead_code, reason = "what is recorded is refused inside a journal")
)]
pub(super) fn refuse_malformed(events: &[AccessEvent]) -> Result<(), Error> {
    let mut refused = Vec::new();
    for (at, event) in events.iter().enumerate() {
        match event.refuse_malformed() {
            Ok(()) => {}
            Err(Error::Invalid { field, reason }) => refused.push((at, field, reason)),
            Err(other) => return Err(other),
        }
    }
    refuse(&refused)
}

/// One refusal for several events, as [`Error::refused_events`] reads it: the place of each, the field and the reason that is
/// wrong with it. Nothing for none.
pub(super) fn refuse(events: &[(usize, String, String)]) -> Result<(), Error> {
    let different = |of: fn(&(usize, String, String)) -> &str| {
        let words: BTreeSet<&str> = events.iter().map(of).collect();
        words.into_iter().collect::<Vec<_>>()
    };
    if events.is_empty() {
        return Ok(());
    }
    let places: Vec<String> = events.iter().map(|(at, ..)| at.to_string()).collect();
    let fields = different(|(_, field, _)| field).join(" or ");
    let reasons = different(|(.., reason)| reason).join("; ");
    Err(Error::invalid(
        format!("events[{}].{fields}", places.join(", ")),
        reasons,
    ))
}

/// How long events may be kept.
#[cfg_attr(
    not(any(feature = "memory", feature = "postgres")),
    expect(dead_code, reason = "what is asked is refused inside a journal")
)]
pub(super) fn refuse_retention(retention: Duration) -> Result<(), Error> {
    const DAY: Duration = Duration::from_hours(24);
    if (DAY * 30..=DAY * 365).contains(&retention) {
        Ok(())
    } else {
        Err(Error::invalid("retention", "events are kept for 30 to 365 days"))
    }
}

fn is_of(text: &str, longest: usize, is_right: fn(char) -> bool) -> bool {
    (1..=longest).contains(&text.len()) && text.chars().all(is_right)
}

/// One line: also by what the database takes for the end of one.
fn is_line(text: &str) -> bool {
    (1..=LONGEST).contains(&text.chars().count())
        && !text.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}
