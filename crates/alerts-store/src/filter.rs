use chrono::{DateTime, Datelike as _, Utc};
use integrity_core::Severity;

use crate::{Error, Position, Status};

/// Which alerts to list. The default is every live alert, at most 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertFilter {
    /// Of this watched database.
    pub database: Option<String>,
    /// Any of these; empty for all.
    pub statuses: Vec<Status>,
    /// Any of these; empty for all.
    pub severities: Vec<Severity>,
    /// Of this check.
    pub check_code: Option<String>,
    /// About this kind of thing.
    pub entity_type: Option<String>,
    /// Of this part of the business.
    pub scope: Option<String>,
    /// Past due only.
    pub overdue: bool,
    /// Only those that somebody called fixed, and no evaluation has confirmed.
    pub unconfirmed: bool,
    /// Only those that were resolved at this instant or later, and still are.
    pub resolved_since: Option<DateTime<Utc>>,
    /// Containing this text in message, label or identifier, whatever the case.
    pub text: Option<String>,
    /// Only what comes after this place.
    pub after: Option<Position>,
    /// At most so many, and at least one.
    pub limit: u32,
}

impl Default for AlertFilter {
    fn default() -> Self {
        Self {
            statuses: vec![Status::Open, Status::Ack],
            ..Self::all()
        }
    }
}

impl AlertFilter {
    /// The longest text to look for, in characters.
    pub const MAX_TEXT: usize = 200;

    /// Every alert, also resolved ones, at most 200.
    #[must_use]
    pub fn all() -> Self {
        Self {
            database: None,
            statuses: Vec::new(),
            severities: Vec::new(),
            check_code: None,
            entity_type: None,
            scope: None,
            overdue: false,
            unconfirmed: false,
            resolved_since: None,
            text: None,
            after: None,
            limit: 200,
        }
    }

    /// Refuses what no list can answer.
    pub(crate) fn refuse_malformed(&self) -> Result<(), Error> {
        if self.limit == 0 {
            return Err(Error::invalid("limit", "at least 1"));
        }
        let length = self.text.as_ref().map_or(0, |text| text.chars().count());
        if length > Self::MAX_TEXT {
            return Err(Error::invalid(
                "text",
                format!("{length} characters; at most {}", Self::MAX_TEXT),
            ));
        }
        if self.resolved_since.is_some_and(|since| !is_date(since)) {
            return Err(Error::invalid(
                "resolved_since",
                "not a date that every store has",
            ));
        }
        match self.after {
            Some(after) if !is_date(after.first_detected_at) => {
                Err(Error::invalid("after", "not a place in a list"))
            }
            _ => Ok(()),
        }
    }
}

/// Whether it is one that every store has: there are some that PostgreSQL cannot take.
pub(crate) fn is_date(at: DateTime<Utc>) -> bool {
    (1..=9999).contains(&at.year())
}
