//! One of everything that the ledger returns, for the tests of those who embed it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Drills, Entry, EventKind, EventPage, Facts, Place, Recorded, Release, ReleaseEvent, ReleasePage, Stage,
};
use crate::{AppEnv, ReleaseId};

/// When the samples were made.
fn noon() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(12)
}

fn release() -> ReleaseId {
    "vigie-web@0.1.0+4110b38a1b2c".parse().expect("a release")
}

impl Place {
    /// A sample: the web front in production.
    #[must_use]
    pub fn sample() -> Self {
        Self::new(AppEnv::Production, "web")
    }
}

impl Entry {
    /// A sample: a release of the web front is live.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            provider_version: Some("a1b2c3".to_owned()),
            facts: Facts {
                min_schema: Some(20_261_122_000_101),
                max_schema: Some(20_261_123_000_303),
                manifest_sha256: Some("0".repeat(64)),
            },
            ..Self::new(Place::sample(), release(), EventKind::Deployed)
        }
    }
}

impl ReleaseEvent {
    /// A sample: [`Entry::sample`], recorded by amina.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            id: 2,
            at: noon(),
            actor: Some("amina".to_owned()),
            entry: Entry::sample(),
        }
    }
}

impl Release {
    /// A sample: what [`ReleaseEvent::sample`] has made of its release.
    #[must_use]
    pub fn sample() -> Self {
        let event = ReleaseEvent::sample();
        Self {
            package: event.entry.release.package().to_owned(),
            place: event.entry.place,
            release: event.entry.release,
            stage: Stage::Deployed,
            provider_version: event.entry.provider_version,
            facts: event.entry.facts,
            returns_to: None,
            started_at: noon() - TimeDelta::minutes(3),
            deployed_at: Some(noon()),
            verified_at: None,
            changed_at: noon(),
            last_event: event.id,
        }
    }
}

impl Recorded {
    /// A sample: [`ReleaseEvent::sample`], recorded now.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            event: ReleaseEvent::sample(),
            release: Release::sample(),
            replayed: false,
        }
    }
}

impl ReleasePage {
    /// A sample: [`Release::sample`] and nothing more.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            at: noon(),
            releases: vec![Release::sample()],
            next: None,
        }
    }
}

impl EventPage {
    /// A sample: [`ReleaseEvent::sample`] and nothing more.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            at: noon(),
            events: vec![ReleaseEvent::sample()],
            next: None,
        }
    }
}

impl Drills {
    /// A sample: a drill passed, and none failed.
    #[must_use]
    pub fn sample() -> Self {
        let mut passed = ReleaseEvent::sample();
        passed.entry = Entry::new(Place::sample(), release(), EventKind::DrillPassed);
        Self {
            at: noon(),
            passed: Some(passed),
            failed: None,
        }
    }
}
