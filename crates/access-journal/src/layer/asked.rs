use std::{fmt::Write as _, net::IpAddr};

use http::{HeaderValue, Method, header, request::Parts};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{note::Note, settings::Settings};
use crate::ingest::{family, whole};

const FORWARDED_FOR: &str = "x-forwarded-for";
const REQUEST_ID: &str = "x-request-id";

/// What may stand in a column, in characters.
const LONGEST: usize = 200;

/// What is known of a request before it is answered.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) method: Option<String>,
    pub(super) route: Option<String>,
    /// The path, as logs tell it too.
    pub(super) path: String,
    /// Whether there is no route, or its template leaves something open.
    pub(super) is_open: bool,
    pub(super) client: Option<IpAddr>,
    pub(super) is_allowed: bool,
    pub(super) user_agent_family: Option<&'static str>,
    pub(super) client_release: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) note: Note,
}

impl Asked {
    /// `None` for what is not looked at.
    pub(super) fn of(parts: &Parts, settings: &Settings) -> Option<Self> {
        let path = parts.uri.path();
        if parts.method == Method::OPTIONS || settings.exempt.iter().any(|exempt| is_within(path, exempt)) {
            return None;
        }
        let route = (settings.route)(parts).and_then(template);
        // Where there is no route, all of the path is open.
        let is_open = route.as_ref().is_none_or(|route| route.contains('{'));
        let client = client(parts, settings);
        let is_allowed = |address: IpAddr| settings.allow.iter().any(|network| network.contains(&address));
        Some(Self {
            method: method(&parts.method),
            path: short(whole(path)),
            is_open,
            route,
            client,
            is_allowed: client.is_some_and(is_allowed),
            user_agent_family: parts.headers.get(header::USER_AGENT).map(agent),
            client_release: (settings.release)(parts).filter(|release| fits(release)),
            request_id: request_id(parts),
            note: Note::default(),
        })
    }
}

/// What kind of program, never what it says of itself.
fn agent(header: &HeaderValue) -> &'static str {
    family(header.to_str().unwrap_or_default())
}

fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Where it comes from; who is no proxy of ours says nothing of others.
fn client(parts: &Parts, settings: &Settings) -> Option<IpAddr> {
    let passed_on = parts.headers.get_all(FORWARDED_FOR).iter();
    let passed_on = passed_on.map(|value| value.to_str().unwrap_or("?"));
    (settings.peer)(parts).and_then(|peer| settings.proxies.stranger(peer, passed_on))
}

/// Methods that somebody made up are told as that.
fn method(method: &Method) -> Option<String> {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::CONNECT,
        Method::TRACE,
    ];
    known.contains(method).then(|| method.as_str().to_owned())
}

/// A template holds no query, whoever wrote it.
fn template(route: String) -> Option<String> {
    (fits(&route) && !route.contains(['?', '#'])).then_some(route)
}

/// Whether a text may stand in a column: one line, also by what the database takes for the end of one.
pub(super) fn fits(text: &str) -> bool {
    let ends_line = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    (1..=LONGEST).contains(&text.chars().count()) && !text.contains(ends_line)
}

/// A long path is told by its digest: it is told apart, and takes no room.
fn short(path: String) -> String {
    if path.len() <= LONGEST {
        return path;
    }
    let mut short = String::new();
    for byte in Sha256::digest(path) {
        // Nothing fails that writes into a string.
        let _ = write!(short, "{byte:02x}");
    }
    short
}

/// The request's number, where it is one: anything else may be whatever somebody wanted to have kept.
fn request_id(parts: &Parts) -> Option<String> {
    let given = parts.headers.get(REQUEST_ID)?.to_str().ok()?;
    let number = Uuid::try_parse(given).ok()?;
    Some(number.to_string())
}
