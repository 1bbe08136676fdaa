//! Who somebody is. What they may do is decided by the database: here a request only gets its [`Caller`].
//!
//! Refused: roles in the token or in the session. A role that was taken away must be gone with the next request.

mod attempts;
mod cookies;
mod csrf;
mod demo;
mod gotrue;
mod journal;
mod jwks;
mod network;
mod presence;
mod sessions;
mod token;

use std::sync::Arc;

use access_journal::client::Proxies;
use axum::http::HeaderMap;
use integrity_core::Caller;
use wiring::{
    config::{AuthConfig, AuthMode},
    stop::Stop,
};

pub(crate) use self::{
    attempts::{Account, Attempts},
    cookies::{cleared, session_cookie, session_of},
    csrf::{is_wanted, same_origin},
    demo::{PERSONAS, asked_by_own_name},
    gotrue::{GoTrue, Refused},
    journal::{Outcome, journal},
    network::client,
    sessions::{Session, Sessions},
    token::{NotValid, Verifier},
};

/// Everything by which somebody is known.
#[derive(Debug)]
pub(crate) struct Identity {
    /// Of tokens; none in the demo.
    pub(crate) verifier: Option<Arc<Verifier>>,
    /// Of passwords; none where people cannot sign in here.
    pub(crate) gotrue: Option<GoTrue>,
    pub(crate) sessions: Sessions,
    pub(crate) attempts: Attempts,
    /// Who passes requests on.
    pub(crate) proxies: Proxies,
    pub(crate) mode: AuthMode,
    /// Whether cookies may go over HTTP: in the demo, which is on this machine alone.
    pub(crate) is_secure: bool,
}

impl Identity {
    /// From the configuration.
    ///
    /// # Errors
    /// Where it names no key, or one that is none, or a proxy that is none.
    pub(crate) fn new(auth: &AuthConfig, trusted_proxies: &[String]) -> Result<Self, Stop> {
        let is_demo = auth.mode == AuthMode::Demo;
        Ok(Self {
            verifier: if is_demo {
                None
            } else {
                Some(Arc::new(Verifier::new(auth)?))
            },
            gotrue: match &auth.sign_in_url {
                Some(url) if !is_demo => Some(GoTrue::new(url, auth.sign_in_key_file.as_deref())?),
                _ => None,
            },
            sessions: Sessions::default(),
            attempts: Attempts::default(),
            proxies: Proxies::new(trusted_proxies)
                .map_err(|refused| Stop::usage(format!("api.trusted_proxies: {refused}")))?,
            mode: auth.mode,
            is_secure: !is_demo,
        })
    }

    /// The session of whoever asks with this cookie. That is a use of it, unless a page asks by itself.
    pub(crate) fn session(&self, headers: &HeaderMap) -> Option<Arc<Session>> {
        let session = self.sessions.find(&session_of(headers, self.is_secure)?)?;
        if !presence::is_automatic(headers) {
            self.sessions.used(&session);
        }
        Some(session)
    }
}

/// The person that verified claims are about. Only a signed-in person's token is one: the keys of Supabase are tokens
/// themselves, with other roles.
pub(crate) fn caller_of(claims: serde_json::Map<String, serde_json::Value>) -> Result<Caller, NotValid> {
    let has = |name: &str| claims.get(name).and_then(serde_json::Value::as_str);
    if has("role").is_some_and(|role| role != Caller::SIGNED_IN) || has("sub").is_none_or(str::is_empty) {
        return Err(NotValid::NobodysToken);
    }
    Ok(Caller::Claims {
        database_role: Caller::SIGNED_IN.to_owned(),
        claims,
    })
}
