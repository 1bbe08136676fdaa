//! What was in service over time, place by place, as far as the events of the page tell: a bar is as high as what is known,
//! and where nothing is known there is none.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use release_info::ledger::{EventKind, ReleaseEvent, Stage};

use super::{PlaceSeen, ReleasesPage, history};
use crate::screens::{
    number,
    time::{Now, Stamp},
    words::{ReleaseWords, fill, form},
};

/// Units from the first event to now.
const WIDTH: i64 = 1000;
/// Units from the bottom to the top.
const HEIGHT: i64 = 24;
/// The least that can be seen.
const LEAST: i64 = 3;

/// The picture.
#[derive(Debug)]
pub(super) struct Picture<'a> {
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) lanes: Vec<Lane<'a>>,
    pub(super) first: Stamp,
    /// The picture in one sentence.
    pub(super) told: String,
}

/// One place.
#[derive(Debug)]
pub(super) struct Lane<'a> {
    pub(super) environment: &'static str,
    pub(super) target: &'a str,
    /// Bars by class, then marks by class.
    pub(super) bars: Vec<(&'static str, String)>,
    pub(super) marks: Vec<(&'static str, String)>,
}

/// What is known of what is live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    Verified,
    Unverified,
    Refuted,
}

/// `None` where nothing happened.
pub(super) fn picture(page: &ReleasesPage, now: Now) -> Option<Picture<'_>> {
    let first = page.events.last()?.at;
    let n = page.events.len() as u64;
    let told = form(ReleaseWords::of(now.language).picture_told, n, now.language);
    let since = now.stamp(first);
    Some(Picture {
        width: WIDTH,
        height: HEIGHT,
        lanes: page.places.iter().map(|seen| lane(seen, page, first)).collect(),
        told: fill(told, &[&number::count(n, now.language), &since.short]),
        first: since,
    })
}

fn lane<'a>(seen: &'a PlaceSeen, page: &ReleasesPage, first: DateTime<Utc>) -> Lane<'a> {
    let whole = (page.at - first).num_milliseconds().max(1);
    let x = |at: DateTime<Utc>| (at - first).num_milliseconds().clamp(0, whole) * WIDTH / whole;
    let here = page
        .events
        .iter()
        .rev()
        .filter(|event| event.entry.place == seen.place);
    let mut marks = Paths::default();
    let mut bars = Paths::default();
    let mut known = before(seen, first);
    let mut from = 0;
    let mut is_returning = false;
    for event in here {
        let at = x(event.at);
        marks.add(history::class(event.entry.kind), &format!("M{at} 0v{HEIGHT}"));
        let next = after(known, event, &mut is_returning);
        if next != known {
            bars.bar(known, from, at);
            (known, from) = (next, at);
        }
    }
    bars.bar(known, from, WIDTH);
    Lane {
        environment: seen.place.environment.as_str(),
        target: &seen.place.target,
        bars: bars.0,
        marks: marks.0,
    }
}

/// What is known at the first event of the page: what is live since before and has not changed.
fn before(seen: &PlaceSeen, first: DateTime<Utc>) -> Known {
    match seen.live().filter(|live| live.changed_at < first) {
        Some(live) if live.stage.is_proved() => Known::Verified,
        Some(live) if live.stage == Stage::Refuted => Known::Refuted,
        Some(_) => Known::Unverified,
        None => Known::Nothing,
    }
}

/// What is known after an event.
fn after(known: Known, event: &ReleaseEvent, is_returning: &mut bool) -> Known {
    match event.entry.kind {
        EventKind::VerifyPassed | EventKind::Promoted => Known::Verified,
        EventKind::VerifyFailed => Known::Refuted,
        EventKind::Deployed | EventKind::RolledBack => {
            *is_returning = false;
            Known::Unverified
        }
        EventKind::RollbackStarted => {
            *is_returning = true;
            Known::Unverified
        }
        EventKind::Failed if *is_returning => {
            *is_returning = false;
            Known::Refuted
        }
        _ => known,
    }
}

/// Paths by class.
#[derive(Debug, Default)]
struct Paths(Vec<(&'static str, String)>);

impl Paths {
    fn add(&mut self, class: &'static str, piece: &str) {
        match self.0.iter_mut().find(|(known, _)| *known == class) {
            Some((_, path)) => path.push_str(piece),
            None => self.0.push((class, piece.to_owned())),
        }
    }

    /// What is proved stands highest; what is refuted lies lowest.
    fn bar(&mut self, known: Known, from: i64, to: i64) {
        let (class, height) = match known {
            Known::Nothing => return,
            Known::Verified => ("good", HEIGHT),
            Known::Unverified => ("partial", HEIGHT / 2),
            Known::Refuted => ("bad", HEIGHT / 4),
        };
        let width = (to - from).max(LEAST);
        let mut piece = String::new();
        // A `String` takes everything.
        let _ = write!(piece, "M{from} {HEIGHT}v-{height}h{width}v{height}z");
        self.add(class, &piece);
    }
}
