//! `/governance/checks`: every check, how it stands, and what came of it lately.

use std::cmp::Reverse;

use alerts_store::{KnownCheck, PastOutcome};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::Severity;

use super::{
    check::link,
    frame::Frame,
    number, severity,
    strip::Strip,
    time::{self, Now, Stamp},
    words::{Words, fill, form},
};

/// What the page is made of.
#[derive(Debug)]
pub(crate) struct ChecksPage {
    /// The store's clock.
    pub(crate) at: DateTime<Utc>,
    /// Each with its last outcomes, newest first.
    pub(crate) checks: Vec<(KnownCheck, Vec<PastOutcome>)>,
}

#[derive(Template)]
#[template(path = "checks.html")]
struct View<'a> {
    frame: &'a Frame,
    t: &'static Words,
    at: Stamp,
    rows: Vec<Row<'a>>,
    told: String,
}

/// A check in the list, and at the head of its own page.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) code: &'a str,
    pub(crate) pack: &'a str,
    pub(crate) href: String,
    pub(crate) title: &'a str,
    pub(crate) severity: Severity,
    pub(crate) class: &'static str,
    /// `toutes les 5 min`.
    pub(crate) every: String,
    /// Whether it is looked at, and lately.
    pub(crate) watch: Mark,
    pub(crate) proved: bool,
    /// The last outcome.
    pub(crate) outcome: Option<Mark>,
    pub(crate) reason: &'a str,
    /// When it was last completely evaluated.
    pub(crate) complete: Option<Stamp>,
    pub(crate) live: Vec<LiveCount>,
    pub(crate) strip: Option<Strip>,
}

/// A word with a shape and a colour.
#[derive(Debug)]
pub(crate) struct Mark {
    pub(crate) class: &'static str,
    pub(crate) what: &'static str,
}

/// So many live alerts of a severity.
#[derive(Debug)]
pub(crate) struct LiveCount {
    pub(crate) class: &'static str,
    pub(crate) severity: Severity,
    pub(crate) n: String,
}

/// The checks screen.
///
/// # Errors
/// When the template cannot be rendered.
pub(crate) fn checks(frame: &Frame, page: &ChecksPage) -> Result<String, askama::Error> {
    let now = frame.now(page.at);
    let t = frame.words();
    let watched = || {
        page.checks
            .iter()
            .map(|(check, _)| check)
            .filter(|check| is_watched(check))
    };
    let fresh = watched().filter(|check| check.fresh).count() as u64;
    let counted = |n| number::count(n, frame.language);
    let mut rows: Vec<_> = page.checks.iter().collect();
    rows.sort_by_key(|(check, _)| (place(check), Reverse(check.info.severity)));
    View {
        frame,
        t,
        at: now.stamp(page.at),
        rows: rows
            .into_iter()
            .map(|(check, outcomes)| row(frame, check, outcomes, now))
            .collect(),
        told: fill(
            form(t.checks_told, fresh, frame.language),
            &[&counted(fresh), &counted(watched().count() as u64)],
        ),
    }
    .render()
}

/// What can be believed least comes first, what nobody looks at comes last.
fn place(check: &KnownCheck) -> u8 {
    let outcome = check.state.as_ref().map(|state| state.outcome.as_str());
    match (is_watched(check), outcome) {
        (true, Some("Complete")) if check.fresh && check.info.proved => 1,
        (true, _) => 0,
        (false, _) => 2,
    }
}

fn is_watched(check: &KnownCheck) -> bool {
    check.active && check.info.enabled
}

pub(crate) fn row<'a>(frame: &Frame, check: &'a KnownCheck, outcomes: &[PastOutcome], now: Now) -> Row<'a> {
    let (t, info, state) = (frame.words(), &check.info, check.state.as_ref());
    let every = time::span(TimeDelta::seconds(info.every_seconds.into()), frame.language);
    Row {
        code: info.code.as_str(),
        pack: &info.pack,
        href: link(info.code.as_str()),
        title: Some(info.title.get(frame.language))
            .filter(|title| !title.is_empty())
            .unwrap_or(info.code.as_str()),
        severity: info.severity,
        class: severity::class(info.severity),
        every: fill(t.check_every, &[&every]),
        watch: watch(check, t),
        proved: info.proved,
        outcome: state.map(|state| Mark {
            class: class(&state.outcome),
            what: outcome(&state.outcome, t),
        }),
        reason: state.map(|state| state.reason.as_str()).unwrap_or_default(),
        complete: state.and_then(|state| state.complete_at).map(|at| now.stamp(at)),
        live: Severity::ALL
            .into_iter()
            .rev()
            .filter_map(|severity| {
                let n: u64 = check
                    .live
                    .iter()
                    .filter(|n| n.severity == severity)
                    .map(|n| n.count)
                    .sum();
                (n > 0).then(|| LiveCount {
                    class: severity::class(severity),
                    severity,
                    n: number::count(n, frame.language),
                })
            })
            .collect(),
        strip: Strip::new(outcomes, frame.language),
    }
}

fn watch(check: &KnownCheck, t: &'static Words) -> Mark {
    let (class, what) = match (check.active, check.info.enabled, check.fresh) {
        (false, ..) => ("quiet", t.watch_withdrawn),
        (true, false, _) => ("quiet", t.watch_disabled),
        (true, true, true) => ("whole", t.watch_fresh),
        (true, true, false) => ("blind", t.watch_stale),
    };
    Mark { class, what }
}

/// The colour of an outcome.
pub(crate) fn class(outcome: &str) -> &'static str {
    match outcome {
        "Complete" => "whole",
        "Failed" => "blind",
        "Skipped" => "quiet",
        _ => "partial",
    }
}

/// The word for an outcome.
pub(crate) fn outcome(outcome: &str, t: &'static Words) -> &'static str {
    match outcome {
        "Complete" => t.outcome_complete,
        "Truncated" => t.outcome_truncated,
        "Suspect" => t.outcome_suspect,
        "Failed" => t.outcome_failed,
        _ => t.outcome_skipped,
    }
}
