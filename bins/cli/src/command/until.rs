//! When a suppression ends, as people write it.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// The end of a suppression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// The last second of a day, wherever days end.
    Day(NaiveDate),
    /// An instant.
    Instant(DateTime<Utc>),
    /// So long from now on.
    For(TimeDelta),
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Ok(Self::Day(day));
        }
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::Instant(instant.to_utc()));
        }
        span(text).map(Self::For).ok_or_else(|| {
            "neither a day (2026-12-31), nor an instant with its offset (2026-12-31T18:00:00Z), nor a span (12h, 30d, 2w)"
                .to_owned()
        })
    }
}

impl Until {
    /// The instant that was meant. `None` for one that no calendar has.
    pub(crate) fn resolve(self, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        match self {
            // 23:59:59 exists in every zone on record; the later of two readings where clocks are set back.
            Self::Day(day) => day
                .and_time(NaiveTime::from_hms_opt(23, 59, 59)?)
                .and_local_timezone(zone)
                .latest()
                .map(|end| end.to_utc()),
            Self::Instant(instant) => Some(instant),
            Self::For(span) => now.checked_add_signed(span),
        }
    }
}

fn span(text: &str) -> Option<TimeDelta> {
    let unit = text.chars().next_back()?;
    let number: i64 = text
        .strip_suffix(unit)?
        .parse()
        .ok()
        .filter(|number| (1..=100_000).contains(number))?;
    match unit {
        'h' => TimeDelta::try_hours(number),
        'd' => TimeDelta::try_days(number),
        'w' => TimeDelta::try_weeks(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str, zone: Tz) -> String {
        let now = "2026-11-22T12:00:00Z".parse().expect("an instant");
        let until: Until = text.parse().expect(text);
        until.resolve(now, zone).expect("an instant").to_rfc3339()
    }

    #[test]
    fn a_day_ends_where_the_business_is() {
        assert_eq!(resolve("2026-12-31", Tz::UTC), "2026-12-31T23:59:59+00:00");
        assert_eq!(
            resolve("2026-12-31", Tz::Africa__Kinshasa),
            "2026-12-31T22:59:59+00:00"
        );
    }

    #[test]
    fn instants_and_spans() {
        assert_eq!(
            resolve("2026-12-31T18:00:00+01:00", Tz::UTC),
            "2026-12-31T17:00:00+00:00"
        );
        assert_eq!(resolve("12h", Tz::UTC), "2026-11-23T00:00:00+00:00");
        assert_eq!(resolve("30d", Tz::UTC), "2026-12-22T12:00:00+00:00");
        assert_eq!(resolve("2w", Tz::UTC), "2026-12-06T12:00:00+00:00");
    }

    #[test]
    fn everything_else_is_refused() {
        for wrong in [
            "",
            "tomorrow",
            "2026-02-30",
            "2026-12-31T18:00:00",
            "0d",
            "-3d",
            "30",
            "d",
            "5m",
            "１d",
            "é",
        ] {
            assert!(wrong.parse::<Until>().is_err(), "{wrong}");
        }
    }
}
