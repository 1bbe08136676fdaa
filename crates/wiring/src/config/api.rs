//! What is configured about `vigie-api`.

use std::{net::SocketAddr, path::PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

/// How people and programs reach the alerts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ApiConfig {
    /// Address and port of the screens and the HTTP API; `127.0.0.1:8080` unless given. It speaks HTTP: put what speaks
    /// TLS before it.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// How people reach it, such as `"https://vigie.example.org"`. Forms sent from anywhere else are refused.
    pub origin: Option<String>,
    /// Proxies before it, as addresses or networks, such as `["127.0.0.1", "10.0.0.0/8"]`; none unless given. Where one of
    /// them asks, `X-Forwarded-For` says who does, for the limits of sign-in. Each must add to it whom it heard.
    pub trusted_proxies: Vec<String>,
    /// Origins whose scripts may call the API with a token, such as `["https://depot.example.org"]`; none unless given.
    pub cors_origins: Vec<String>,
    /// How many connections to the database it holds at most; 8 unless given, from 2 to 100.
    pub connections: u32,
    /// How many requests it works on at once; beyond that it answers 503. 64 unless given, from 1 to 10,000.
    pub concurrency: usize,
    /// Whom somebody without a role asks for one, as the screens say it, such as `"exploitation@example.org"`.
    pub administrator: Option<String>,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            origin: None,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            connections: 8,
            concurrency: 64,
            administrator: None,
        }
    }
}

/// How it is known who somebody is. What they may do is decided by the database.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// `"jwt"`, which it is unless given: signed tokens. `"demo"`: whoever comes chooses a persona; on a loopback address
    /// only, and never in staging or production.
    #[schemars(with = "String")]
    pub mode: AuthMode,
    /// A file with the secret of tokens signed by HS256, as Supabase's classic keys are.
    pub secret_file: Option<PathBuf>,
    /// Where the public keys of tokens signed by RS256 or ES256 are, such as
    /// `"https://PROJECT.supabase.co/auth/v1/.well-known/jwks.json"`.
    pub jwks_url: Option<String>,
    /// Whom a token must be meant for; `"authenticated"` unless given.
    pub audience: String,
    /// Who must have signed it, such as `"https://PROJECT.supabase.co/auth/v1"`; anybody with the key unless given.
    pub issuer: Option<String>,
    /// Where people's passwords are checked, such as `"https://PROJECT.supabase.co/auth/v1"`. Without it there is no
    /// sign-in page.
    pub sign_in_url: Option<String>,
    /// A file with the public key that this service wants beside a password (Supabase's `anon` or publishable key).
    pub sign_in_key_file: Option<PathBuf>,
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            mode: AuthMode::Jwt,
            secret_file: None,
            jwks_url: None,
            audience: "authenticated".to_owned(),
            issuer: None,
            sign_in_url: None,
            sign_in_key_file: None,
        }
    }
}

/// By what somebody is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuthMode {
    /// By a signed token.
    Jwt,
    /// By their own word; to show Vigie, never to use it.
    Demo,
}
