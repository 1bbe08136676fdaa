//! The public keys of tokens (RFC 7517), fetched from where they are published.
//!
//! Whose key is known waits for nobody: old keys go on counting while they are fetched again behind the scenes, and while
//! they cannot be. A name that is not among them makes them be fetched too, never more often than once in [`PAUSE`],
//! whatever names people make up. Only while no key is known at all does everybody wait for the same answer.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jsonwebtoken::{Algorithm, DecodingKey, jwk::JwkSet};
use tokio::time::Instant;
use wiring::stop::Stop;

use super::token::NotValid;

/// After so long keys are looked at again.
const LASTING: Duration = Duration::from_mins(10);
/// At least so long between two attempts.
const PAUSE: Duration = Duration::from_secs(10);
/// How long an attempt may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// The largest answer, in bytes.
const LARGEST: usize = 256 * 1024;

/// Keys that are published.
#[derive(Debug)]
pub(super) struct Jwks(Arc<Published>);

#[derive(Debug)]
struct Published {
    url: reqwest::Url,
    client: reqwest::Client,
    /// Never held while anything is waited for: whose key is known waits for nobody.
    known: Mutex<Option<Known>>,
    /// When it was last tried to fetch them. Held meanwhile.
    tried: tokio::sync::Mutex<Option<Instant>>,
}

#[derive(Debug)]
struct Known {
    keys: JwkSet,
    fetched: Instant,
}

impl Jwks {
    pub(super) fn new(url: &str) -> Result<Self, Stop> {
        let wrong = |what: &str| Stop::usage(format!("auth.jwks_url: {what}"));
        let url = reqwest::Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
        if !super::gotrue::is_private(&url) {
            return Err(wrong(
                "https, or http on this machine alone: whoever can change the keys can be anybody",
            ));
        }
        Ok(Self(Arc::new(Published {
            url,
            client: super::gotrue::client(PATIENCE).map_err(|error| wrong(&error))?,
            known: Mutex::default(),
            tried: tokio::sync::Mutex::default(),
        })))
    }

    /// The key of that name, or the only one that fits.
    pub(super) async fn key(
        &self,
        name: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<DecodingKey, NotValid> {
        let published = &self.0;
        if let Some((key, fetched)) = published.find(name, algorithm) {
            if fetched.elapsed() > LASTING {
                tokio::spawn(Arc::clone(published).renew());
            }
            return Ok(key);
        }
        // A task of its own: it goes on for the others where this request goes away.
        let renewal = tokio::spawn(Arc::clone(published).renew());
        renewal.await.map_err(|_| NotValid::NoKeys)??;
        match published.find(name, algorithm) {
            Some((key, _)) => Ok(key),
            None if published.known().is_some() => Err(NotValid::Signature),
            None => Err(NotValid::NoKeys),
        }
    }
}

impl Published {
    /// Fetches them, unless that was tried just now.
    async fn renew(self: Arc<Self>) -> Result<(), NotValid> {
        let mut tried = match self.tried.try_lock() {
            Ok(tried) => tried,
            // Whoever makes up a name would hold a place that others need, for as long as the attempt takes.
            Err(_) if self.known().is_some() => return Err(NotValid::NoKeys),
            Err(_) => self.tried.lock().await,
        };
        if tried.is_some_and(|at| at.elapsed() <= PAUSE) {
            return Ok(());
        }
        if let Some(keys) = self.fetch().await {
            *self.known() = Some(Known {
                keys,
                fetched: Instant::now(),
            });
        } else {
            tracing::warn!("the keys of tokens cannot be fetched");
        }
        *tried = Some(Instant::now());
        Ok(())
    }

    /// The key, and when it was fetched.
    fn find(&self, name: Option<&str>, algorithm: Algorithm) -> Option<(DecodingKey, Instant)> {
        let known = self.known();
        let known = known.as_ref()?;
        Some((find(&known.keys, name, algorithm)?, known.fetched))
    }

    fn known(&self) -> MutexGuard<'_, Option<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(&self) -> Option<JwkSet> {
        let answer = self.client.get(self.url.clone()).send().await.ok()?;
        let body = super::gotrue::body(answer.error_for_status().ok()?, LARGEST).await?;
        serde_json::from_slice(&body).ok()
    }
}

fn find(keys: &JwkSet, name: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
    let fits = |jwk: &&jsonwebtoken::jwk::Jwk| {
        let own = jwk.common.key_algorithm.map(|own| own.to_string());
        own.is_none_or(|own| own == format!("{algorithm:?}"))
    };
    let jwk = if let Some(name) = name {
        keys.find(name).filter(fits)?
    } else {
        let mut fitting = keys.keys.iter().filter(fits);
        fitting.next().filter(|_| fitting.next().is_none())?
    };
    DecodingKey::from_jwk(jwk).ok()
}
