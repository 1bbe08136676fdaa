//! Pages for what went wrong. None of them shows a number: an error never looks like zero.

use askama::Template;

use super::{frame::Frame, words::Words};

/// What went wrong, by what the person can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// 400: the address or the form cannot be read.
    Malformed,
    /// 403: this person may not, or the form did not come from here.
    Forbidden,
    /// 404.
    Missing,
    /// 409: it has changed meanwhile.
    Conflict,
    /// 413: the form is larger than any of ours.
    TooLarge,
    /// 429: too many attempts.
    TooMany,
    /// 500: the fault is ours.
    Broken,
    /// 503: the database does not answer.
    Unavailable,
    /// 503: too many ask at once, or it took too long.
    Busy,
    /// 503: who this is cannot be verified just now.
    Unverified,
    /// 503: an act was asked for, and nobody knows what came of it.
    Unanswered,
}

impl Trouble {
    /// The HTTP status.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Forbidden => 403,
            Self::Missing => 404,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::TooMany => 429,
            Self::Broken => 500,
            Self::Unavailable | Self::Busy | Self::Unverified | Self::Unanswered => 503,
        }
    }

    /// Whether waiting helps.
    fn passes(self) -> bool {
        matches!(self, Self::Unavailable | Self::Busy | Self::Unverified)
    }

    /// What happened, and what to do.
    fn said(self, t: &Words) -> (&'static str, &'static str) {
        match self {
            Self::Malformed => (t.trouble_malformed, t.trouble_malformed_do),
            Self::Forbidden => (t.trouble_forbidden, t.trouble_forbidden_do),
            Self::Missing => (t.trouble_missing, t.trouble_missing_do),
            Self::Conflict => (t.trouble_conflict, t.trouble_conflict_do),
            Self::TooLarge => (t.trouble_too_large, t.trouble_too_large_do),
            Self::TooMany => (t.trouble_too_many, t.trouble_too_many_do),
            Self::Broken => (t.trouble_broken, t.trouble_broken_do),
            Self::Unavailable => (t.trouble_unavailable, t.trouble_unavailable_do),
            Self::Busy => (t.trouble_busy, t.trouble_busy_do),
            Self::Unverified => (t.trouble_unverified, t.trouble_unverified_do),
            Self::Unanswered => (t.answer_unknown, t.trouble_unanswered_do),
        }
    }
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct View<'a> {
    frame: &'a Frame,
    t: &'static Words,
    status: u16,
    what: &'static str,
    remedy: &'static str,
    /// Whether the page tries again by itself.
    passes: bool,
}

/// The page for what went wrong.
///
/// # Errors
/// When the template cannot be rendered.
pub(crate) fn trouble(frame: &Frame, trouble: Trouble) -> Result<String, askama::Error> {
    let t = frame.words();
    let (what, remedy) = trouble.said(t);
    View {
        frame,
        t,
        status: trouble.status(),
        what,
        remedy,
        passes: trouble.passes() && frame.renews,
    }
    .render()
}
