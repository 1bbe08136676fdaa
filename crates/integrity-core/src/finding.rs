use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Payload, Severity};

/// One thing that is wrong: a bad row, a leaking cell, a late release.
///
/// Within one evaluation it is identified by `(entity_type, entity_id)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of thing it is about, such as `CITERNE`.
    pub entity_type: String,
    /// Which one; stable from run to run.
    pub entity_id: String,
    /// What people call it.
    pub entity_label: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence, in the language of the pack.
    pub message: String,
    /// The figures behind the sentence.
    pub payload: Payload,
    /// When it happened, where the row knows.
    pub occurred_at: Option<DateTime<Utc>>,
    /// Which part of the business it belongs to (a depot, a tenant), where there is one.
    pub scope: Option<String>,
}

impl Finding {
    /// The longest `entity_type`, in bytes.
    pub const MAX_ENTITY_TYPE: usize = 63;
    /// The longest `entity_id`, in bytes: the key of an alert always fits into a page of an index.
    pub const MAX_ENTITY_ID: usize = 1000;

    /// The key that identifies the finding within its check.
    #[must_use]
    pub fn key(&self) -> (&str, &str) {
        (&self.entity_type, &self.entity_id)
    }

    /// SHA-256 over what a change of the alert is measured by: everything but the key, without the
    /// `volatile` payload keys and, where there are any, without the message, which may quote them.
    #[must_use]
    pub fn content_hash(&self, volatile: &[String]) -> [u8; 32] {
        let mut hasher = Sha256::new();
        let message = if volatile.is_empty() {
            self.message.as_str()
        } else {
            ""
        };
        let occurred_at = self.occurred_at.map(|at| at.timestamp_micros().to_string());
        for part in [self.severity.as_str(), message].map(Some).into_iter().chain([
            self.entity_label.as_deref(),
            self.scope.as_deref(),
            occurred_at.as_deref(),
        ]) {
            // A tag before each part, so that neither an absent one nor a shifted border hashes alike.
            match part {
                Some(text) => {
                    hasher.update((text.len() as u64).to_be_bytes());
                    hasher.update(text.as_bytes());
                }
                None => hasher.update(u64::MAX.to_be_bytes()),
            }
        }
        self.payload.digest(volatile, &mut hasher);
        hasher.finalize().into()
    }

    /// Each key once, in the order of the keys: where several findings have the same, the one that
    /// [precedes](Self::precedes) the others. How many were merged away is the difference in length.
    #[must_use]
    pub fn distinct(findings: &[Self]) -> Vec<&Self> {
        let mut kept: BTreeMap<(&str, &str), &Self> = BTreeMap::new();
        for finding in findings {
            kept.entry(finding.key())
                .and_modify(|kept| {
                    if finding.precedes(kept) {
                        *kept = finding;
                    }
                })
                .or_insert(finding);
        }
        kept.into_values().collect()
    }

    /// Whether this one is kept when both have the same key: the more severe, then the smaller payload text.
    #[must_use]
    pub fn precedes(&self, other: &Self) -> bool {
        other
            .severity
            .cmp(&self.severity)
            .then_with(|| self.payload.cmp(&other.payload))
            .is_lt()
    }
}
