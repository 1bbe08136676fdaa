//! Times as people read them: in the zone where the business day ends, with their age.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;
use integrity_core::Language;

use super::words::{Words, fill};

/// The instant at which the store answered, where it is read, and in which language. Every age on a page is counted
/// from it, never from the clock of this machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    /// The store's clock.
    pub(crate) at: DateTime<Utc>,
    pub(crate) zone: Tz,
    pub(crate) language: Language,
}

/// A point in time, ready for a page.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    /// For programs.
    pub(crate) iso: String,
    /// To the second, with the zone's name.
    pub(crate) exact: String,
    /// As short as the day allows.
    pub(crate) short: String,
    /// `il y a 12 min`.
    pub(crate) age: String,
}

const MONTHS_FR: [&str; 12] = [
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
];
const MONTHS_EN: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl Now {
    fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    pub(crate) fn stamp(&self, at: DateTime<Utc>) -> Stamp {
        Stamp {
            iso: at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            exact: self.exact(at),
            short: self.short(at),
            age: self.age(at),
        }
    }

    /// `22 nov. 2026, 12:01:02 (Africa/Kinshasa)`.
    pub(crate) fn exact(&self, at: DateTime<Utc>) -> String {
        let local = at.with_timezone(&self.zone);
        let day = day(local.date_naive(), self.language);
        format!(
            "{day} {}, {} ({})",
            local.year(),
            local.format("%H:%M:%S"),
            self.zone
        )
    }

    /// `12:01` today, `22 nov., 12:01` this year, else with the year.
    pub(crate) fn short(&self, at: DateTime<Utc>) -> String {
        let (local, today) = (at.with_timezone(&self.zone), self.at.with_timezone(&self.zone));
        let time = local.format("%H:%M");
        let day = day(local.date_naive(), self.language);
        if local.date_naive() == today.date_naive() {
            time.to_string()
        } else if local.year() == today.year() {
            format!("{day}, {time}")
        } else {
            format!("{day} {}, {time}", local.year())
        }
    }

    /// `il y a 12 min`, or `dans 3 h` of what is to come.
    pub(crate) fn age(&self, at: DateTime<Utc>) -> String {
        let words = self.words();
        if (self.at - at).abs() < TimeDelta::seconds(5) {
            words.time_now.to_owned()
        } else if at > self.at {
            fill(words.time_in, &[&span(at - self.at, self.language)])
        } else {
            fill(words.time_ago, &[&span(self.at - at, self.language)])
        }
    }
}

/// `22 nov.`
pub(crate) fn day(date: chrono::NaiveDate, language: Language) -> String {
    let months = match language {
        Language::Fr => MONTHS_FR,
        Language::En => MONTHS_EN,
    };
    format!("{}\u{a0}{}", date.day(), months[date.month0() as usize])
}

/// A length of time with its largest unit: `35 s`, `12 min`, `3 h`, `5 j`.
pub(crate) fn span(span: TimeDelta, language: Language) -> String {
    let seconds = span.num_seconds().max(0);
    let (n, unit) = match seconds {
        0..60 => (seconds, "s"),
        60..3_600 => (seconds / 60, "min"),
        3_600..172_800 => (seconds / 3_600, "h"),
        _ => (seconds / 86_400, Words::of(language).time_days),
    };
    format!("{n}\u{a0}{unit}")
}

/// A number of seconds, as a length of time; an en dash for what no calendar holds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, and what saturates is out of any calendar"
)]
pub(crate) fn seconds(seconds: f64, language: Language) -> String {
    TimeDelta::try_seconds(seconds as i64).map_or_else(|| "–".to_owned(), |delta| span(delta, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn kinshasa(language: Language) -> Now {
        Now {
            at: at("2026-11-22T11:01:02Z"),
            zone: Tz::Africa__Kinshasa,
            language,
        }
    }

    #[test]
    fn times_are_local_and_as_short_as_the_day_allows() {
        let now = kinshasa(Language::Fr);
        assert_eq!(
            now.short(at("2026-11-21T23:30:00Z")),
            "00:30",
            "already today in Kinshasa"
        );
        assert_eq!(now.short(at("2026-08-01T10:00:00Z")), "1\u{a0}août, 11:00");
        assert_eq!(
            now.short(at("2025-12-31T23:30:00Z")),
            "1\u{a0}janv., 00:30",
            "and already this year"
        );
        assert_eq!(now.short(at("2025-12-31T22:30:00Z")), "31\u{a0}déc. 2025, 23:30");
        assert_eq!(now.exact(now.at), "22\u{a0}nov. 2026, 12:01:02 (Africa/Kinshasa)");
        assert_eq!(
            kinshasa(Language::En).exact(now.at),
            "22\u{a0}Nov 2026, 12:01:02 (Africa/Kinshasa)"
        );
    }

    #[test]
    fn ages_have_one_unit_and_look_both_ways() {
        let now = kinshasa(Language::Fr);
        assert_eq!(now.age(at("2026-11-22T10:49:02Z")), "il y a 12\u{a0}min");
        assert_eq!(now.age(at("2026-11-22T14:01:02Z")), "dans 3\u{a0}h");
        assert_eq!(now.age(at("2026-11-20T11:01:02Z")), "il y a 2\u{a0}j");
        assert_eq!(
            kinshasa(Language::En).age(at("2026-11-20T11:01:02Z")),
            "2\u{a0}d ago"
        );
        assert_eq!(seconds(90.7, Language::En), "1\u{a0}min");
        assert_eq!(seconds(f64::INFINITY, Language::Fr), "–");
    }
}
