use chrono::{DateTime, Utc};
use integrity_core::{Finding, Payload, Severity};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[cfg(any(feature = "postgres", feature = "memory"))]
use super::Error;

/// What shows whether rows of the journal were changed since: so many rows, and a hash that stands on the seal before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// From 1 on, without a gap.
    pub number: i64,
    /// Begins anew where another server counts transactions: after a restore.
    pub generation: i32,
    /// So many rows.
    pub rows: u64,
    /// By the journal's clock.
    pub sealed_at: DateTime<Utc>,
    /// 64 hexadecimal digits: written down elsewhere, it shows whether the journal up to here is still the same.
    pub hash: String,
}

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every seal and every row; what comes of it is kept, [`AccessJournal::verified`](super::AccessJournal::verified).
    Whole,
    /// So many of the newest seals, and their rows.
    Newest(u32),
}

/// What comes of comparing the journal with its seals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// By the journal's clock.
    pub at: DateTime<Utc>,
    /// Whether every seal was looked at.
    pub whole: bool,
    /// So many were.
    pub seals: u64,
    /// Of so many rows that have to be there.
    pub rows: u64,
    /// Of so many rows that went with their month, when its time was over: what the seals say of them is taken as said.
    pub gone: u64,
    /// So many rows are not sealed yet, as far as was looked.
    pub unsealed: u64,
    /// The newest seal.
    pub head: Option<Seal>,
    /// Whether the seal that was asked for is one of them.
    #[serde(default)]
    pub expected: Option<bool>,
    /// How many things do not agree.
    pub broken: u64,
    /// The first hundred of them.
    pub discrepancies: Vec<Discrepancy>,
}

/// Something that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discrepancy {
    /// What.
    pub kind: Tampering,
    /// At which seal.
    pub seal: i64,
    /// At which row, where it is known.
    pub seq: Option<i64>,
    /// When that row says that it happened.
    pub occurred_at: Option<DateTime<Utc>>,
    /// Under which number it stands now.
    pub moved_to: Option<i64>,
}

/// What can have been done to the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tampering {
    /// A row does not say what it said.
    Edited,
    /// A row is gone, and its month is not.
    Deleted,
    /// A row stands where everything was sealed, and was not there.
    Inserted,
    /// A row says another time, or another transaction.
    Retimed,
    /// A row stands under another number.
    Reordered,
    /// A seal is not what was sealed, or the list of its rows is not.
    SealEdited,
    /// A seal is gone.
    SealMissing,
}

impl Tampering {
    /// For people.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Edited => "was edited",
            Self::Deleted => "was deleted",
            Self::Inserted => "was inserted afterwards",
            Self::Retimed => "was given another time",
            Self::Reordered => "was given another number",
            Self::SealEdited => "is not what was sealed",
            Self::SealMissing => "is missing",
        }
    }
}

impl Discrepancy {
    /// What it is about: `row 17` or `seal 3`.
    #[must_use]
    pub fn subject(&self) -> String {
        match (self.kind, self.seq) {
            (Tampering::SealEdited | Tampering::SealMissing, _) => format!("seal {}", self.seal),
            (_, Some(seq)) => format!("row {seq} of seal {}", self.seal),
            (_, None) => format!("a row of seal {}", self.seal),
        }
    }
}

impl Verification {
    /// Whether all that was looked at is as it was sealed.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.broken == 0 && self.expected != Some(false)
    }

    /// One finding for each seal that does not verify, of those that are told.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for (at, first) in self.discrepancies.iter().enumerate() {
            if self.discrepancies[..at]
                .iter()
                .any(|before| before.seal == first.seal)
            {
                continue;
            }
            let here = || self.discrepancies.iter().filter(|other| other.seal == first.seal);
            let more = match here().count() - 1 {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            let payload: Map<String, Value> = [
                ("seal".to_owned(), json!(first.seal)),
                (
                    "discrepancies".to_owned(),
                    json!(here().take(10).collect::<Vec<_>>()),
                ),
            ]
            .into_iter()
            .collect();
            findings.push(Finding {
                entity_type: "ACCESS_SEAL".to_owned(),
                entity_id: first.seal.to_string(),
                entity_label: None,
                severity: Severity::Critical,
                message: format!(
                    "The journal of accesses is not what was sealed: {} {}{more}. See `vigie access verify`",
                    first.subject(),
                    first.kind.told()
                ),
                payload: Payload::from(payload),
                occurred_at: None,
                scope: None,
            });
        }
        findings
    }
}

/// The hash that these 64 hexadecimal digits say.
#[cfg(any(feature = "postgres", feature = "memory"))]
pub(super) fn hash_of(text: &str) -> Result<[u8; 32], Error> {
    let wrong = || {
        Error::invalid(
            "expected",
            "is 64 hexadecimal digits, as `vigie access verify` prints them",
        )
    };
    let text = text.trim();
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let mut hash = [0; 32];
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| wrong())?;
    }
    Ok(hash)
}
