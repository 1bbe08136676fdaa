//! The file: JSON, and one object a line.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Baseline;
use crate::Error;

/// What this program writes and reads.
const VERSION: u64 = 1;

const PARTS: [&str; 5] = ["personas", "definitions", "access", "findings", "suppressions"];

#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(rename = "version")]
    _version: u64,
    personas: Vec<Value>,
    definitions: Vec<Value>,
    access: Vec<Value>,
    findings: Vec<Value>,
    suppressions: Vec<Value>,
}

impl Baseline {
    /// As the file says it.
    ///
    /// # Errors
    /// `Invalid` where the file is no baseline, or one that another version of this program has written.
    pub fn from_text(text: &str) -> Result<Self, Error> {
        let wrong = |reason: String| Error::invalid("baseline", reason);
        let unreadable = |error: serde_json::Error| {
            wrong(format!(
                "{error}; write it anew with `vigie audit baseline`, or take it from where it was kept"
            ))
        };
        let Versioned { version } = serde_json::from_str(text).map_err(unreadable)?;
        if version != VERSION {
            return Err(wrong(format!(
                "it is of version {version}; this program reads {VERSION}"
            )));
        }
        let read: Read = serde_json::from_str(text).map_err(unreadable)?;
        Ok(Self {
            personas: objects("personas", read.personas)?,
            definitions: objects("definitions", read.definitions)?,
            access: objects("access", read.access)?,
            findings: objects("findings", read.findings)?,
            suppressions: objects("suppressions", read.suppressions)?,
        })
    }

    /// As the file has it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let parts = [
            lines(&self.personas),
            lines(&self.definitions),
            lines(&self.access),
            lines(&self.findings),
            lines(&self.suppressions),
        ];
        let parts = PARTS.iter().zip(parts).map(|(name, lines)| {
            if lines.is_empty() {
                format!("\"{name}\": []")
            } else {
                format!("\"{name}\": [\n{}\n]", lines.join(",\n"))
            }
        });
        format!(
            "{{\n\"version\": {VERSION},\n{}\n}}\n",
            parts.collect::<Vec<_>>().join(",\n")
        )
    }
}

fn lines<T: Serialize>(objects: &[T]) -> Vec<String> {
    let line = |object| serde_json::to_string(object).expect("plain data is JSON");
    objects.iter().map(line).collect()
}

fn objects<T: DeserializeOwned>(part: &str, objects: Vec<Value>) -> Result<Vec<T>, Error> {
    let object = |(place, object): (usize, Value)| {
        serde_json::from_value(object)
            .map_err(|error| Error::invalid("baseline", format!("{part}, number {}: {error}", place + 1)))
    };
    objects.into_iter().enumerate().map(object).collect()
}
