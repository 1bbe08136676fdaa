use chrono::{DateTime, Utc};
use integrity_core::{CheckCode, Evaluation};

use crate::meta;

/// An evaluation that changes nothing but how far its check has been looked at. Only a store can say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchanged {
    pub(crate) database: String,
    pub(crate) code: CheckCode,
    /// The snapshot it was evaluated on.
    pub(crate) snapshot_at: DateTime<Utc>,
    /// The last applied snapshot of the check when it was compared.
    pub(crate) seen_at: DateTime<Utc>,
}

impl Unchanged {
    pub(crate) fn since(seen_at: DateTime<Utc>, evaluation: &Evaluation) -> Self {
        Self {
            database: evaluation.database.clone(),
            code: evaluation.code.clone(),
            snapshot_at: meta::snapshot_at(evaluation),
            seen_at,
        }
    }

    /// Of which check.
    #[must_use]
    pub fn code(&self) -> &CheckCode {
        &self.code
    }

    /// The last applied snapshot of the check when it was compared.
    #[must_use]
    pub fn seen_at(&self) -> DateTime<Utc> {
        self.seen_at
    }
}
