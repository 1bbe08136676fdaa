//! What a change came to, in numbers.

use std::time::Duration;

use access_journal::{
    AccessEvent, EventKind, Outcome, Source,
    integrity_core::Caller,
    journal::{Around, Change, Error, Exposed, Heartbeat},
};
use chrono::TimeDelta;

use super::{Harness, scene::*};

const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// The change was ten minutes ago, is put to what happened in seven of them, and an hour before it says what is usual.
fn around(scene: &Scene) -> Around {
    Around {
        since: scene.now - MINUTE * 10,
        until: scene.now - MINUTE * 3,
        baseline: Duration::from_hours(1),
    }
}

async fn changed(harness: &dyn Harness, scene: &Scene) -> Change {
    let change = harness.service().change(&Caller::Service, around(scene)).await;
    change.expect("an answer")
}

pub(crate) async fn a_journal_that_nobody_uses_says_so(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let change = changed(harness, &scene).await;
    assert!(!change.is_used && change.sources.is_empty() && change.exposed.is_empty());
    assert!(change.at >= scene.now && change.kept_since < scene.now - TimeDelta::days(29));
}

pub(crate) async fn what_a_change_came_to_is_told_source_by_source(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let refused = |source, key: &str, ago: i64, count| AccessEvent {
        source,
        count,
        ..scene.event(key, MINUTE * i32::try_from(ago).expect("minutes"))
    };
    let other = |event, status| AccessEvent {
        event,
        status,
        ..refused(Source::Nginx, &format!("{event:?} {status:?}"), 5, 100)
    };
    let events = [
        // too old for the baseline, the first of the baseline, the last of it
        refused(Source::Nginx, "old", 71, 1_000),
        refused(Source::Nginx, "first", 70, 1),
        refused(Source::Nginx, "before", 11, 2),
        // the very instant, within, and the very end
        refused(Source::Nginx, "instant", 10, 4),
        refused(Source::Nginx, "within", 4, 8),
        refused(Source::Nginx, "end", 3, 1_000),
        other(EventKind::ResourceEnumeration, Some(404)),
        other(EventKind::ResourceEnumeration, Some(401)),
        other(EventKind::AuthnLoginFail, Some(400)),
        other(EventKind::AuthnLoginSuccess, None),
        refused(Source::Api, "elsewhere", 5, 16),
    ];
    scene.record(&events).await.expect("recorded");
    for (source, dropped) in [(Source::Nginx, 0), (Source::App, 2)] {
        let heartbeat = Heartbeat {
            seen: 9,
            dropped,
            ..Heartbeat::of(source)
        };
        let beat = harness.recorder().beat(&Caller::Service, &heartbeat).await;
        beat.expect("heard");
    }
    let change = changed(harness, &scene).await;
    assert!(change.is_used);
    let numbers: Vec<_> = change
        .sources
        .iter()
        .map(|source| (&*source.source, source.refused_before, source.refused))
        .collect();
    assert_eq!(numbers, [("api", 0, 16), ("app", 0, 0), ("nginx", 3, 212)]);
    let [api, app, nginx] = &change.sources[..] else {
        panic!("{change:?}")
    };
    assert_eq!(
        nginx.known_since,
        scene.now - MINUTE * 70,
        "the baseline begins there"
    );
    assert_eq!(
        api.known_since,
        scene.now - MINUTE * 5,
        "before that it was not there"
    );
    assert_eq!(
        (api.heard_at, api.dropped_at, nginx.dropped_at),
        (None, None, None)
    );
    assert!(
        nginx.heard_at >= Some(scene.now) && app.dropped_at >= Some(scene.now),
        "{change:?}"
    );
    assert!(app.known_since >= scene.now, "{change:?}");
}

pub(crate) async fn what_was_read_without_signing_in_is_told_new_first(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let read = |resource: Option<&str>, ago: i32| AccessEvent {
        event: EventKind::AnonDataRead,
        outcome: Outcome::Success,
        status: Some(200),
        resource: resource.map(str::to_owned),
        count: 2,
        ..scene.event(&format!("{resource:?} {ago}"), MINUTE * ago)
    };
    let events = [
        read(Some("public.contracts"), 60),
        read(Some("public.contracts"), 1),
        read(Some("public.gone"), 20),
        read(Some("public.tanks"), 10),
        read(Some("public.tanks"), 2),
        read(None, 4),
    ];
    scene.record(&events).await.expect("recorded");
    let exposed = |resource: &str, count, ago, was_before| Exposed {
        resource: resource.to_owned(),
        count,
        last_at: scene.now - MINUTE * ago,
        was_before,
    };
    assert_eq!(
        changed(harness, &scene).await.exposed,
        [
            exposed("public.tanks", 4, 2, false),
            exposed("/rest/v1/{relation}", 2, 4, false),
            exposed("public.contracts", 2, 1, true),
        ]
    );
}

pub(crate) async fn a_change_is_told_to_whoever_has_a_role(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let event = scene.event("a", MINUTE);
    scene.record(&[event]).await.expect("recorded");
    let people = harness.people();
    for name in ["amina", "didier", "patricia"] {
        let change = people.change(&Caller::person(name), around(&scene)).await;
        assert_eq!(
            change
                .unwrap_or_else(|error| panic!("{name}: {error}"))
                .sources
                .len(),
            1
        );
    }
    let refused = people.change(&Caller::person("nobody"), around(&scene)).await;
    assert!(matches!(refused, Err(Error::Forbidden { .. })), "{refused:?}");
    let good = around(&scene);
    for wrong in [
        Around {
            until: good.since - MINUTE,
            ..good
        },
        Around {
            baseline: Duration::ZERO,
            ..good
        },
        Around {
            baseline: Duration::MAX,
            ..good
        },
    ] {
        let refused = harness.service().change(&Caller::Service, wrong).await;
        assert_eq!(field(refused), "around", "{wrong:?}");
    }
}
