//! What stands in the ledger, and what an event makes of it: as `vigie.append_release_event`.

use chrono::{DateTime, Utc};

use crate::ledger::{
    Entry, Error, EventKind, Facts, Place, Recorded, Release, ReleaseEvent, Stage, lifecycle,
};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) releases: Vec<Release>,
    pub(super) events: Vec<ReleaseEvent>,
}

impl State {
    pub(super) fn at(&self, place: &Place) -> impl Iterator<Item = &Release> {
        self.releases
            .iter()
            .filter(move |release| release.place == *place)
    }

    fn at_mut(&mut self, place: &Place) -> impl Iterator<Item = &mut Release> {
        self.releases
            .iter_mut()
            .filter(move |release| release.place == *place)
    }

    /// Records an event. The order of the refusals is the contract.
    pub(super) fn record(
        &mut self,
        actor: Option<String>,
        entry: &Entry,
        now: DateTime<Utc>,
    ) -> Result<Recorded, Error> {
        let subject = self
            .at(&entry.place)
            .find(|release| release.release == entry.release);
        let subject = subject.cloned();
        if let Some(earlier) = self.recorded_as(entry.key.as_deref()) {
            return replay(earlier, actor.as_deref(), entry, subject);
        }
        let stage = subject.as_ref().map_or(Stage::New, |release| release.stage);
        let Some(next) = lifecycle::next(stage, entry.kind) else {
            return Err(out_of_order(stage, entry.kind, None));
        };
        let returns_to = subject.as_ref().and_then(|release| release.returns_to.clone());
        if let (EventKind::RollbackVerified, Some(to)) = (entry.kind, &returns_to) {
            let is_it = |release: &Release| release.release == *to && release.stage.is_live();
            if !self.at(&entry.place).any(is_it) {
                let why = format!("{to}, to which it returned, is not live");
                return Err(out_of_order(stage, entry.kind, Some(why)));
            }
        }
        // A rollback was tried and failed: that its release is served is what proves it.
        let is_well = entry.kind == EventKind::VerifyPassed && actor.is_none();
        if is_well && stage == Stage::Refuted && returns_to.is_some() {
            return Err(Error::forbidden(
                "its rollback failed: only a person may say that it is well",
            ));
        }
        if next.is_open() && !stage.is_open() {
            self.refuse_second(&entry.place)?;
        }
        let mut entry = entry.clone();
        match entry.kind {
            EventKind::RollbackStarted => self.refuse_return(&entry)?,
            EventKind::RolledBack | EventKind::RollbackVerified => {
                entry.returns_to = returns_to;
            }
            _ => {}
        }
        let event = ReleaseEvent {
            id: self.events.last().map_or(1, |last| last.id + 1),
            at: now,
            actor,
            entry,
        };
        let told = self.told(subject.as_ref(), &event.entry);
        let release = follow(subject, &event, told, next);
        self.others_follow(&event);
        self.releases
            .retain(|other| other.place != release.place || other.release != release.release);
        self.releases.push(release.clone());
        self.events.push(event.clone());
        Ok(Recorded {
            event,
            release,
            replayed: false,
        })
    }

    fn recorded_as(&self, key: Option<&str>) -> Option<&ReleaseEvent> {
        let key = key?;
        self.events
            .iter()
            .find(|event| event.entry.key.as_deref() == Some(key))
    }

    /// What is known of the release from now on: what began and never went live leaves no trace on what was live.
    fn told(&self, before: Option<&Release>, entry: &Entry) -> (Option<String>, Facts) {
        let is_begun = |event: &&ReleaseEvent| {
            event.entry.kind == EventKind::Started
                && event.entry.place == entry.place
                && event.entry.release == entry.release
        };
        let was_live = before.is_some_and(|release| release.deployed_at.is_some());
        let said = |entry: &Entry| (entry.provider_version.clone(), entry.facts.clone());
        match entry.kind {
            EventKind::Started if !was_live => said(entry),
            EventKind::Deployed => {
                let begun = self.events.iter().rev().find(is_begun);
                let (version, facts) = begun.map(|begun| said(&begun.entry)).unwrap_or_default();
                (entry.provider_version.clone().or(version), entry.facts.or(&facts))
            }
            _ => Default::default(),
        }
    }

    fn refuse_second(&self, place: &Place) -> Result<(), Error> {
        match self.at(place).find(|release| release.stage.is_open()) {
            None => Ok(()),
            Some(open) => Err(Error::Occupied {
                reason: format!("{} is {} at {place}; end that first", open.release, open.stage),
            }),
        }
    }

    fn refuse_return(&self, entry: &Entry) -> Result<(), Error> {
        let is_wanted = |release: &Release| Some(&release.release) == entry.returns_to.as_ref();
        if self
            .at(&entry.place)
            .any(|release| is_wanted(release) && release.can_be_returned_to())
        {
            return Ok(());
        }
        Err(Error::invalid(
            "returns_to",
            "a rollback returns to a release that was live there and was not itself rolled back",
        ))
    }

    /// What an event of one release makes of the others at its place.
    fn others_follow(&mut self, event: &ReleaseEvent) {
        let entry = &event.entry;
        for other in self.at_mut(&entry.place) {
            if entry.kind == EventKind::Deployed && other.stage.is_live() {
                other.stage = Stage::Replaced;
                other.changed_at = event.at;
            }
            if entry.kind == EventKind::RolledBack && Some(&other.release) == entry.returns_to.as_ref() {
                other.stage = Stage::Deployed;
                other.deployed_at = Some(event.at);
                other.changed_at = event.at;
                other.returns_to = None;
                if entry.provider_version.is_some() {
                    other.provider_version.clone_from(&entry.provider_version);
                }
            }
        }
    }
}

/// The answer to an event whose key was used before.
fn replay(
    earlier: &ReleaseEvent,
    actor: Option<&str>,
    entry: &Entry,
    subject: Option<Release>,
) -> Result<Recorded, Error> {
    let mut asked = entry.clone();
    if matches!(entry.kind, EventKind::RolledBack | EventKind::RollbackVerified) {
        // added when it was recorded
        asked.returns_to.clone_from(&earlier.entry.returns_to);
    }
    match subject {
        Some(release) if asked == earlier.entry && actor == earlier.actor.as_deref() => Ok(Recorded {
            event: earlier.clone(),
            release,
            replayed: true,
        }),
        _ => Err(Error::Conflict {
            recorded: Box::new(earlier.clone()),
        }),
    }
}

/// That an event may not come now: because of its release, unless something else is why.
fn out_of_order(stage: Stage, kind: EventKind, why: Option<String>) -> Error {
    let mut legal = lifecycle::legal(stage);
    legal.retain(|other| *other != kind);
    let what = why.unwrap_or_else(|| {
        if stage == Stage::New {
            return "a release begins with started".to_owned();
        }
        let words: Vec<_> = legal.iter().map(|kind| kind.as_str()).collect();
        format!("after {stage} come {}", words.join(", "))
    });
    Error::OutOfOrder {
        reason: format!("{kind} does not come now: {what}"),
        legal,
    }
}

/// What an event makes of its own release.
fn follow(
    before: Option<Release>,
    event: &ReleaseEvent,
    (version, facts): (Option<String>, Facts),
    next: Stage,
) -> Release {
    let entry = &event.entry;
    let mut release = before.unwrap_or_else(|| Release {
        place: entry.place.clone(),
        release: entry.release.clone(),
        package: entry.release.package().to_owned(),
        stage: next,
        provider_version: None,
        facts: Facts::default(),
        returns_to: None,
        started_at: event.at,
        deployed_at: None,
        verified_at: None,
        changed_at: event.at,
        last_event: event.id,
    });
    release.stage = next;
    release.facts = facts.or(&release.facts);
    release.changed_at = event.at;
    release.last_event = event.id;
    if version.is_some() || entry.kind == EventKind::Deployed {
        release.provider_version = version;
    }
    match entry.kind {
        EventKind::Started => release.started_at = event.at,
        EventKind::Deployed => {
            release.deployed_at = Some(event.at);
            release.returns_to = None;
        }
        EventKind::VerifyPassed => {
            release.verified_at = Some(event.at);
            // Where it is refuted, this tells that its rollback failed.
            release.returns_to = None;
        }
        EventKind::RollbackStarted => release.returns_to.clone_from(&entry.returns_to),
        EventKind::RolledBack => release.deployed_at = None,
        _ => {}
    }
    if matches!(next, Stage::Refuted | Stage::RolledBack) {
        release.verified_at = None;
    }
    release
}
