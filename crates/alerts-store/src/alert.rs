use std::{collections::BTreeMap, fmt, str::FromStr};

use chrono::{DateTime, Utc};
use integrity_core::{Payload, Severity};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::Error;

/// The identifier of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertId(pub Uuid);

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for AlertId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let id = Uuid::parse_str(text);
        id.map(Self).map_err(|_| {
            Error::invalid(
                "id",
                format!("{text:?} is not the identifier of an alert (a UUID)"),
            )
        })
    }
}

/// What people do about an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Nobody has taken it up.
    Open,
    /// Somebody has.
    Ack,
    /// Done with, see [`Resolution`].
    Resolved,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Open, Self::Ack, Self::Resolved];

    /// The word in the database and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Ack => "ACK",
            Self::Resolved => "RESOLVED",
        }
    }
}

/// Why an alert is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Resolution {
    /// The system saw it gone.
    Cleared,
    /// A person says so; verified by the next evaluation.
    Fixed,
    /// A person lives with it until a date.
    Accepted,
    /// A person says it is none, until a date.
    FalsePositive,
    /// Its check was withdrawn.
    Retired,
}

impl Resolution {
    /// The word in the database and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cleared => "CLEARED",
            Self::Fixed => "FIXED",
            Self::Accepted => "ACCEPTED",
            Self::FalsePositive => "FALSE_POSITIVE",
            Self::Retired => "RETIRED",
        }
    }
}

/// What the SQL says about an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Condition {
    /// There.
    Present,
    /// Gone for fewer than `resolve_after` complete evaluations.
    Missing,
    /// Gone.
    Absent,
}

/// A hash of what the alert shows, by which a change is recognised.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ContentHash(pub [u8; 32]);

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\\x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ContentHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut hash = [0; 32];
        let digits = text
            .strip_prefix("\\x")
            .filter(|digits| digits.len() == 64 && digits.is_ascii());
        for (i, byte) in hash.iter_mut().enumerate() {
            *byte = digits
                .and_then(|digits| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).ok())
                .ok_or_else(|| serde::de::Error::custom("not a hash of 32 bytes in hexadecimal"))?;
        }
        Ok(Self(hash))
    }
}

/// What a suppressed alert looked like when it was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Its severity.
    pub severity: Severity,
    /// Its figures.
    pub payload: Payload,
}

/// One anomaly and what is done about it. Identified by `(database, check_code, entity_type, entity_id)`.
///
/// Field names are the column names of `vigie.alerts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its identifier.
    pub id: AlertId,
    /// Which watched database.
    pub database: String,
    /// Which check found it; also the meta checks `CHECK_FAILING` and `CHECK_SUSPECT`.
    pub check_code: String,
    /// What kind of thing it is about.
    pub entity_type: String,
    /// Which one.
    pub entity_id: String,
    /// What people call it.
    pub entity_label: Option<String>,
    /// Which part of the business it belongs to.
    pub scope: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence, in the language of the pack.
    pub message: String,
    /// The figures behind the sentence.
    pub payload: Payload,
    /// Recognises a change of the above.
    pub content_hash: ContentHash,
    /// When it happened, where the row knows.
    pub occurred_at: Option<DateTime<Utc>>,
    /// What the SQL says.
    pub condition: Condition,
    /// Complete evaluations in a row without it.
    pub missing_count: u32,
    /// When it was first seen.
    pub first_detected_at: DateTime<Utc>,
    /// When it was last seen.
    pub last_detected_at: DateTime<Utc>,
    /// What people do about it.
    pub status: Status,
    /// Why it is resolved; `None` while it is not.
    pub resolution: Option<Resolution>,
    /// When it last became OPEN from nothing or from RESOLVED.
    pub opened_at: DateTime<Utc>,
    /// By when somebody should have dealt with it; `None` for INFO.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was found to be past due.
    pub breached_at: Option<DateTime<Utc>>,
    /// Who took it up.
    pub acknowledged_by: Option<String>,
    /// When.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// Who resolved it; `None` when the system did.
    pub resolved_by: Option<String>,
    /// When.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When an evaluation confirmed that a FIXED alert is gone.
    pub verified_at: Option<DateTime<Utc>>,
    /// When an ACCEPTED or `FALSE_POSITIVE` alert comes back.
    pub accepted_until: Option<DateTime<Utc>>,
    /// What it looked like when it was accepted.
    pub accepted: Option<Accepted>,
    /// When a person last changed its status; the system undoes nothing with an older snapshot.
    pub acted_at: Option<DateTime<Utc>>,
    /// How often it came back.
    pub reopen_count: u32,
    /// The number of its events; a command may say which one it saw.
    pub version: u32,
    /// When its first event was recorded.
    pub created_at: DateTime<Utc>,
    /// When its last event was recorded.
    pub updated_at: DateTime<Utc>,
}

/// Named JSON values, each as its source wrote it.
pub(crate) type Fields = BTreeMap<String, Box<RawValue>>;

impl Alert {
    /// The columns that follow from the events' own, so that no event states them.
    const DERIVED: [&str; 4] = ["id", "version", "created_at", "updated_at"];

    /// Whether it still asks for something: OPEN or ACK.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.status != Status::Resolved
    }

    /// Whether somebody called it fixed, and no evaluation has confirmed that.
    #[must_use]
    pub fn is_unconfirmed(&self) -> bool {
        self.resolution == Some(Resolution::Fixed) && self.verified_at.is_none()
    }

    /// Whether its due date has passed without the act that stops it: ACK for WARN, RESOLVED for CRITICAL.
    #[must_use]
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        let stopped = match self.status {
            Status::Open => false,
            Status::Ack => self.severity != Severity::Critical,
            Status::Resolved => true,
        };
        !stopped && self.due_at.is_some_and(|due| due <= now)
    }

    /// What an event has to say for `before` to become `self`; everything where there was nothing before.
    ///
    /// # Errors
    /// `Corrupt` when a payload is not JSON, which [`Payload`] excludes.
    pub(crate) fn changes_since(&self, before: Option<&Self>) -> Result<Fields, Error> {
        let mut fields = self.fields()?;
        if let Some(before) = before {
            let old = before.fields()?;
            fields.retain(|name, value| old.get(name).is_none_or(|old| old.get() != value.get()));
        }
        Ok(fields)
    }

    /// The stated columns by name.
    fn fields(&self) -> Result<Fields, Error> {
        let text = serde_json::to_string(self).map_err(|_| Error::corrupt("an alert that is not JSON"))?;
        let mut fields: Fields =
            serde_json::from_str(&text).map_err(|_| Error::corrupt("an alert that is not JSON"))?;
        fields.retain(|name, _| !Self::DERIVED.contains(&name.as_str()));
        Ok(fields)
    }
}
