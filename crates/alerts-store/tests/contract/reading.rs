use alerts_store::{AlertFilter, CheckInfo, Error, EventKind, Run, RunStatus, Status};
use chrono::TimeDelta;
use integrity_core::{Caller, Outcome, Severity, Text};
use serde_json::json;

use super::{
    Harness,
    scene::{CODE, Scene, failed, tank},
};

pub(crate) fn check(code: &str) -> CheckInfo {
    CheckInfo {
        code: code.parse().expect("a code"),
        pack: "depot".to_owned(),
        severity: Severity::Warn,
        title: Text {
            fr: Some("Stock négatif".to_owned()),
            en: None,
        },
        time_zone: chrono_tz::Tz::Africa__Kinshasa,
        every_seconds: 300,
        enabled: true,
        proved: false,
    }
}

pub(crate) async fn strangers_are_told_so(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Warn).await;
    let (people, stranger) = (harness.people(), Caller::person("etranger"));
    let answers = [
        people.list(&stranger, &AlertFilter::all()).await.err(),
        people.find(&stranger, alert.id).await.err(),
        people.events(&stranger, alert.id).await.err(),
        people.summary(&stranger, "main").await.err(),
        people.checks(&stranger, "main").await.err(),
        people.check_states(&stranger, "main").await.err(),
        people.last_seen(&stranger, "main").await.err(),
        people.times(&stranger, "main", Some(CODE.to_owned())).await.err(),
        people
            .trend(&stranger, "main", 30, chrono_tz::Tz::UTC)
            .await
            .err(),
        people.runs(&stranger, "main", None, 1).await.err(),
        people.outcomes(&stranger, "main", CODE, 1).await.err(),
        people.verify(&stranger).await.err(),
        people.verify(&Caller::person("amina")).await.err(),
        people.verify(&Caller::person("patricia")).await.err(),
    ];
    for answer in answers {
        assert!(
            matches!(answer, Some(Error::Forbidden { .. })),
            "an empty answer would look like health: {answer:?}"
        );
    }
    let reader = Caller::person("patricia");
    assert_eq!(
        people
            .list(&reader, &AlertFilter::all())
            .await
            .expect("a pca reads")
            .alerts
            .len(),
        1
    );
    assert_eq!(
        people.get(&reader, alert.id).await.expect("a pca reads").id,
        alert.id
    );
}

pub(crate) async fn a_list_is_ordered_and_filtered(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let mut cleared = tank("ZZ", Severity::Critical, 1);
    cleared.scope = None;
    scene.sees(Outcome::Complete, vec![cleared]).await;
    scene
        .sees(Outcome::Complete, vec![tank("T3", Severity::Warn, 1)])
        .await;
    let later = vec![
        tank("T1", Severity::Info, 1),
        tank("T2", Severity::Critical, 1),
        tank("T3", Severity::Warn, 1),
    ];
    scene
        .sees(
            Outcome::Complete,
            [later, vec![tank("T4", Severity::Warn, 1)]].concat(),
        )
        .await;
    let live = AlertFilter::default;
    let all = AlertFilter::all;
    let cases: [(AlertFilter, &[&str]); 10] = [
        (live(), &["T2", "T3", "T4", "T1"]),
        (all(), &["ZZ", "T2", "T3", "T4", "T1"]),
        (
            AlertFilter {
                statuses: vec![Status::Resolved],
                ..live()
            },
            &["ZZ"],
        ),
        (
            AlertFilter {
                severities: vec![Severity::Warn, Severity::Info],
                ..live()
            },
            &["T3", "T4", "T1"],
        ),
        (
            AlertFilter {
                text: Some("CITERNE « t4".to_owned()),
                ..live()
            },
            &["T4"],
        ),
        (
            AlertFilter {
                text: Some("%".to_owned()),
                ..live()
            },
            &[],
        ),
        (
            AlertFilter {
                scope: Some("depot-1".to_owned()),
                limit: 2,
                ..all()
            },
            &["T2", "T3"],
        ),
        (
            AlertFilter {
                check_code: Some("OTHER".to_owned()),
                ..live()
            },
            &[],
        ),
        (
            AlertFilter {
                entity_type: Some("CITERNE".to_owned()),
                limit: 1,
                ..live()
            },
            &["T2"],
        ),
        (
            AlertFilter {
                overdue: true,
                ..live()
            },
            &[],
        ),
    ];
    for (filter, expected) in cases {
        let list = harness
            .service()
            .list(&Caller::Service, &filter)
            .await
            .expect("a list");
        let names: Vec<&str> = list.alerts.iter().map(|alert| alert.entity_id.as_str()).collect();
        assert_eq!(names, expected, "{filter:?}");
    }
}

pub(crate) async fn a_due_date_that_passed_is_recorded_once(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let service = harness.service();
    scene
        .sees(
            Outcome::Complete,
            vec![tank("T1", Severity::Critical, 1), tank("T2", Severity::Warn, 1)],
        )
        .await;
    let (critical, warn) = (scene.alert("T1").await, scene.alert("T2").await);
    scene.ack(&critical, "didier").await;
    scene.ack(&warn, "didier").await;
    assert_eq!(
        service
            .record_dates(&Caller::Service)
            .await
            .expect("recorded")
            .breached,
        0
    );
    harness.pass(TimeDelta::days(3)).await;
    assert_eq!(
        service
            .record_dates(&Caller::Service)
            .await
            .expect("recorded")
            .breached,
        1,
        "an ack stops a WARN's clock only"
    );
    assert_eq!(
        service
            .record_dates(&Caller::Service)
            .await
            .expect("recorded")
            .breached,
        0
    );
    assert_eq!(scene.kinds(&critical).await.last(), Some(&EventKind::Breached));
    assert!(scene.alert("T1").await.breached_at.is_some());
    let overdue = AlertFilter {
        overdue: true,
        ..AlertFilter::default()
    };
    assert_eq!(
        service
            .list(&Caller::Service, &overdue)
            .await
            .expect("a list")
            .alerts
            .len(),
        1
    );
    let refused = harness.people().record_dates(&Caller::person("amina")).await;
    assert!(matches!(refused, Err(Error::Forbidden { .. })), "{refused:?}");
}

pub(crate) async fn the_summary_counts(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let service = harness.service();
    let checks = [
        check(CODE),
        check("OTHER_CHECK"),
        CheckInfo {
            enabled: false,
            ..check("DISABLED")
        },
    ];
    service
        .register_checks(&Caller::Service, "main", &checks)
        .await
        .expect("registered");
    let summary = service.summary(&Caller::Service, "main").await.expect("numbers");
    assert_eq!(
        (
            summary.coverage.enabled,
            summary.coverage.fresh,
            summary.complete_at
        ),
        (2, 0, None)
    );

    let findings = vec![
        tank("T1", Severity::Critical, 1),
        tank("T2", Severity::Warn, 1),
        tank("T3", Severity::Warn, 1),
    ];
    scene.sees(Outcome::Complete, findings).await;
    let acked = scene.alert("T2").await;
    scene.ack(&acked, "didier").await;
    let summary = service.summary(&Caller::Service, "main").await.expect("numbers");
    let live: Vec<_> = summary
        .live
        .iter()
        .map(|count| (count.severity, count.status, count.count))
        .collect();
    assert_eq!(
        live,
        [
            (Severity::Critical, Status::Open, 1),
            (Severity::Warn, Status::Open, 1),
            (Severity::Warn, Status::Ack, 1)
        ]
    );
    let coverage = summary.coverage;
    assert_eq!(
        (
            coverage.fresh,
            coverage.proved,
            coverage.covered,
            coverage.healthy
        ),
        (1, 0, 0, 0)
    );
    assert_eq!(summary.complete_at, None, "one check was never evaluated");
    assert_eq!(summary.unproved, ["OTHER_CHECK", CODE]);

    scene.sees(failed(), Vec::new()).await;
    let summary = service.summary(&Caller::Service, "main").await.expect("numbers");
    assert_eq!(summary.failing, [CODE]);

    let run = Run {
        database: "main".to_owned(),
        started_at: harness.now().await,
        status: RunStatus::Partial,
        outcomes: json!({ CODE: "Failed" }),
        parameters: json!({}),
    };
    service
        .record_run(&Caller::Service, &run)
        .await
        .expect("recorded");
}

/// What anybody may be told says the same as what members read; and a person asks for the summary.
pub(crate) async fn the_vitals_are_the_numbers_of_the_summary(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let service = harness.service();
    let agree = async |what: &str| {
        let summary = service.summary(&Caller::Service, "main").await.expect("numbers");
        let vitals = service.vitals(&Caller::Service, "main").await.expect("numbers");
        let criticals = summary
            .live
            .iter()
            .filter(|count| count.severity == Severity::Critical);
        assert_eq!(
            (
                vitals.enabled,
                vitals.covered,
                vitals.failing,
                vitals.suspect,
                vitals.critical,
                vitals.silent
            ),
            (
                summary.coverage.enabled,
                summary.coverage.covered,
                summary.failing.len() as u64,
                summary.suspect.len() as u64,
                criticals.map(|count| count.count).sum::<u64>(),
                summary.heartbeat.silent,
            ),
            "{what}"
        );
        assert_eq!(
            vitals.silent_after_seconds, summary.heartbeat.silent_after_seconds,
            "{what}"
        );
        vitals
    };
    assert!(agree("nobody looks").await.silent);
    let checks = [
        CheckInfo {
            proved: true,
            ..check(CODE)
        },
        check("OTHER_CHECK"),
    ];
    let registered = service.register_checks(&Caller::Service, "main", &checks).await;
    registered.expect("registered");
    agree("never evaluated").await;
    let findings = vec![tank("T1", Severity::Critical, 1), tank("T2", Severity::Warn, 1)];
    scene.sees(Outcome::Complete, findings).await;
    let seen = agree("evaluated").await;
    assert_eq!((seen.enabled, seen.covered, seen.critical), (2, 1, 1));
    scene.sees(failed(), Vec::new()).await;
    assert_eq!(agree("failed").await.failing, 1);
    let elsewhere = service
        .vitals(&Caller::Service, "elsewhere")
        .await
        .expect("numbers");
    assert_eq!(
        (elsewhere.enabled, elsewhere.critical, elsewhere.silent),
        (0, 0, true)
    );
    let person = service.vitals(&Caller::person("amina"), "main").await;
    assert!(matches!(person, Err(Error::Forbidden { .. })), "{person:?}");
}

pub(crate) async fn a_check_of_another_pack_is_frozen(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let service = harness.service();
    service
        .register_checks(&Caller::Service, "main", &[check(CODE)])
        .await
        .expect("registered");
    let alert = scene.sees_one(Severity::Warn).await;
    service
        .register_checks(&Caller::Service, "main", &[check("OTHER_CHECK")])
        .await
        .expect("registered");
    let summary = service.summary(&Caller::Service, "main").await.expect("numbers");
    assert_eq!(
        summary.unproved,
        ["OTHER_CHECK"],
        "only checks of chosen packs are enabled"
    );
    assert_eq!(scene.alert("T1").await, alert, "the alert is kept as it was");
    assert_eq!(summary.live.len(), 1, "and counted");
    assert_eq!(summary.frozen, [CODE], "and nobody is told that all is well");
    scene.ack(&alert, "didier").await;
    scene.resolve(&alert, "didier").await;
    let summary = service.summary(&Caller::Service, "main").await.expect("numbers");
    assert_eq!(summary.frozen, Vec::<String>::new());
}

pub(crate) async fn events_tell_the_whole_life(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Warn).await;
    scene.ack(&alert, "didier").await;
    scene.resolve(&alert, "amina").await;
    let events = harness
        .people()
        .events(&Caller::person("patricia"), alert.id)
        .await
        .expect("events");
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.seq, event.kind, event.actor.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (1, EventKind::Opened, None),
            (2, EventKind::Acknowledged, Some("didier")),
            (3, EventKind::Resolved, Some("amina"))
        ]
    );
    assert_eq!(events[2].comment(), Some("réparé"));
    assert_eq!(events[2].diff["verb"], "resolve");
    assert_eq!(events[2].diff["set"]["status"], "RESOLVED");
    assert_eq!(events[0].diff["set"]["payload"]["stock"], 1.5);
    scene.verifies().await;
}

pub(crate) async fn defect_02_silence_is_not_health(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let service = harness.service();
    service
        .register_checks(&Caller::Service, "main", &[check(CODE)])
        .await
        .expect("registered");
    let numbers = async || service.summary(&Caller::Service, "main").await.expect("numbers");
    let never = numbers().await;
    assert_eq!(
        (never.complete_at, never.coverage.fresh, never.coverage.healthy),
        (None, 0, 0)
    );
    scene.sees_nothing().await;
    let fresh = numbers().await;
    assert!(fresh.complete_at.is_some());
    assert_eq!((fresh.coverage.fresh, fresh.coverage.healthy), (1, 1));
    harness.pass(TimeDelta::hours(1)).await;
    let silent = numbers().await;
    assert_eq!(
        (silent.coverage.fresh, silent.coverage.healthy),
        (0, 0),
        "nobody has looked for an hour"
    );
    let last = silent.complete_at.expect("it was evaluated once");
    assert!(silent.at - last >= TimeDelta::hours(1), "and it says since when");
}

pub(crate) async fn a_failing_check_is_not_healthy(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let service = harness.service();
    service
        .register_checks(&Caller::Service, "main", &[check(CODE)])
        .await
        .expect("registered");
    scene.sees_nothing().await;
    scene.sees(failed(), Vec::new()).await;
    let coverage = service
        .summary(&Caller::Service, "main")
        .await
        .expect("numbers")
        .coverage;
    assert_eq!(
        (coverage.fresh, coverage.healthy),
        (1, 0),
        "still fresh, but the last look failed"
    );
}

pub(crate) async fn an_alert_about_a_check_is_as_recent_as_the_last_look(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.severity = Severity::Critical;
    scene.sees(failed(), Vec::new()).await;
    let at = harness.now().await;
    scene.saw(at, failed(), Vec::new()).await;
    let alert = scene.alert(CODE).await;
    assert_eq!((alert.last_detected_at, alert.version), (at, 1));
}
