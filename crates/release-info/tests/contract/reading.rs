//! What is read back.

use std::time::Duration;

use chrono::TimeDelta;
use release_info::{
    AppEnv, ReleaseId,
    integrity_core::Caller,
    ledger::{Entry, Error, Facts, Place, ReleaseFilter, Stage},
};

use super::{Harness, scene::*};

pub(crate) async fn what_is_known_of_a_release_is_kept(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let told = |kind, version: Option<&str>, schema: Option<i64>| Entry {
        provider_version: version.map(str::to_owned),
        facts: Facts {
            min_schema: schema,
            max_schema: schema,
            manifest_sha256: None,
        },
        ..entry('a', kind)
    };
    scene.record(told(Started, Some("upload"), Some(3))).await;
    let deployed = scene.record(told(Deployed, Some("v1"), None)).await.release;
    assert_eq!(deployed.provider_version.as_deref(), Some("v1"));
    assert_eq!(
        (deployed.facts.min_schema, deployed.facts.max_schema),
        (Some(3), Some(3))
    );
    let looked = scene.record(told(VerifyPassed, Some("seen"), None)).await;
    assert_eq!(looked.event.entry.provider_version.as_deref(), Some("seen"));
    assert_eq!(
        looked.release.provider_version.as_deref(),
        Some("v1"),
        "what went live"
    );
    assert_eq!(looked.release.verified_at, Some(looked.event.at));
    assert_eq!(looked.release.deployed_at, deployed.deployed_at);
    let noted = scene.record(entry('a', Note)).await;
    assert_eq!(noted.release.last_event, noted.event.id);
    assert_eq!(noted.release.changed_at, noted.event.at);
    assert_eq!(noted.release.stage, Stage::Verified);
    let refuted = scene.record(entry('a', VerifyFailed)).await.release;
    assert_eq!((refuted.stage, refuted.verified_at), (Stage::Refuted, None));
}

pub(crate) async fn pages_give_each_release_once(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    for letter in 'a'..='g' {
        scene.live(letter, &[Started, Failed]).await;
    }
    scene.live('c', &[Note]).await;
    let mut seen: Vec<ReleaseId> = Vec::new();
    let mut filter = ReleaseFilter {
        limit: 3,
        ..ReleaseFilter::default()
    };
    loop {
        let page = scene.people.list(&amina(), &filter).await.expect("a page");
        assert!(page.releases.len() <= 3);
        seen.extend(page.releases.into_iter().map(|release| release.release));
        filter.after = page.next;
        if page.next.is_none() {
            break;
        }
    }
    let expected: Vec<_> = "cgfedba".chars().map(release).collect();
    assert_eq!(seen, expected, "what was spoken of last comes first");
    let whole = ReleaseFilter {
        limit: 7,
        ..ReleaseFilter::default()
    };
    let page = scene.people.list(&amina(), &whole).await.expect("a page");
    assert_eq!((page.releases.len(), page.next), (7, None));
}

pub(crate) async fn a_list_is_of_a_place_where_that_is_asked(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    for (environment, target) in [
        (AppEnv::Production, "web"),
        (AppEnv::Staging, "web"),
        (AppEnv::Staging, "api"),
    ] {
        let place = Place::new(environment, target);
        scene.record(Entry::new(place, release('a'), Started)).await;
    }
    let count = async |environment, target: Option<&str>| {
        let filter = ReleaseFilter {
            environment,
            target: target.map(str::to_owned),
            ..ReleaseFilter::default()
        };
        let page = scene.service.list(&Caller::Service, &filter).await;
        page.expect("a page").releases.len()
    };
    assert_eq!(count(None, None).await, 3);
    assert_eq!(count(Some(AppEnv::Staging), None).await, 2);
    assert_eq!(count(None, Some("web")).await, 2);
    assert_eq!(count(Some(AppEnv::Staging), Some("api")).await, 1);
    assert_eq!(count(Some(AppEnv::Test), None).await, 0);
}

pub(crate) async fn the_history_is_told_backwards_page_by_page(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let read = async |filter: &ReleaseFilter| scene.people.history(&amina(), filter).await.expect("a page");
    let mut filter = ReleaseFilter {
        limit: 2,
        ..ReleaseFilter::default()
    };
    let none = read(&filter).await;
    assert_eq!((none.events.len(), none.next), (0, None));
    scene.live('a', &[Started, Deployed, VerifyPassed]).await;
    let staging = Place::new(AppEnv::Staging, "api");
    scene
        .record(Entry::new(staging.clone(), release('b'), Started))
        .await;
    scene.live('a', &[Note]).await;
    let mut told = Vec::new();
    loop {
        let page = read(&filter).await;
        assert!(page.events.len() <= 2);
        told.extend(page.events.into_iter().map(|event| event.entry.kind));
        filter.after = page.next;
        if page.next.is_none() {
            break;
        }
    }
    assert_eq!(told, [Note, Started, VerifyPassed, Deployed, Started]);
    for (environment, target, count) in [
        (Some(AppEnv::Production), None, 4),
        (None, Some("api"), 1),
        (Some(AppEnv::Staging), Some("web"), 0),
    ] {
        let filter = ReleaseFilter {
            environment,
            target: target.map(str::to_owned),
            ..ReleaseFilter::default()
        };
        assert_eq!(
            read(&filter).await.events.len(),
            count,
            "{environment:?} {target:?}"
        );
    }
    let stranger = scene.people.history(&Caller::person("nobody"), &filter).await;
    assert!(matches!(stranger, Err(Error::Forbidden { .. })), "{stranger:?}");
    filter.limit = 201;
    let too_many = scene.people.history(&amina(), &filter).await;
    assert!(matches!(too_many, Err(Error::Invalid { .. })), "{too_many:?}");
}

pub(crate) async fn events_come_page_by_page(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene
        .live('a', &[Started, Deployed, VerifyPassed, Promoted])
        .await;
    scene.live('b', &[Started]).await;
    let page = async |after, limit| {
        let events = scene
            .people
            .events(&Caller::person("patricia"), &release('a'), after, limit)
            .await;
        events.expect("events")
    };
    let first = page(None, 3).await;
    let last = page(first.last().map(|event| event.id), 3).await;
    let kinds: Vec<_> = first.iter().chain(&last).map(|event| event.entry.kind).collect();
    assert_eq!(kinds, [Started, Deployed, VerifyPassed, Promoted]);
    assert_eq!(page(last.last().map(|event| event.id), 3).await, []);
}

pub(crate) async fn what_is_live_is_known_for_each_place(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    assert_eq!(scene.people.current(&amina()).await.expect("an answer"), []);
    for (environment, target, letter) in [
        (AppEnv::Staging, "web", 'b'),
        (AppEnv::Production, "web", 'a'),
        (AppEnv::Production, "api", 'c'),
    ] {
        for kind in [Started, Deployed] {
            let place = Place::new(environment, target);
            scene.record(Entry::new(place, release(letter), kind)).await;
        }
    }
    scene.record(entry('d', Started)).await;
    let current = scene.people.current(&amina()).await.expect("an answer");
    let told: Vec<_> = current
        .iter()
        .map(|release| (release.place.to_string(), release.release.clone()))
        .collect();
    let expected = [
        ("production api", 'c'),
        ("production web", 'a'),
        ("production web", 'd'),
        ("staging web", 'b'),
    ];
    assert_eq!(
        told,
        expected.map(|(place, letter)| (place.to_owned(), release(letter)))
    );
    scene.record(entry('d', Deployed)).await;
    assert_eq!(scene.current().await, Some(release('d')));
    assert_eq!(scene.stage('a').await, Stage::Replaced);
}

pub(crate) async fn what_is_unproved_too_long_is_found(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let half_an_hour = Duration::from_mins(30);
    let unverified = async |for_| {
        let found = scene.service.unverified(&Caller::Service, for_).await;
        let found = found.expect("an answer").into_iter();
        found.map(|release| release.release).collect::<Vec<_>>()
    };
    scene.live('a', &[Started]).await;
    harness.pass(TimeDelta::hours(1)).await;
    assert_eq!(
        unverified(half_an_hour).await,
        [release('a')],
        "nobody says how it ended"
    );
    scene.live('a', &[Deployed]).await;
    assert_eq!(unverified(half_an_hour).await, []);
    assert_eq!(unverified(Duration::ZERO).await, [release('a')]);
    harness.pass(TimeDelta::minutes(31)).await;
    scene.live('a', &[VerifyInconclusive]).await;
    assert_eq!(
        unverified(half_an_hour).await,
        [release('a')],
        "not told is not proved"
    );
    assert_eq!(unverified(Duration::MAX).await, []);
    scene.live('a', &[VerifyPassed]).await;
    assert_eq!(unverified(half_an_hour).await, []);
    scene.live('a', &[Promoted, VerifyFailed]).await;
    assert_eq!(
        unverified(half_an_hour).await,
        [release('a')],
        "proof was refuted"
    );
    scene.live('b', &[Started, Deployed]).await;
    assert_eq!(unverified(half_an_hour).await, [], "it is replaced");
}

pub(crate) async fn the_last_drills_are_known(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let drills = async || {
        let drills = scene.service.last_drills(&Caller::Service, &web()).await;
        drills.expect("an answer")
    };
    let none = drills().await;
    assert_eq!((none.passed, none.failed), (None, None));
    scene.live('a', &[Started]).await;
    let first = scene.record(entry('a', DrillPassed)).await.event;
    let failed = scene.record(entry('a', DrillFailed)).await.event;
    let told = drills().await;
    assert!(told.at >= failed.at);
    assert_eq!((told.passed, told.failed), (Some(first), Some(failed.clone())));
    let second = scene.record(entry('a', DrillPassed)).await.event;
    let told = drills().await;
    assert_eq!((told.passed, told.failed), (Some(second), Some(failed)));
    let elsewhere = Place::new(AppEnv::Staging, "web");
    let there = scene.service.last_drills(&Caller::Service, &elsewhere).await;
    assert_eq!(there.expect("an answer").passed, None);
}

pub(crate) async fn a_list_badly_asked_for_is_refused(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    for limit in [0, 201, u32::MAX] {
        let filter = ReleaseFilter {
            limit,
            ..ReleaseFilter::default()
        };
        let listed = scene.people.list(&amina(), &filter).await;
        assert!(
            matches!(listed, Err(Error::Invalid { .. })),
            "{limit}: {listed:?}"
        );
        let events = scene.people.events(&amina(), &release('a'), None, limit).await;
        assert!(
            matches!(events, Err(Error::Invalid { .. })),
            "{limit}: {events:?}"
        );
    }
    let filter = ReleaseFilter {
        target: Some("Web".to_owned()),
        ..ReleaseFilter::default()
    };
    let refusals = [
        scene.people.list(&amina(), &filter).await.err(),
        scene.people.history(&amina(), &filter).await.err(),
    ];
    for refusal in refusals {
        assert!(
            matches!(&refusal, Some(Error::Invalid { field, .. }) if field == "target"),
            "{refusal:?}"
        );
    }
}
