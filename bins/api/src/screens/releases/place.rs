//! How one place stands.

use std::time::Duration;

use chrono::{DateTime, Utc};
use release_info::ledger::{Drills, Release, ReleaseEvent, Stage};

use super::PlaceSeen;
use crate::screens::{
    time::{Now, Stamp},
    words::ReleaseWords,
};

/// A place, in words.
#[derive(Debug)]
pub(super) struct Here<'a> {
    pub(super) environment: &'static str,
    pub(super) target: &'a str,
    pub(super) class: &'static str,
    pub(super) state: &'static str,
    pub(super) live: Option<Live>,
    pub(super) opening: Option<(String, Stamp)>,
    pub(super) drill: Drill,
}

/// What is live.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) release: String,
    pub(super) since: Option<Stamp>,
    pub(super) verified: Option<Stamp>,
    /// That it was verified before it went live again: that proves nothing of what is served now.
    pub(super) is_earlier: bool,
    pub(super) returns_to: Option<String>,
    pub(super) schema: Option<(i64, i64)>,
    pub(super) provider: Option<String>,
}

/// When a rollback was rehearsed, and when it should be again.
#[derive(Debug)]
pub(super) struct Drill {
    pub(super) passed: Option<Stamp>,
    /// When it failed since.
    pub(super) failed: Option<Stamp>,
    pub(super) due: Option<Stamp>,
    pub(super) is_late: bool,
}

/// Rollbacks are rehearsed every so often.
pub(super) fn here(seen: &PlaceSeen, drill_every: Duration, now: Now) -> Here<'_> {
    let live = seen.live();
    let (class, state) = standing(live.map(|release| release.stage), ReleaseWords::of(now.language));
    Here {
        environment: seen.place.environment.as_str(),
        target: &seen.place.target,
        class,
        state,
        live: live.map(|release| told(release, now)),
        opening: seen
            .opening()
            .map(|release| (release.release.to_string(), now.stamp(release.started_at))),
        drill: drill(&seen.drills, drill_every, now),
    }
}

/// Colour, shape and words of a stage in which a release can be live.
fn standing(stage: Option<Stage>, w: &ReleaseWords) -> (&'static str, &'static str) {
    match stage {
        Some(Stage::Verified) => ("good", w.verified),
        Some(Stage::Promoted) => ("good", w.kept),
        Some(Stage::Refuted) => ("bad", w.doubted),
        Some(Stage::RollingBack) => ("partial", w.rolling_back),
        Some(_) => ("partial", w.deployed),
        None => ("quiet", w.nothing_here),
    }
}

fn told(release: &Release, now: Now) -> Live {
    let stamp = |at: DateTime<Utc>| now.stamp(at);
    Live {
        release: release.release.to_string(),
        since: release.deployed_at.map(stamp),
        verified: release.verified_at.map(stamp),
        is_earlier: release.verified_at < release.deployed_at,
        returns_to: release
            .returns_to
            .as_ref()
            .filter(|_| release.stage == Stage::RollingBack)
            .map(ToString::to_string),
        schema: release.facts.min_schema.zip(release.facts.max_schema),
        provider: release.provider_version.clone(),
    }
}

fn drill(drills: &Drills, every: Duration, now: Now) -> Drill {
    let passed = drills.passed.as_ref().map(|event| event.at);
    let is_last = |failed: &&ReleaseEvent| drills.passed.as_ref().is_none_or(|passed| passed.id < failed.id);
    let failed = drills.failed.as_ref().filter(is_last);
    Drill {
        passed: passed.map(|at| now.stamp(at)),
        failed: failed.map(|event| now.stamp(event.at)),
        due: drills.due(every).map(|at| now.stamp(at)),
        is_late: drills.is_overdue(every),
    }
}
