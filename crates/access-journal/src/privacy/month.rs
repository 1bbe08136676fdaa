use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike as _, Months, NaiveDate, NaiveTime, TimeDelta, Utc};

/// How long after a month began pseudonyms of the month before are kept too.
const OVERLAP: TimeDelta = TimeDelta::minutes(15);

/// A month by UTC: the time that a key and a partition are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(NaiveDate);

impl Month {
    /// The month of an instant.
    #[must_use]
    pub fn of(at: DateTime<Utc>) -> Self {
        let day = at.date_naive();
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        self.0
    }

    /// Whether a journal can hold anything of it at all: years are those of four digits, and not before 1970.
    pub(crate) fn is_plausible(self) -> bool {
        (1970..=9999).contains(&self.0.year())
    }

    /// When it begins.
    #[must_use]
    pub fn begins_at(self) -> DateTime<Utc> {
        self.0.and_time(NaiveTime::MIN).and_utc()
    }

    /// The one before; the first that can be written has none, and is its own.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.checked_sub_months(Months::new(1)).unwrap_or(self.0))
    }

    /// The one after; the last that can be written has none, and is its own.
    #[must_use]
    pub fn after(self) -> Self {
        Self(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0))
    }

    /// The month before, where the instant is so soon after the beginning of its own that who was busy before must still
    /// be known.
    #[must_use]
    pub fn still_known_at(at: DateTime<Utc>) -> Option<Self> {
        let month = Self::of(at);
        (at - month.begins_at() < OVERLAP).then(|| month.before())
    }
}

/// What is no month: `2026-11` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a month is written like 2026-11")]
pub struct InvalidMonth;

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

impl FromStr for Month {
    type Err = InvalidMonth;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let day = format!("{text}-01").parse().map_err(|_| InvalidMonth)?;
        let month = Self(day);
        if month.to_string() == text {
            Ok(month)
        } else {
            Err(InvalidMonth)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn the_month_before_is_known_for_a_quarter_of_an_hour() {
        let november = Month::of(at("2026-11-30T23:59:59.999Z"));
        assert_eq!(november.to_string(), "2026-11");
        assert_eq!(Month::still_known_at(at("2026-12-01T00:00:00Z")), Some(november));
        assert_eq!(
            Month::still_known_at(at("2026-12-01T00:14:59.999Z")),
            Some(november)
        );
        assert_eq!(Month::still_known_at(at("2026-12-01T00:15:00Z")), None);
        assert_eq!(Month::still_known_at(at("2026-11-30T23:59:59Z")), None);
    }

    #[test]
    fn the_first_and_the_last_month_do_no_harm() {
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let month = Month::of(at);
            assert!(!month.is_plausible());
            assert!(month.before() <= month && month <= month.after());
            assert!(Month::still_known_at(at).is_none_or(|before| before <= month));
        }
    }

    #[test]
    fn it_is_written_as_it_is_read() {
        assert_eq!(
            "2026-01".parse::<Month>().map(|month| month.before().to_string()),
            Ok("2025-12".to_owned())
        );
        for wrong in ["2026-1", "2026-13", "", "2026-01-01", "+2026-01"] {
            assert_eq!(wrong.parse::<Month>(), Err(InvalidMonth), "{wrong}");
        }
    }
}
