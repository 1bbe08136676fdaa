use chrono::{DateTime, Utc};
use integrity_core::Caller;
use release_info::{
    decision::{Look, Verified},
    ledger::{EventKind, Release, ReleaseEvent, ReleaseLedger},
};
use serde_json::Value;

use super::AT_A_TIME;
use crate::stop::Stop;

/// So much of a piece of evidence is told, in characters.
const MOST: usize = 200;

/// What the ledger tells of a release that is live, in the order in which it was recorded.
pub(super) struct History {
    /// When that began which made it live.
    pub(super) began_at: DateTime<Utc>,
    /// When it became live.
    pub(super) deployed_at: DateTime<Utc>,
    /// The last look since.
    pub(super) verified: Verified,
    /// What was recorded later, and is dated before.
    pub(super) went_back: Option<String>,
}

impl History {
    pub(super) async fn of(
        ledger: &dyn ReleaseLedger,
        caller: &Caller,
        live: &Release,
    ) -> Result<Self, Stop> {
        let deployed_at = live.deployed_at.unwrap_or(live.changed_at);
        let mut history = Self {
            began_at: live.started_at.min(deployed_at),
            deployed_at,
            verified: Verified::Never,
            went_back: None,
        };
        let (mut begun, mut after) = (history.began_at, None);
        loop {
            let events = ledger.events(caller, &live.release, after, AT_A_TIME).await?;
            let Some(latest) = events.last() else {
                return Ok(history);
            };
            after = Some(latest.id);
            for event in events.iter().filter(|event| event.entry.place == live.place) {
                history.goes_on(event, live, &mut begun);
            }
        }
    }

    fn goes_on(&mut self, event: &ReleaseEvent, live: &Release, begun: &mut DateTime<Utc>) {
        let (kind, is_own) = (event.entry.kind, event.entry.release == live.release);
        // Else another release's rollback returns to it.
        match (kind, is_own) {
            (EventKind::Started, true) | (EventKind::RollbackStarted, false) => *begun = event.at,
            (EventKind::Deployed, true) | (EventKind::RolledBack, false) => {
                *self = Self {
                    began_at: (*begun).min(event.at),
                    deployed_at: event.at,
                    verified: Verified::Never,
                    went_back: (*begun > event.at).then(|| dated_before(event)),
                };
            }
            _ => {}
        }
        if event.at < self.deployed_at {
            self.went_back = Some(dated_before(event));
        }
        match looked(event) {
            // What was refuted is not known again by a look that could not tell.
            Some(Verified::Inconclusive(_)) if matches!(self.verified, Verified::Failed(_)) => {}
            Some(verified) if is_own => self.verified = verified,
            _ => {}
        }
    }
}

fn dated_before(event: &ReleaseEvent) -> String {
    let (kind, release) = (event.entry.kind, &event.entry.release);
    format!(
        "{kind} of {release} is dated {}, and what was recorded before it later",
        event.at
    )
}

fn looked(event: &ReleaseEvent) -> Option<Verified> {
    let look = Look {
        at: event.at,
        by: event.actor.clone(),
        evidence: event.entry.evidence.as_ref().map(told),
    };
    match event.entry.kind {
        EventKind::VerifyPassed => Some(Verified::Passed(look)),
        // Either shows something else, or its rollback did not go through.
        EventKind::VerifyFailed | EventKind::Failed => Some(Verified::Failed(look)),
        EventKind::VerifyInconclusive => Some(Verified::Inconclusive(look)),
        _ => None,
    }
}

/// What `vigie release verify` says of itself, else the JSON that was given.
fn told(evidence: &Value) -> String {
    let text = match (&evidence["result"], &evidence["message"]) {
        (Value::String(_), Value::String(message)) => format!("vigie release verify: {message}"),
        _ => evidence.to_string(),
    };
    if text.chars().nth(MOST).is_none() {
        return text;
    }
    let mut told: String = text.chars().take(MOST).collect();
    told.push('…');
    told
}
