//! Signing in and out.

use std::{net::SocketAddr, sync::Arc};

use access_journal::{EventKind, layer::Noted};
use axum::{
    Form,
    extract::{ConnectInfo, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{Query, cookie::CookieJar};
use integrity_core::Caller;
use serde::Deserialize;
use tracing::Instrument as _;
use wiring::config::AuthMode;

use super::{
    page,
    visit::{frame, own_path, switched, trouble},
};
use crate::{
    app::App,
    identity::{self, Account, Outcome, PERSONAS, Refused, Session, journal},
    person::who,
    screens::{self, Notice, SignInPage, Trouble, Way},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Where {
    next: String,
    left: bool,
    expired: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entrant {
    email: String,
    password: String,
    persona: String,
    next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Leaving {
    csrf: String,
}

/// The sign-in page.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Where>,
) -> Response {
    if let Some(switched) = switched(&Method::GET, &uri, app.identity.is_secure) {
        return switched;
    }
    if matches!(who(&app, &headers).await, Ok(Some(person)) if person.session.is_some()) {
        return Redirect::to(&own_path(&asked.next)).into_response();
    }
    let notice = match (asked.left, asked.expired) {
        (true, _) => Some(Notice::SignedOut),
        (false, true) => Some(Notice::Expired),
        (false, false) => None,
    };
    ask(&app, &headers, &uri, StatusCode::OK, notice, &asked.next, "")
}

fn ask(
    app: &App,
    headers: &HeaderMap,
    uri: &Uri,
    status: StatusCode,
    notice: Option<Notice>,
    next: &str,
    email: &str,
) -> Response {
    let frame = frame(app, headers, uri);
    let way = match (app.identity.mode, &app.identity.gotrue) {
        (AuthMode::Demo, _) => Way::Persona,
        (AuthMode::Jwt, Some(_)) => Way::Password,
        // Nobody can sign in here: programs bring tokens.
        (AuthMode::Jwt, None) => return trouble(&frame, Trouble::Missing),
    };
    let asked = SignInPage {
        way,
        notice,
        email: email.to_owned(),
        next: own_path(next),
    };
    page(status, screens::sign_in(&frame, &asked))
}

/// Lets somebody in.
pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    uri: Uri,
    Form(entrant): Form<Entrant>,
) -> Response {
    if !identity::same_origin(&headers, app.origin.as_deref()) {
        return trouble(&frame(&app, &headers, &uri), Trouble::Forbidden);
    }
    let again = |status, notice| {
        ask(
            &app,
            &headers,
            &uri,
            status,
            Some(notice),
            &entrant.next,
            &entrant.email,
        )
    };
    let from = identity::client(&app.identity.proxies, from.ip(), &headers);
    let (cookie, name) = if app.identity.mode == AuthMode::Demo {
        let Some(persona) = PERSONAS
            .into_iter()
            .find(|persona| persona.word == entrant.persona)
        else {
            return again(StatusCode::UNPROCESSABLE_ENTITY, Notice::Wrong);
        };
        journal(Outcome::SignedIn, Account::of(persona.name), from);
        let caller = Caller::person(persona.id);
        let name = persona.name.to_owned();
        let cookie = app.identity.sessions.begin(name.clone(), caller, None);
        (cookie, name)
    } else {
        let account = Account::of(&entrant.email);
        let too_many = || {
            journal(Outcome::TooMany, account, from);
            let response = trouble(&frame(&app, &headers, &uri), Trouble::TooMany);
            tried(response, EventKind::ExcessRateLimitExceeded, &entrant.email)
        };
        if let Err(wait) = app.identity.attempts.count(account, from) {
            let mut response = too_many();
            let seconds = HeaderValue::from(wait.as_secs() + 1);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
            return response;
        }
        match by_password(&app, &entrant).await {
            Ok(cookie) => {
                app.identity.attempts.succeeded(account, from);
                journal(Outcome::SignedIn, account, from);
                (cookie, entrant.email.clone())
            }
            Err(Refused::Credentials) => {
                journal(Outcome::Refused, account, from);
                let response = again(StatusCode::UNAUTHORIZED, Notice::Wrong);
                return tried(response, EventKind::AuthnLoginFail, &entrant.email);
            }
            Err(Refused::TooOften) => return too_many(),
            Err(Refused::Unavailable) => {
                journal(Outcome::Unavailable, account, from);
                return again(StatusCode::SERVICE_UNAVAILABLE, Notice::Unavailable);
            }
        }
    };
    // Whoever was signed in here before is not any more.
    if let Some(before) = app.identity.session(&headers) {
        leave(&app, before);
    }
    let cookie = identity::session_cookie(cookie, app.identity.is_secure);
    let response = (
        CookieJar::new().add(cookie),
        Redirect::to(&own_path(&entrant.next)),
    )
        .into_response();
    tried(response, EventKind::AuthnLoginSuccess, &name)
}

/// For the journal of accesses: what came of an attempt to sign in to an account, of which it keeps a pseudonym.
fn tried(mut response: Response, event: EventKind, account: &str) -> Response {
    response
        .extensions_mut()
        .insert(Noted::event(event).account(account));
    response
}

async fn by_password(app: &App, entrant: &Entrant) -> Result<String, Refused> {
    let (Some(gotrue), Some(verifier)) = (&app.identity.gotrue, &app.identity.verifier) else {
        return Err(Refused::Unavailable);
    };
    let tokens = gotrue.sign_in(&entrant.email, &entrant.password).await?;
    // A token that we would not take from a program is none here either.
    let caller = verifier
        .caller(&tokens.access)
        .await
        .map_err(|_| Refused::Unavailable)?;
    let name = entrant.email.trim().to_owned();
    Ok(app.identity.sessions.begin(name, caller, Some(tokens)))
}

/// Ends a session, here at once. At the sign-in service by a task of its own: it is told also where whoever leaves goes away.
fn leave(app: &Arc<App>, session: Arc<Session>) {
    app.identity.sessions.end(&session);
    let app = Arc::clone(app);
    let telling = async move {
        let tokens = session.standing.lock().await.tokens.clone();
        if let (Some(gotrue), Some(tokens)) = (&app.identity.gotrue, tokens) {
            gotrue.sign_out(&tokens.access).await;
        }
    };
    tokio::spawn(telling.in_current_span());
}

/// Ends the session.
pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    uri: Uri,
    Form(leaving): Form<Leaving>,
) -> Response {
    if let Some(session) = app.identity.session(&headers) {
        if !identity::is_wanted(&headers, app.origin.as_deref(), &session, &leaving.csrf) {
            return trouble(&frame(&app, &headers, &uri), Trouble::Forbidden);
        }
        let from = identity::client(&app.identity.proxies, from.ip(), &headers);
        journal(Outcome::SignedOut, Account::of(&session.name), from);
        leave(&app, session);
    }
    let gone = CookieJar::new().add(identity::cleared(app.identity.is_secure));
    (gone, Redirect::to("/sign-in?left=true")).into_response()
}
