//! `/governance/access`: what was refused, what probes and what leaks, and whether the journal itself can be believed. A
//! source that nobody hears never looks calm.

mod picture;

use access_journal::journal::{Blind, KeyCount, Lately, SourceHeard, Summary};
use alerts_store::{Alert, AlertFilter};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use self::picture::Picture;
use super::{
    filter,
    frame::Frame,
    number, severity,
    time::{Now, Stamp},
    words::{JournalWords, Words, fill, form},
};
use crate::accesses::Told;

/// Who is not heard for so long is silent.
const SILENT: TimeDelta = TimeDelta::minutes(60);
/// How far a clock may be ahead of another one.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
/// A comparison with the seals that is older proves little.
const OLD: TimeDelta = TimeDelta::days(2);

/// What the page is made of.
#[derive(Debug)]
pub(crate) struct JournalPage {
    pub(crate) summary: Summary,
    /// Whether it is of a fortnight, and not of a day.
    pub(crate) is_long: bool,
    /// What the rules say that look into the journal.
    pub(crate) told: Told,
}

impl JournalPage {
    /// Whether all rules looked at the journal lately.
    fn is_judged(&self) -> bool {
        let judged_at = self.told.judged_at;
        judged_at.is_some_and(|at| self.summary.at - at <= SILENT)
    }
}

#[derive(Template)]
#[template(path = "journal.html")]
struct View<'a> {
    frame: &'a Frame,
    t: &'static Words,
    w: &'static JournalWords,
    at: Stamp,
    class: &'static str,
    headline: String,
    /// What else is wrong.
    troubles: Vec<(&'static str, String)>,
    recorded: Option<Stamp>,
    sealed: Option<Stamp>,
    verified: Option<Stamp>,
    is_long: bool,
    picture: Picture,
    alerts: Vec<Fired<'a>>,
    more: Vec<More>,
    judged: Option<Stamp>,
    is_judged: bool,
    lists: Vec<List>,
    sources: Vec<Heard<'a>>,
}

/// A live alert.
struct Fired<'a> {
    class: &'static str,
    severity: &'static str,
    href: String,
    message: &'a str,
    since: Stamp,
}

/// What there is besides of a rule's live alerts.
struct More {
    rule: &'static str,
    said: String,
    href: String,
}

/// The most frequent of something.
struct List {
    id: &'static str,
    title: &'static str,
    hint: Option<&'static str>,
    column: &'static str,
    is_code: bool,
    is_dated: bool,
    rows: Vec<Counted>,
}

struct Counted {
    what: String,
    count: String,
    last: Option<Stamp>,
}

/// A source, and what became of what it told in the last 24 hours.
struct Heard<'a> {
    name: &'a str,
    class: &'static str,
    last: Stamp,
    seen: String,
    bad: String,
    dropped: String,
    unjudged: String,
}

/// The screen.
///
/// # Errors
/// When the template cannot be rendered.
pub(crate) fn journal(frame: &Frame, page: &JournalPage) -> Result<String, askama::Error> {
    let (w, summary) = (JournalWords::of(frame.language), &page.summary);
    let now = frame.now(summary.at);
    let mut troubles = troubles(frame, page);
    let (class, headline) = if troubles.is_empty() {
        ("whole", w.well.to_owned())
    } else {
        troubles.remove(0)
    };
    let stamp = |at: DateTime<Utc>| now.stamp(at);
    View {
        frame,
        t: frame.words(),
        w,
        at: now.stamp(summary.at),
        class,
        headline,
        troubles,
        recorded: summary.recorded_at.map(stamp),
        sealed: summary.seal.as_ref().map(|seal| now.stamp(seal.sealed_at)),
        verified: summary.verified.as_ref().map(|verified| now.stamp(verified.at)),
        is_long: page.is_long,
        picture: picture::picture(summary, page.is_long, now),
        alerts: page.told.alerts.iter().map(|alert| fired(alert, now)).collect(),
        more: page
            .told
            .more
            .iter()
            .map(|(rule, n)| more(w, rule, *n, now))
            .collect(),
        judged: page.told.judged_at.map(stamp),
        is_judged: page.is_judged(),
        lists: lists(w, summary, now),
        sources: summary.sources.iter().map(|source| heard(source, now)).collect(),
    }
    .render()
}

/// What is wrong, the worst first.
fn troubles(frame: &Frame, page: &JournalPage) -> Vec<(&'static str, String)> {
    let (w, summary) = (JournalWords::of(frame.language), &page.summary);
    let counted = |words: &'static str, n: u64| {
        let n_told = number::count(n, frame.language);
        fill(form(words, n, frame.language), &[&n_told])
    };
    let mut found = Vec::new();
    let mut some = |class, words, n| {
        if n > 0 {
            found.push((class, counted(words, n)));
        }
    };
    some(
        "bad",
        w.exposed,
        summary.steps.iter().map(|step| step.exposed).sum(),
    );
    some(
        "bad",
        w.tampered,
        summary.verified.as_ref().map_or(0, |verified| verified.broken),
    );
    let sources = &summary.sources;
    some(
        "blind",
        w.silent,
        sources
            .iter()
            .filter(|source| is_silent(source, summary.at))
            .count() as u64,
    );
    let counting =
        |is: &dyn Fn(&SourceHeard) -> bool| sources.iter().filter(|source| is(source)).count() as u64;
    let lately = |of: fn(&Lately) -> u64| sources.iter().map(|source| of(&source.lately)).sum();
    some("blind", w.garbled, counting(&SourceHeard::is_garbled));
    some(
        "blind",
        w.sightless,
        counting(&|source| source.blind == Some(Blind::NoRelation)),
    );
    some("blind", w.unclear, lately(|lately| lately.unjudged));
    some(
        "partial",
        w.unaudited,
        counting(&|source| source.blind == Some(Blind::NoAudit)),
    );
    some("partial", w.lost, lately(|lately| lately.dropped));
    some("partial", w.unread, lately(|lately| lately.bad));
    if sources.is_empty() {
        found.push(("blind", w.deaf.to_owned()));
    }
    if !page.is_judged() {
        found.push(("blind", w.unjudged.to_owned()));
    }
    let proof = match (&summary.seal, &summary.verified) {
        (None, _) => Some(w.unsealed),
        (_, None) => Some(w.unverified),
        (_, Some(verified)) if summary.at - verified.at > OLD => Some(w.old),
        _ => None,
    };
    found.extend(proof.map(|words| ("partial", words.to_owned())));
    let rank = |class: &str| {
        ["bad", "blind", "partial"]
            .iter()
            .position(|known| *known == class)
    };
    found.sort_by_key(|(class, _)| rank(class));
    found
}

/// Not heard for long, or by a clock that went back since, which says nothing of now.
fn is_silent(source: &SourceHeard, at: DateTime<Utc>) -> bool {
    !(-AHEAD..=SILENT).contains(&(at - source.heard_at))
}

fn heard(source: &SourceHeard, now: Now) -> Heard<'_> {
    let counted = |n| number::count(n, now.language);
    let lately = source.lately;
    let is_blind = source.blind == Some(Blind::NoRelation) || source.is_garbled() || lately.unjudged > 0;
    let class = if is_blind || is_silent(source, now.at) {
        "blind"
    } else if source.blind.is_some() || lately.dropped > 0 || lately.bad > 0 {
        "partial"
    } else {
        "good"
    };
    Heard {
        name: &source.source,
        class,
        last: now.stamp(source.heard_at),
        seen: counted(lately.seen),
        bad: counted(lately.bad),
        dropped: counted(lately.dropped),
        unjudged: counted(lately.unjudged),
    }
}

fn more(w: &JournalWords, rule: &'static str, n: u64, now: Now) -> More {
    let filter = AlertFilter {
        check_code: Some(rule.to_owned()),
        ..AlertFilter::default()
    };
    let count = number::count(n, now.language);
    More {
        rule,
        said: fill(form(w.more, n, now.language), &[&count]),
        href: filter::link(&filter, &[]),
    }
}

fn fired(alert: &Alert, now: Now) -> Fired<'_> {
    Fired {
        class: severity::class(alert.severity),
        severity: alert.severity.as_str(),
        href: format!("/governance/alerts/{}", alert.id),
        message: &alert.message,
        since: now.stamp(alert.opened_at),
    }
}

fn lists(w: &'static JournalWords, summary: &Summary, now: Now) -> Vec<List> {
    let counted = |n| number::count(n, now.language);
    let keys = |keys: &[KeyCount]| {
        let row = |key: &KeyCount| Counted {
            what: key.key.clone(),
            count: counted(key.count),
            last: Some(now.stamp(key.last_at)),
        };
        keys.iter().map(row).collect()
    };
    let routes = summary.routes.iter().map(|found| Counted {
        what: match &found.method {
            Some(method) => format!("{method} {}", found.route),
            None => found.route.clone(),
        },
        count: counted(found.count),
        last: Some(now.stamp(found.last_at)),
    });
    let kinds = summary.events.iter().map(|kind| Counted {
        what: kind_told(w, &kind.event),
        count: counted(kind.count),
        last: None,
    });
    let list = |id, title, column, rows| List {
        id,
        title,
        hint: None,
        column,
        is_code: true,
        is_dated: true,
        rows,
    };
    vec![
        List {
            is_code: false,
            is_dated: false,
            ..list("kinds", w.kinds, w.what, kinds.collect())
        },
        List {
            hint: Some(w.addresses_hint),
            ..list("addresses", w.addresses, w.who, keys(&summary.addresses))
        },
        list("accounts", w.accounts, w.who, keys(&summary.accounts)),
        list("routes", w.routes, w.what, routes.collect()),
    ]
}

/// A kind of event in words; what this program does not know, as it is written.
fn kind_told(w: &'static JournalWords, event: &str) -> String {
    let told = match event {
        "authn_login_fail" => w.event_authn_login_fail,
        "authn_login_successafterfail" => w.event_authn_login_successafterfail,
        "authn_token_invalid" => w.event_authn_token_invalid,
        "authz_fail" => w.event_authz_fail,
        "excess_rate_limit_exceeded" => w.event_excess_rate_limit_exceeded,
        "input_validation_fail" => w.event_input_validation_fail,
        "resource_enumeration" => w.event_resource_enumeration,
        "empty_sensitive_read" => w.event_empty_sensitive_read,
        "anon_data_read" => w.event_anon_data_read,
        "service_role_from_browser" => w.event_service_role_from_browser,
        other => return other.to_owned(),
    };
    told.to_owned()
}
