use std::fmt;

use serde::{Deserialize, Serialize};

/// How far a release has come at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nothing of it was recorded there.
    New,
    /// It is being deployed.
    Started,
    /// It is live, and nothing proves it yet.
    Deployed,
    /// It is live, and was seen.
    Verified,
    /// It is live, and a verification or its rollback has failed.
    Refuted,
    /// It is live, and stays.
    Promoted,
    /// Its deployment did not go through.
    Failed,
    /// It is live, and its rollback is under way.
    RollingBack,
    /// It was live, and was taken back.
    RolledBack,
    /// It was live, and another has taken its place.
    Replaced,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::New,
        Self::Started,
        Self::Deployed,
        Self::Verified,
        Self::Refuted,
        Self::Promoted,
        Self::Failed,
        Self::RollingBack,
        Self::RolledBack,
        Self::Replaced,
    ];

    /// The word in the database and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Started => "started",
            Self::Deployed => "deployed",
            Self::Verified => "verified",
            Self::Refuted => "refuted",
            Self::Promoted => "promoted",
            Self::Failed => "failed",
            Self::RollingBack => "rolling_back",
            Self::RolledBack => "rolled_back",
            Self::Replaced => "replaced",
        }
    }

    /// Whether people get this release: one at each place.
    #[must_use]
    pub fn is_live(self) -> bool {
        self.is_proved() || matches!(self, Self::Deployed | Self::Refuted | Self::RollingBack)
    }

    /// Whether it was seen to be what people get.
    #[must_use]
    pub fn is_proved(self) -> bool {
        matches!(self, Self::Verified | Self::Promoted)
    }

    /// Whether a deployment or a rollback is under way: one at each place at most.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Started | Self::RollingBack)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
