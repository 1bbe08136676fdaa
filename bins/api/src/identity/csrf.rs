//! Whether a browser sends something because a person of ours wanted it, and not because another site did.
//!
//! Two things that another site cannot do: to send the session's secret (in a form `csrf`, from a script the header
//! `X-CSRF-Token`), and to say that it is us (`Origin` and `Sec-Fetch-Site`, which browsers write themselves).

use axum::http::{HeaderMap, header};
use subtle::ConstantTimeEq as _;

use super::Session;

/// Whether this was sent from our own pages, by the person of this session.
pub(crate) fn is_wanted(headers: &HeaderMap, origin: Option<&str>, session: &Session, sent: &str) -> bool {
    same_origin(headers, origin) && bool::from(sent.as_bytes().ct_eq(session.csrf.as_bytes()))
}

/// Whether the browser says that it comes from our own pages. What says nothing, such as an old browser, passes: the
/// form's secret decides.
pub(crate) fn same_origin(headers: &HeaderMap, configured: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        return true;
    };
    match configured {
        Some(ours) => origin == ours.trim_end_matches('/'),
        // Without a configured address: the host that the browser asked.
        None => text(header::HOST.as_str())
            .is_some_and(|host| origin.split_once("://").is_some_and(|(_, from)| from == host)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(headers: &[(&'static str, &'static str)], configured: Option<&str>) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
            .collect();
        same_origin(&headers, configured)
    }

    #[test]
    fn only_our_own_pages_may_send_forms() {
        let here = ("host", "localhost:8080");
        assert!(passes(&[here], None), "says nothing");
        assert!(passes(&[here, ("origin", "http://localhost:8080")], None));
        assert!(passes(&[here, ("sec-fetch-site", "same-origin")], None));
        assert!(!passes(&[here, ("origin", "http://evil.example")], None));
        assert!(!passes(&[here, ("origin", "null")], None), "from a sandboxed frame");
        assert!(!passes(&[here, ("sec-fetch-site", "cross-site")], None));
        assert!(!passes(&[here, ("sec-fetch-site", "same-site")], None), "a neighbour");
        assert!(!passes(&[here, ("origin", "http://localhost:8080.evil.example")], None));
        let ours = Some("https://vigie.example.org/");
        assert!(passes(&[here, ("origin", "https://vigie.example.org")], ours));
        assert!(!passes(&[here, ("origin", "http://localhost:8080")], ours));
    }
}
