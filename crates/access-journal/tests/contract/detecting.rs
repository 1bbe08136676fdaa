//! From where on each rule speaks, by the design's thresholds: exactly there, not one below, and not a moment outside.

use std::sync::Arc;

use access_journal::{
    AccessEvent, EventKind, Outcome, Source,
    integrity_core::{Caller, Severity},
    journal::{AccessJournal, Error, Heartbeat, SummaryRange},
    privacy::Pseudonym,
    rules::{Detection, Fixed, Rule, Watch},
};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Harness, scene::*};

const SECOND: TimeDelta = TimeDelta::seconds(1);
const MINUTE: TimeDelta = TimeDelta::minutes(1);
/// As finely as the journal tells the time.
const MOMENT: TimeDelta = TimeDelta::microseconds(1);

/// What several events have in common, each at a time after the first, and each a change of its own.
struct Stream<'a> {
    scene: &'a Scene,
    kind: EventKind,
    /// Who does it: the byte of which the pseudonym of the address is made.
    who: u8,
}

impl Stream<'_> {
    fn at(&self, after: TimeDelta, n: usize) -> AccessEvent {
        let key = format!("{} {} {n} {after}", self.kind, self.who);
        AccessEvent {
            occurred_at: self.scene.now - MINUTE * 30 + after,
            event: self.kind,
            resource: None,
            address_hash: Some(address(self.who)),
            ..self.scene.event(&key, TimeDelta::zero())
        }
    }

    /// So many at once, and one more after that time.
    fn and_one(&self, many: usize, after: TimeDelta) -> Vec<AccessEvent> {
        let at_once = (0..many).map(|n| self.at(TimeDelta::zero(), n));
        at_once.chain([self.at(after, many)]).collect()
    }
}

fn address(who: u8) -> Pseudonym {
    Pseudonym::from_bytes([who; 16])
}

async fn look(service: &dyn AccessJournal, watch: &Watch) -> Detection {
    let told = service.detect(&Caller::Service, watch).await;
    let told = told.expect("an answer");
    assert!(told.failed.is_empty(), "{:?}", told.failed);
    told
}

fn as_of(at: DateTime<Utc>) -> Watch {
    Watch {
        as_of: Some(at),
        ..Watch::default()
    }
}

/// Of whom a rule speaks, and how badly.
fn spoken(told: &Detection, rule: Rule) -> Vec<(String, Severity)> {
    let found = told.found.iter().filter(|found| found.rule == rule);
    let findings = found.flat_map(|found| &found.findings);
    let mut spoken: Vec<_> = findings
        .map(|finding| (finding.entity_id.clone(), finding.severity))
        .collect();
    spoken.sort();
    spoken
}

/// Of which addresses a rule speaks, when all of this was recorded.
async fn addresses(
    harness: &dyn Harness,
    scene: &Scene,
    rule: Rule,
    events: Vec<Vec<AccessEvent>>,
) -> Vec<u8> {
    scene.record(&events.concat()).await.expect("recorded");
    let told = look(&*harness.service(), &as_of(scene.now)).await;
    let spoken = spoken(&told, rule);
    assert!(spoken.iter().all(|(_, severity)| *severity == rule.severity()));
    let who = spoken.iter().map(|(entity, _)| {
        let known = (0..=u8::MAX).find(|who| String::from(address(*who)) == *entity);
        known.expect("one of them")
    });
    who.collect()
}

/// Nobody between is told of: those who fill a bucket to its brim and no more.
pub(crate) async fn a_bucket_runs_over_above_what_it_holds(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    for (rule, kind, holds) in [
        (Rule::BruteForceIp, EventKind::AuthnLoginFail, 5),
        (Rule::DeniedIp, EventKind::AuthzFail, 10),
        (Rule::DeniedIp, EventKind::AuthnTokenInvalid, 10),
    ] {
        let base = u8::try_from(holds * 10 + kind.as_str().len()).expect("small");
        let by = |who| Stream {
            scene: &scene,
            kind,
            who: base + who,
        };
        let leak = SECOND * 10;
        let brim = vec![
            by(1).and_one(holds - 1, TimeDelta::zero()),
            // One has leaked when the next comes.
            by(2).and_one(holds, leak),
            by(3).and_one(holds, leak + SECOND),
        ];
        let over = vec![
            by(4).and_one(holds, TimeDelta::zero()),
            by(5).and_one(holds, leak - MOMENT),
            // One row for all of them.
            vec![AccessEvent {
                count: u32::try_from(holds + 1).expect("small"),
                ..by(6).at(TimeDelta::zero(), 0)
            }],
        ];
        let told = addresses(harness, &scene, rule, [brim, over].concat()).await;
        let told: Vec<_> = told
            .into_iter()
            .filter(|who| (base..base + 7).contains(who))
            .collect();
        assert_eq!(told, [4, 5, 6].map(|who| base + who), "{rule} {kind}");
    }
}

pub(crate) async fn one_persons_bucket_leaks_by_the_minute(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let by = |who: u8, many: usize, after: TimeDelta| {
        let stream = Stream {
            scene: &scene,
            kind: EventKind::AuthzFail,
            who,
        };
        let mut events = stream.and_one(many, after);
        for event in &mut events {
            event.actor_id = Some(Uuid::from_u128(who.into()));
            event.address_hash = None;
        }
        events
    };
    let events = [
        by(1, 9, TimeDelta::zero()),
        by(2, 10, MINUTE),
        by(3, 10, MINUTE + SECOND),
        by(4, 10, MINUTE - MOMENT),
        by(5, 10, TimeDelta::zero()),
    ];
    scene.record(&events.concat()).await.expect("recorded");
    let told = look(&*harness.service(), &as_of(scene.now)).await;
    let spoken: Vec<_> = spoken(&told, Rule::DeniedUser)
        .into_iter()
        .map(|(who, _)| who)
        .collect();
    assert_eq!(
        spoken,
        [4, 5].map(|who: u8| Uuid::from_u128(who.into()).to_string())
    );
}

pub(crate) async fn an_account_is_tried_so_often_within_a_time(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let window = MINUTE * 10;
    let to = |who: u8, many: usize, after: TimeDelta, success: Option<TimeDelta>| {
        let stream = |kind| Stream {
            scene: &scene,
            kind,
            who: 0,
        };
        let mut events = stream(EventKind::AuthnLoginFail).and_one(many - 1, after);
        events.extend(success.map(|at| stream(EventKind::AuthnLoginSuccess).at(at, 0)));
        for event in &mut events {
            event.dedup_key = format!("{} {who}", event.dedup_key);
            event.account_hash = Some(address(who));
            event.address_hash = None;
            if event.event == EventKind::AuthnLoginSuccess {
                event.outcome = Outcome::Success;
            }
        }
        events
    };
    let events = [
        to(1, 4, window, None),
        to(2, 5, window + SECOND, None),
        to(3, 5, window, None),
        to(4, 5, window, Some(window * 2)),
        to(5, 5, window, Some(window * 2 + SECOND)),
        to(6, 4, TimeDelta::zero(), Some(SECOND)),
    ];
    scene.record(&events.concat()).await.expect("recorded");
    let told = look(&*harness.service(), &as_of(scene.now)).await;
    let expected = [(3, Severity::Warn), (4, Severity::Critical), (5, Severity::Warn)];
    let expected = expected.map(|(who, severity)| (String::from(address(who)), severity));
    assert_eq!(spoken(&told, Rule::BruteForceAccount), expected);
}

pub(crate) async fn so_many_different_ones_within_a_time(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    for (rule, kind, least, window, base) in [
        (Rule::PasswordSpray, EventKind::AuthnLoginFail, 10, MINUTE * 10, 0),
        (
            Rule::Enumeration,
            EventKind::ResourceEnumeration,
            8,
            MINUTE * 5,
            10,
        ),
        (Rule::Enumeration, EventKind::AuthzFail, 8, MINUTE * 5, 20),
        (
            Rule::Enumeration,
            EventKind::EmptySensitiveRead,
            8,
            MINUTE * 5,
            30,
        ),
    ] {
        let by = |who: u8, many: usize, after: TimeDelta, different: usize| {
            let who = base + who;
            let stream = Stream {
                scene: &scene,
                kind,
                who,
            };
            let mut events = stream.and_one(many - 1, after);
            for (n, event) in events.iter_mut().enumerate() {
                let n = u8::try_from(n % different).expect("small");
                event.account_hash = Some(Pseudonym::from_bytes([100 + n; 16]));
                event.resource = Some(format!("public.of_{n}"));
            }
            events
        };
        let events = vec![
            by(1, least - 1, TimeDelta::zero(), least),
            by(2, least, window + SECOND, least),
            // One of them twice.
            by(3, least, TimeDelta::zero(), least - 1),
            by(4, least, window, least),
            by(5, least, TimeDelta::zero(), least),
        ];
        let told = addresses(harness, &scene, rule, events).await;
        let told: Vec<_> = told
            .into_iter()
            .filter(|who| (base..base + 10).contains(who))
            .collect();
        assert_eq!(told, [base + 4, base + 5], "{rule} {kind}");
    }
}

/// Once is enough, for a day. What was recorded after the instant that is asked about counts by when it happened.
pub(crate) async fn what_is_too_much_once_is_told_for_a_day(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let service = harness.service();
    for (rule, kind) in [
        (Rule::AnonDataExposed, EventKind::AnonDataRead),
        (Rule::ServiceRoleFromBrowser, EventKind::ServiceRoleFromBrowser),
    ] {
        let event = AccessEvent {
            event: kind,
            outcome: Outcome::Success,
            // Who is allowed is told of all the same.
            is_allowed: true,
            ..scene.event(kind.as_str(), TimeDelta::days(1) + MINUTE)
        };
        scene.salt_of(event.occurred_at).await;
        scene
            .record(std::slice::from_ref(&event))
            .await
            .expect("recorded");
        let at = event.occurred_at + TimeDelta::days(1);
        for (at, often) in [
            (at - MOMENT, 1),
            (at, 0),
            (event.occurred_at, 1),
            (event.occurred_at - MOMENT, 0),
        ] {
            let told = look(&*service, &as_of(at)).await;
            let spoken = spoken(&told, rule);
            assert_eq!(spoken.len(), often, "{rule} as of {at}: {spoken:?}");
            assert!(spoken.iter().all(|(_, severity)| *severity == Severity::Critical));
        }
    }
}

/// Who was away longer than a day sees what happened since.
pub(crate) async fn what_came_since_the_last_look_is_seen(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let service = harness.service();
    let event = AccessEvent {
        event: EventKind::AnonDataRead,
        outcome: Outcome::Success,
        ..scene.event("long ago", TimeDelta::days(9))
    };
    scene.salt_of(event.occurred_at).await;
    scene
        .record(std::slice::from_ref(&event))
        .await
        .expect("recorded");
    let at = event.occurred_at + TimeDelta::days(8);
    let looked_at = |ago: TimeDelta| Watch {
        looked: [(Rule::AnonDataExposed, at - ago)].into(),
        ..as_of(at)
    };
    for (ago, often) in [
        (TimeDelta::days(9), 1),
        (TimeDelta::days(7), 0),
        (TimeDelta::zero(), 0),
    ] {
        let told = look(&*service, &looked_at(ago)).await;
        assert_eq!(spoken(&told, Rule::AnonDataExposed).len(), often, "{ago}");
    }
}

pub(crate) async fn a_source_is_silent_after_an_hour(harness: &dyn Harness) {
    let service: Arc<dyn AccessJournal> = harness.service();
    let heartbeat = Heartbeat {
        seen: 1,
        ..Heartbeat::of(Source::Nginx)
    };
    harness
        .recorder()
        .beat(&Caller::Service, &heartbeat)
        .await
        .expect("heard");
    let summary = service.summary(&Caller::Service, SummaryRange::DAY).await;
    let heard_at = summary.expect("numbers").sources[0].heard_at;
    let silent = async |after: TimeDelta, expected: &[Source]| {
        let watch = Watch {
            expected: expected.to_vec(),
            ..as_of(heard_at + after)
        };
        let spoken = spoken(&look(&*service, &watch).await, Rule::JournalSilent);
        spoken.into_iter().map(|(who, _)| who).collect::<Vec<_>>()
    };
    let hour = TimeDelta::hours(1);
    assert!(silent(hour - MOMENT, &[Source::Nginx]).await.is_empty());
    assert_eq!(silent(hour, &[Source::Nginx]).await, ["nginx"]);
    assert!(silent(hour, &[]).await.is_empty(), "nobody expects it");
    assert_eq!(
        silent(TimeDelta::zero(), &[Source::Api]).await,
        ["api"],
        "it was never heard"
    );
}

pub(crate) async fn what_somebody_dealt_with_is_seen_no_more(harness: &dyn Harness) {
    let scene = Scene::new(harness).await;
    let stream = Stream {
        scene: &scene,
        kind: EventKind::AuthnLoginFail,
        who: 1,
    };
    let mut events = stream.and_one(5, TimeDelta::zero());
    events.extend(
        stream
            .and_one(5, MINUTE * 5)
            .into_iter()
            .map(|event| AccessEvent {
                occurred_at: event.occurred_at + MINUTE,
                dedup_key: format!("{} later", event.dedup_key),
                ..event
            }),
    );
    scene.record(&events).await.expect("recorded");
    let service = harness.service();
    let told = async |fixed: Option<TimeDelta>| {
        let fixed = fixed.map(|after| Fixed {
            rule: Rule::BruteForceIp,
            entity_id: String::from(address(1)),
            at: scene.now - MINUTE * 30 + after,
        });
        let watch = Watch {
            fixed: fixed.into_iter().collect(),
            ..as_of(scene.now)
        };
        let told = look(&*service, &watch).await;
        let of = told.found.iter().find(|found| found.rule == Rule::BruteForceIp);
        let payloads = of.expect("a rule").findings.iter();
        let counted = payloads.map(|finding| {
            let fields: serde_json::Value = serde_json::from_str(finding.payload.as_json()).expect("JSON");
            fields["events"].as_u64().expect("a number")
        });
        counted.collect::<Vec<_>>()
    };
    assert_eq!(told(None).await, [12]);
    assert_eq!(told(Some(-MOMENT)).await, [12]);
    // Those of that instant are dealt with; the five and one that came later do not run over together.
    assert_eq!(told(Some(TimeDelta::zero())).await, Vec::<u64>::new());
    assert_eq!(told(Some(MINUTE * 10)).await, Vec::<u64>::new());
}

pub(crate) async fn people_look_at_no_rules(harness: &dyn Harness) {
    let people = harness.people();
    for person in ["amina", "patricia", "somebody"] {
        let caller = Caller::person(person);
        let told = people.detect(&caller, &Watch::default()).await;
        assert!(matches!(told, Err(Error::Forbidden { .. })), "{person}: {told:?}");
    }
    let service = harness.service();
    let told = look(&*service, &Watch::default()).await;
    assert!(!told.is_in_use, "nobody uses it yet");
    assert!(told.found.iter().all(|found| found.findings.is_empty()));
    let scene = Scene::new(harness).await;
    scene.record(&[scene.event("a", MINUTE)]).await.expect("recorded");
    assert!(look(&*service, &Watch::default()).await.is_in_use);
}
