//! Live alerts by severity, day by day, as a picture and as a sentence.
//!
//! One path of upright strokes for each severity, so that the picture weighs little. Its words stand beside it in HTML, where they keep their
//! size on a small screen.

use alerts_store::TrendDay;
use std::fmt::Write as _;

use integrity_core::{Language, Severity};

use super::{
    number, severity, time,
    words::{Words, fill},
};

/// Units from one day to the next; the stylesheet says how many of them a stroke takes.
const STEP: usize = 8;
/// Units from the bottom to the most that there ever was.
const HEIGHT: u64 = 100;

/// The picture.
#[derive(Debug)]
pub(crate) struct Trend {
    pub(crate) width: usize,
    pub(crate) height: u64,
    pub(crate) paths: Vec<Bars>,
    /// The most live alerts of any day.
    pub(crate) most: String,
    pub(crate) first: String,
    /// The picture in one sentence.
    pub(crate) told: String,
}

/// The bars of one severity.
#[derive(Debug)]
pub(crate) struct Bars {
    pub(crate) class: &'static str,
    pub(crate) path: String,
}

impl Trend {
    /// `None` where nothing is known of any day.
    pub(crate) fn new(days: &[TrendDay], language: Language) -> Option<Self> {
        let (first, last) = (days.first()?, days.last()?);
        let words = Words::of(language);
        let most = days.iter().map(total).max().unwrap_or_default();
        let counted = |n| number::count(n, language);
        let date = |day: &TrendDay| time::day(day.date, language);
        let worst_first = Severity::ALL.into_iter().rev();
        Some(Self {
            width: days.len() * STEP,
            height: HEIGHT,
            paths: worst_first
                .map(|severity| Bars {
                    class: severity::class(severity),
                    path: bars(days, severity, most),
                })
                .collect(),
            most: counted(most),
            first: date(first),
            told: fill(
                words.trend_told,
                &[
                    &counted(total(first)),
                    &date(first),
                    &counted(total(last)),
                    &counted(most),
                ],
            ),
        })
    }
}

fn total(day: &TrendDay) -> u64 {
    day.critical + day.warn + day.info
}

/// The worst stand on the ground, where they can be compared; the milder ones upon them.
fn bars(days: &[TrendDay], severity: Severity, most: u64) -> String {
    let mut path = String::new();
    for (at, day) in days.iter().enumerate() {
        let (below, own) = match severity {
            Severity::Critical => (0, day.critical),
            Severity::Warn => (day.critical, day.warn),
            Severity::Info => (day.critical + day.warn, day.info),
        };
        let up = |n: u64| (n * HEIGHT).div_ceil(most.max(1));
        let (bottom, height) = (HEIGHT - up(below), up(below + own) - up(below));
        if height > 0 {
            // A `String` takes everything.
            let _ = write!(path, "M{} {bottom}v-{height}", at * STEP + STEP / 2);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};

    use super::*;

    fn days(counts: &[(u64, u64, u64)]) -> Vec<TrendDay> {
        let first = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
        let dated = (0..).map(|day| first + Days::new(day)).zip(counts);
        dated
            .map(|(date, &(critical, warn, info))| TrendDay {
                date,
                critical,
                warn,
                info,
            })
            .collect()
    }

    #[test]
    fn bars_stand_upon_each_other_and_reach_the_top_once() {
        let trend = Trend::new(&days(&[(1, 2, 1), (0, 1, 0), (0, 0, 0)]), Language::En).expect("days");
        let paths: Vec<_> = trend
            .paths
            .iter()
            .map(|bars| (bars.class, bars.path.as_str()))
            .collect();
        assert_eq!(
            paths,
            [
                ("critical", "M4 100v-25"),
                ("warn", "M4 75v-50M12 100v-25"),
                ("info", "M4 25v-25"),
            ]
        );
        assert_eq!(trend.told, "From 4 on 1\u{a0}Nov to 0 today; at most 4.");
    }

    #[test]
    fn nothing_known_is_no_picture_of_zero() {
        assert!(Trend::new(&[], Language::Fr).is_none());
        let calm = Trend::new(&days(&[(0, 0, 0)]), Language::Fr).expect("a day");
        assert!(calm.paths.iter().all(|bars| bars.path.is_empty()));
    }
}
