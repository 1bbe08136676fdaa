use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Error;

/// The stable name of a check: `[A-Z][A-Z0-9_]{2,62}`, such as `STOCK_NEGATIF`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CheckCode(String);

impl CheckCode {
    /// What finds checks that fail; the store of alerts raises it itself.
    pub const FAILING: &str = "CHECK_FAILING";
    /// What finds checks whose silence proves nothing; the store of alerts raises it itself.
    pub const SUSPECT: &str = "CHECK_SUSPECT";
    /// The codes that no check file may have.
    pub const RESERVED: [&str; 2] = [Self::FAILING, Self::SUSPECT];

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CheckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for CheckCode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let well_formed = (3..=63).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_uppercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::invalid(
                "code",
                format!("{text:?} is not a check code: 3 to 63 of A-Z, 0-9 and _, beginning with a letter"),
            ))
        }
    }
}

impl TryFrom<String> for CheckCode {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<CheckCode> for String {
    fn from(code: CheckCode) -> Self {
        code.0
    }
}
