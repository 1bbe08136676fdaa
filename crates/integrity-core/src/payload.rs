use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value, value::RawValue};
use sha2::{Digest, Sha256};

use crate::Error;

/// What a check says about one bad row: a JSON object, at most 16 KiB.
///
/// Kept as the text its source wrote, so that a `numeric` never passes through a binary float on its way
/// from the database and back.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Payload(Box<str>);

impl Payload {
    /// The largest payload that a finding may carry, in bytes.
    pub const MAX_BYTES: usize = 16 * 1024;

    /// Takes JSON text as it stands.
    ///
    /// # Errors
    /// `Invalid` when the text is not a JSON object or is larger than [`Payload::MAX_BYTES`].
    pub fn from_json(text: impl Into<Box<str>>) -> Result<Self, Error> {
        let text = text.into();
        if text.len() > Self::MAX_BYTES {
            return Err(Error::invalid(
                "payload",
                format!("{} bytes; at most 16 KiB", text.len()),
            ));
        }
        // Parsed whole, so that nothing that stands in a payload is unreadable later.
        serde_json::from_str::<Map<String, Value>>(&text).map_err(|error| {
            Error::invalid(
                "payload",
                format!(
                    "not a JSON object, or a number out of range, at byte {}",
                    error.column()
                ),
            )
        })?;
        Ok(Self(text))
    }

    /// The JSON text.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// The fields, parsed.
    #[must_use]
    pub fn fields(&self) -> Map<String, Value> {
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// SHA-256 of the payload without the `volatile` keys.
    pub(crate) fn digest(&self, volatile: &[String], hasher: &mut Sha256) {
        if volatile.is_empty() {
            hasher.update(self.0.as_bytes());
            return;
        }
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(&self.0).unwrap_or_default();
        for (key, value) in fields.iter().filter(|(key, _)| !volatile.contains(key)) {
            hasher.update(key.as_bytes());
            hasher.update([0]);
            hasher.update(value.get().as_bytes());
            hasher.update([0]);
        }
    }
}

impl Default for Payload {
    fn default() -> Self {
        Self("{}".into())
    }
}

impl From<Map<String, Value>> for Payload {
    fn from(fields: Map<String, Value>) -> Self {
        Self(Value::Object(fields).to_string().into())
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The bound is for what comes in: a database may write the same object with more spaces.
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get().starts_with('{') {
            Ok(Self(raw.get().into()))
        } else {
            Err(D::Error::custom("not a JSON object"))
        }
    }
}
