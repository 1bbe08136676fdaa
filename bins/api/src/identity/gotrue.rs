//! Passwords are checked by a `GoTrue` server (Supabase Auth), which answers with tokens; Vigie keeps no password.

use std::{path::Path, time::Duration};

use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde_json::json;
use wiring::{bounded, stop::Stop};

use super::{network::is_loopback, sessions::Tokens};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest answer, in bytes.
const LARGEST: usize = 256 * 1024;
/// The largest file with a key, in KiB.
const LIMIT: u64 = 64;

/// A server that knows people's passwords.
#[derive(Debug)]
pub(crate) struct GoTrue {
    base: Url,
    key: Option<String>,
    client: reqwest::Client,
}

/// Why there are no tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Wrong address, wrong password, or an account that may not.
    Credentials,
    /// Asked too often.
    TooOften,
    /// Does not answer, or not as `GoTrue` does.
    Unavailable,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<u64>,
}

impl GoTrue {
    pub(super) fn new(url: &str, key_file: Option<&Path>) -> Result<Self, Stop> {
        let wrong = |what: &str| Stop::usage(format!("auth.sign_in_url: {what}"));
        let base = Url::parse(url.trim_end_matches('/')).map_err(|error| wrong(&error.to_string()))?;
        if !is_private(&base) {
            return Err(wrong("https, or http on this machine alone: passwords go there"));
        }
        let key = key_file.map(|file| {
            let text = bounded::read(file, LIMIT);
            text.map(|text| text.trim().to_owned())
                .map_err(|error| Stop::usage(format!("auth.sign_in_key_file {}: {error}", file.display())))
        });
        Ok(Self {
            base,
            key: key.transpose()?,
            client: client(PATIENCE).map_err(|error| wrong(&error))?,
        })
    }

    /// Whoever has this password.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Result<Tokens, Refused> {
        self.token("password", json!({ "email": email, "password": password }))
            .await
    }

    /// The same person for some time more.
    pub(crate) async fn refresh(&self, refresh_token: &str) -> Result<Tokens, Refused> {
        self.token("refresh_token", json!({ "refresh_token": refresh_token }))
            .await
    }

    /// The tokens count no more. Best effort: the session here is gone in any case.
    pub(crate) async fn sign_out(&self, access_token: &str) {
        // Of this session alone: the person stays signed in elsewhere.
        let request = self
            .post("logout")
            .query(&[("scope", "local")])
            .bearer_auth(access_token);
        if request
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .is_err()
        {
            tracing::warn!(
                "a sign-out could not be told to the sign-in service; its tokens end by themselves"
            );
        }
    }

    async fn token(&self, grant: &str, body: serde_json::Value) -> Result<Tokens, Refused> {
        let request = self.post("token").query(&[("grant_type", grant)]).json(&body);
        let answer = request.send().await.map_err(|_| Refused::Unavailable)?;
        let status = answer.status();
        let body = self::body(answer, LARGEST).await.ok_or(Refused::Unavailable)?;
        match status {
            StatusCode::OK => {}
            StatusCode::TOO_MANY_REQUESTS => return Err(Refused::TooOften),
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(refusal(&body));
            }
            _ => return Err(Refused::Unavailable),
        }
        let answer: Answer = serde_json::from_slice(&body).map_err(|_| Refused::Unavailable)?;
        Ok(Tokens {
            access: answer.access_token,
            refresh: answer.refresh_token,
            lasting: Duration::from_secs(answer.expires_in.unwrap_or(300)),
        })
    }

    fn post(&self, path: &str) -> reqwest::RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.push(path);
        }
        let request = self.client.post(url);
        match &self.key {
            Some(key) => request.header("apikey", key),
            None => request,
        }
    }
}

/// What it says where a person may not come in: `error` as RFC 6749 (5.2) has it, and the words of newer versions, in
/// `error_code` or `code`.
const REFUSALS: [&str; 11] = [
    "invalid_grant",
    "invalid_credentials",
    "validation_failed",
    "email_not_confirmed",
    "phone_not_confirmed",
    "user_banned",
    "user_not_found",
    "session_not_found",
    "session_expired",
    "refresh_token_not_found",
    "refresh_token_already_used",
];

/// Anything else was said by somebody else, such as a proxy, or of the configuration: it says nothing of a person.
fn refusal(body: &[u8]) -> Refused {
    let said: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let is_persons = ["error", "error_code", "code"]
        .iter()
        .any(|field| said[field].as_str().is_some_and(|word| REFUSALS.contains(&word)));
    if is_persons {
        Refused::Credentials
    } else {
        Refused::Unavailable
    }
}

/// Whether what is said there is heard by nobody else.
pub(super) fn is_private(url: &Url) -> bool {
    let is_here = url.host_str().is_some_and(is_loopback);
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

/// Follows no redirect: a key or a password is for one server.
pub(super) fn client(patience: Duration) -> Result<reqwest::Client, String> {
    reqwest::Client::builder()
        .timeout(patience)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| error.to_string())
}

/// A body of at most so many bytes.
pub(super) async fn body(mut answer: reqwest::Response, largest: usize) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        if body.len() + chunk.len() > largest {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_it_says_of_a_person_refuses_them() {
        for of_a_person in [
            r#"{"error":"invalid_grant","error_description":"Invalid login credentials"}"#,
            r#"{"code":400,"error_code":"invalid_credentials","msg":"Invalid login credentials"}"#,
            r#"{"code":"refresh_token_already_used","message":"Invalid Refresh Token: Already Used"}"#,
        ] {
            assert_eq!(refusal(of_a_person.as_bytes()), Refused::Credentials);
        }
        for of_others in [
            "",
            "<html>Bad Request</html>",
            "\"invalid_grant\"",
            r#"{"message":"No API key found in request"}"#,
            r#"{"error":"unsupported_grant_type"}"#,
            r#"{"code":400,"error_code":"email_provider_disabled"}"#,
            r#"{"error":{"code":"invalid_grant"}}"#,
        ] {
            assert_eq!(refusal(of_others.as_bytes()), Refused::Unavailable, "{of_others}");
        }
    }
}
