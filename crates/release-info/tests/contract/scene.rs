//! A ledger and short words for what is done to it.

use std::sync::Arc;

use release_info::{
    AppEnv, ReleaseId,
    integrity_core::Caller,
    ledger::{Entry, Error, EventKind, Place, Recorded, Release, ReleaseLedger, Stage},
};

use serde_json::json;

use super::Harness;

pub(crate) use release_info::ledger::EventKind::*;

/// What is done in a row, by a person who may do everything.
pub(crate) struct Scene {
    pub(crate) people: Arc<dyn ReleaseLedger>,
    pub(crate) service: Arc<dyn ReleaseLedger>,
}

pub(crate) fn amina() -> Caller {
    Caller::person("amina")
}

/// The web front in production.
pub(crate) fn web() -> Place {
    Place::new(AppEnv::Production, "web")
}

/// A release of the web front, by one letter.
pub(crate) fn release(letter: char) -> ReleaseId {
    let commit = format!("{:x}", u32::from(letter)).repeat(6);
    format!("vigie-web@0.1.0+{}", &commit[..12])
        .parse()
        .expect("a release")
}

/// With what proof comes with.
pub(crate) fn entry(letter: char, kind: EventKind) -> Entry {
    Entry {
        evidence: kind.is_proof().then(|| json!({ "seen": "by hand" })),
        ..Entry::new(web(), release(letter), kind)
    }
}

/// That a rollback to another release begins.
pub(crate) fn back(from: char, to: char) -> Entry {
    Entry {
        returns_to: Some(release(to)),
        ..entry(from, RollbackStarted)
    }
}

impl Scene {
    pub(crate) fn new(harness: &dyn Harness) -> Self {
        Self {
            people: harness.people(),
            service: harness.service(),
        }
    }

    pub(crate) async fn try_record(&self, entry: &Entry) -> Result<Recorded, Error> {
        self.people.record(&amina(), entry).await
    }

    #[track_caller]
    pub(crate) fn record(&self, entry: Entry) -> impl Future<Output = Recorded> {
        let caller = std::panic::Location::caller();
        async move {
            let recorded = self.try_record(&entry).await;
            recorded.unwrap_or_else(|error| panic!("{caller}: {entry:?}: {error}"))
        }
    }

    /// Records these of one release, one after the other.
    pub(crate) async fn live(&self, letter: char, kinds: &[EventKind]) {
        for kind in kinds {
            self.record(entry(letter, *kind)).await;
        }
    }

    pub(crate) async fn found(&self, letter: char) -> Option<Release> {
        let found = self.people.find(&amina(), &web(), &release(letter)).await;
        found.expect("an answer")
    }

    pub(crate) async fn stage(&self, letter: char) -> Stage {
        let found = self.found(letter).await;
        found.map_or(Stage::New, |release| release.stage)
    }

    /// What is live on the web in production.
    pub(crate) async fn current(&self) -> Option<ReleaseId> {
        let current = self.people.current(&amina()).await.expect("an answer");
        let is_it = |release: &Release| release.place == web() && release.stage.is_live();
        let here = current.into_iter().find(is_it);
        here.map(|release| release.release)
    }

    /// How many events there are of a release.
    pub(crate) async fn count(&self, letter: char) -> usize {
        let events = self.people.events(&amina(), &release(letter), None, 200).await;
        events.expect("an answer").len()
    }
}

/// What brings the release `a` to a stage, where `o` was live before it.
pub(crate) fn way_to(stage: Stage) -> Vec<Entry> {
    let mut way = vec![entry('o', Started), entry('o', Deployed)];
    let kinds: &[EventKind] = match stage {
        Stage::New => &[],
        Stage::Started => &[Started],
        Stage::Deployed | Stage::Replaced => &[Started, Deployed],
        Stage::Verified => &[Started, Deployed, VerifyPassed],
        Stage::Refuted => &[Started, Deployed, VerifyFailed],
        Stage::Promoted => &[Started, Deployed, VerifyPassed, Promoted],
        Stage::Failed => &[Started, Failed],
        Stage::RollingBack => &[Started, Deployed, RollbackStarted],
        Stage::RolledBack => &[Started, Deployed, RollbackStarted, RolledBack],
    };
    way.extend(kinds.iter().map(|kind| any('a', *kind)));
    if stage == Stage::Replaced {
        way.extend([entry('b', Started), entry('b', Deployed)]);
    }
    way
}

/// A rollback says what it returns to; everything else is only a word.
pub(crate) fn any(letter: char, kind: EventKind) -> Entry {
    match kind {
        RollbackStarted => back(letter, 'o'),
        kind => entry(letter, kind),
    }
}
