use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The length in bytes: the first half of an HMAC-SHA-256, the least that RFC 2104 allows.
const LENGTH: usize = 16;

/// Stands for an address or an account within one month: the same one has the same, and without the month's key nobody
/// finds out whose it is. Written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Pseudonym([u8; LENGTH]);

impl Pseudonym {
    /// What these bytes say.
    #[must_use]
    pub fn from_bytes(bytes: [u8; LENGTH]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What is no pseudonym: 32 hexadecimal digits in lower case are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pseudonym is 32 hexadecimal digits in lower case")]
pub struct InvalidPseudonym;

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Pseudonym {
    type Err = InvalidPseudonym;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 2 * LENGTH || !text.bytes().all(is_hex) {
            return Err(InvalidPseudonym);
        }
        let mut bytes = [0; LENGTH];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| InvalidPseudonym)?;
        }
        Ok(Self(bytes))
    }
}

impl From<Pseudonym> for String {
    fn from(pseudonym: Pseudonym) -> Self {
        pseudonym.to_string()
    }
}

impl TryFrom<String> for Pseudonym {
    type Error = InvalidPseudonym;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_it_is_read() {
        let text = "00ff10203040506070809000a0b0c0d0";
        assert_eq!(text.parse::<Pseudonym>().expect("well formed").to_string(), text);
        for wrong in [
            "",
            "00FF10203040506070809000a0b0c0d0",
            "00ff",
            "é0ff10203040506070809000a0b0c0d",
            "+0ff10203040506070809000a0b0c0d0",
        ] {
            assert_eq!(wrong.parse::<Pseudonym>(), Err(InvalidPseudonym), "{wrong}");
        }
    }
}
