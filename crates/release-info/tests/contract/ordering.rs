//! Which event may come when.

use release_info::{
    AppEnv,
    ledger::{Entry, Error, EventKind, Place, Stage, lifecycle},
};

use super::{Harness, scene::*};

/// Every cell of the table, at a place of its own: PostgreSQL and memory take the same steps and refuse the others.
pub(crate) async fn every_step_is_taken_or_refused(harness: &dyn Harness) {
    let people = harness.people();
    let caller = amina();
    for (number, stage) in Stage::ALL.into_iter().enumerate() {
        for kind in EventKind::ALL {
            let target = format!("t{number}-{}", kind.as_str().replace('_', "-"));
            let place = Place::new(AppEnv::Production, target);
            let at_place = |entry| Entry {
                place: place.clone(),
                ..entry
            };
            for step in way_to(stage) {
                let step = at_place(step);
                people.record(&caller, &step).await.expect("a step of the way");
            }
            let found = async || {
                let found = people.find(&caller, &place, &release('a')).await;
                found.expect("an answer")
            };
            let before = found().await;
            assert_eq!(before.as_ref().map_or(Stage::New, |release| release.stage), stage);
            let outcome = people.record(&caller, &at_place(any('a', kind))).await;
            let after = found().await;
            match (lifecycle::next(stage, kind), outcome) {
                (Some(next), Ok(recorded)) => {
                    assert_eq!(recorded.release.stage, next, "{kind} after {stage}");
                    assert_eq!(after, Some(recorded.release), "{kind} after {stage}");
                }
                (None, Err(Error::OutOfOrder { reason, legal })) => {
                    assert_eq!(legal, lifecycle::legal(stage), "{kind} after {stage}");
                    let is_named = |kind: &EventKind| reason.contains(kind.as_str());
                    assert!(legal.iter().all(is_named), "{reason}");
                    assert_eq!(after, before, "{kind} after {stage} left a trace");
                }
                (expected, outcome) => panic!("{kind} after {stage}: {expected:?}, {outcome:?}"),
            }
        }
    }
}

#[track_caller]
fn refused_as(outcome: Result<impl std::fmt::Debug, Error>, code: &str, message: &str) {
    let error = outcome.expect_err(message);
    assert_eq!((error.code(), error.to_string().as_str()), (code, message));
}

pub(crate) async fn a_release_begins_with_started(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    refused_as(
        scene.try_record(&entry('a', Deployed)).await,
        "out_of_order",
        "deployed does not come now: a release begins with started",
    );
    scene.record(entry('a', Started)).await;
    refused_as(
        scene.try_record(&entry('a', VerifyPassed)).await,
        "out_of_order",
        "verify_passed does not come now: after started come deployed, failed",
    );
}

pub(crate) async fn one_deployment_is_open_at_a_place(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.live('a', &[Started, Deployed]).await;
    scene.live('b', &[Started]).await;
    let open = format!("{} is started at production web; end that first", release('b'));
    refused_as(scene.try_record(&entry('c', Started)).await, "occupied", &open);
    let elsewhere = Entry {
        place: Place::new(AppEnv::Staging, "web"),
        ..entry('c', Started)
    };
    scene.record(elsewhere).await;
    scene.record(entry('b', Deployed)).await;
    scene.record(back('b', 'a')).await;
    let open = format!(
        "{} is rolling_back at production web; end that first",
        release('b')
    );
    refused_as(scene.try_record(&entry('c', Started)).await, "occupied", &open);
    scene.record(entry('b', Failed)).await;
    scene.record(entry('c', Started)).await;
    let open = format!("{} is started at production web; end that first", release('c'));
    refused_as(scene.try_record(&back('b', 'a')).await, "occupied", &open);
}

pub(crate) async fn a_refusal_records_nothing(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.live('a', &[Started, Deployed]).await;
    let before = (scene.found('a').await, scene.count('a').await);
    let keyed = Entry {
        key: Some("once".to_owned()),
        ..entry('a', Started)
    };
    scene.try_record(&keyed).await.expect_err("it is live");
    scene.try_record(&back('a', 'z')).await.expect_err("never there");
    assert_eq!((scene.found('a').await, scene.count('a').await), before);
    let used = Entry {
        key: Some("once".to_owned()),
        ..entry('a', Note)
    };
    assert!(!scene.record(used).await.replayed, "a refusal uses no key up");
}
