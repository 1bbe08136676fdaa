//! On whose behalf a request is made.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use integrity_core::Caller;

use crate::{
    access_layer,
    app::App,
    identity::{self, NotValid, Refused, Session},
    problem::Problem,
};

/// Somebody who is known. What they may do is decided by the database.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) caller: Caller,
    /// Where they came with a browser.
    pub(crate) session: Option<Arc<Session>>,
}

impl Person {
    /// Whether this was sent from our own pages, by the person of this session; nobody without a session sends a form.
    pub(crate) fn sent(&self, app: &App, headers: &HeaderMap, secret: &str) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| identity::is_wanted(headers, app.origin.as_deref(), session, secret))
    }

    /// Insists on a role, where nothing is asked of the store that would.
    pub(crate) async fn must_have_role(&self, app: &App) -> Result<(), Problem> {
        match app.store.role(&self.caller).await? {
            Some(_) => Ok(()),
            None => Err(Problem::forbidden(
                "you have no role in Vigie; ask an administrator for one",
            )),
        }
    }
}

/// Who sent this; `None` where nobody says so. A token that does not count is not passed over for a cookie.
///
/// # Errors
/// Where somebody says who they are, and it does not count.
pub(crate) async fn who(app: &Arc<App>, headers: &HeaderMap) -> Result<Option<Person>, NotValid> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(bearer).ok_or(NotValid::Signature)?;
        // In the demo there are no tokens.
        let verifier = app.identity.verifier.as_ref().ok_or(NotValid::Signature)?;
        return Ok(Some(Person {
            caller: verifier.caller(token).await?,
            session: None,
        }));
    }
    let Some(session) = app.identity.session(headers) else {
        return Ok(None);
    };
    // A task of its own: a renewal that was begun is finished, also where its visitor goes away. What renews counts
    // once.
    let standing = tokio::spawn(standing(Arc::clone(app), Arc::clone(&session)));
    let caller = standing.await.map_err(|_| NotValid::NoKeys)??;
    Ok(caller.map(|caller| Person {
        caller,
        session: Some(session),
    }))
}

/// The token of `Bearer TOKEN`; the word may be written in any case (RFC 9110, 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// As whom a session acts just now. Where its token is about to end, it gets a new one; where that is refused, or is
/// somebody else's, the session is over.
async fn standing(app: Arc<App>, session: Arc<Session>) -> Result<Option<Caller>, NotValid> {
    let mut standing = session.standing.lock().await;
    if standing.wants_renewal() {
        let refresh = standing.tokens.as_ref().and_then(|tokens| tokens.refresh.clone());
        let renewed = match (refresh, &app.identity.gotrue) {
            (Some(refresh), Some(gotrue)) => gotrue.refresh(&refresh).await,
            _ => Err(Refused::Credentials),
        };
        match renewed {
            Ok(tokens) => standing.renew(tokens),
            Err(Refused::Credentials) => return Ok(over(&app, &session)),
            Err(Refused::TooOften | Refused::Unavailable) => return Err(NotValid::NoKeys),
        }
    }
    if standing.is_unproved {
        let caller = match (&standing.tokens, &app.identity.verifier) {
            (Some(tokens), Some(verifier)) => verifier.caller(&tokens.access).await?,
            _ => return Ok(over(&app, &session)),
        };
        if caller.subject() != standing.caller.subject() {
            return Ok(over(&app, &session));
        }
        standing.caller = caller;
        standing.is_unproved = false;
    }
    Ok(Some(standing.caller.clone()))
}

/// Ends a session: nobody acts any more.
fn over(app: &App, session: &Session) -> Option<Caller> {
    app.identity.sessions.end(session);
    None
}

/// For programs: who is not known gets 401.
impl FromRequestParts<Arc<App>> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let person = who(app, &parts.headers).await?;
        access_layer::note(parts, person.as_ref().map(|person| &person.caller));
        person
            .ok_or_else(|| Problem::unauthorized("say who you are: Authorization: Bearer TOKEN, or sign in"))
    }
}

/// Somebody who may change something from where they are: with a token, or from our own pages.
#[derive(Debug)]
pub(crate) struct Actor(pub(crate) Person);

impl FromRequestParts<Arc<App>> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let person = Person::from_request_parts(parts, app).await?;
        if let Some(session) = &person.session {
            let sent = parts
                .headers
                .get("x-csrf-token")
                .and_then(|value| value.to_str().ok());
            if !identity::is_wanted(
                &parts.headers,
                app.origin.as_deref(),
                session,
                sent.unwrap_or_default(),
            ) {
                return Err(Problem::foreign());
            }
        }
        Ok(Self(person))
    }
}
