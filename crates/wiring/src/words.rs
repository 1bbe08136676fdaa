//! Times, and how an alert stands, said the same way by every program. Times are UTC and say so.

use alerts_store::{Alert, Resolution, Status};
use chrono::{DateTime, TimeDelta, Utc};

/// `2026-11-22 12:01:02`; the reader is told elsewhere that it is UTC.
#[must_use]
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// `2026-11-22 12:01:02 UTC`.
#[must_use]
pub fn moment_utc(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A length of time with its largest unit: `35 s`, `12 min`, `3 h`, `5 d`.
#[must_use]
pub fn span(span: TimeDelta) -> String {
    let seconds = span.num_seconds().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A number of seconds, as a length of time.
#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, and what saturates is out of any calendar"
)]
#[must_use]
pub fn seconds(seconds: f64) -> String {
    TimeDelta::try_seconds(seconds as i64).map_or_else(|| "–".to_owned(), span)
}

/// `RESOLVED (ACCEPTED)`.
#[must_use]
pub fn status(alert: &Alert) -> String {
    match alert.resolution {
        Some(resolution) => format!("{} ({})", alert.status.as_str(), resolution.as_str()),
        None => alert.status.as_str().to_owned(),
    }
}

/// What an alert is, by whom, and since when: `ACK by amina since 2026-11-22 12:01:02 UTC (version 2)`.
#[must_use]
pub fn standing(alert: &Alert) -> String {
    let (by, since) = match alert.status {
        Status::Open => (None, alert.opened_at),
        Status::Ack => (
            alert.acknowledged_by.as_deref(),
            alert.acknowledged_at.unwrap_or(alert.updated_at),
        ),
        Status::Resolved => (
            Some(alert.resolved_by.as_deref().unwrap_or("the system")),
            alert.resolved_at.unwrap_or(alert.updated_at),
        ),
    };
    let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
    let until = match (alert.resolution, alert.accepted_until) {
        (Some(Resolution::Accepted | Resolution::FalsePositive), Some(until)) => {
            format!(" until {}", moment_utc(until))
        }
        _ => String::new(),
    };
    format!(
        "{}{by} since {}{until} (version {})",
        status(alert),
        moment_utc(since),
        alert.version
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_one_unit() {
        let said = |seconds| span(TimeDelta::seconds(seconds));
        assert_eq!(
            [said(-5), said(59), said(60), said(3_599)],
            ["0 s", "59 s", "1 min", "59 min"]
        );
        assert_eq!(
            [said(3_600), said(172_799), said(172_800)],
            ["1 h", "47 h", "2 d"]
        );
        assert_eq!(seconds(90.7), "1 min");
        assert_eq!(seconds(f64::INFINITY), "–");
    }
}
