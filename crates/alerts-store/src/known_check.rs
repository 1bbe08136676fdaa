use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{CheckInfo, CheckState, Count};

/// A check that the store knows, how it stands, and what it has found that is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownCheck {
    /// The check itself.
    pub info: CheckInfo,
    /// Whether it is of a chosen pack.
    pub active: bool,
    /// How it stands; `None` while it was never evaluated.
    pub state: Option<CheckState>,
    /// Whether its last complete evaluation can still be believed, see [`CheckInfo::is_fresh`].
    pub fresh: bool,
    /// Its live alerts by severity and status, worst first; what is not listed is none. Alerts about the check itself
    /// are not among them.
    pub live: Vec<Count>,
}

impl KnownCheck {
    pub(crate) fn new(
        (info, active): (CheckInfo, bool),
        state: Option<CheckState>,
        live: Vec<Count>,
        now: DateTime<Utc>,
    ) -> Self {
        let complete_at = state.as_ref().and_then(|state| state.complete_at);
        Self {
            fresh: complete_at.is_some_and(|at| info.is_fresh(at, now)),
            info,
            active,
            state,
            live,
        }
    }
}
