//! `/governance/releases`: what is live where, whether that is proved, and how it came about. What nobody has looked at
//! never looks as if somebody had.

mod history;
mod picture;
mod place;

use std::time::Duration;

use askama::Template;
use chrono::{DateTime, Utc};
use release_info::{
    AppEnv,
    ledger::{Drills, Place, Release, ReleaseEvent, Stage},
};

use self::{history::Told, picture::Picture, place::Here};
use super::{
    frame::Frame,
    number,
    time::Stamp,
    words::{ReleaseWords, Words, fill, form},
};

/// What the page is made of.
#[derive(Debug)]
pub(crate) struct ReleasesPage {
    /// The store's clock.
    pub(crate) at: DateTime<Utc>,
    /// How often rollbacks are rehearsed.
    pub(crate) drill_every: Duration,
    pub(crate) places: Vec<PlaceSeen>,
    /// So many places are not among them.
    pub(crate) more_places: usize,
    /// The last event comes first.
    pub(crate) events: Vec<ReleaseEvent>,
    /// Before which event the history goes on.
    pub(crate) next: Option<i64>,
    /// Before which event this part of the history begins; the present where there is none.
    pub(crate) before: Option<i64>,
}

/// A place, and what is known of it.
#[derive(Debug)]
pub(crate) struct PlaceSeen {
    pub(crate) place: Place,
    pub(crate) releases: Vec<Release>,
    pub(crate) drills: Drills,
}

impl PlaceSeen {
    fn live(&self) -> Option<&Release> {
        self.releases.iter().find(|release| release.stage.is_live())
    }

    /// What is being deployed.
    fn opening(&self) -> Option<&Release> {
        self.releases
            .iter()
            .find(|release| release.stage == Stage::Started)
    }
}

/// Releases by their places, the environment that matters most first.
pub(crate) fn by_place(releases: Vec<Release>) -> Vec<(Place, Vec<Release>)> {
    let mut places: Vec<(Place, Vec<Release>)> = Vec::new();
    for release in releases {
        match places.iter_mut().find(|(place, _)| *place == release.place) {
            Some((_, here)) => here.push(release),
            None => places.push((release.place.clone(), vec![release])),
        }
    }
    let rank = |place: &Place| AppEnv::ALL.iter().position(|env| *env == place.environment);
    places.sort_by_key(|(place, _)| (rank(place), place.target.clone()));
    places
}

#[derive(Template)]
#[template(path = "releases.html")]
struct View<'a> {
    frame: &'a Frame,
    t: &'static Words,
    w: &'static ReleaseWords,
    at: Stamp,
    class: &'static str,
    headline: String,
    under_way: Option<String>,
    oldest: Option<Stamp>,
    last_event: Option<Stamp>,
    places: Vec<Here<'a>>,
    more_places: Option<String>,
    picture: Option<Picture<'a>>,
    events: Vec<Told<'a>>,
    is_first: bool,
    next: Option<i64>,
}

impl View<'_> {
    /// Nothing was ever recorded, as far as this page looks.
    fn is_empty(&self) -> bool {
        self.places.is_empty() && self.events.is_empty() && self.is_first
    }
}

/// The screen.
///
/// # Errors
/// When the template cannot be rendered.
pub(crate) fn releases(frame: &Frame, page: &ReleasesPage) -> Result<String, askama::Error> {
    let w = ReleaseWords::of(frame.language);
    let now = frame.now(page.at);
    let is_first = page.before.is_none();
    let opening = page.places.iter().filter(|seen| seen.opening().is_some()).count();
    let (class, headline) = headline(frame, page, opening);
    let proved = page.places.iter().filter_map(PlaceSeen::live);
    let proved = proved.filter(|release| release.stage.is_proved());
    let oldest = proved.filter_map(|release| release.verified_at).min();
    View {
        frame,
        t: frame.words(),
        w,
        at: now.stamp(page.at),
        class,
        headline,
        under_way: (opening > 0).then(|| counted(frame, w.under_way, opening)),
        oldest: oldest.map(|at| now.stamp(at)),
        last_event: page
            .events
            .first()
            .filter(|_| is_first)
            .map(|event| now.stamp(event.at)),
        places: page
            .places
            .iter()
            .map(|seen| place::here(seen, page.drill_every, now))
            .collect(),
        more_places: (page.more_places > 0).then(|| counted(frame, w.more_places, page.more_places)),
        picture: is_first.then(|| picture::picture(page, now)).flatten(),
        events: page
            .events
            .iter()
            .map(|event| history::told(event, now))
            .collect(),
        is_first,
        next: page.next,
    }
    .render()
}

/// The worst that there is, and how often.
fn headline(frame: &Frame, page: &ReleasesPage, opening: usize) -> (&'static str, String) {
    let w = ReleaseWords::of(frame.language);
    let live: Vec<Stage> = page
        .places
        .iter()
        .filter_map(|seen| Some(seen.live()?.stage))
        .collect();
    let refuted = live.iter().filter(|stage| **stage == Stage::Refuted).count();
    let unverified = live.iter().filter(|stage| !stage.is_proved()).count();
    if refuted > 0 {
        ("bad", counted(frame, w.refuted, refuted))
    } else if unverified > 0 {
        ("partial", counted(frame, w.unverified, unverified))
    } else if live.is_empty() {
        ("blind", w.nothing_live.to_owned())
    } else if opening > 0 || page.more_places > 0 {
        // What is not shown, or is being changed, is not proved.
        ("partial", w.all_verified.to_owned())
    } else {
        ("whole", w.all_verified.to_owned())
    }
}

fn counted(frame: &Frame, forms: &'static str, n: usize) -> String {
    let n = n as u64;
    fill(
        form(forms, n, frame.language),
        &[&number::count(n, frame.language)],
    )
}
