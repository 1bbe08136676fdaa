//! Rollbacks.

use chrono::TimeDelta;
use release_info::{
    integrity_core::Caller,
    ledger::{Entry, Error, EventKind, Facts, Release, Stage},
};

use super::{Harness, scene::*};

pub(crate) async fn a_rollback_returns_to_what_was_live(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let deployed = Entry {
        provider_version: Some("v1".to_owned()),
        ..entry('a', Deployed)
    };
    scene.record(entry('a', Started)).await;
    let before = scene.record(deployed).await.release;
    scene.live('a', &[VerifyPassed, Promoted]).await;
    scene.live('b', &[Started, Deployed]).await;
    assert_eq!(scene.current().await, Some(release('b')));
    harness.pass(TimeDelta::minutes(1)).await;
    scene.record(back('b', 'a')).await;
    assert_eq!(scene.current().await, Some(release('b')), "until it is done");
    let done = Entry {
        provider_version: Some("v3".to_owned()),
        ..entry('b', RolledBack)
    };
    let done = scene.record(done).await;
    assert_eq!(done.event.entry.returns_to, Some(release('a')));
    assert_eq!(done.release.stage, Stage::RolledBack);
    assert_eq!(scene.current().await, Some(release('a')));
    let after = scene.found('a').await.expect("a release");
    assert_eq!(after.stage, Stage::Deployed, "it has to be seen anew");
    assert_eq!(after.provider_version.as_deref(), Some("v3"));
    assert_eq!(after.deployed_at, Some(done.event.at));
    assert!(after.deployed_at > before.deployed_at);
    scene.live('a', &[VerifyPassed]).await;
    let verified = scene.record(entry('b', RollbackVerified)).await;
    assert_eq!(verified.event.entry.returns_to, Some(release('a')));
    scene.live('b', &[Started, Deployed]).await;
    assert_eq!(scene.current().await, Some(release('b')), "deployed once more");
}

pub(crate) async fn a_rollback_that_fails_leaves_a_release_that_is_refuted(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.live('a', &[Started, Deployed]).await;
    scene.live('b', &[Started, Deployed, VerifyPassed]).await;
    scene.record(back('b', 'a')).await;
    let failed = scene.record(entry('b', Failed)).await.release;
    assert_eq!((failed.stage, failed.verified_at), (Stage::Refuted, None));
    assert_eq!(scene.current().await, Some(release('b')));
    assert_eq!(scene.stage('a').await, Stage::Replaced);
    scene.record(back('b', 'a')).await;
    scene.live('b', &[RolledBack]).await;
    assert_eq!(scene.current().await, Some(release('a')));
}

pub(crate) async fn a_rollback_returns_to_no_release_that_was_rolled_back(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let refused = async |to| match scene.try_record(&back('c', to)).await {
        Err(Error::Invalid { field, .. }) => assert_eq!(field, "returns_to"),
        outcome => panic!("to {to}: {outcome:?}"),
    };
    scene.live('a', &[Started, Deployed]).await;
    scene.live('b', &[Started, Deployed]).await;
    scene.record(back('b', 'a')).await;
    scene.live('b', &[RolledBack]).await;
    scene.live('d', &[Started, Failed]).await;
    scene.live('c', &[Started, Deployed]).await;
    refused('b').await;
    refused('c').await;
    refused('d').await;
    refused('z').await;
    assert_eq!(scene.stage('c').await, Stage::Deployed);
    // A deployment that begins anew and fails does not make it one that can be returned to.
    scene.record(back('c', 'a')).await;
    scene.live('c', &[Failed]).await;
    scene.live('b', &[Started, Failed]).await;
    refused('b').await;
    assert_eq!(scene.found('b').await.expect("a release").deployed_at, None);
    scene.record(back('c', 'a')).await;
}

pub(crate) async fn the_last_verified_is_what_a_rollback_returns_to(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let best = async || {
        let best = scene.people.last_verified(&amina(), &web()).await;
        best.expect("an answer").map(|release| release.release)
    };
    assert_eq!(best().await, None);
    scene.live('a', &[Started, Deployed, VerifyPassed]).await;
    assert_eq!(best().await, None, "the one that is live is none to return to");
    scene.live('b', &[Started, Deployed]).await;
    assert_eq!(best().await, Some(release('a')));
    scene.live('c', &[Started, Deployed]).await;
    assert_eq!(best().await, Some(release('a')), "b was never seen");
    harness.pass(TimeDelta::seconds(1)).await;
    scene.live('c', &[VerifyPassed, Promoted]).await;
    scene.live('d', &[Started, Deployed, VerifyPassed]).await;
    assert_eq!(best().await, Some(release('c')));
    scene.live('d', &[VerifyFailed]).await;
    scene.live('e', &[Started, Deployed]).await;
    assert_eq!(best().await, Some(release('c')), "d was refuted");
    scene.record(back('e', 'c')).await;
    scene.live('e', &[RolledBack]).await;
    scene.live('c', &[VerifyPassed]).await;
    assert_eq!(
        best().await,
        Some(release('a')),
        "c is live again, and e was rolled back"
    );
}

/// Somebody tried to deploy it anew, and that did not go through: it was live once all the same.
pub(crate) async fn a_release_that_failed_again_can_be_returned_to(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.live('a', &[Started, Deployed, VerifyPassed]).await;
    scene.live('b', &[Started, Deployed]).await;
    scene.live('a', &[Started, Failed]).await;
    let best = scene.people.last_verified(&amina(), &web()).await;
    assert_eq!(
        best.expect("an answer").map(|best| best.release),
        Some(release('a'))
    );
    scene.record(back('b', 'a')).await;
    scene.live('b', &[RolledBack]).await;
    assert_eq!(scene.current().await, Some(release('a')));
}

/// What a rollback would return to.
async fn best(scene: &Scene) -> Option<Release> {
    let best = scene.people.last_verified(&amina(), &web()).await;
    best.expect("an answer")
}

/// An event that tells how the host calls the version, and on which schema it runs.
fn told(letter: char, kind: EventKind, version: &str, schema: i64) -> Entry {
    Entry {
        provider_version: Some(version.to_owned()),
        facts: Facts {
            min_schema: Some(schema),
            max_schema: Some(schema),
            manifest_sha256: Some(format!("{schema:064x}")),
        },
        ..entry(letter, kind)
    }
}

pub(crate) async fn what_was_deployed_anew_and_not_seen_is_no_way_back(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.live('a', &[Started, Deployed, VerifyPassed]).await;
    scene.live('b', &[Started, Deployed]).await;
    harness.pass(TimeDelta::seconds(1)).await;
    scene.live('a', &[Started, Deployed]).await;
    scene.live('c', &[Started, Deployed]).await;
    assert_eq!(
        best(&scene).await,
        None,
        "what was verified is not what went live last"
    );
    scene.live('a', &[Started, Deployed, VerifyPassed]).await;
    scene.live('d', &[Started, Deployed]).await;
    assert_eq!(best(&scene).await.map(|best| best.release), Some(release('a')));
}

pub(crate) async fn what_never_went_live_leaves_no_trace(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.record(entry('a', Started)).await;
    let live = scene.record(told('a', Deployed, "v1", 1)).await.release;
    scene.live('a', &[VerifyPassed]).await;
    scene.live('b', &[Started, Deployed]).await;
    let begun = scene.record(told('a', Started, "v9", 9)).await.release;
    scene.live('a', &[Failed]).await;
    let best = best(&scene).await.expect("a release");
    for known in [begun, best] {
        assert_eq!(known.provider_version.as_deref(), Some("v1"), "{}", known.stage);
        assert_eq!(known.facts, live.facts, "{}", known.stage);
    }
}

pub(crate) async fn what_was_said_when_it_began_holds_once_it_is_live(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.record(entry('a', Started)).await;
    scene.record(told('a', Deployed, "v1", 1)).await;
    scene.live('b', &[Started, Deployed]).await;
    let begun = told('a', Started, "v2", 2);
    scene.record(begun.clone()).await;
    let live = scene.record(entry('a', Deployed)).await.release;
    assert_eq!(
        (live.provider_version.as_deref(), live.facts),
        (Some("v2"), begun.facts.clone())
    );
    scene.live('b', &[Started, Deployed]).await;
    scene.live('a', &[Started]).await;
    let live = scene.record(entry('a', Deployed)).await.release;
    assert_eq!(
        live.provider_version, None,
        "nobody has said how this one is called"
    );
    assert_eq!(live.facts, begun.facts, "those of the same commit");
}

pub(crate) async fn a_rollback_is_seen_to_work_while_it_lasts(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.live('a', &[Started, Deployed]).await;
    scene.live('b', &[Started, Deployed]).await;
    scene.record(back('b', 'a')).await;
    scene.live('b', &[RolledBack, RollbackVerified]).await;
    scene.live('c', &[Started, Deployed]).await;
    match scene.try_record(&entry('b', RollbackVerified)).await {
        Err(Error::OutOfOrder { reason, legal }) => {
            let why = format!(
                "rollback_verified does not come now: {}, to which it returned, is not live",
                release('a')
            );
            assert_eq!((reason, legal), (why, vec![Started]));
        }
        outcome => panic!("{outcome:?}"),
    }
}

/// That the release is served is what proves that its rollback failed: who sees it has not found it well.
pub(crate) async fn only_a_person_ends_what_a_failed_rollback_left(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let looked = async |letter, kind| {
        let looked = scene.service.record(&Caller::Service, &entry(letter, kind)).await;
        looked.map(|looked| looked.release.stage)
    };
    scene.live('a', &[Started, Deployed]).await;
    scene.live('b', &[Started, Deployed, VerifyFailed]).await;
    assert_eq!(
        looked('b', VerifyPassed).await.expect("recorded"),
        Stage::Verified
    );
    scene.record(back('b', 'a')).await;
    scene.live('b', &[Failed]).await;
    let seen = looked('b', VerifyPassed).await;
    assert!(matches!(seen, Err(Error::Forbidden { .. })), "{seen:?}");
    looked('b', VerifyInconclusive).await.expect("recorded");
    assert_eq!(looked('b', VerifyFailed).await.expect("recorded"), Stage::Refuted);
    scene.live('b', &[VerifyPassed, VerifyFailed]).await;
    assert_eq!(
        looked('b', VerifyPassed).await.expect("recorded"),
        Stage::Verified,
        "as ever, once a person has ended it"
    );
    // Neither a new deployment nor a return has anything to do with it.
    scene.record(back('b', 'a')).await;
    scene.live('b', &[Failed]).await;
    scene.live('c', &[Started, Deployed]).await;
    scene.record(back('c', 'b')).await;
    scene.live('c', &[RolledBack]).await;
    scene.live('b', &[VerifyFailed]).await;
    assert_eq!(
        looked('b', VerifyPassed).await.expect("recorded"),
        Stage::Verified
    );
}
