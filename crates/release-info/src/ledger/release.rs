use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Facts, Place, Stage, told};
use crate::ReleaseId;

/// A release at a place, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Its full name.
    #[serde(deserialize_with = "told::parsed")]
    pub release: ReleaseId,
    /// What was released, for example `vigie-api`.
    pub package: String,
    /// How far it has come there.
    pub stage: Stage,
    /// How whoever serves it calls the version that went live last, where that was said; before it is live for the first
    /// time, or after a rollback, the one that is being deployed.
    pub provider_version: Option<String>,
    /// What its manifest says, of the version that went live last or is being deployed likewise.
    #[serde(flatten)]
    pub facts: Facts,
    /// The release that its rollback returns to, also where that has failed; `None` once it was deployed anew, live again
    /// or found well.
    #[serde(deserialize_with = "told::parsed_if_any")]
    pub returns_to: Option<ReleaseId>,
    /// When its last deployment began.
    pub started_at: DateTime<Utc>,
    /// When it went live last, by a deployment or by a rollback; `None` when it never was, and since it was rolled back.
    pub deployed_at: Option<DateTime<Utc>>,
    /// When it was last seen to be what people get; `None` when it never was, and since it was refuted or rolled back. Before
    /// `deployed_at`, it proves nothing of the version that went live last.
    pub verified_at: Option<DateTime<Utc>>,
    /// When it became what it is now, or was last spoken of.
    pub changed_at: DateTime<Utc>,
    /// The last event that was recorded of it: its place in a list.
    pub last_event: i64,
}

impl Release {
    /// Whether a rollback can return to it: it was live there, is not now, and was not itself rolled back.
    #[must_use]
    pub fn can_be_returned_to(&self) -> bool {
        self.deployed_at.is_some() && matches!(self.stage, Stage::Replaced | Stage::Failed)
    }
}
