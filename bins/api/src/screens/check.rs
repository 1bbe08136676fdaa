//! `/governance/checks/{code}`: what a check looks for, how, and what came of it.

use alerts_store::{KnownCheck, PastOutcome, Times};
use askama::Template;
use chrono::{DateTime, Utc};
use integrity_core::{Description, Language, Role};
use serde_json::Value;

use super::{
    alert::times,
    checks::{Row, row},
    frame::{CHECKS, Frame},
    number,
    runbook::{Block, blocks},
    time::Stamp,
    words::Words,
};

/// What the page is made of.
#[derive(Debug)]
pub(crate) struct CheckPage {
    /// The store's clock.
    pub(crate) at: DateTime<Utc>,
    pub(crate) check: KnownCheck,
    /// The check as its files say it, where its pack is chosen.
    pub(crate) definition: Option<Description>,
    /// Newest first.
    pub(crate) outcomes: Vec<PastOutcome>,
    pub(crate) times: Times,
    /// The section of the runbook, in the reader's language, as Markdown.
    pub(crate) runbook: Option<String>,
    pub(crate) answer: Option<Confirmed>,
}

/// The answer to an admin who confirmed what makes a check suspect.
#[derive(Debug, Clone)]
pub(crate) enum Confirmed {
    /// The next evaluation will be believed.
    Done,
    /// It is not suspect, or somebody was faster.
    Nothing,
    /// This person may not.
    Forbidden,
    /// Without words it is not taken.
    Invalid { reason: String, comment: String },
    /// The database did not answer.
    Unknown { comment: String },
}

#[derive(Template)]
#[template(path = "check.html")]
struct View<'a> {
    frame: &'a Frame,
    t: &'static Words,
    page: &'a CheckPage,
    row: Row<'a>,
    parameters: Vec<ParameterView>,
    times: [(&'static str, String); 2],
    runbook: Vec<Block>,
    /// Where its runbook stands, if that is elsewhere.
    elsewhere: Option<String>,
    outcomes: Vec<OutcomeView<'a>>,
    may_confirm: bool,
    answer: Option<AnswerText<'a>>,
    /// What an admin wrote and what was not taken.
    comment: &'a str,
    here: String,
}

/// A parameter with its value in force.
#[derive(Debug)]
pub(crate) struct ParameterView {
    pub(crate) name: String,
    pub(crate) sql_type: String,
    pub(crate) value: String,
    /// The value in its file, where the configuration gives it another.
    pub(crate) default: Option<String>,
}

/// One run.
#[derive(Debug)]
struct OutcomeView<'a> {
    at: Stamp,
    class: &'static str,
    what: &'static str,
    reason: &'a str,
    findings: String,
    elapsed: String,
}

/// What is said about an answer.
#[derive(Debug)]
struct AnswerText<'a> {
    class: &'static str,
    title: &'static str,
    reason: &'a str,
}

/// The screen of one check.
///
/// # Errors
/// When the template cannot be rendered.
pub(crate) fn check(frame: &Frame, page: &CheckPage) -> Result<String, askama::Error> {
    let (t, now) = (frame.words(), frame.now(page.at));
    let state = page.check.state.as_ref();
    let waits = state.is_some_and(|state| state.awaits_confirmation(page.at));
    let definition = page.definition.as_ref();
    View {
        frame,
        t,
        page,
        row: row(frame, &page.check, &page.outcomes, now),
        parameters: definition
            .map(|check| parameters(check, frame.language))
            .unwrap_or_default(),
        times: times(&page.times, frame.language),
        runbook: page.runbook.as_deref().map(blocks).unwrap_or_default(),
        elsewhere: definition
            .and_then(runbook)
            .filter(|link| !link.starts_with(CHECKS)),
        outcomes: page
            .outcomes
            .iter()
            .map(|outcome| OutcomeView {
                at: now.stamp(outcome.at),
                class: super::checks::class(&outcome.outcome),
                what: super::checks::outcome(&outcome.outcome, t),
                reason: outcome
                    .reason
                    .as_deref()
                    .or(outcome.error.as_deref())
                    .unwrap_or_default(),
                findings: number::count(outcome.findings, frame.language),
                elapsed: number::count(outcome.elapsed_ms, frame.language),
            })
            .collect(),
        may_confirm: waits && frame.role() == Some(Role::Admin),
        answer: page.answer.as_ref().map(|answer| answered(answer, t)),
        comment: page.answer.as_ref().map(given_back).unwrap_or_default(),
        here: link(page.check.info.code.as_str()),
    }
    .render()
}

/// The page of a check.
pub(crate) fn link(code: &str) -> String {
    format!("{CHECKS}/{}", super::filter::encoded(code))
}

fn answered<'a>(answer: &'a Confirmed, t: &'static Words) -> AnswerText<'a> {
    let (class, title, reason) = match answer {
        Confirmed::Done => ("good", t.confirm_done, ""),
        Confirmed::Nothing => ("partial", t.confirm_nothing, ""),
        Confirmed::Forbidden => ("bad", t.answer_forbidden, ""),
        Confirmed::Invalid { reason, .. } => ("bad", t.answer_invalid, reason.as_str()),
        Confirmed::Unknown { .. } => ("bad", t.answer_unknown, ""),
    };
    AnswerText { class, title, reason }
}

fn given_back(answer: &Confirmed) -> &str {
    match answer {
        Confirmed::Invalid { comment, .. } | Confirmed::Unknown { comment } => comment,
        Confirmed::Done | Confirmed::Nothing | Confirmed::Forbidden => "",
    }
}

pub(crate) fn parameters(check: &Description, language: Language) -> Vec<ParameterView> {
    let said = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => number::decimal(&other.to_string(), language),
    };
    let all = check.parameters.iter();
    all.map(|(name, parameter)| ParameterView {
        name: name.clone(),
        sql_type: parameter.sql_type.clone(),
        value: said(&parameter.value),
        default: parameter.changed.then(|| said(&parameter.default)),
    })
    .collect()
}

/// Where to read what to do: an address of the host's own, or the section on the page of the check.
pub(crate) fn runbook(check: &Description) -> Option<String> {
    let reference = check.runbook.as_deref()?;
    let is_address = ["https://", "http://"]
        .iter()
        .any(|scheme| reference.starts_with(scheme));
    Some(if is_address {
        reference.to_owned()
    } else {
        format!("{}#runbook", link(check.code.as_str()))
    })
}
