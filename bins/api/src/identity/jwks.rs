//! The public keys of tokens (RFC 7517), fetched from where they are published.
//!
//! Kept for a while, fetched again when a token names a key that is not among them, and never more often than once in
//! [`PAUSE`], whatever tokens people make up. While the keys cannot be fetched, those that were known go on counting.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, jwk::JwkSet};
use tokio::{sync::Mutex, time::Instant};
use wiring::stop::Stop;

use super::token::NotValid;

/// How long keys are believed without looking again.
const LASTING: Duration = Duration::from_mins(10);
/// At least so long between two attempts.
const PAUSE: Duration = Duration::from_secs(10);
/// How long an attempt may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// The largest answer, in bytes.
const LARGEST: usize = 256 * 1024;

/// Keys that are published.
#[derive(Debug)]
pub(super) struct Jwks {
    url: reqwest::Url,
    client: reqwest::Client,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    keys: Option<JwkSet>,
    fetched: Option<Instant>,
    tried: Option<Instant>,
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
        Ok(Self {
            url,
            client: super::gotrue::client(PATIENCE).map_err(|error| wrong(&error))?,
            known: Mutex::default(),
        })
    }

    /// The key of that name, or the only one that fits.
    pub(super) async fn key(
        &self,
        name: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<DecodingKey, NotValid> {
        // Held while keys are fetched: who comes meanwhile wants the same answer.
        let mut known = self.known.lock().await;
        let is_old = known.fetched.is_none_or(|at| at.elapsed() > LASTING);
        if is_old || find(known.keys.as_ref(), name, algorithm).is_none() {
            let may_try = known.tried.is_none_or(|at| at.elapsed() > PAUSE);
            if may_try {
                known.tried = Some(Instant::now());
                if let Some(keys) = self.fetch().await {
                    known.keys = Some(keys);
                    known.fetched = Some(Instant::now());
                } else {
                    tracing::warn!("the keys of tokens cannot be fetched");
                }
            }
        }
        match &known.keys {
            None => Err(NotValid::NoKeys),
            keys => find(keys.as_ref(), name, algorithm).ok_or(NotValid::Signature),
        }
    }

    async fn fetch(&self) -> Option<JwkSet> {
        let answer = self.client.get(self.url.clone()).send().await.ok()?;
        let body = super::gotrue::body(answer.error_for_status().ok()?, LARGEST).await?;
        serde_json::from_slice(&body).ok()
    }
}

fn find(keys: Option<&JwkSet>, name: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
    let keys = keys?;
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
