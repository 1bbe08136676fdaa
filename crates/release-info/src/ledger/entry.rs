use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Error, EventKind, Place, Release, told};
use crate::ReleaseId;

/// The longest reason, in characters.
const MAX_REASON: usize = 4000;
/// The longest key and the longest name of a provider's version, in characters.
const MAX_NAME: usize = 200;
/// The most evidence, in bytes of JSON.
const MAX_EVIDENCE: usize = 65_536;
/// So many levels of evidence can be read back.
const MAX_LEVELS: usize = 100;

/// What is to be recorded of a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Of which release.
    #[serde(deserialize_with = "told::parsed")]
    pub release: ReleaseId,
    /// What happened.
    pub kind: EventKind,
    /// With `rollback_started`, the release that it returns to; the store adds it to what follows.
    #[serde(deserialize_with = "told::parsed_if_any")]
    pub returns_to: Option<ReleaseId>,
    /// How whoever serves it calls this version.
    pub provider_version: Option<String>,
    /// With `started` and `deployed`: what its manifest says.
    #[serde(flatten)]
    pub facts: Facts,
    /// Why.
    pub reason: Option<String>,
    /// What shows it, at most 64 KiB of JSON; what is [proof](EventKind::is_proof) has it always.
    pub evidence: Option<Value>,
    /// A name of the recorder's own for this event: recorded again with the same name, it is answered and not recorded
    /// again.
    pub key: Option<String>,
}

/// What the manifest of a release says, as far as a rollback depends on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The oldest version of the database's schema that it can run on.
    pub min_schema: Option<i64>,
    /// The newest.
    pub max_schema: Option<i64>,
    /// The digest of everything that is served: 64 lower-case hexadecimal digits.
    pub manifest_sha256: Option<String>,
}

impl Facts {
    /// These, and where they are silent, the others.
    #[cfg(feature = "memory")]
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self {
            min_schema: self.min_schema.or(other.min_schema),
            max_schema: self.max_schema.or(other.max_schema),
            manifest_sha256: self
                .manifest_sha256
                .clone()
                .or_else(|| other.manifest_sha256.clone()),
        }
    }
}

impl Entry {
    /// An event about which nothing more is said.
    #[must_use]
    pub fn new(place: Place, release: ReleaseId, kind: EventKind) -> Self {
        Self {
            place,
            release,
            kind,
            returns_to: None,
            provider_version: None,
            facts: Facts::default(),
            reason: None,
            evidence: None,
            key: None,
        }
    }

    /// Refuses what no ledger can hold, whatever stands in it.
    pub(crate) fn refuse_malformed(&self) -> Result<(), Error> {
        self.place.refuse_malformed()?;
        if self.release.is_dirty() && self.place.environment.demands_a_clean_release() {
            return Err(Error::invalid(
                "release",
                format!(
                    "it may hold changes that nobody committed, which {} refuses",
                    self.place.environment
                ),
            ));
        }
        if (self.kind == EventKind::RollbackStarted) != self.returns_to.is_some() {
            return Err(Error::invalid(
                "returns_to",
                "a rollback that begins says what it returns to, and nothing else does",
            ));
        }
        let has_facts = self.facts != Facts::default();
        if has_facts && !matches!(self.kind, EventKind::Started | EventKind::Deployed) {
            return Err(Error::invalid("manifest", "goes with started and deployed only"));
        }
        self.refuse_malformed_facts()?;
        refuse_text("provider_version", self.provider_version.as_deref(), MAX_NAME)?;
        refuse_text("reason", self.reason.as_deref(), MAX_REASON)?;
        refuse_text("key", self.key.as_deref(), MAX_NAME)?;
        let evidence = self.evidence.as_ref().map(Value::to_string).unwrap_or_default();
        if evidence.len() > MAX_EVIDENCE {
            return Err(Error::invalid(
                "evidence",
                format!("at most {MAX_EVIDENCE} bytes"),
            ));
        }
        match &self.evidence {
            None if self.kind.is_proof() => Err(Error::invalid(
                "evidence",
                format!("{} comes with what shows it", self.kind),
            )),
            None => Ok(()),
            Some(Value::Null) => Err(Error::invalid("evidence", "null shows nothing")),
            Some(evidence) => refuse_value(evidence, 0),
        }
    }

    fn refuse_malformed_facts(&self) -> Result<(), Error> {
        let facts = &self.facts;
        let is_range = match (facts.min_schema, facts.max_schema) {
            (Some(min), Some(max)) => min <= max,
            (None, None) => true,
            _ => false,
        };
        if !is_range {
            return Err(Error::invalid(
                "manifest",
                "the versions of the schema are an oldest and a newest one, in this order",
            ));
        }
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_digest = |digest: &String| digest.len() == 64 && digest.bytes().all(is_digit);
        if !facts.manifest_sha256.as_ref().is_none_or(is_digest) {
            return Err(Error::invalid(
                "manifest",
                "its digest is 64 lower-case hexadecimal digits",
            ));
        }
        Ok(())
    }
}

const NUL: &str = "a character that PostgreSQL cannot store (NUL)";

fn refuse_text(field: &str, text: Option<&str>, most: usize) -> Result<(), Error> {
    let Some(text) = text else { return Ok(()) };
    if text.trim().is_empty() {
        return Err(Error::invalid(field, "is empty"));
    }
    if text.chars().count() > most {
        return Err(Error::invalid(field, format!("at most {most} characters")));
    }
    if text.contains('\0') {
        return Err(Error::invalid(field, NUL));
    }
    Ok(())
}

/// Refuses what could not be stored, or not be read back.
fn refuse_value(value: &Value, level: usize) -> Result<(), Error> {
    if level == MAX_LEVELS {
        return Err(Error::invalid("evidence", format!("at most {MAX_LEVELS} levels")));
    }
    let refuse_nul = |text: &String| {
        let is_right = !text.contains('\0');
        is_right
            .then_some(())
            .ok_or_else(|| Error::invalid("evidence", NUL))
    };
    match value {
        Value::String(text) => refuse_nul(text),
        Value::Array(values) => values.iter().try_for_each(|value| refuse_value(value, level + 1)),
        Value::Object(members) => members.iter().try_for_each(|(key, value)| {
            refuse_nul(key)?;
            refuse_value(value, level + 1)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// Something that happened to a release. Events are added, never changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReleaseEvent {
    /// Its place in the order of all events.
    pub id: i64,
    /// The store's clock.
    pub at: DateTime<Utc>,
    /// Who recorded it; `None` when the service did.
    pub actor: Option<String>,
    /// What was recorded.
    #[serde(flatten)]
    pub entry: Entry,
}

/// What recording an event has led to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// The event as it stands in the ledger.
    pub event: ReleaseEvent,
    /// Its release as it is now.
    pub release: Release,
    /// Whether it had been recorded before; then nothing was recorded now.
    pub replayed: bool,
}
