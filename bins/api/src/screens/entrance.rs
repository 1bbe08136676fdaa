//! Before and after: signing in, choosing a persona, and what is said to somebody without a role.

use askama::Template;

use super::{
    frame::Frame,
    words::{Words, fill},
};
use crate::identity::PERSONAS;

/// What the sign-in page is made of.
#[derive(Debug, Clone)]
pub(crate) struct SignInPage {
    pub(crate) way: Way,
    /// What went wrong, or that the person has just left.
    pub(crate) notice: Option<Notice>,
    /// Given back after an attempt that failed.
    pub(crate) email: String,
    /// Where to go afterwards, a path of our own.
    pub(crate) next: String,
}

/// How people sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// With e-mail and password.
    Password,
    /// By choosing one of the demo's people.
    Persona,
}

/// What is said above the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice {
    /// E-mail or password is wrong; which of them, nobody is told.
    Wrong,
    /// Whom we ask does not answer.
    Unavailable,
    /// The session has ended.
    Expired,
    /// The person has left.
    SignedOut,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInView<'a> {
    frame: &'a Frame,
    t: &'static Words,
    page: &'a SignInPage,
    by_password: bool,
    /// Word, name, and what the person may do.
    personas: [(&'static str, &'static str, &'static str); 4],
    notice: Option<(&'static str, &'static str)>,
}

/// The sign-in page.
///
/// # Errors
/// When the template cannot be rendered.
pub(crate) fn sign_in(frame: &Frame, page: &SignInPage) -> Result<String, askama::Error> {
    let t = frame.words();
    let [admin, directeur, pca, stranger] = PERSONAS.map(|persona| persona.word);
    SignInView {
        frame,
        t,
        page,
        by_password: page.way == Way::Password,
        personas: [
            (admin, t.persona_admin, t.persona_admin_may),
            (directeur, t.persona_directeur, t.persona_directeur_may),
            (pca, t.persona_pca, t.persona_pca_may),
            (stranger, t.persona_stranger, t.persona_stranger_may),
        ],
        notice: page.notice.map(|notice| match notice {
            Notice::Wrong => ("bad", t.sign_in_wrong),
            Notice::Unavailable => ("bad", t.sign_in_unavailable),
            Notice::Expired => ("partial", t.sign_in_expired),
            Notice::SignedOut => ("good", t.sign_in_left),
        }),
    }
    .render()
}

#[derive(Template)]
#[template(path = "stranger.html")]
struct StrangerView<'a> {
    frame: &'a Frame,
    t: &'static Words,
    /// Whom to ask, where the configuration says it.
    ask: Option<&'a str>,
    who: String,
}

/// What somebody without a role sees: nothing but whom to ask.
///
/// # Errors
/// When the template cannot be rendered.
pub(crate) fn stranger(frame: &Frame, ask: Option<&str>) -> Result<String, askama::Error> {
    let t = frame.words();
    let name = frame
        .viewer
        .as_ref()
        .map(|viewer| viewer.name.as_str())
        .unwrap_or_default();
    StrangerView {
        frame,
        t,
        ask,
        who: fill(t.stranger_who, &[name]),
    }
    .render()
}
