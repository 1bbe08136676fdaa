use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Finding, Payload, Severity};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[cfg(any(feature = "postgres", feature = "memory"))]
use super::Error;

/// How long a row may wait to be sealed before somebody is told.
const PATIENCE: TimeDelta = TimeDelta::hours(1);

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
    /// So many of the newest seals of this generation, and fewer where they are of many rows; at least one.
    Newest(u32),
}

/// What comes of comparing the journal with its seals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// By the journal's clock.
    pub at: DateTime<Utc>,
    /// Whether every seal was looked at.
    pub whole: bool,
    /// Whether the next seal begins a generation: another server counts transactions now, as after a restore.
    #[serde(default)]
    pub generation_due: bool,
    /// So many were.
    pub seals: u64,
    /// Of so many rows that have to be there.
    pub rows: u64,
    /// Of so many rows that went with their month, when its time was over: what the seals say of them is taken as said.
    pub gone: u64,
    /// So many rows are not sealed yet, as far as was looked.
    pub unsealed: u64,
    /// When the oldest of those was recorded.
    #[serde(default)]
    pub unsealed_since: Option<DateTime<Utc>>,
    /// What they wait for, where anything does and the login may see it.
    #[serde(default)]
    pub held_by: Option<Holder>,
    /// The newest seal.
    pub head: Option<Seal>,
    /// Whether the seal that was asked for is one of them.
    #[serde(default)]
    pub expected: Option<bool>,
    /// How many things do not agree.
    pub broken: u64,
    /// In so many seals.
    pub seals_broken: u64,
    /// The first thousand of those.
    pub broken_seals: Vec<BrokenSeal>,
    /// The first ten of each of these.
    pub discrepancies: Vec<Discrepancy>,
}

/// A seal that does not verify.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenSeal {
    /// Which.
    pub seal: i64,
    /// In so many things.
    pub broken: u64,
    /// How many of each kind.
    pub kinds: BTreeMap<Tampering, u64>,
}

/// The oldest transaction that may still add rows: nothing that came after its beginning can be sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Of this process of the server.
    pub pid: Option<i32>,
    /// Or prepared, under this name.
    pub prepared: Option<String>,
    /// In that database.
    pub database: Option<String>,
    /// When it began.
    pub since: Option<DateTime<Utc>>,
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
    /// Whether something was looked at, and all of it is as it was sealed.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.head.is_some() && self.broken == 0 && self.expected != Some(false)
    }

    /// Whether nothing is sealed: that nothing differs says nothing then.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.head.is_none() && self.broken == 0
    }

    /// Whether more seals do not verify than are told.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.seals_broken > self.broken_seals.len() as u64
    }

    /// One finding for each seal that does not verify, of those that are told.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.broken_seals
            .iter()
            .map(|broken| self.finding(broken))
            .collect()
    }

    fn finding(&self, broken: &BrokenSeal) -> Finding {
        let here: Vec<&Discrepancy> = self
            .discrepancies
            .iter()
            .filter(|found| found.seal == broken.seal)
            .collect();
        let first = here.first().map_or_else(
            || format!("seal {} does not verify", broken.seal),
            |first| format!("{} {}", first.subject(), first.kind.told()),
        );
        let more = match broken.broken.saturating_sub(1) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let payload: Map<String, Value> = [
            ("seal".to_owned(), json!(broken.seal)),
            ("broken".to_owned(), json!(broken.broken)),
            ("kinds".to_owned(), json!(broken.kinds)),
            ("discrepancies".to_owned(), json!(here)),
        ]
        .into_iter()
        .collect();
        Finding {
            entity_type: "ACCESS_SEAL".to_owned(),
            entity_id: broken.seal.to_string(),
            entity_label: None,
            severity: Severity::Critical,
            message: format!(
                "The journal of accesses is not what was sealed: {first}{more}. See `vigie access verify`"
            ),
            payload: Payload::from(payload),
            occurred_at: None,
            scope: None,
        }
    }

    /// A warning where a row has waited to be sealed for more than an hour: whatever is done to it meanwhile does not show.
    #[must_use]
    pub fn waiting(&self) -> Option<Finding> {
        let since = self.unsealed_since?;
        if self.at - since <= PATIENCE {
            return None;
        }
        let holder = self.held_by.as_ref().map_or_else(
            || {
                "a transaction of this server that is still open; its login may see all in pg_stat_activity"
                    .to_owned()
            },
            Holder::told,
        );
        let payload: Map<String, Value> = [
            ("since".to_owned(), json!(since)),
            ("held_by".to_owned(), json!(self.held_by)),
        ]
        .into_iter()
        .collect();
        Some(Finding {
            entity_type: "ACCESS_JOURNAL".to_owned(),
            entity_id: "UNSEALED".to_owned(),
            entity_label: None,
            severity: Severity::Warn,
            message: format!(
                "The journal of accesses is not sealed since {}: what keeps it waiting is {holder}",
                since.format("%Y-%m-%d %H:%M UTC")
            ),
            payload: Payload::from(payload),
            occurred_at: None,
            scope: None,
        })
    }
}

impl Holder {
    /// For people.
    #[must_use]
    pub fn told(&self) -> String {
        let database = self.database.as_deref().unwrap_or("?");
        match (&self.prepared, self.pid) {
            (Some(gid), _) => format!("the prepared transaction {gid:?} in database {database}"),
            (None, Some(pid)) => format!("the transaction of process {pid} in database {database}"),
            (None, None) => format!("a transaction in database {database}"),
        }
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
