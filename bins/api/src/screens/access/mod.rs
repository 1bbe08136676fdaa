//! `/governance/rls`: who can really do what, when somebody last looked. What was not seen comes first, and an old
//! audit looks old: that nothing is found means nothing without it.

mod findings;
mod matrix;

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use rls_audit::{
    Audit,
    audit::{ExposedBy, Outcome, Reported, Skipped, Standing},
    rules::Level,
};

use self::{
    findings::{Cause, Changes},
    matrix::Matrix,
};
use super::{
    frame::Frame,
    number,
    time::{self, Stamp},
    words::{AccessWords, Words, fill, form},
};

/// What the page is made of.
#[derive(Debug)]
pub(crate) struct AccessPage {
    /// The store's clock.
    pub(crate) at: DateTime<Utc>,
    pub(crate) audit: Option<Audit>,
    /// How often audits are made, where that is known.
    pub(crate) every: Option<std::time::Duration>,
    /// So many relations come before.
    pub(crate) from: usize,
}

/// So many things that were not looked at are named.
const SKIPPED: usize = 20;

/// After so long an audit is old, where nobody says how often they are made.
const DAY: TimeDelta = TimeDelta::days(1);

#[derive(Template)]
#[template(path = "access.html")]
struct View<'a> {
    frame: &'a Frame,
    t: &'static Words,
    w: &'static AccessWords,
    seen: Option<Seen<'a>>,
    matrix: Matrix<'a>,
    causes: Vec<Cause<'a>>,
    left_out: Option<String>,
    drift: Option<Changes<'a>>,
}

/// How far the audit may be believed.
#[derive(Debug)]
struct Seen<'a> {
    class: &'static str,
    headline: String,
    is_complete: bool,
    /// That it is too old to be believed.
    old: Option<String>,
    made: Stamp,
    login: &'a str,
    /// What is to be known of whoever looked, and where.
    remarks: Vec<&'static str>,
    looked: String,
    exposed: String,
    is_assumed: bool,
    unknown: Vec<(&'a str, String)>,
    skipped: Vec<&'a Skipped>,
    more_skipped: usize,
    more_skipped_told: String,
}

/// The screen.
///
/// # Errors
/// When the template cannot be rendered.
pub(crate) fn access(frame: &Frame, page: &AccessPage) -> Result<String, askama::Error> {
    let w = AccessWords::of(frame.language);
    let audit = page.audit.as_ref();
    let causes = audit
        .map(|audit| findings::causes(frame, audit))
        .unwrap_or_default();
    View {
        frame,
        t: frame.words(),
        w,
        seen: audit.map(|audit| seen(frame, page, audit)),
        matrix: audit.map_or_else(Matrix::default, |audit| matrix::matrix(frame, audit, page.from)),
        left_out: audit.and_then(|audit| findings::left_out(frame, audit, &causes)),
        causes,
        drift: audit
            .and_then(|audit| audit.drift.as_ref())
            .map(|drift| findings::changes(frame, drift)),
    }
    .render()
}

fn seen<'a>(frame: &Frame, page: &AccessPage, audit: &'a Audit) -> Seen<'a> {
    let (w, now) = (AccessWords::of(frame.language), frame.now(page.at));
    let counted = |n: usize| number::count(n as u64, frame.language);
    let looked = &audit.looked;
    let every = page.every.and_then(|every| TimeDelta::from_std(every).ok());
    let age = page.at - looked.at;
    let is_old = age > every.unwrap_or(DAY) * 2;
    let is_complete = audit.is_complete();
    let is_error = |found: &&Reported| {
        found.level == Level::Error && !matches!(found.standing, Standing::Suppressed { .. })
    };
    let errors = audit.findings.iter().filter(is_error).count();
    // An error that a baseline knows is an error still.
    let (class, headline) = match (audit.outcome(Level::Error), errors) {
        (Outcome::Incomplete, _) => ("blind", w.incomplete.to_owned()),
        (Outcome::Fine, 0) => ("whole", w.complete.to_owned()),
        (_, 0) => ("bad", w.wider.to_owned()),
        (_, n) => (
            "bad",
            fill(form(w.errors, n as u64, frame.language), &[&counted(n)]),
        ),
    };
    let class = if is_old { "blind" } else { class };
    // What should have been looked at comes first.
    let mut skipped: Vec<&Skipped> = audit.skipped.iter().collect();
    skipped.sort_by_key(|skipped| skipped.expected);
    let more_skipped = skipped.len().saturating_sub(SKIPPED);
    skipped.truncate(SKIPPED);
    Seen {
        class,
        headline,
        is_complete,
        old: is_old.then(|| fill(w.old, &[&time::span(age, frame.language)])),
        made: now.stamp(looked.at),
        login: &looked.login,
        remarks: [(looked.is_superuser, w.superuser), (looked.is_standby, w.standby)]
            .into_iter()
            .filter_map(|(is_so, remark)| is_so.then_some(remark))
            .collect(),
        looked: fill(
            w.looked_told,
            &[
                &counted(looked.relations),
                &counted(looked.functions),
                &counted(looked.cells),
            ],
        ),
        exposed: looked.exposed_schemas.join(", "),
        is_assumed: looked.exposed_by == ExposedBy::Nobody,
        unknown: looked
            .unknown
            .iter()
            .map(|(why, count)| (why.as_str(), counted(*count)))
            .collect(),
        skipped,
        more_skipped,
        more_skipped_told: more(frame, more_skipped),
    }
}

/// `et 3 autres`.
fn more(frame: &Frame, n: usize) -> String {
    let w = AccessWords::of(frame.language);
    let counted = number::count(n as u64, frame.language);
    fill(form(w.more, n as u64, frame.language), &[&counted])
}
