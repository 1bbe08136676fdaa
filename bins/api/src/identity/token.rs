//! Tokens: JSON Web Tokens (RFC 7519) signed by a shared secret (HS256), or by RS256 or ES256 with keys from a JWKS.
//!
//! Which algorithms count is decided by the configuration, never by the token.

use std::path::Path;

use integrity_core::Caller;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};
use thiserror::Error;
use wiring::{bounded, config::AuthConfig, stop::Stop};

use super::{caller_of, jwks::Jwks};

/// How much clocks may differ, in seconds.
const LEEWAY: u64 = 30;

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// The shortest secret that RFC 7518 (3.2) allows for HS256, in bytes.
const SHORTEST_SECRET: usize = 32;

/// The largest file with a secret, in KiB.
const LIMIT: u64 = 64;

/// Why a token does not count. Says nothing of what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum NotValid {
    /// No token at all, or its signature does not fit.
    #[error("the token is not valid")]
    Signature,
    /// Past its end, or before its beginning.
    #[error("the token has expired, or is not valid yet")]
    Time,
    /// For others, or from others.
    #[error("the token is meant for another service, or comes from one")]
    Audience,
    /// Not one of a signed-in person.
    #[error("the token is not one of a signed-in person")]
    NobodysToken,
    /// The keys that could tell cannot be had just now.
    #[error("the keys of tokens cannot be reached")]
    NoKeys,
}

/// Tells valid tokens.
#[derive(Debug)]
pub(crate) struct Verifier {
    keys: Keys,
    validation: Validation,
}

enum Keys {
    Secret(DecodingKey),
    Published(Jwks),
}

/// A secret stays out of logs.
impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Secret(_) => "Secret",
            Self::Published(_) => "Published",
        })
    }
}

impl Verifier {
    pub(super) fn new(auth: &AuthConfig) -> Result<Self, Stop> {
        let (keys, algorithms) = match (&auth.secret_file, &auth.jwks_url) {
            (Some(file), None) => (
                Keys::Secret(DecodingKey::from_secret(secret(file)?.as_bytes())),
                vec![Algorithm::HS256],
            ),
            (None, Some(url)) => (
                Keys::Published(Jwks::new(url)?),
                vec![Algorithm::ES256, Algorithm::RS256],
            ),
            (Some(_), Some(_)) => {
                return Err(Stop::usage(
                    "auth: secret_file and jwks_url: give one; tokens are signed in one way",
                ));
            }
            (None, None) => {
                return Err(Stop::usage(
                    "auth: nothing says who somebody is: give secret_file (tokens signed by HS256) or jwks_url \
                     (RS256, ES256)",
                ));
            }
        };
        let mut validation = Validation::new(algorithms[0]);
        validation.algorithms = algorithms;
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_audience(&[&auth.audience]);
        validation.set_required_spec_claims(&["exp", "aud", "sub"]);
        if let Some(issuer) = &auth.issuer {
            validation.set_issuer(&[issuer]);
            validation.required_spec_claims.insert("iss".to_owned());
        }
        Ok(Self { keys, validation })
    }

    /// Whose token it is.
    pub(crate) async fn caller(&self, token: &str) -> Result<Caller, NotValid> {
        if token.len() > LONGEST {
            return Err(NotValid::Signature);
        }
        let header = decode_header(token).map_err(|_| NotValid::Signature)?;
        if !self.validation.algorithms.contains(&header.alg) {
            return Err(NotValid::Signature);
        }
        let claims = match &self.keys {
            Keys::Secret(key) => self.claims(token, key, header.alg)?,
            Keys::Published(published) => {
                let key = published.key(header.kid.as_deref(), header.alg).await?;
                self.claims(token, &key, header.alg)?
            }
        };
        caller_of(claims)
    }

    fn claims(
        &self,
        token: &str,
        key: &DecodingKey,
        algorithm: Algorithm,
    ) -> Result<Map<String, Value>, NotValid> {
        use jsonwebtoken::errors::ErrorKind as Wrong;
        let mut validation = self.validation.clone();
        // One key fits one family; both have been compared with what is allowed.
        validation.algorithms = vec![algorithm];
        decode(token, key, &validation)
            .map(|token| token.claims)
            .map_err(|error| match error.kind() {
                Wrong::ExpiredSignature | Wrong::ImmatureSignature => NotValid::Time,
                Wrong::InvalidAudience | Wrong::InvalidIssuer => NotValid::Audience,
                Wrong::MissingRequiredClaim(claim) if claim == "sub" => NotValid::NobodysToken,
                _ => NotValid::Signature,
            })
    }
}

fn secret(file: &Path) -> Result<String, Stop> {
    let wrong = |what: &str| Stop::usage(format!("auth.secret_file {}: {what}", file.display()));
    let text = bounded::read(file, LIMIT).map_err(|error| wrong(&error.to_string()))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.len() < SHORTEST_SECRET {
        return Err(wrong(&format!(
            "holds fewer than {SHORTEST_SECRET} bytes, which whoever has one token can guess"
        )));
    }
    Ok(secret.to_owned())
}

#[cfg(test)]
mod tests;
