//! `/governance/alerts/{id}`: everything that a person needs to judge one alert, and to act on it.

use alerts_store::{Alert, AlertEvent, Durations, Times};
use askama::Template;
use integrity_core::{Description, Language, Text};
use uuid::Uuid;

use super::{
    acts::{self, Act},
    answer::{Answer, AnswerView},
    check::{self, ParameterView},
    frame::Frame,
    number,
    payload::{self, Change, Field},
    severity, standing,
    time::{self, Now, Stamp},
    timeline::{self, Told},
    words::{Words, fill, form},
};

/// What the page is made of.
#[derive(Debug)]
pub(crate) struct AlertPage {
    /// The store's clock.
    pub(crate) at: chrono::DateTime<chrono::Utc>,
    pub(crate) alert: Alert,
    /// Newest first.
    pub(crate) events: Vec<AlertEvent>,
    /// Before which event these are; the last ones where nothing is said.
    pub(crate) before: Option<u32>,
    /// What people call the check, where the store knows it.
    pub(crate) title: Option<Text>,
    /// The check as its files say it, where its pack is chosen.
    pub(crate) definition: Option<Description>,
    pub(crate) times: Times,
    pub(crate) answer: Option<Answer>,
    /// Names the next act, so that sent twice it is done once.
    pub(crate) request: Uuid,
}

#[derive(Template)]
#[template(path = "alert.html")]
struct View<'a> {
    frame: &'a Frame,
    t: &'static Words,
    page: &'a AlertPage,
    alert: &'a Alert,
    class: &'static str,
    name: &'a str,
    /// What an alert that Vigie itself raises says about the check.
    about_check: Option<&'static str>,
    /// The check that found it, or that it is about.
    code: &'a str,
    title: &'a str,
    standing: String,
    condition: String,
    due: Option<standing::Due>,
    facts: Vec<Fact>,
    fields: Vec<Field>,
    json: String,
    change: Option<Change>,
    timeline: Vec<Told>,
    /// How many events came before these, and before which.
    older: Option<(String, u32)>,
    acts: Vec<Act>,
    answer: Option<AnswerView>,
    times: [(&'static str, String); 2],
    parameters: Vec<ParameterView>,
    runbook: Option<String>,
    here: String,
}

/// One line of what is known.
#[derive(Debug)]
struct Fact {
    label: &'static str,
    said: Known,
}

/// A text, or a point in time.
#[derive(Debug)]
enum Known {
    Text(String),
    Time(Stamp),
}

/// The screen of one alert.
///
/// # Errors
/// When the template cannot be rendered.
pub(crate) fn alert(frame: &Frame, page: &AlertPage) -> Result<String, askama::Error> {
    let (t, now, alert) = (frame.words(), frame.now(page.at), &page.alert);
    let typed = page.answer.as_ref().filter(|answer| answer.is_refusal());
    let title = page.title.as_ref().map(|title| title.get(frame.language));
    let definition = page.definition.as_ref();
    let about_check = standing::about_check(alert, t);
    let code = if about_check.is_some() {
        &alert.entity_id
    } else {
        &alert.check_code
    };
    View {
        frame,
        t,
        page,
        alert,
        class: severity::class(alert.severity),
        name: standing::name(alert),
        about_check,
        code,
        title: title.filter(|title| !title.is_empty()).unwrap_or(code),
        standing: standing::standing(alert, now),
        condition: standing::condition(alert, now),
        due: standing::due(alert, now),
        facts: facts(alert, now),
        fields: payload::fields(&alert.payload, frame.language),
        json: payload::indented(alert.payload.as_json()),
        change: payload::last_change(&page.events, now).filter(|_| page.before.is_none()),
        timeline: page
            .events
            .iter()
            .map(|event| timeline::told(event, now))
            .collect(),
        older: page.events.last().and_then(|last| older(last, frame.language)),
        acts: acts::allowed(
            frame.role(),
            alert,
            typed.map(|answer| (answer.verb, &answer.typed)),
            now,
        ),
        answer: page.answer.as_ref().map(|answer| answer.view(now)),
        times: times(&page.times, frame.language),
        parameters: definition
            .map(|check| check::parameters(check, frame.language))
            .unwrap_or_default(),
        runbook: definition.and_then(check::runbook),
        here: format!("/governance/alerts/{}", alert.id),
    }
    .render()
}

/// Events are numbered from 1 without a gap.
fn older(last: &AlertEvent, language: Language) -> Option<(String, u32)> {
    let n = u64::from(last.seq.saturating_sub(1));
    let said = form(Words::of(language).events_older, n, language);
    (n > 0).then(|| (fill(said, &[&number::count(n, language)]), last.seq))
}

fn facts(alert: &Alert, now: Now) -> Vec<Fact> {
    let t = Words::of(now.language);
    let text = |label, text: Option<&str>| {
        Some(Fact {
            label,
            said: Known::Text(text?.to_owned()),
        })
    };
    let time = |label, at: Option<_>| {
        Some(Fact {
            label,
            said: Known::Time(now.stamp(at?)),
        })
    };
    let came_back = (alert.reopen_count > 0).then(|| number::count(alert.reopen_count.into(), now.language));
    let reopened = (alert.opened_at != alert.first_detected_at).then_some(alert.opened_at);
    [
        text(
            t.fact_entity,
            Some(&format!("{} · {}", alert.entity_type, alert.entity_id)),
        ),
        text(t.fact_scope, alert.scope.as_deref()),
        time(t.fact_occurred, alert.occurred_at),
        time(t.fact_first, Some(alert.first_detected_at)),
        time(t.fact_opened, reopened),
        time(t.fact_last, Some(alert.last_detected_at)),
        time(t.fact_due, alert.due_at.filter(|_| alert.is_live())),
        time(t.fact_breached, alert.breached_at),
        time(t.fact_until, alert.accepted_until),
        time(t.fact_verified, alert.verified_at),
        text(t.fact_came_back, came_back.as_deref()),
        text(
            t.fact_database,
            Some(&alert.database)
                .filter(|name| *name != "main")
                .map(String::as_str),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How long people and evaluations take with the alerts of a check.
pub(crate) fn times(times: &Times, language: Language) -> [(&'static str, String); 2] {
    let t = Words::of(language);
    [
        (t.times_acknowledge, durations(&times.acknowledge, language)),
        (t.times_resolve, durations(&times.resolve, language)),
    ]
}

fn durations(durations: &Durations, language: Language) -> String {
    let t = Words::of(language);
    match (durations.n, durations.median, durations.p90) {
        (n @ 1.., Some(median), Some(p90)) => fill(
            t.times_told,
            &[
                &time::seconds(median, language),
                &time::seconds(p90, language),
                &number::count(n, language),
            ],
        ),
        _ => t.times_none.to_owned(),
    }
}
