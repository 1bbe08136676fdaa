use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What can happen to a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Its deployment has begun.
    Started,
    /// It is live.
    Deployed,
    /// What is served was looked at, and is this release.
    VerifyPassed,
    /// What is served was looked at, and is something else.
    VerifyFailed,
    /// What is served could not be told.
    VerifyInconclusive,
    /// It was decided that it stays.
    Promoted,
    /// The deployment or the rollback that was under way did not go through.
    Failed,
    /// Its rollback has begun.
    RollbackStarted,
    /// It is no longer live; the release that its rollback returns to is.
    RolledBack,
    /// What is served was looked at, and is what its rollback returned to.
    RollbackVerified,
    /// A rollback was rehearsed, and went as planned.
    DrillPassed,
    /// A rollback was rehearsed, and did not go as planned.
    DrillFailed,
    /// Somebody said something.
    Note,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Started,
        Self::Deployed,
        Self::VerifyPassed,
        Self::VerifyFailed,
        Self::VerifyInconclusive,
        Self::Promoted,
        Self::Failed,
        Self::RollbackStarted,
        Self::RolledBack,
        Self::RollbackVerified,
        Self::DrillPassed,
        Self::DrillFailed,
        Self::Note,
    ];

    /// The word in the database, in JSON and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Deployed => "deployed",
            Self::VerifyPassed => "verify_passed",
            Self::VerifyFailed => "verify_failed",
            Self::VerifyInconclusive => "verify_inconclusive",
            Self::Promoted => "promoted",
            Self::Failed => "failed",
            Self::RollbackStarted => "rollback_started",
            Self::RolledBack => "rolled_back",
            Self::RollbackVerified => "rollback_verified",
            Self::DrillPassed => "drill_passed",
            Self::DrillFailed => "drill_failed",
            Self::Note => "note",
        }
    }

    /// Whether it says that something was seen to work: then it comes with what shows it.
    #[must_use]
    pub fn is_proof(self) -> bool {
        matches!(
            self,
            Self::VerifyPassed | Self::RollbackVerified | Self::DrillPassed
        )
    }

    /// Whether the service may record it: what is found by looking, and what is said. Everything else is a person's act.
    #[must_use]
    pub fn is_found_by_looking(self) -> bool {
        matches!(
            self,
            Self::VerifyPassed
                | Self::VerifyFailed
                | Self::VerifyInconclusive
                | Self::RollbackVerified
                | Self::DrillPassed
                | Self::DrillFailed
                | Self::Note
        )
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no kind of event; one of {}", EventKind::ALL.map(EventKind::as_str).join(", "))]
pub struct UnknownKind;

impl FromStr for EventKind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == word);
        found.ok_or(UnknownKind)
    }
}
