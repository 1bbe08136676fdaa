//! Recording: whole, once, and by whom.

use access_journal::{
    AccessEvent, EventKind, Outcome, Source,
    integrity_core::{Caller, Severity},
    journal::{Blind, Error, Heartbeat, Recorded, SummaryRange},
    privacy::{AccessKey, Keyed, Month, Pseudonym},
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use uuid::Uuid;

use super::{Harness, scene::*};

const MINUTE: TimeDelta = TimeDelta::minutes(1);

pub(crate) async fn an_event_is_kept_as_it_is(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let hash = |byte| Some(Pseudonym::from_bytes([byte; 16]));
    let full = AccessEvent {
        source: Source::SupabaseAuth,
        event: EventKind::AuthnLoginFail,
        outcome: Outcome::Refused,
        severity: Severity::Critical,
        resource: Some("contrats « été »".to_owned()),
        actor_id: Some(Uuid::from_u128(7)),
        account_hash: hash(1),
        account_hash_before: hash(2),
        address_hash: hash(3),
        address_hash_before: hash(4),
        is_allowed: true,
        as_number: Some(u32::MAX),
        client_release: Some("vigie-web@0.1.0+4110b38a1b2c".to_owned()),
        rows_returned: Some(u64::try_from(i64::MAX).expect("positive")),
        count: 12,
        ..scene.event("full", MINUTE)
    };
    let bare = AccessEvent {
        status: None,
        error_code: None,
        method: None,
        route: None,
        resource: None,
        actor_role: None,
        address_hash: None,
        country: None,
        as_number: None,
        user_agent_family: None,
        request_id: None,
        ..scene.event("bare", MINUTE)
    };
    let recorded = scene
        .record(&[full.clone(), bare.clone()])
        .await
        .expect("recorded");
    assert_eq!(recorded, Recorded { added: 2, known: 0 });
    assert_eq!(harness.kept().await, [bare, full]);
}

pub(crate) async fn an_event_is_recorded_once(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let [a, b, c] = ["a", "b", "c"].map(|key| scene.event(key, MINUTE));
    let first = scene.record(&[a.clone(), b.clone(), a.clone()]).await;
    assert_eq!(first.expect("recorded"), Recorded { added: 2, known: 1 });
    let elsewhere = AccessEvent {
        source: Source::Nginx,
        ..a.clone()
    };
    let second = scene.record(&[c, b, a, elsewhere]).await;
    assert_eq!(
        second.expect("recorded"),
        Recorded { added: 2, known: 2 },
        "each source has keys of its own"
    );
    assert_eq!(scene.record(&[]).await.expect("recorded"), Recorded::default());
    assert_eq!(harness.kept().await.len(), 4);
}

pub(crate) async fn many_at_once_record_each_event_once(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let all: Vec<_> = (0..400)
        .map(|number| scene.event(&format!("{number:03}"), MINUTE * (number % 7)))
        .collect();
    // Batches overlap by three quarters; every other writer records backwards.
    let writers = (0..12).map(|writer| {
        let mut batches: Vec<Vec<AccessEvent>> = all.windows(80).step_by(20).map(<[_]>::to_vec).collect();
        batches.rotate_left(writer);
        if writer % 2 == 1 {
            for batch in &mut batches {
                batch.reverse();
            }
        }
        let scene = &scene;
        async move {
            let mut added = 0;
            for batch in &batches {
                let recorded = scene.record(batch).await.expect("recorded");
                assert_eq!(recorded.added + recorded.known, 80);
                added += recorded.added;
            }
            added
        }
    });
    let added: u64 = join_all(writers).await.into_iter().sum();
    assert_eq!(added, 400, "each was new to one of them");
    let kept: Vec<_> = harness
        .kept()
        .await
        .into_iter()
        .map(|event| event.dedup_key)
        .collect();
    let wanted: Vec<_> = all.into_iter().map(|event| event.dedup_key).collect();
    assert_eq!(kept, wanted);
}

pub(crate) async fn all_are_recorded_or_none(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let good = scene.event("good", MINUTE);
    let late = scene.event("late", -MINUTE * 60);
    let refused = scene.record(&[good.clone(), late, good]).await;
    assert_eq!(field(refused), "events[1].occurred_at");
    assert_eq!(harness.kept().await, []);
}

pub(crate) async fn all_that_are_refused_are_named_at_once(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let events: Vec<_> = (0..6_i32)
        .map(|number| {
            let ago = match number {
                1 => -MINUTE * 60,
                2 | 5 => TimeDelta::days(400),
                _ => MINUTE,
            };
            scene.event(&number.to_string(), ago)
        })
        .collect();
    let refused = scene
        .record(&events)
        .await
        .expect_err("three are not of our time");
    assert_eq!(refused.refused_events(), [1, 2, 5], "{refused}");
    let said = refused.to_string();
    assert!(
        said.contains("is in the future") && said.contains("is older than what is kept"),
        "{said}"
    );
    let malformed = |key: &str| AccessEvent {
        count: 0,
        ..scene.event(key, MINUTE)
    };
    let refused = scene
        .record(&[malformed("a"), scene.event("b", MINUTE), malformed("c")])
        .await
        .expect_err("two happened never");
    assert_eq!(refused.refused_events(), [0, 2], "{refused}");
    assert_eq!(harness.kept().await, []);
    let good = [events[0].clone(), events[3].clone(), events[4].clone()];
    assert_eq!(scene.record(&good).await.expect("recorded").added, 3);
}

pub(crate) async fn what_is_not_well_formed_is_refused(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let good = scene.event("good", MINUTE);
    let text = |text: &str| Some(text.to_owned());
    let long = "x".repeat(201);
    let latest = DateTime::<Utc>::MAX_UTC;
    let mut wrong = Vec::new();
    let mut try_it = |name, spoil: &dyn Fn(&mut AccessEvent)| {
        let mut event = good.clone();
        spoil(&mut event);
        wrong.push((name, event));
    };
    try_it("occurred_at", &|event| {
        event.occurred_at = DateTime::UNIX_EPOCH - MINUTE;
    });
    try_it("occurred_at", &|event| event.occurred_at = latest);
    try_it("status", &|event| event.status = Some(99));
    try_it("status", &|event| event.status = Some(u16::MAX));
    try_it("error_code", &|event| event.error_code = text("42501;"));
    try_it("method", &|event| event.method = text("get"));
    try_it("route", &|event| event.route = text("/rest?x=1"));
    try_it("route", &|event| event.route = text("/\u{1b}[31m"));
    try_it("route", &|event| event.route = text(""));
    try_it("resource", &|event| event.resource = text("a\0b"));
    try_it("resource", &|event| event.resource = text("a\u{2028}b"));
    try_it("resource", &|event| event.resource = text(&long));
    try_it("actor_role", &|event| event.actor_role = text("a b"));
    try_it("country", &|event| event.country = text("COD"));
    try_it("user_agent_family", &|event| {
        event.user_agent_family = text("curl/8");
    });
    try_it("client_release", &|event| event.client_release = text("a\nb"));
    try_it("request_id", &|event| event.request_id = text("a b"));
    try_it("rows_returned", &|event| event.rows_returned = Some(u64::MAX));
    try_it("count", &|event| event.count = 0);
    try_it("count", &|event| event.count = u32::MAX);
    try_it("dedup_key", &|event| event.dedup_key.clear());
    try_it("dedup_key", &|event| event.dedup_key.clone_from(&long));
    for (name, wrong) in wrong {
        let said = format!("{wrong:?}");
        let refused = scene.record(&[good.clone(), wrong]).await;
        assert_eq!(field(refused), format!("events[1].{name}"), "{said}");
    }
    assert_eq!(harness.kept().await, []);
    scene.record(&[good]).await.expect("the good one is recorded");
}

pub(crate) async fn impossible_times_are_refused(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let day = TimeDelta::days(1);
    scene.salt_of(scene.now - day * 179).await.expect("kept");
    scene.salt_of(scene.now - day * 180).await;
    for (ago, is_kept) in [
        (-MINUTE * 10, false),
        (-MINUTE * 4, true),
        (day * 179, true),
        (day * 180 + MINUTE, false),
        (day * 100_000, false),
    ] {
        scene.salt_of(scene.now - ago).await;
        let recorded = scene.record(&[scene.event("x", ago)]).await;
        if is_kept {
            assert_eq!(recorded.expect("recorded").added, 1, "{ago}");
        } else {
            assert_eq!(field(recorded), "events[0].occurred_at", "{ago}");
        }
    }
}

pub(crate) async fn what_has_no_key_is_refused(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let old = scene.event("old", TimeDelta::days(90));
    assert_eq!(
        field(scene.record(std::slice::from_ref(&old)).await),
        "events[0].occurred_at"
    );
    scene.salt_of(old.occurred_at).await.expect("it is kept");
    assert_eq!(scene.record(&[old]).await.expect("recorded").added, 1);
}

pub(crate) async fn a_month_has_one_salt(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let month = scene.now - TimeDelta::days(60);
    let first = join_all((0..12).map(|_| scene.salt_of(month))).await;
    assert!(first[0].is_some());
    assert!(first.windows(2).all(|two| two[0] == two[1]), "whoever asks first");
    let before = scene.salt_of(month - TimeDelta::days(31)).await;
    assert_ne!(first[0], before, "of another month");
}

pub(crate) async fn a_month_has_one_secret(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let month = Month::of(scene.now - TimeDelta::days(60));
    let secret = |of: &str| AccessKey::new(&of.repeat(32)).expect("long").check(month);
    let (right, wrong) = (secret("a"), secret("b"));
    let asked = async |check| scene.recorder.salt(&Caller::Service, month, check).await;
    let keyed = async || {
        let keyed = harness
            .service()
            .keyed(&Caller::Service)
            .await
            .expect("an answer");
        keyed.into_iter().find(|keyed| keyed.month == month)
    };
    assert_eq!(keyed().await, None, "nobody used it");
    let salt = asked(None).await.expect("without a secret");
    let mut expected = Keyed {
        month,
        check: None,
        is_bare: true,
    };
    assert_eq!(keyed().await, Some(expected));
    let first = join_all((0..6).map(|n| asked(Some(if n % 2 == 0 { right } else { wrong })))).await;
    let (taken, refused): (Vec<_>, Vec<_>) = first.into_iter().partition(Result::is_ok);
    assert_eq!(
        (taken.len(), refused.len()),
        (3, 3),
        "one of two secrets is the month's"
    );
    assert!(taken.into_iter().all(|taken| taken.expect("taken") == salt));
    expected.check = keyed().await.expect("used").check;
    assert_eq!(
        keyed().await,
        Some(expected),
        "what was made without one is not forgotten"
    );
    let (own, other) = if expected.check == Some(right) {
        (right, wrong)
    } else {
        (wrong, right)
    };
    assert_eq!(asked(Some(own)).await.expect("the same"), salt);
    for (check, says) in [(None, "this program has none"), (Some(other), "another secret")] {
        let refused = asked(check).await;
        assert!(
            matches!(&refused, Err(Error::OtherSecret { reason })
                if reason.contains(says) && reason.contains("VIGIE_ACCESS_KEY") && reason.contains(&month.to_string())),
            "{refused:?}"
        );
    }
    assert_eq!(keyed().await, Some(expected), "who is refused changes nothing");
    let by_a_person = harness.people().keyed(&Caller::person("amina")).await;
    assert!(
        matches!(by_a_person, Err(Error::Forbidden { .. })),
        "{by_a_person:?}"
    );
}

pub(crate) async fn a_month_to_come_or_gone_has_none(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let this = Month::of(scene.now).begins_at();
    let (new, gone): (DateTime<Utc>, _) = (this + TimeDelta::days(32), scene.now - TimeDelta::days(212));
    assert_eq!(scene.salt_of(new).await, None);
    assert_eq!(scene.salt_of(new + TimeDelta::days(3_650)).await, None);
    assert_eq!(scene.salt_of(gone).await, None);
    assert_eq!(scene.salt_of(DateTime::UNIX_EPOCH).await, None);
    let oldest = scene.now - TimeDelta::days(179);
    assert!(scene.salt_of(oldest).await.is_some(), "a part of it is kept");
}

pub(crate) async fn people_record_nothing(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let people = harness.people();
    let event = scene.event("x", MINUTE);
    for name in ["amina", "patricia", "nobody"] {
        let person = Caller::person(name);
        let salt = people.salt(&person, Month::of(scene.now), None).await;
        assert!(matches!(salt, Err(Error::Forbidden { .. })), "{name}: {salt:?}");
        let recorded = people.record(&person, std::slice::from_ref(&event)).await;
        assert!(
            matches!(recorded, Err(Error::Forbidden { .. })),
            "{name}: {recorded:?}"
        );
        let used = people.is_used(&person).await;
        assert!(matches!(used, Err(Error::Forbidden { .. })), "{name}: {used:?}");
        let beat = people.beat(&person, &heartbeat(1)).await;
        assert!(matches!(beat, Err(Error::Forbidden { .. })), "{name}: {beat:?}");
    }
    assert_eq!(harness.kept().await, []);
}

pub(crate) fn heartbeat(dropped: u64) -> Heartbeat {
    Heartbeat {
        seen: 10,
        bad: 2,
        dropped,
        ..Heartbeat::of(Source::App)
    }
}

pub(crate) async fn a_source_is_heard(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    assert_eq!(harness.heard(Source::App).await, None);
    let service = harness.service();
    let is_used = async || service.is_used(&Caller::Service).await.expect("an answer");
    assert!(!is_used().await);
    for dropped in [0, 3, 0, u64::MAX] {
        let beat = scene.recorder.beat(&Caller::Service, &heartbeat(dropped)).await;
        beat.expect("heard");
    }
    let [seen, bad, dropped] = harness.heard(Source::App).await.expect("heard");
    assert_eq!((seen, bad), (40, 8));
    assert!(dropped >= i64::MAX.unsigned_abs(), "more than can be counted");
    assert_eq!(harness.heard(Source::Api).await, None);
    assert!(is_used().await);
}

/// A text that is read from its beginning each time is counted once, however often; what is told of a source is what was told
/// last.
pub(crate) async fn what_is_read_again_is_counted_once(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let beat = async |text: u8, seen, bad, unjudged, blind| {
        let heartbeat = Heartbeat {
            stream: (text > 0).then(|| Pseudonym::from_bytes([text; 16])),
            seen,
            bad,
            unjudged,
            blind,
            ..Heartbeat::of(Source::App)
        };
        let beaten = scene.recorder.beat(&Caller::Service, &heartbeat).await;
        beaten.expect("heard");
        let summary = harness
            .service()
            .summary(&Caller::Service, SummaryRange::DAY)
            .await;
        let source = summary.expect("the service may").sources.remove(0);
        let lately = source.lately;
        assert_eq!(
            (source.seen, source.bad, source.unjudged),
            (lately.seen, lately.bad, lately.unjudged),
            "all of it was told just now"
        );
        assert_eq!(source.blind, blind);
        (source.seen, source.bad, source.unjudged)
    };
    assert_eq!(beat(1, 100, 3, 2, None).await, (100, 3, 2));
    assert_eq!(
        beat(1, 100, 3, 2, Some(Blind::NoAudit)).await,
        (100, 3, 2),
        "again"
    );
    assert_eq!(beat(1, 150, 3, 5, None).await, (150, 3, 5), "it grew");
    assert_eq!(beat(1, 90, 1, 0, None).await, (150, 3, 5), "the beginning of it");
    assert_eq!(
        beat(2, 10, 1, 0, Some(Blind::NoRelation)).await,
        (160, 4, 5),
        "another text"
    );
    assert_eq!(beat(0, 10, 1, 0, None).await, (170, 5, 5), "without a name");
    assert_eq!(beat(0, 10, 1, 0, None).await, (180, 6, 5), "each time");
}
