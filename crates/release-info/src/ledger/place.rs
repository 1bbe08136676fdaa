use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Error, told};
use crate::AppEnv;

/// Where a release goes: at each place one is live.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// In which environment.
    #[serde(deserialize_with = "told::parsed")]
    pub environment: AppEnv,
    /// What is replaced there, such as `web` or `api`: 1 to 40 of a–z, 0–9 and `-`, a letter first.
    pub target: String,
}

impl Place {
    /// The place of a target in an environment.
    pub fn new(environment: AppEnv, target: impl Into<String>) -> Self {
        Self {
            environment,
            target: target.into(),
        }
    }

    /// Refuses what is no target.
    pub(crate) fn refuse_malformed(&self) -> Result<(), Error> {
        refuse_target(&self.target)
    }
}

/// Refuses what is no target.
pub(super) fn refuse_target(target: &str) -> Result<(), Error> {
    let inner = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let is_right = target.len() <= 40
        && target.starts_with(|c: char| c.is_ascii_lowercase())
        && target.bytes().all(inner);
    if is_right {
        return Ok(());
    }
    Err(Error::invalid(
        "target",
        "1 to 40 characters: a to z, 0 to 9 and -, a letter first",
    ))
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.environment, self.target)
    }
}
