use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use integrity_core::Severity;

/// By when an alert opened at `opened` should be dealt with: CRITICAL by the end of that day in `time_zone`
/// but no sooner than four hours after, WARN within 48 hours, INFO never.
#[must_use]
pub fn due_at(severity: Severity, opened: DateTime<Utc>, time_zone: Tz) -> Option<DateTime<Utc>> {
    match severity {
        Severity::Info => None,
        Severity::Warn => Some(opened + TimeDelta::hours(48)),
        Severity::Critical => {
            let end = end_of_day(opened.with_timezone(&time_zone).date_naive(), time_zone);
            Some(end.unwrap_or(opened).max(opened + TimeDelta::hours(4)))
        }
    }
}

/// When a local day ends.
pub(crate) fn end_of_day(day: NaiveDate, time_zone: Tz) -> Option<DateTime<Utc>> {
    let midnight = (day + Days::new(1)).and_time(chrono::NaiveTime::MIN);
    // Where summer time begins at midnight there is no midnight: the day ends when the next one begins.
    time_zone
        .from_local_datetime(&midnight)
        .earliest()
        .or_else(|| {
            time_zone
                .from_local_datetime(&(midnight + TimeDelta::hours(1)))
                .earliest()
        })
        .map(|local| local.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn a_critical_is_due_at_the_end_of_the_local_day() {
        let due = due_at(
            Severity::Critical,
            at("2026-01-31T10:00:00Z"),
            Tz::Africa__Kinshasa,
        );
        assert_eq!(
            due,
            Some(at("2026-01-31T23:00:00Z")),
            "Kinshasa is one hour ahead; the month ends too"
        );
    }

    #[test]
    fn a_critical_late_in_the_evening_still_leaves_four_hours() {
        let due = due_at(
            Severity::Critical,
            at("2026-01-31T22:30:00Z"),
            Tz::Africa__Kinshasa,
        );
        assert_eq!(due, Some(at("2026-02-01T02:30:00Z")));
    }

    #[test]
    fn a_day_without_midnight_ends_when_the_next_begins() {
        // Summer time began at midnight of 2024-04-26 in Cairo: 00:00 became 01:00.
        let due = due_at(Severity::Critical, at("2024-04-25T10:00:00Z"), Tz::Africa__Cairo);
        assert_eq!(due, Some(at("2024-04-25T22:00:00Z")));
    }

    #[test]
    fn warn_has_two_days_and_info_none() {
        assert_eq!(
            due_at(Severity::Warn, at("2026-02-27T10:00:00Z"), Tz::UTC),
            Some(at("2026-03-01T10:00:00Z"))
        );
        assert_eq!(due_at(Severity::Info, at("2026-02-27T10:00:00Z"), Tz::UTC), None);
    }
}
