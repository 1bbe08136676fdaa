//! What happened, event by event.

use release_info::ledger::{EventKind, ReleaseEvent};
use serde_json::Value;

use crate::screens::{
    time::{Now, Stamp},
    words::ReleaseWords,
};

/// So much of a reason and of a piece of evidence, in characters; the command line shows the rest.
const REASON: usize = 240;
const EVIDENCE: usize = 120;

/// One event in words.
#[derive(Debug)]
pub(super) struct Told<'a> {
    pub(super) class: &'static str,
    pub(super) what: &'static str,
    pub(super) environment: &'static str,
    pub(super) target: &'a str,
    pub(super) release: String,
    pub(super) back_to: Option<String>,
    pub(super) at: Stamp,
    /// `None` where the service recorded it.
    pub(super) who: Option<&'a str>,
    pub(super) reason: Option<String>,
    pub(super) evidence: Option<String>,
}

pub(super) fn told(event: &ReleaseEvent, now: Now) -> Told<'_> {
    let entry = &event.entry;
    Told {
        class: class(entry.kind),
        what: what(entry.kind, ReleaseWords::of(now.language)),
        environment: entry.place.environment.as_str(),
        target: &entry.place.target,
        release: entry.release.to_string(),
        back_to: entry.returns_to.as_ref().map(ToString::to_string),
        at: now.stamp(event.at),
        who: event.actor.as_deref(),
        reason: entry.reason.as_deref().map(|reason| cut(reason, REASON)),
        evidence: entry.evidence.as_ref().map(|shown| cut(&text(shown), EVIDENCE)),
    }
}

/// Colour and shape: what proves something is good, what is against a release is bad.
pub(super) fn class(kind: EventKind) -> &'static str {
    match kind {
        EventKind::VerifyPassed | EventKind::RollbackVerified | EventKind::DrillPassed => "good",
        EventKind::VerifyFailed | EventKind::Failed | EventKind::DrillFailed => "bad",
        EventKind::Deployed
        | EventKind::VerifyInconclusive
        | EventKind::RollbackStarted
        | EventKind::RolledBack => "partial",
        EventKind::Started | EventKind::Promoted | EventKind::Note => "quiet",
    }
}

fn what(kind: EventKind, w: &ReleaseWords) -> &'static str {
    match kind {
        EventKind::Started => w.event_started,
        EventKind::Deployed => w.event_deployed,
        EventKind::VerifyPassed => w.event_verify_passed,
        EventKind::VerifyFailed => w.event_verify_failed,
        EventKind::VerifyInconclusive => w.event_verify_inconclusive,
        EventKind::Promoted => w.event_promoted,
        EventKind::Failed => w.event_failed,
        EventKind::RollbackStarted => w.event_rollback_started,
        EventKind::RolledBack => w.event_rolled_back,
        EventKind::RollbackVerified => w.event_rollback_verified,
        EventKind::DrillPassed => w.event_drill_passed,
        EventKind::DrillFailed => w.event_drill_failed,
        EventKind::Note => w.event_note,
    }
}

fn text(evidence: &Value) -> String {
    match evidence {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
