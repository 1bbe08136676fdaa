//! A person at a screen: who they are, what they may do, and how they read.

use std::sync::Arc;

use alerts_store::Error;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use integrity_core::Language;

use super::page;
use crate::{
    app::App,
    identity::{self, NotValid},
    person::{Person, who},
    screens::{self, Frame, Release, Trouble, Viewer},
};

/// Holds `fr` or `en`.
const LANGUAGE: &str = "vigie_lang";

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
        let mut frame = frame(app, &parts.headers, &parts.uri);
        let person = match who(app, &parts.headers).await {
            // A browser comes with a session; a token is for programs.
            Ok(Some(person)) if person.session.is_some() => person,
            Ok(_)
            | Err(NotValid::Signature | NotValid::Time | NotValid::Audience | NotValid::NobodysToken) => {
                let had_one = identity::session_of(&parts.headers, app.identity.is_secure).is_some();
                return Err(to_entrance(&parts.method, &frame.here, had_one));
            }
            Err(NotValid::NoKeys) => return Err(trouble(&frame, Trouble::Unavailable)),
        };
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
}

pub(super) fn trouble(frame: &Frame, trouble: Trouble) -> Response {
    let status = StatusCode::from_u16(trouble.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = page(status, screens::trouble(frame, trouble, None));
    if trouble == Trouble::Unavailable {
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

/// What stands around a page, of somebody who is not known yet.
pub(crate) fn frame(app: &App, headers: &HeaderMap, uri: &Uri) -> Frame {
    let build = &app.standing.build;
    Frame {
        viewer: None,
        csrf: String::new(),
        language: language(headers),
        zone: app.zone,
        release: Release {
            id: app.standing.release.to_string(),
            version: build.version.clone(),
            commit: build.commit_or_unknown().to_owned(),
            environment: app.standing.env.to_string(),
        },
        here: own_path(uri.path_and_query().map_or("/", |here| here.as_str())),
        news: app.changes.now(),
    }
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

/// `?lang=en` chooses a language and leads to the same page without it.
pub(super) fn switched(method: &Method, uri: &Uri, is_secure: bool) -> Option<Response> {
    let query = uri.query().filter(|_| method == Method::GET)?;
    let is_choice = |pair: &&str| pair.starts_with("lang=");
    let chosen = query.split('&').find(is_choice)?.strip_prefix("lang=")?;
    let rest: Vec<&str> = query.split('&').filter(|pair| !is_choice(pair)).collect();
    let to = match rest.as_slice() {
        [] => uri.path().to_owned(),
        rest => format!("{}?{}", uri.path(), rest.join("&")),
    };
    let jar = match spoken(chosen) {
        Some(_) => CookieJar::new().add(
            Cookie::build((LANGUAGE, chosen.to_ascii_lowercase()))
                .path("/")
                .same_site(SameSite::Lax)
                .http_only(true)
                .secure(is_secure)
                .build(),
        ),
        None => CookieJar::new(),
    };
    Some((jar, Redirect::to(&own_path(&to))).into_response())
}

/// Where somebody has to say first who they are.
fn to_entrance(method: &Method, here: &str, had_session: bool) -> Response {
    let next = screens::encoded(if method == Method::GET { here } else { "/" });
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
