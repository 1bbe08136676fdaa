//! `/governance/integrity`: the banner of truth, the numbers, the filter, the list.

use alerts_store::{Alert, AlertFilter, AlertId, KnownCheck, Status, Summary, TrendDay, Verb};
use askama::Template;
use integrity_core::Severity;
use uuid::Uuid;

use super::{
    acts,
    answer::{Answer, AnswerView, Typed},
    banner::Banner,
    filter::{self, Choice},
    frame::Frame,
    number, severity, standing,
    time::Now,
    trend::Trend,
    words::{Words, fill, form},
};

/// What the page is made of.
#[derive(Debug)]
pub(crate) struct IntegrityPage {
    pub(crate) summary: Summary,
    pub(crate) filter: AlertFilter,
    pub(crate) alerts: Vec<Alert>,
    /// Where the next page begins, in a form for the URL.
    pub(crate) next: Option<String>,
    /// Where this page begins; `None` on the first.
    pub(crate) cursor: Option<String>,
    pub(crate) checks: Vec<KnownCheck>,
    pub(crate) trend: Vec<TrendDay>,
    /// The alert whose form to resolve it is open: `?resolve=…`.
    pub(crate) resolving: Option<AlertId>,
    pub(crate) answer: Option<Answer>,
    /// Names the next act, so that sent twice it is done once.
    pub(crate) request: Uuid,
}

#[derive(Template)]
#[template(path = "integrity.html")]
struct View<'a> {
    frame: &'a Frame,
    t: &'static Words,
    page: &'a IntegrityPage,
    banner: Banner<'a>,
    counters: Vec<Counter>,
    trend: Option<Trend>,
    severities: Vec<Choice>,
    statuses: Vec<Choice>,
    checks: Vec<Choice>,
    /// Whether the list shows anything but the default.
    filtered: bool,
    rows: Vec<Row<'a>>,
    /// The answer about an alert that is not in the list any more.
    answer: Option<AnswerView>,
    next: Option<String>,
    /// This list from its beginning, which is also where an act leads back to.
    list: String,
    /// This very page of it.
    here: String,
    pairs: Vec<(&'static str, String)>,
    live: String,
    none: String,
}

/// A number that leads to what it counts.
#[derive(Debug)]
struct Counter {
    class: &'static str,
    label: &'static str,
    n: String,
    is_severity: bool,
    is_zero: bool,
    href: String,
    current: bool,
}

/// An alert in the list.
#[derive(Debug)]
struct Row<'a> {
    alert: &'a Alert,
    class: &'static str,
    name: &'a str,
    title: &'a str,
    brief: String,
    standing: String,
    due: Option<standing::Due>,
    may_ack: bool,
    may_resolve: bool,
    /// Open to be resolved, with what was typed before.
    form: Option<Typed>,
    answer: Option<AnswerView>,
}

/// The integrity screen.
///
/// # Errors
/// When the template cannot be rendered.
pub(crate) fn integrity(frame: &Frame, page: &IntegrityPage) -> Result<String, askama::Error> {
    let (t, now) = (frame.words(), frame.now(page.summary.at));
    let rows: Vec<_> = page
        .alerts
        .iter()
        .map(|alert| row(frame, page, alert, now))
        .collect();
    let elsewhere = page
        .answer
        .as_ref()
        .filter(|answer| !page.alerts.iter().any(|alert| alert.id == answer.alert));
    let cursor = page
        .cursor
        .iter()
        .map(|cursor| ("cursor", cursor.as_str()))
        .collect::<Vec<_>>();
    let live = page.summary.live.iter().map(|count| count.count).sum();
    View {
        frame,
        t,
        page,
        banner: Banner::new(&page.summary, now),
        counters: counters(frame, page),
        trend: Trend::new(&page.trend, frame.language),
        severities: filter::severities(&page.filter),
        statuses: filter::statuses(&page.filter, t),
        checks: checks(frame, page),
        filtered: !filter::pairs(&page.filter).is_empty(),
        rows,
        answer: elsewhere.map(|answer| answer.view(now)),
        next: page
            .next
            .as_ref()
            .map(|next| filter::link(&page.filter, &[("cursor", next)])),
        list: filter::link(&page.filter, &[]),
        here: filter::link(&page.filter, &cursor),
        pairs: filter::pairs(&page.filter),
        live: number::count(live, frame.language),
        none: none(page, now),
    }
    .render()
}

/// What an empty list says: zero is a claim, and stands on the same proof as the banner.
fn none(page: &IntegrityPage, now: Now) -> String {
    let words = Words::of(now.language);
    match page.summary.complete_at {
        Some(at) => fill(words.none_since, &[&now.exact(at)]),
        None => words.none_unproved.to_owned(),
    }
}

fn counters(frame: &Frame, page: &IntegrityPage) -> Vec<Counter> {
    let t = frame.words();
    let live = &page.summary.live;
    let of = |wanted: Severity| {
        live.iter()
            .filter(|n| n.severity == wanted)
            .map(|n| n.count)
            .sum()
    };
    let severity = |severity: Severity| {
        let filter = AlertFilter {
            severities: vec![severity],
            ..AlertFilter::default()
        };
        (severity::class(severity), severity.as_str(), of(severity), filter)
    };
    let acknowledged = AlertFilter {
        statuses: vec![Status::Ack],
        ..AlertFilter::default()
    };
    let overdue = AlertFilter {
        overdue: true,
        ..AlertFilter::default()
    };
    let taken_up = live
        .iter()
        .filter(|n| n.status == Status::Ack)
        .map(|n| n.count)
        .sum();
    [
        (
            "all",
            t.count_live,
            live.iter().map(|n| n.count).sum(),
            AlertFilter::default(),
        ),
        severity(Severity::Critical),
        severity(Severity::Warn),
        severity(Severity::Info),
        ("ack", t.count_ack, taken_up, acknowledged),
        ("late", t.count_late, page.summary.overdue, overdue),
    ]
    .into_iter()
    .map(|(class, label, n, filter): (_, _, u64, _)| Counter {
        class,
        label: form(label, n, frame.language),
        n: number::count(n, frame.language),
        is_severity: !filter.severities.is_empty(),
        is_zero: n == 0,
        href: filter::link(&filter, &[]),
        current: filter::pairs(&filter) == filter::pairs(&page.filter),
    })
    .collect()
}

fn checks(frame: &Frame, page: &IntegrityPage) -> Vec<Choice> {
    let known = page.checks.iter().map(|check| Choice {
        value: check.info.code.to_string(),
        label: check.info.title.get(frame.language).to_owned(),
        class: "",
        chosen: page.filter.check_code.as_deref() == Some(check.info.code.as_str()),
    });
    known.collect()
}

fn row<'a>(frame: &Frame, page: &'a IntegrityPage, alert: &'a Alert, now: Now) -> Row<'a> {
    let answer = page.answer.as_ref().filter(|answer| answer.alert == alert.id);
    let may = |verb| acts::may(frame.role(), verb, alert);
    let refused = answer.filter(|answer| answer.verb == Verb::Resolve && answer.is_refusal());
    let opened = page.resolving == Some(alert.id) || refused.is_some();
    let may_resolve = may(Verb::Resolve);
    Row {
        alert,
        class: severity::class(alert.severity),
        name: standing::name(alert),
        title: standing::about_check(alert, frame.words())
            .unwrap_or_else(|| title(frame, &page.checks, &alert.check_code)),
        brief: standing::brief(alert),
        standing: standing::standing(alert, now),
        due: standing::due(alert, now),
        may_ack: may(Verb::Ack),
        may_resolve,
        form: (opened && may_resolve).then(|| refused.map(|answer| answer.typed.clone()).unwrap_or_default()),
        answer: answer.map(|answer| answer.view(now)),
    }
}

/// What people call the check, else its code.
fn title<'a>(frame: &Frame, checks: &'a [KnownCheck], code: &'a str) -> &'a str {
    let known = checks.iter().find(|check| check.info.code.as_str() == code);
    let title = known.map(|check| check.info.title.get(frame.language));
    title.filter(|title| !title.is_empty()).unwrap_or(code)
}
