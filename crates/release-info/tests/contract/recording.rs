//! Recording: whole, once, and by whom.

use futures_util::future::join_all;
use release_info::{
    AppEnv, ReleaseId,
    integrity_core::Caller,
    ledger::{Entry, Error, EventKind, Facts, Place, Stage},
};
use serde_json::{Value, json};

use super::{Harness, scene::*};

fn keyed(entry: Entry, key: &str) -> Entry {
    Entry {
        key: Some(key.to_owned()),
        ..entry
    }
}

pub(crate) async fn a_whole_life_is_told(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let deployed = Entry {
        provider_version: Some("v1".to_owned()),
        facts: Facts {
            min_schema: Some(1),
            max_schema: Some(3),
            manifest_sha256: Some("ab".repeat(32)),
        },
        reason: Some("nouvelle version, prête".to_owned()),
        evidence: Some(json!({ "files": 12, "site": "depot" })),
        ..entry('a', Deployed)
    };
    scene.record(entry('a', Started)).await;
    let recorded = scene.record(deployed.clone()).await;
    assert_eq!(recorded.event.entry, deployed);
    assert_eq!(recorded.event.actor.as_deref(), Some("amina"));
    assert_eq!(recorded.release.facts, deployed.facts);
    assert_eq!(recorded.release.package, "vigie-web");
    assert_eq!(recorded.release.deployed_at, Some(recorded.event.at));
    scene
        .live('a', &[VerifyInconclusive, VerifyPassed, Promoted])
        .await;
    scene.live('b', &[Started, Deployed, VerifyFailed]).await;
    scene.record(back('b', 'a')).await;
    scene.live('b', &[RolledBack]).await;
    scene.live('a', &[VerifyPassed]).await;
    scene.live('b', &[RollbackVerified]).await;

    let told = async |letter| {
        let events = scene.people.events(&amina(), &release(letter), None, 200).await;
        let events = events.expect("an answer");
        assert!(events.is_sorted_by(|one, next| one.id < next.id && one.at <= next.at));
        let words = events.iter().map(|event| event.entry.kind.as_str());
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        told('b').await,
        "started deployed verify_failed rollback_started rolled_back rollback_verified"
    );
    assert_eq!(
        told('a').await,
        "started deployed verify_inconclusive verify_passed promoted \
         rollback_started rolled_back verify_passed rollback_verified",
        "what returned to it is part of its story"
    );
    let found = scene.found('a').await.expect("a release");
    assert_eq!(
        (found.stage, found.package.as_str()),
        (Stage::Verified, "vigie-web")
    );
}

pub(crate) async fn a_key_is_recorded_once(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.record(entry('o', Started)).await;
    scene.record(entry('o', Deployed)).await;
    let with_all = Entry {
        evidence: Some(json!({ "a": [1, 2.5, "x", null] })),
        reason: Some("why".to_owned()),
        ..entry('a', Started)
    };
    let life = [
        with_all,
        entry('a', Deployed),
        back('a', 'o'),
        entry('a', RolledBack),
    ];
    for (number, entry) in life.into_iter().enumerate() {
        let entry = keyed(entry, &format!("run 17, step {number}"));
        let first = scene.record(entry.clone()).await;
        let again = scene.record(entry).await;
        assert!(!first.replayed && again.replayed);
        assert_eq!((again.event, again.release), (first.event, first.release));
    }
    assert_eq!(scene.count('a').await, 4);
}

pub(crate) async fn a_key_names_one_event(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let started = Entry {
        evidence: Some(json!(1)),
        ..entry('a', Started)
    };
    let first = scene.record(keyed(started.clone(), "run 17")).await;
    let others = [
        entry('a', Deployed),
        entry('b', Started),
        entry('a', Started),
        Entry {
            place: Place::new(AppEnv::Staging, "web"),
            ..started.clone()
        },
        Entry {
            reason: Some("another".to_owned()),
            ..started.clone()
        },
        Entry {
            evidence: Some(json!(1.0)),
            ..entry('a', Started)
        },
    ];
    for other in others {
        match scene.try_record(&keyed(other.clone(), "run 17")).await {
            Err(Error::Conflict { recorded }) => assert_eq!(*recorded, first.event, "{other:?}"),
            outcome => panic!("{other:?}: {outcome:?}"),
        }
    }
    let by_another = keyed(started, "run 17");
    let by_another = scene.people.record(&Caller::person("didier"), &by_another).await;
    assert!(
        matches!(by_another, Err(Error::Conflict { .. })),
        "{by_another:?}"
    );
    assert_eq!(scene.count('a').await, 1);
}

pub(crate) async fn a_key_is_answered_whatever_has_happened_since(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let first = scene.record(keyed(entry('a', Started), "run 17")).await;
    scene.live('a', &[Deployed, VerifyPassed]).await;
    let again = scene.record(keyed(entry('a', Started), "run 17")).await;
    assert_eq!(
        (again.replayed, again.event, again.release.stage),
        (true, first.event, Stage::Verified)
    );
}

/// Each of many wants to deploy a release of its own at one place: one goes first, and the others are told so.
pub(crate) async fn many_at_once_record_one_after_the_other(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let letters: Vec<char> = ('a'..='x').collect();
    let starts = letters.iter().map(|letter| {
        let ledger = harness.people();
        let entry = entry(*letter, Started);
        spawned(async move { ledger.record(&amina(), &entry).await })
    });
    let outcomes = join_all(starts).await;
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(won, 1, "{outcomes:?}");
    for lost in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert_eq!(lost.code(), "occupied", "{lost}");
    }
    let notes = letters.iter().map(|_| {
        let ledger = harness.people();
        let release = outcomes.iter().find_map(|outcome| outcome.as_ref().ok());
        let release = release.expect("one has won").release.release.clone();
        let entry = Entry::new(web(), release, Note);
        spawned(async move { ledger.record(&amina(), &entry).await })
    });
    let mut ids: Vec<i64> = join_all(notes)
        .await
        .into_iter()
        .map(|noted| noted.expect("noted").event.id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), letters.len());
    let current = scene.people.current(&amina()).await.expect("an answer");
    assert_eq!(current.len(), 1, "{current:?}");
}

pub(crate) async fn the_same_key_at_once_is_recorded_once(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let starts = (0..16).map(|_| {
        let ledger = harness.people();
        spawned(async move {
            ledger
                .record(&amina(), &keyed(entry('a', Started), "run 17"))
                .await
        })
    });
    let outcomes = join_all(starts).await;
    let recorded: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| outcome.expect("answered"))
        .collect();
    assert_eq!(recorded.iter().filter(|recorded| !recorded.replayed).count(), 1);
    assert!(recorded.iter().all(|other| other.event == recorded[0].event));
    assert_eq!(scene.count('a').await, 1);
}

/// A task of its own, whose panic is the test's.
async fn spawned<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> T {
    tokio::spawn(task).await.expect("finished")
}

pub(crate) async fn what_is_not_well_formed_is_refused(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let started = |change: &dyn Fn(&mut Entry)| {
        let mut entry = entry('a', Started);
        change(&mut entry);
        entry
    };
    let mut wrong: Vec<(&str, Entry)> = vec![
        ("returns_to", entry('a', RollbackStarted)),
        (
            "returns_to",
            started(&|entry| entry.returns_to = Some(release('b'))),
        ),
        ("evidence", started(&|entry| entry.evidence = Some(json!(null)))),
        (
            "evidence",
            started(&|entry| entry.evidence = Some(json!("x".repeat(70_000)))),
        ),
        ("evidence", started(&|entry| entry.evidence = Some(json!(["\0"])))),
        (
            "evidence",
            started(&|entry| entry.evidence = Some(json!({ "\0": 1 }))),
        ),
        ("evidence", started(&|entry| entry.evidence = Some(nested(100)))),
        ("reason", started(&|entry| entry.reason = Some("x".repeat(4001)))),
        ("reason", started(&|entry| entry.reason = Some("a\0b".to_owned()))),
        (
            "provider_version",
            started(&|entry| entry.provider_version = Some(" ".to_owned())),
        ),
        ("key", keyed(entry('a', Started), "")),
        ("key", keyed(entry('a', Started), &"x".repeat(201))),
    ];
    for target in ["", "Web", "1web", "web_2", &"x".repeat(41), "weß", "web\n"] {
        wrong.push((
            "target",
            started(&|entry| target.clone_into(&mut entry.place.target)),
        ));
    }
    let dirty: ReleaseId = "vigie-web@0.1.0+4110b38a1b2c.dirty".parse().expect("a release");
    wrong.push(("release", started(&|entry| entry.release = dirty.clone())));
    for (min_schema, max_schema, digest) in [
        (Some(2), Some(1), None),
        (Some(2), None, None),
        (None, None, Some("ab".to_owned())),
        (None, None, Some("AB".repeat(32))),
    ] {
        let facts = Facts {
            min_schema,
            max_schema,
            manifest_sha256: digest,
        };
        wrong.push(("manifest", started(&|entry| entry.facts = facts.clone())));
    }
    let facts = Facts {
        manifest_sha256: Some("ab".repeat(32)),
        ..Facts::default()
    };
    let noted = Entry {
        facts,
        ..entry('a', Note)
    };
    wrong.push(("manifest", noted));
    for (field, entry) in wrong {
        match scene.try_record(&entry).await {
            Err(Error::Invalid { field: named, .. }) => assert_eq!(named, field, "{entry:?}"),
            outcome => panic!("{field}: {outcome:?}"),
        }
    }
    assert_eq!(scene.stage('a').await, Stage::New);
}

pub(crate) async fn proof_comes_with_what_shows_it(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.live('a', &[Started, Deployed]).await;
    for kind in EventKind::ALL.into_iter().filter(|kind| kind.is_proof()) {
        let bare = Entry::new(web(), release('a'), kind);
        for outcome in [
            scene.try_record(&bare).await,
            scene.service.record(&Caller::Service, &bare).await,
        ] {
            match outcome {
                Err(Error::Invalid { field, .. }) => assert_eq!(field, "evidence", "{kind}"),
                outcome => panic!("{kind}: {outcome:?}"),
            }
        }
    }
    assert_eq!(scene.stage('a').await, Stage::Deployed);
}

pub(crate) async fn evidence_is_kept_as_it_is(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.live('a', &[Started]).await;
    for evidence in [nested(99), json!({ "\\u0000": "\\u0000" }), json!(f64::MAX)] {
        let noted = Entry {
            evidence: Some(evidence),
            ..entry('a', Note)
        };
        assert_eq!(scene.record(noted.clone()).await.event.entry, noted);
    }
}

/// Arrays in arrays, so many.
fn nested(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, _| json!([inner]))
}

pub(crate) async fn who_may_record(harness: &dyn Harness) {
    let people = harness.people();
    for (who, may) in [
        ("amina", true),
        ("didier", true),
        ("patricia", false),
        ("nobody", false),
        ("", false),
    ] {
        let place = Place::new(AppEnv::Test, format!("of-{who}x"));
        for kind in EventKind::ALL {
            let entry = Entry {
                place: place.clone(),
                ..any('a', kind)
            };
            let outcome = people.record(&Caller::person(who), &entry).await;
            let is_forbidden = matches!(outcome, Err(Error::Forbidden { .. }));
            assert_eq!(is_forbidden, !may, "{who} {kind}: {outcome:?}");
        }
    }
}

pub(crate) async fn the_service_records_what_it_found(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.live('a', &[Started, Deployed]).await;
    for kind in EventKind::ALL {
        let outcome = scene.service.record(&Caller::Service, &any('a', kind)).await;
        let is_forbidden = matches!(outcome, Err(Error::Forbidden { .. }));
        assert_eq!(is_forbidden, !kind.is_found_by_looking(), "{kind}: {outcome:?}");
        if let Ok(recorded) = outcome {
            assert_eq!(recorded.event.actor, None);
        }
    }
    assert_eq!(scene.stage('a').await, Stage::Refuted);
}

pub(crate) async fn strangers_are_told_so(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.live('a', &[Started]).await;
    let people = &scene.people;
    for who in ["nobody", ""] {
        let who = Caller::person(who);
        let filter = release_info::ledger::ReleaseFilter::default();
        let refusals = [
            people.find(&who, &web(), &release('a')).await.err(),
            people.list(&who, &filter).await.err(),
            people.events(&who, &release('a'), None, 1).await.err(),
            people.current(&who).await.err(),
            people.last_verified(&who, &web()).await.err(),
            people.unverified(&who, std::time::Duration::ZERO).await.err(),
            people.last_drills(&who, &web()).await.err(),
        ];
        for (number, refusal) in refusals.into_iter().enumerate() {
            assert!(
                matches!(refusal, Some(Error::Forbidden { .. })),
                "{who:?} {number}: {refusal:?}"
            );
        }
    }
}
