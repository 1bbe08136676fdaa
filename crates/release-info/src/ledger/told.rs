//! Words of other types, as JSON tells them.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, de::Error};

/// What a text is the word for. The text itself is never repeated.
pub(super) fn parsed<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<T, D::Error> {
    let word = String::deserialize(deserializer)?;
    word.parse().map_err(|_| D::Error::custom("an unknown word"))
}

/// The same, where there may be none.
pub(super) fn parsed_if_any<'de, D: Deserializer<'de>, T: FromStr>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let word = Option::<String>::deserialize(deserializer)?;
    let parsed = word.map(|word| word.parse()).transpose();
    parsed.map_err(|_| D::Error::custom("an unknown word"))
}
