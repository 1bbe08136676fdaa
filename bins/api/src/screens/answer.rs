//! What the server answers to an act, in words for the row it was done to.

use alerts_store::{Alert, AlertEvent, AlertId, Verb};

use super::{
    standing::standing,
    time::Now,
    timeline::{self, Told},
    words::{Words, fill},
};

/// The answer to a person's last act.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) alert: AlertId,
    pub(crate) verb: Verb,
    pub(crate) said: Said,
    /// What the person had written, given back where it was not taken.
    pub(crate) typed: Typed,
}

/// What a person wrote into the form of an act.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    pub(crate) comment: String,
    /// A local day, as a date field says it.
    pub(crate) until: String,
}

/// What came of an act.
#[derive(Debug, Clone)]
pub(crate) enum Said {
    /// Done; the alert as it is now.
    Done(Box<Alert>),
    /// Done before, by the same request.
    Replayed(Box<Alert>),
    /// Not done: the alert has changed since the person saw it.
    Conflict {
        current: Box<Alert>,
        /// What happened since.
        since: Vec<AlertEvent>,
    },
    /// Not done: this person may not.
    Forbidden,
    /// Not done: something given is not well formed.
    Invalid { field: String, reason: String },
    /// Not done: there is no such alert.
    Missing,
    /// Not known: the database did not answer.
    Unknown,
}

/// The answer as a page shows it.
#[derive(Debug)]
pub(crate) struct AnswerView {
    pub(crate) class: &'static str,
    pub(crate) title: String,
    pub(crate) detail: String,
    /// What happened meanwhile.
    pub(crate) since: Vec<Told>,
    /// The store's own words, in English.
    pub(crate) reason: String,
}

impl Answer {
    /// Whether nothing was done, so that the person should find the form as it was left.
    pub(crate) fn is_refusal(&self) -> bool {
        !matches!(self.said, Said::Done(_) | Said::Replayed(_))
    }

    pub(crate) fn view(&self, now: Now) -> AnswerView {
        let words = Words::of(now.language);
        let refused = |title: &str, detail: String| AnswerView {
            class: "bad",
            title: title.to_owned(),
            detail,
            since: Vec::new(),
            reason: String::new(),
        };
        match &self.said {
            Said::Done(alert) => AnswerView {
                class: "good",
                ..refused(done(self.verb, alert, words), standing(alert, now))
            },
            Said::Replayed(alert) => AnswerView {
                class: "good",
                ..refused(words.answer_replayed, standing(alert, now))
            },
            Said::Conflict { current, since } => AnswerView {
                class: "partial",
                since: since.iter().map(|event| timeline::told(event, now)).collect(),
                ..refused(
                    words.answer_conflict,
                    fill(words.answer_now, &[&standing(current, now)]),
                )
            },
            Said::Forbidden => refused(words.answer_forbidden, words.answer_forbidden_why.to_owned()),
            Said::Invalid { field, reason } => AnswerView {
                reason: reason.clone(),
                ..refused(words.answer_invalid, field_name(field, words).to_owned())
            },
            Said::Missing => refused(words.answer_missing, String::new()),
            Said::Unknown => refused(words.answer_unknown, words.answer_unknown_why.to_owned()),
        }
    }
}

fn done(verb: Verb, alert: &Alert, words: &Words) -> &'static str {
    match verb {
        Verb::Ack => words.done_ack,
        Verb::Unack => words.done_unack,
        Verb::Resolve if alert.verified_at.is_some() => words.done_resolved_gone,
        Verb::Resolve => words.done_resolved,
        Verb::Accept => words.done_accepted,
        Verb::FalsePositive => words.done_false_positive,
        Verb::Comment => words.done_comment,
        Verb::Retire => words.done_retired,
    }
}

fn field_name<'f>(field: &'f str, words: &Words) -> &'f str {
    match field {
        "comment" => words.invalid_comment,
        "until" => words.invalid_until,
        other => other,
    }
}
