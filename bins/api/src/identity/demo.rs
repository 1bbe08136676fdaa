//! The demo, where anybody is whoever they like: its people, and that nobody comes from elsewhere.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use wiring::config::AuthMode;

use super::network::is_loopback;

/// Somebody of the demo.
#[derive(Debug)]
pub(crate) struct Persona {
    /// What the form sends.
    pub(crate) word: &'static str,
    /// What people call them.
    pub(crate) name: &'static str,
    /// As whom they act.
    pub(crate) id: &'static str,
}

const fn persona(word: &'static str, name: &'static str, id: &'static str) -> Persona {
    Persona { word, name, id }
}

/// The members that `vigie demo` makes, and one whom nobody made a member.
pub(crate) const PERSONAS: [Persona; 4] = [
    persona("admin", "Amina", "amina"),
    persona("directeur", "Didier", "didier"),
    persona("pca", "Patricia", "patricia"),
    persona("stranger", "Inconnu", "inconnu"),
];

/// In the demo, answers only who asked this machine by a name of its own. A page of somebody else's, whose name leads here
/// since a moment ago (DNS rebinding), would else be one of ours to the browser.
pub(crate) async fn asked_by_own_name(
    State(mode): State<AuthMode>,
    request: Request,
    next: Next,
) -> Response {
    if mode == AuthMode::Demo && !is_own_name(request.headers()) {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    next.run(request).await
}

fn is_own_name(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| host.parse::<Authority>().ok());
    host.is_some_and(|host| is_loopback(host.host()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_of_this_machine_is_its_own() {
        let asked = |host: &'static str| {
            let host = (header::HOST, host.parse().expect("a value"));
            is_own_name(&[host].into_iter().collect())
        };
        for own in [
            "localhost",
            "localhost:8080",
            "127.0.0.1:8080",
            "[::1]",
            "[::1]:80",
        ] {
            assert!(asked(own), "{own}");
        }
        for other in [
            "",
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example:8080",
            "127.0.0.1.evil.example",
            "192.0.2.1:8080",
            "localhost, evil.example",
            "/",
        ] {
            assert!(!asked(other), "{other}");
        }
        assert!(!is_own_name(&HeaderMap::new()), "says nothing");
    }
}
