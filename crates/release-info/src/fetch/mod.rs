//! One request to a web host, and what came of it. No request is made without the feature `http`.

#[cfg(feature = "http")]
mod http;

use std::{fmt, net::IpAddr};

use serde::Serialize;

#[cfg(feature = "http")]
pub use self::http::{Client, Way, addresses, printable, url};

/// What a host answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// What the host says the body is.
    pub content_type: Option<String>,
    /// The body, whole and not compressed.
    pub body: Vec<u8>,
    /// Who answered.
    pub address: Option<IpAddr>,
}

/// Why there is no answer, or none that may be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "trouble", rename_all = "snake_case")]
pub enum Trouble {
    /// The host's name has no address.
    Dns,
    /// Nobody listens there, or no way leads there.
    NoConnection,
    /// The connection is not secure.
    Tls {
        /// What TLS says.
        why: String,
    },
    /// The whole answer was not there in time.
    Timeout {
        /// How long it might take.
        seconds: u64,
    },
    /// The connection ended before the answer did.
    BrokeOff,
    /// The body is larger than anything that belongs there.
    TooLarge {
        /// How many bytes it may have.
        limit: usize,
    },
    /// The host sends to somewhere else, and nobody follows.
    Elsewhere {
        /// To whom: scheme, host and port.
        to: String,
    },
    /// This machine cannot ask.
    Here {
        /// Why not.
        why: String,
    },
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns => f.write_str("the host's name has no address (DNS)"),
            Self::NoConnection => f.write_str("no connection"),
            Self::Tls { why } => write!(f, "no secure connection (TLS): {why}"),
            Self::Timeout { seconds } => write!(f, "no whole answer within {seconds} s"),
            Self::BrokeOff => f.write_str("the connection broke off"),
            Self::TooLarge { limit } => write!(f, "an answer of more than {limit} bytes"),
            Self::Elsewhere { to } => write!(f, "a redirect to {to}, which is not followed"),
            Self::Here { why } => write!(f, "this machine cannot ask: {why}"),
        }
    }
}

/// Text of a host, short enough for a line and without anything that a terminal would obey.
pub(crate) fn tame(text: &str) -> String {
    const MOST: usize = 80;
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut tame: String = text.chars().take(MOST).map(plain).collect();
    if text.chars().nth(MOST).is_some() {
        tame.push('…');
    }
    tame
}
