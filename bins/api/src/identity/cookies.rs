//! The session's cookie.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

/// With this prefix a browser takes it over HTTPS only, and from no neighbour under the same domain.
const SECURE: &str = "__Host-vigie";
/// In the demo, over HTTP on this machine.
const PLAIN: &str = "vigie";

fn name(is_secure: bool) -> &'static str {
    if is_secure { SECURE } else { PLAIN }
}

/// What the session's cookie holds, where there is one.
pub(crate) fn session_of(headers: &HeaderMap, is_secure: bool) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(name(is_secure)).map(|cookie| cookie.value().to_owned())
}

/// The cookie of a session: not for scripts, and not sent by other sites' forms.
pub(crate) fn session_cookie(value: String, is_secure: bool) -> Cookie<'static> {
    Cookie::build((name(is_secure), value))
        .path("/")
        .http_only(true)
        .secure(is_secure)
        .same_site(SameSite::Lax)
        .build()
}

/// What takes it away.
pub(crate) fn cleared(is_secure: bool) -> Cookie<'static> {
    let mut cookie = session_cookie(String::new(), is_secure);
    cookie.make_removal();
    cookie
}
