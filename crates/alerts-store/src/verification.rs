use serde::{Deserialize, Serialize};

use crate::AlertId;

/// What came of walking every chain of events and rebuilding every alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// How many alerts were rebuilt.
    pub alerts: u64,
    /// How many events were walked.
    pub events: u64,
    /// How many things do not agree.
    pub broken: u64,
    /// The first hundred of them.
    pub discrepancies: Vec<Discrepancy>,
}

/// Something that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discrepancy {
    /// Of which alert.
    pub alert_id: AlertId,
    /// At which event, where it is one.
    pub seq: Option<u32>,
    /// What.
    pub problem: Problem,
}

/// The ways in which an alert and its events can disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// The event, or the one before it, is not what was written.
    EventEdited,
    /// An event is missing before this one.
    EventMissing,
    /// The last events are missing, or the alert counts others.
    TailMissing,
    /// The alert is not what its events make of it.
    RowEdited,
    /// The alert is gone, its events are not.
    RowMissing,
}

impl Problem {
    /// For people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EventEdited => "the event is not what was written",
            Self::EventMissing => "an event before this one is missing",
            Self::TailMissing => "the last events are missing or not its own",
            Self::RowMissing => "the alert is gone, its events are not",
            Self::RowEdited => "the alert is not what its events make of it",
        }
    }
}
