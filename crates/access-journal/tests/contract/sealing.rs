//! Sealing, and numbers for people.

use access_journal::{
    AccessEvent, EventKind, Outcome,
    integrity_core::Caller,
    journal::{Error, Heartbeat, Scope, SummaryRange, watch},
    privacy::Pseudonym,
};
use chrono::TimeDelta;

use super::{Harness, scene::*};

const MINUTE: TimeDelta = TimeDelta::minutes(1);

pub(crate) async fn what_is_recorded_is_sealed_once(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let service = harness.service();
    let seal = async || service.seal(&Caller::Service).await.expect("sealed");
    assert_eq!(seal().await, None, "nothing to seal");
    let events = [scene.event("a", MINUTE), scene.event("b", MINUTE)];
    scene.record(&events).await.expect("recorded");
    let first = seal_new(harness).await;
    assert_eq!((first.number, first.generation, first.rows), (1, 1, 2));
    assert_eq!(seal().await, None, "nothing new");
    scene.record(&events).await.expect("known");
    assert_eq!(seal().await, None, "what is known is not new");
    scene
        .record(&[scene.event("c", TimeDelta::days(1))])
        .await
        .expect("recorded");
    let second = seal_new(harness).await;
    assert_eq!((second.number, second.rows), (2, 1));
    assert_ne!(first.hash, second.hash);

    let verify = async |scope| {
        let found = service.verify(&Caller::Service, scope, None).await;
        found.expect("compared")
    };
    assert_eq!(service.verified(&Caller::Service).await.expect("an answer"), None);
    let newest = verify(Scope::Newest(1)).await;
    assert!(newest.holds() && !newest.whole, "{newest:?}");
    assert_eq!((newest.seals, newest.rows, newest.unsealed), (1, 1, 0));
    scene.record(&[scene.event("d", MINUTE)]).await.expect("recorded");
    let whole = verify(Scope::Whole).await;
    assert!(
        whole.holds() && whole.whole && whole.findings().is_empty(),
        "{whole:?}"
    );
    assert_eq!(
        (whole.seals, whole.rows, whole.gone, whole.unsealed),
        (2, 3, 0, 1)
    );
    assert_eq!(whole.head, Some(second));
    let kept = service.verified(&Caller::Service).await.expect("an answer");
    assert_eq!(kept, Some(whole), "what came of looking at all is kept");
}

pub(crate) async fn a_head_that_was_written_down_is_recognized(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let service = harness.service();
    scene.record(&[scene.event("a", MINUTE)]).await.expect("recorded");
    let head = seal_new(harness).await;
    scene.record(&[scene.event("b", MINUTE)]).await.expect("recorded");
    seal_new(harness).await;
    let expect = async |hash: &str| {
        service
            .verify(&Caller::Service, Scope::Whole, Some(hash.to_owned()))
            .await
    };
    let found = expect(&head.hash).await.expect("compared");
    assert!(found.expected == Some(true) && found.holds(), "{found:?}");
    let found = expect(&"0".repeat(64)).await.expect("compared");
    assert!(found.expected == Some(false) && !found.holds(), "{found:?}");
    for wrong in ["", "12", &"g".repeat(64), &"é".repeat(32)] {
        assert_eq!(field(expect(wrong).await), "expected", "{wrong}");
    }
}

pub(crate) async fn people_seal_nothing(harness: &dyn Harness) {
    let people = harness.people();
    for person in ["amina", "didier", "patricia", "somebody"] {
        let caller = Caller::person(person);
        let sealed = people.seal(&caller).await;
        assert!(
            matches!(sealed, Err(Error::Forbidden { .. })),
            "{person}: {sealed:?}"
        );
        let verified = people.verify(&caller, Scope::Whole, None).await;
        assert!(
            matches!(verified, Err(Error::Forbidden { .. })),
            "{person}: {verified:?}"
        );
    }
}

pub(crate) async fn an_honest_journal_is_watched_in_peace(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let service = harness.service();
    for key in ["a", "b", "c"] {
        scene.record(&[scene.event(key, MINUTE)]).await.expect("recorded");
        let watched = watch(&*service, TimeDelta::days(1)).await.expect("watched");
        assert!(watched.findings.is_empty(), "{watched:?}");
    }
    while service
        .verify(&Caller::Service, Scope::Newest(1), None)
        .await
        .expect("compared")
        .unsealed
        > 0
    {
        seal_new(harness).await;
    }
    let watched = watch(&*service, TimeDelta::days(1)).await.expect("watched");
    assert!(
        watched.sealed.is_none() && watched.findings.is_empty(),
        "{watched:?}"
    );
}

pub(crate) async fn numbers_are_for_whoever_has_a_role(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let address = |byte, count| AccessEvent {
        address_hash: Some(Pseudonym::from_bytes([byte; 16])),
        count,
        ..scene.event(&format!("address {byte}"), MINUTE)
    };
    let events = [
        address(1, 2),
        address(2, 40),
        AccessEvent {
            is_allowed: true,
            ..address(3, 50)
        },
        AccessEvent {
            event: EventKind::AnonDataRead,
            outcome: Outcome::Success,
            route: None,
            address_hash: None,
            account_hash: Some(Pseudonym::from_bytes([0xab; 16])),
            ..scene.event("read", MINUTE)
        },
        // What may have been given exposes nothing for certain.
        AccessEvent {
            event: EventKind::AnonDataRead,
            outcome: Outcome::Possible,
            route: None,
            address_hash: None,
            ..scene.event("may be", MINUTE)
        },
        AccessEvent {
            event: EventKind::AuthnLoginSuccess,
            outcome: Outcome::Success,
            ..scene.event("well", MINUTE)
        },
    ];
    scene.record(&events).await.expect("recorded");
    let heartbeat = Heartbeat {
        seen: 9,
        bad: 2,
        dropped: 1,
        ..Heartbeat::of(events[0].source)
    };
    harness
        .recorder()
        .beat(&Caller::Service, &heartbeat)
        .await
        .expect("heard");
    let seal = Some(seal_new(harness).await);

    let people = harness.people();
    for person in ["amina", "didier", "patricia"] {
        let summary = people.summary(&Caller::person(person), SummaryRange::DAY).await;
        let summary = summary.unwrap_or_else(|error| panic!("{person}: {error}"));
        assert_eq!(summary.total, 94, "what went well is not counted");
        assert_eq!(summary.steps.len(), 288);
        assert_eq!(summary.steps.iter().map(|step| step.refused).sum::<u64>(), 92);
        assert_eq!(summary.steps.iter().map(|step| step.exposed).sum::<u64>(), 1);
        let keys: Vec<_> = summary
            .addresses
            .iter()
            .map(|key| (&*key.key, key.count))
            .collect();
        assert_eq!(
            keys,
            [("020202020202", 40), ("010101010101", 2)],
            "allowed ones are left out"
        );
        assert_eq!(summary.accounts[0].key, "abababababab");
        assert_eq!(summary.routes[0].count, 92);
        assert_eq!(
            (summary.events[0].event.as_str(), summary.events[0].count),
            ("authz_fail", 92)
        );
        let source = &summary.sources[0];
        assert_eq!((source.seen, source.bad, source.dropped), (9, 2, 1));
        assert!(summary.recorded_at.is_some() && summary.verified.is_none());
        assert_eq!(summary.seal, seal);
    }
    let service = harness.service();
    let summary = service.summary(&Caller::Service, SummaryRange::FORTNIGHT).await;
    assert_eq!(summary.expect("the service may").steps.len(), 336);
    let refused = people
        .summary(&Caller::person("somebody"), SummaryRange::DAY)
        .await;
    assert!(matches!(refused, Err(Error::Forbidden { .. })), "{refused:?}");
}
