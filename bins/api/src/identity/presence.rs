//! Whether somebody is there, or only a page that was left open.

use axum::http::{HeaderMap, HeaderName, header};

/// Sent by our script with what it asks by itself, as `1`.
const AUTOMATIC: HeaderName = HeaderName::from_static("x-vigie-automatic");

/// Whether a page asks by itself. The browser follows the news by itself as well, and sends no header of ours then.
pub(super) fn is_automatic(headers: &HeaderMap) -> bool {
    let is = |name, value: &str| headers.get(name).is_some_and(|given| given == value);
    is(AUTOMATIC, "1") || is(header::ACCEPT, "text/event-stream")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::HeaderValue;
    use integrity_core::Caller;
    use wiring::config::{AuthConfig, AuthMode};

    use super::super::Identity;
    use super::*;

    /// Whether a session is still there after a day in which its browser asked so every hour.
    async fn stays(sent: Option<(HeaderName, &'static str)>) -> bool {
        let auth = AuthConfig {
            mode: AuthMode::Demo,
            ..AuthConfig::default()
        };
        let identity = Identity::new(&auth, &[]).expect("an identity");
        let name = identity
            .sessions
            .begin("Amina".to_owned(), Caller::person("amina"), None);
        let cookie = HeaderValue::from_str(&format!("vigie={name}")).expect("a value");
        let mut headers = HeaderMap::from_iter([(header::COOKIE, cookie)]);
        headers.extend(sent.map(|(name, value)| (name, HeaderValue::from_static(value))));
        for _ in 0..24 {
            identity.session(&headers);
            tokio::time::advance(Duration::from_hours(1)).await;
        }
        identity.session(&headers).is_some()
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_that_was_left_open_does_not_use_the_session() {
        assert!(stays(None).await);
        assert!(stays(Some((header::ACCEPT, "text/html"))).await);
        assert!(!stays(Some((AUTOMATIC, "1"))).await);
        assert!(!stays(Some((header::ACCEPT, "text/event-stream"))).await);
    }
}
