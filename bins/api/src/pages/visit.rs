//! A person at a screen: who they are, what they may do, and how they read.

use std::sync::Arc;

use alerts_store::Error;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use integrity_core::Language;

use super::page;
use crate::{
    access_layer,
    app::App,
    identity::{self, NotValid},
    person::{Person, who},
    screens::{self, Frame, Release, Theme, Trouble, Viewer},
};

/// Holds `fr` or `en`.
const LANGUAGE: &str = "vigie_lang";
/// Holds `light` or `dark`.
const THEME: &str = "vigie_theme";
/// The name of a request: the router gives it, and never takes it from whoever asks.
pub(crate) const REQUEST: HeaderName = HeaderName::from_static("x-request-id");

/// Somebody with a role, at a screen.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) person: Person,
    pub(super) frame: Frame,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        if let Some(switched) = switched(&parts.method, &parts.uri, app.identity.is_secure) {
            return Err(switched);
        }
        let mut frame = asked(app, &parts.method, &parts.headers, &parts.uri);
        let person = match who(app, &parts.headers).await {
            // A browser comes with a session; a token is for programs.
            Ok(Some(person)) if person.session.is_some() => person,
            Ok(_)
            | Err(NotValid::Signature | NotValid::Time | NotValid::Audience | NotValid::NobodysToken) => {
                let had_one = identity::session_of(&parts.headers, app.identity.is_secure).is_some();
                return Err(to_entrance(&frame.here, had_one));
            }
            Err(NotValid::NoKeys) => return Err(trouble(&frame, Trouble::Unverified)),
        };
        access_layer::note(parts, Some(&person.caller));
        let session = person.session.as_ref();
        frame.csrf = session.map(|session| session.csrf.clone()).unwrap_or_default();
        frame.viewer = session.map(|session| Viewer {
            name: session.name.clone(),
            role: None,
        });
        let role = app.store.role(&person.caller).await;
        let role = role.map_err(|error| trouble(&frame, trouble_of(&error)))?;
        if let Some(viewer) = &mut frame.viewer {
            viewer.role = role;
        }
        if role.is_none() {
            let html = screens::stranger(&frame, app.administrator.as_deref());
            return Err(page(StatusCode::FORBIDDEN, html));
        }
        Ok(Self { person, frame })
    }
}

impl Visit {
    /// The page for what the store could not answer.
    pub(super) fn trouble(&self, error: &Error) -> Response {
        trouble(&self.frame, trouble_of(error))
    }

    /// The same where something may have been done before, so that nobody takes it for undone.
    pub(super) fn unread(&self, error: &Error, acted: bool) -> Response {
        match trouble_of(error) {
            Trouble::Unavailable | Trouble::Broken if acted => trouble(&self.frame, Trouble::Unanswered),
            other => trouble(&self.frame, other),
        }
    }
}

/// The page for what went wrong.
pub(super) fn trouble(frame: &Frame, trouble: Trouble) -> Response {
    let status = StatusCode::from_u16(trouble.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = page(status, screens::trouble(frame, trouble));
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

fn trouble_of(error: &Error) -> Trouble {
    match error {
        Error::NotFound => Trouble::Missing,
        Error::Forbidden { .. } => Trouble::Forbidden,
        Error::Invalid { .. } => Trouble::Malformed,
        Error::Conflict { .. } | Error::NothingToConfirm { .. } => Trouble::Conflict,
        Error::Unavailable(_) => Trouble::Unavailable,
        error => {
            tracing::error!(code = error.code(), "{error}");
            Trouble::Broken
        }
    }
}

/// What stands around the page that was asked for, of somebody who is not known yet.
pub(crate) fn asked(app: &App, method: &Method, headers: &HeaderMap, uri: &Uri) -> Frame {
    Frame {
        renews: method == Method::GET,
        ..frame(app, headers, uri)
    }
}

/// What stands around any page.
pub(super) fn frame(app: &App, headers: &HeaderMap, uri: &Uri) -> Frame {
    let build = &app.standing.build;
    Frame {
        viewer: None,
        csrf: String::new(),
        language: language(headers),
        theme: theme(headers),
        zone: app.zone,
        release: Release {
            id: app.standing.release.to_string(),
            version: build.version.clone(),
            commit: build.commit_or_unknown().to_owned(),
            environment: app.standing.env.to_string(),
        },
        news: app.changes.now(),
        here: page_of(uri),
        renews: false,
        request: headers
            .get(REQUEST)
            .and_then(|name| name.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
    }
}

/// The page that an address belongs to: where a form is sent to is no page.
fn page_of(uri: &Uri) -> String {
    let path = uri.path();
    for things in ["/governance/alerts/", "/governance/checks/"] {
        let thing = path.strip_prefix(things).and_then(|rest| rest.split_once('/'));
        if let Some((thing, _act)) = thing {
            return own_path(&format!("{things}{thing}"));
        }
    }
    match path {
        "/sign-out" => "/".to_owned(),
        _ => own_path(uri.path_and_query().map_or("/", |here| here.as_str())),
    }
}

/// The one that was chosen, else as the system has it.
fn theme(headers: &HeaderMap) -> Theme {
    let jar = CookieJar::from_headers(headers);
    let chosen = jar.get(THEME).and_then(|cookie| known(cookie.value()));
    chosen.unwrap_or(Theme::Auto)
}

fn known(word: &str) -> Option<Theme> {
    Theme::ALL.into_iter().find(|theme| theme.as_str() == word)
}

/// The one that was chosen, else the first that the browser names and we speak, else French.
fn language(headers: &HeaderMap) -> Language {
    let jar = CookieJar::from_headers(headers);
    if let Some(chosen) = jar.get(LANGUAGE).and_then(|cookie| spoken(cookie.value())) {
        return chosen;
    }
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut accepted: Vec<(f32, Language)> = accepted
        .split(',')
        .filter_map(|range| {
            let (tag, weight) = range.split_once(";q=").unwrap_or((range, "1"));
            let primary = tag.trim().split('-').next()?;
            let weight: f32 = weight.trim().parse().ok()?;
            weight.is_finite().then_some((weight, spoken(primary)?))
        })
        .collect();
    accepted.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    accepted.first().map_or(Language::Fr, |(_, language)| *language)
}

fn spoken(word: &str) -> Option<Language> {
    match word.to_ascii_lowercase().as_str() {
        "fr" => Some(Language::Fr),
        "en" => Some(Language::En),
        _ => None,
    }
}

/// `?lang=en` chooses a language, `?theme=dark` how the page looks; both lead to the same page without it.
pub(super) fn switched(method: &Method, uri: &Uri, is_secure: bool) -> Option<Response> {
    let query = uri.query().filter(|_| method == Method::GET)?;
    let is_choice = |pair: &&str| pair.starts_with("lang=") || pair.starts_with("theme=");
    let (key, chosen) = query.split('&').find(is_choice)?.split_once('=')?;
    let rest: Vec<&str> = query.split('&').filter(|pair| !is_choice(pair)).collect();
    let to = match rest.as_slice() {
        [] => uri.path().to_owned(),
        rest => format!("{}?{}", uri.path(), rest.join("&")),
    };
    let chosen = match key {
        "lang" => spoken(chosen).map(|_| (LANGUAGE, chosen.to_ascii_lowercase())),
        _ => known(chosen).map(|theme| (THEME, theme.as_str().to_owned())),
    };
    let jar = chosen.into_iter().fold(CookieJar::new(), |jar, chosen| {
        jar.add(
            Cookie::build(chosen)
                .path("/")
                .same_site(SameSite::Lax)
                .http_only(true)
                .secure(is_secure)
                .build(),
        )
    });
    Some((jar, Redirect::to(&own_path(&to))).into_response())
}

/// Where somebody has to say first who they are.
fn to_entrance(here: &str, had_session: bool) -> Response {
    let next = screens::encoded(here);
    let expired = if had_session { "&expired=true" } else { "" };
    Redirect::to(&format!("/sign-in?next={next}{expired}")).into_response()
}

/// A path of our own, whatever was given: one that another server could be meant by leads to the first page.
pub(super) fn own_path(given: &str) -> String {
    let is_own = given.starts_with('/')
        && !given.starts_with("//")
        && given.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_own { given.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(accept: &str, cookie: &str) -> Language {
        let headers = [("accept-language", accept), ("cookie", cookie)];
        let headers = headers.iter().map(|(name, value)| {
            (
                name.parse::<axum::http::HeaderName>().expect("a name"),
                HeaderValue::from_str(value).expect("a value"),
            )
        });
        language(&headers.collect())
    }

    #[test]
    fn french_first_unless_somebody_reads_english_rather() {
        assert_eq!(reads("", ""), Language::Fr);
        assert_eq!(reads("de, ar;q=0.9", ""), Language::Fr);
        assert_eq!(reads("en-GB,en;q=0.9,fr;q=0.8", ""), Language::En);
        assert_eq!(reads("en;q=0.3, fr-CD;q=0.4", ""), Language::Fr);
        assert_eq!(reads("fr", "vigie_lang=en"), Language::En);
        assert_eq!(reads("fr", "vigie_lang=xx"), Language::Fr);
        assert_eq!(reads(";;q=,q=1,en;q=NaN", ""), Language::Fr);
    }

    #[test]
    fn where_a_form_is_sent_to_belongs_to_a_page() {
        for (asked, page) in [
            ("/governance/integrity?q=a", "/governance/integrity?q=a"),
            ("/governance/alerts/1?before=2", "/governance/alerts/1?before=2"),
            ("/governance/alerts/1/ack", "/governance/alerts/1"),
            ("/governance/checks/A%2FB/confirm", "/governance/checks/A%2FB"),
            ("/sign-out", "/"),
            ("/sign-in?next=%2F", "/sign-in?next=%2F"),
        ] {
            assert_eq!(page_of(&asked.parse().expect("an address")), page);
        }
    }

    #[test]
    fn only_our_own_paths_are_led_to() {
        for own in [
            "/",
            "/governance/integrity?q=a&status=OPEN",
            "/governance/alerts/1",
        ] {
            assert_eq!(own_path(own), own);
        }
        for foreign in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "governance",
            "/a\r\nSet-Cookie: x=y",
            "/\tevil",
            "/a\u{1}",
            "/a\u{7f}",
            "\\\\evil",
            "/é",
        ] {
            assert_eq!(own_path(foreign), "/", "{foreign:?}");
        }
    }
}
