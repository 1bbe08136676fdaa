use std::{fmt, net::IpAddr};

use serde::Serialize;

use crate::{
    AppEnv, Manifest, ReleaseId,
    fetch::{Answer, Trouble, tame},
};

/// What a page of a single-page app has in it; the first that is found names it.
const SHELLS: &[&str] = &[
    "<flutter-view",
    "flutter_bootstrap.js",
    "main.dart.js",
    "flutter.js",
    "<app-root",
    "<div id=\"root\"",
    "<div id=\"app\"",
];

/// What one request came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Whether it was asked so that nothing between could know the answer.
    pub past_caches: bool,
    /// Who answered.
    pub address: Option<IpAddr>,
    /// What it was.
    pub seen: Seen,
}

/// A release that is served, and where it says that it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Served {
    /// Which one.
    pub release: ReleaseId,
    /// Where.
    pub environment: AppEnv,
}

impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.release, self.environment)
    }
}

/// What was found where the manifest should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Seen {
    /// A manifest.
    Manifest(Served),
    /// The page with which a single-page app answers everything that it does not have.
    Shell {
        /// By what it was recognised.
        marker: String,
    },
    /// Something that is not JSON.
    WrongType {
        /// What the host says it is.
        content_type: Option<String>,
    },
    /// JSON, but no manifest.
    NoManifest {
        /// What is wrong with it.
        why: String,
    },
    /// Another status than 200.
    Status {
        /// Which one.
        status: u16,
    },
    /// No answer, or none that may be read.
    Nothing(Trouble),
}

impl Seen {
    /// Reads an answer.
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        if answer.status != 200 {
            return Self::Status {
                status: answer.status,
            };
        }
        let text = String::from_utf8_lossy(&answer.body);
        if let Some(marker) = shell(&text) {
            return Self::Shell {
                marker: marker.to_owned(),
            };
        }
        if !is_json(answer.content_type.as_deref()) {
            return Self::WrongType {
                content_type: answer.content_type.clone(),
            };
        }
        match manifest(&answer.body) {
            Ok(served) => Self::Manifest(served),
            Err(why) => Self::NoManifest { why },
        }
    }

    /// The release, where one is served.
    #[must_use]
    pub fn served(&self) -> Option<&Served> {
        match self {
            Self::Manifest(served) => Some(served),
            _ => None,
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest(served) => write!(f, "{served}"),
            Self::Shell { marker } => write!(f, "the page of a single-page app, which has {marker} in it"),
            Self::WrongType {
                content_type: Some(kind),
            } => {
                write!(f, "no JSON: its Content-Type is {kind}")
            }
            Self::WrongType { content_type: None } => f.write_str("no JSON: it has no Content-Type"),
            Self::NoManifest { why } => write!(f, "JSON, but no manifest: {why}"),
            Self::Status { status } => write!(f, "status {status}"),
            Self::Nothing(trouble) => write!(f, "{trouble}"),
        }
    }
}

/// By what a page is recognised as one.
pub(crate) fn shell(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with('<') {
        return None;
    }
    let is_page = text
        .get(..9)
        .is_some_and(|head| head.eq_ignore_ascii_case("<!doctype"))
        || text.contains("<html");
    let marker = SHELLS.iter().find(|marker| text.contains(**marker));
    marker.copied().or(is_page.then_some("<html>"))
}

/// Whether a Content-Type is JSON, or built on it, such as `application/health+json`.
pub(crate) fn is_json(content_type: Option<&str>) -> bool {
    let kind = content_type.unwrap_or_default().split(';').next();
    let kind = kind.unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn manifest(body: &[u8]) -> Result<Served, String> {
    let manifest: Manifest = serde_json::from_slice(body).map_err(|error| tame(&error.to_string()))?;
    Ok(Served {
        release: manifest.release,
        environment: manifest.environment,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(content_type: Option<&str>, body: &str) -> Answer {
        Answer {
            status: 200,
            content_type: content_type.map(str::to_owned),
            body: body.as_bytes().to_vec(),
            address: None,
        }
    }

    const JSON: Option<&str> = Some("application/json; charset=utf-8");
    const RIGHT: &str = r#"{"app_name":"depot","schema":1,"package":"mlpp-web","release":"mlpp-web@0.1.0+4110b38a1b2c",
        "commit":"4110b38a1b2c","environment":"staging","built_at":null,"min_schema":1,"max_schema":2}"#;

    #[test]
    fn a_manifest_is_read_whatever_else_stands_in_it() {
        for kind in [JSON, Some("Application/JSON"), Some("application/manifest+json")] {
            let seen = Seen::of(&answer(kind, RIGHT));
            let served = seen.served().expect("a manifest");
            assert_eq!(served.to_string(), "mlpp-web@0.1.0+4110b38a1b2c (staging)");
        }
    }

    #[test]
    fn the_page_of_an_app_is_recognised_and_named_whatever_it_claims_to_be() {
        for (page, marker) in [
            (
                "<!DOCTYPE html><body><flutter-view></flutter-view>",
                "<flutter-view",
            ),
            (
                "\u{feff}\n<html><script src=\"main.dart.js\"></script>",
                "main.dart.js",
            ),
            (
                "<html><script src=\"flutter_bootstrap.js\" async>",
                "flutter_bootstrap.js",
            ),
            ("<!doctype html><div id=\"root\"></div>", "<div id=\"root\""),
            ("<!doctype html><p>Welcome", "<html>"),
        ] {
            for kind in [Some("text/html"), JSON, None] {
                let marker = marker.to_owned();
                assert_eq!(Seen::of(&answer(kind, page)), Seen::Shell { marker }, "{page}");
            }
        }
    }

    #[test]
    fn json_must_say_that_it_is() {
        for kind in [
            None,
            Some("text/plain"),
            Some("application/octet-stream"),
            Some("text/x-json"),
        ] {
            let content_type = kind.map(str::to_owned);
            assert_eq!(Seen::of(&answer(kind, RIGHT)), Seen::WrongType { content_type });
        }
    }

    #[test]
    fn json_that_is_no_manifest_says_why() {
        let with = |right: &str, wrong: &str| RIGHT.replacen(right, wrong, 1);
        for (body, why) in [
            (String::new(), "EOF while parsing"),
            ("[]".to_owned(), "invalid length 0"),
            (RIGHT[..40].to_owned(), "EOF while parsing"),
            (
                r#"{"app_name":"depot","version":"0.1.0"}"#.to_owned(),
                "missing field",
            ),
            (with("mlpp-web@0.1.0+4110b38a1b2c", "mlpp-web@0.1.0"), "E512"),
            (with("staging", "prod"), "E502"),
        ] {
            match Seen::of(&answer(JSON, &body)) {
                Seen::NoManifest { why: said } => assert!(said.contains(why), "{body}: {said}"),
                other => panic!("{body}: {other:?}"),
            }
        }
    }

    #[test]
    fn only_a_200_is_an_answer() {
        let mut answer = answer(JSON, RIGHT);
        answer.status = 203;
        assert_eq!(Seen::of(&answer), Seen::Status { status: 203 });
    }

    #[test]
    fn what_a_host_says_commands_no_terminal() {
        let body = RIGHT.replacen("staging", "\\u001b[2J\\u0007", 1);
        let said = Seen::of(&answer(JSON, &body)).to_string();
        assert!(!said.chars().any(char::is_control), "{said:?}");
    }
}
