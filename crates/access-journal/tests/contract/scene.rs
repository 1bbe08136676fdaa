//! A journal and short words for what is done to it.

use std::sync::Arc;

use access_journal::{
    AccessEvent,
    integrity_core::Caller,
    journal::{AccessJournal, Error, Recorded, Seal},
    privacy::{Month, Salt},
};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use super::Harness;

/// What is done in a row, by whoever hears of accesses.
pub(crate) struct Scene {
    pub(crate) recorder: Arc<dyn AccessJournal>,
    /// When it began, to the microsecond, as PostgreSQL keeps it.
    pub(crate) now: DateTime<Utc>,
}

impl Scene {
    /// With the keys of what is recorded around now.
    pub(crate) async fn new(harness: &dyn Harness) -> Self {
        let scene = Self {
            recorder: harness.recorder(),
            now: harness.now().await.trunc_subsecs(6),
        };
        scene.salt_of(scene.now - TimeDelta::days(1)).await;
        scene.salt_of(scene.now).await;
        scene
    }

    /// An event of some time ago.
    pub(crate) fn event(&self, key: &str, ago: TimeDelta) -> AccessEvent {
        AccessEvent {
            occurred_at: self.now - ago,
            dedup_key: key.to_owned(),
            ..AccessEvent::sample()
        }
    }

    pub(crate) async fn record(&self, events: &[AccessEvent]) -> Result<Recorded, Error> {
        self.recorder.record(&Caller::Service, events).await
    }

    pub(crate) async fn salt_of(&self, at: DateTime<Utc>) -> Option<Salt> {
        let salt = self.recorder.salt(&Caller::Service, Month::of(at), None).await;
        salt.expect("an answer")
    }
}

/// Seals what is new, all of it at once.
pub(crate) async fn seal_new(harness: &dyn Harness) -> Seal {
    harness.settle().await;
    let seal = harness.service().seal(&Caller::Service).await;
    seal.expect("sealed").expect("something new")
}

/// The field that is refused.
#[track_caller]
pub(crate) fn field<T: std::fmt::Debug>(refused: Result<T, Error>) -> String {
    match refused {
        Err(Error::Invalid { field, .. }) => field,
        other => panic!("not refused as invalid: {other:?}"),
    }
}
