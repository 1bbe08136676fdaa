use EventKind::{Acknowledged, Opened, SeverityLowered, SeverityRaised};
use alerts_store::{Applied, CHECK_FAILING, Condition, Error, EventKind, Status};
use chrono::TimeDelta;
use integrity_core::{Caller, Outcome, Severity};

use super::{
    Harness,
    scene::{CODE, Scene, evaluation, failed, tank},
};

pub(crate) async fn a_finding_opens_an_alert(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let at = harness.now().await;
    let applied = scene
        .saw(at, Outcome::Complete, vec![tank("T1", Severity::Warn, 1)])
        .await;
    assert_eq!(
        applied,
        Applied {
            opened: 1,
            ..Applied::nothing(Outcome::Complete)
        }
    );
    let alert = scene.alert("T1").await;
    assert_eq!(
        (alert.status, alert.condition, alert.version),
        (Status::Open, Condition::Present, 1)
    );
    assert_eq!(
        (alert.first_detected_at, alert.due_at),
        (at, Some(at + TimeDelta::hours(48)))
    );
    assert_eq!(alert.message, "T1 : 1 L");
    assert_eq!(
        alert.payload.fields()["stock"].to_string(),
        "1.5",
        "the figures came through"
    );
    scene.verifies().await;
}

pub(crate) async fn an_evaluation_applied_twice_changes_nothing(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let at = harness.now().await;
    let findings = vec![tank("T1", Severity::Warn, 1), tank("T2", Severity::Critical, 2)];
    assert_eq!(scene.saw(at, Outcome::Complete, findings.clone()).await.opened, 2);
    let before = scene.all().await;
    let again = scene.saw(at, Outcome::Complete, findings).await;
    assert_eq!(
        again,
        Applied {
            stale: true,
            ..Applied::nothing(Outcome::Complete)
        }
    );
    assert_eq!(scene.all().await, before);
}

pub(crate) async fn a_present_alert_is_not_written_but_seen(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let before = scene.sees_one(Severity::Warn).await;
    let at = harness.now().await;
    let applied = scene
        .saw(at, Outcome::Complete, vec![tank("T1", Severity::Warn, 1)])
        .await;
    assert_eq!(applied, Applied::nothing(Outcome::Complete));
    let after = scene.alert("T1").await;
    assert_eq!(after.last_detected_at, at, "seen again");
    assert_eq!(
        (after.version, after.updated_at),
        (before.version, before.updated_at),
        "not written again"
    );
}

pub(crate) async fn a_change_is_written_once(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.sees_one(Severity::Warn).await;
    let changed = vec![tank("T1", Severity::Warn, 7)];
    assert_eq!(scene.sees(Outcome::Complete, changed.clone()).await.changed, 1);
    assert_eq!(scene.sees(Outcome::Complete, changed).await.written(), 0);
    let alert = scene.alert("T1").await;
    assert_eq!((alert.message.as_str(), alert.version), ("T1 : 7 L", 2));
    assert_eq!(scene.kinds(&alert).await, [EventKind::Opened, EventKind::Changed]);
}

pub(crate) async fn a_volatile_figure_is_no_change(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.volatile = vec!["age".to_owned(), "stock".to_owned()];
    scene.sees_one(Severity::Warn).await;
    assert_eq!(
        scene
            .sees(Outcome::Complete, vec![tank("T1", Severity::Warn, 7)])
            .await
            .written(),
        0
    );
    scene.terms.volatile.pop();
    assert_eq!(
        scene
            .sees(Outcome::Complete, vec![tank("T1", Severity::Warn, 9)])
            .await
            .changed,
        1
    );
}

pub(crate) async fn defect_03_duplicates_merge_and_info_is_stored(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let twice = [
        tank("T1", Severity::Warn, 1),
        tank("T1", Severity::Critical, 2),
        tank("T1", Severity::Critical, 3),
    ];
    let applied = scene
        .sees(
            Outcome::Complete,
            [&twice[..], &[tank("T2", Severity::Info, 1)]].concat(),
        )
        .await;
    assert_eq!(applied.opened, 2);
    let merged = scene.alert("T1").await;
    assert_eq!(
        (merged.severity, merged.message.as_str()),
        (Severity::Critical, "T1 : 2 L"),
        "the worst, the smallest"
    );
    let info = scene.alert("T2").await;
    assert_eq!((info.severity, info.due_at), (Severity::Info, None));
}

pub(crate) async fn a_failing_check_changes_no_other(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.sees_one(Severity::Warn).await;
    let other = evaluation(
        "OTHER_CHECK",
        harness.now().await,
        Outcome::Complete,
        vec![tank("T9", Severity::Warn, 9)],
    );
    harness
        .service()
        .apply(&Caller::Service, &other)
        .await
        .expect("applied");
    let before = scene.all().await;
    let applied = scene.sees(failed(), Vec::new()).await;
    assert_eq!(
        applied,
        Applied {
            kept: 1,
            ..Applied::nothing(failed())
        }
    );
    assert_eq!(scene.all().await, before);
    let states = harness
        .service()
        .check_states(&Caller::Service, "main")
        .await
        .expect("states");
    let state = states
        .iter()
        .find(|state| state.code.as_str() == CODE)
        .expect("a state");
    assert_eq!((state.outcome.as_str(), state.failures), ("Failed", 1));
    assert!(state.reason.contains("division by zero"), "{}", state.reason);
}

pub(crate) async fn a_check_that_fails_too_often_becomes_an_alert(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    for _ in 0..2 {
        scene.sees(failed(), Vec::new()).await;
    }
    assert_eq!(scene.all().await, [], "twice is not yet an alert");
    for _ in 0..3 {
        scene.sees(failed(), Vec::new()).await;
    }
    let alert = scene.alert(CODE).await;
    assert_eq!(
        (alert.check_code.as_str(), alert.entity_type.as_str()),
        (CHECK_FAILING, "CHECK")
    );
    assert_eq!(
        (alert.severity, alert.status, alert.version),
        (Severity::Warn, Status::Open, 1)
    );
    scene.sees_nothing().await;
    assert_eq!(
        scene.alert(CODE).await.status,
        Status::Resolved,
        "one look that works is enough"
    );
    assert_eq!(scene.kinds(&alert).await, [EventKind::Opened, EventKind::Cleared]);
    scene.verifies().await;
}

pub(crate) async fn a_critical_check_that_fails_once_becomes_an_alert(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.severity = Severity::Critical;
    scene.sees(failed(), Vec::new()).await;
    let alert = scene.alert(CODE).await;
    assert_eq!(
        (alert.check_code.as_str(), alert.severity),
        (CHECK_FAILING, Severity::Critical)
    );
}

pub(crate) async fn a_snapshot_from_the_future_is_refused(harness: &dyn Harness) {
    let future = evaluation(
        CODE,
        harness.now().await + TimeDelta::hours(1),
        Outcome::Complete,
        Vec::new(),
    );
    let error = harness
        .service()
        .apply(&Caller::Service, &future)
        .await
        .expect_err("refused");
    assert!(
        matches!(&error, Error::Invalid { field, .. } if field == "snapshot_at"),
        "{error:?}"
    );
    assert_eq!(
        harness
            .service()
            .check_states(&Caller::Service, "main")
            .await
            .expect("states"),
        []
    );
}

pub(crate) async fn a_meta_code_is_refused(harness: &dyn Harness) {
    let forged = evaluation(CHECK_FAILING, harness.now().await, Outcome::Complete, Vec::new());
    let error = harness
        .service()
        .apply(&Caller::Service, &forged)
        .await
        .expect_err("refused");
    assert!(
        matches!(&error, Error::Invalid { field, .. } if field == "code"),
        "{error:?}"
    );
}

pub(crate) async fn a_skipped_check_is_no_news(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    assert_eq!(
        scene.sees(Outcome::Skipped, Vec::new()).await,
        Applied::nothing(Outcome::Skipped)
    );
    assert_eq!(
        harness
            .service()
            .check_states(&Caller::Service, "main")
            .await
            .expect("states"),
        []
    );
}

pub(crate) async fn only_the_service_applies(harness: &dyn Harness) {
    let evaluation = evaluation(
        CODE,
        harness.now().await,
        Outcome::Complete,
        vec![tank("T1", Severity::Warn, 1)],
    );
    for who in ["amina", "etranger"] {
        let error = harness
            .people()
            .apply(&Caller::person(who), &evaluation)
            .await
            .expect_err("refused");
        assert!(matches!(error, Error::Forbidden { .. }), "{who}: {error:?}");
    }
    assert_eq!(Scene::new(harness).all().await, []);
}

pub(crate) async fn a_severity_that_rises_voids_the_ack(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Warn).await;
    scene.ack(&alert, "didier").await;
    scene
        .sees(Outcome::Complete, vec![tank("T1", Severity::Critical, 1)])
        .await;
    let worse = scene.alert("T1").await;
    assert_eq!(
        (worse.status, worse.acknowledged_by.as_deref()),
        (Status::Open, None),
        "the ack was given for less"
    );
    assert!(worse.due_at < alert.due_at, "a CRITICAL is due sooner");
    scene.ack(&alert, "didier").await;
    scene
        .sees(Outcome::Complete, vec![tank("T1", Severity::Warn, 1)])
        .await;
    let better = scene.alert("T1").await;
    assert_eq!(
        (better.status, better.due_at),
        (Status::Ack, worse.due_at),
        "ack and due date stay"
    );
    assert_eq!(
        scene.kinds(&alert).await,
        [
            Opened,
            Acknowledged,
            SeverityRaised,
            Acknowledged,
            SeverityLowered
        ]
    );
}

pub(crate) async fn a_raised_severity_is_not_overdue_at_birth(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Warn).await;
    scene.ack(&alert, "didier").await;
    harness.pass(TimeDelta::days(3)).await;
    scene
        .sees(Outcome::Complete, vec![tank("T1", Severity::Critical, 1)])
        .await;
    let worse = scene.alert("T1").await;
    assert!(
        worse.due_at > Some(harness.now().await),
        "the ack had stopped the clock: {:?}",
        worse.due_at
    );
}

pub(crate) async fn what_cannot_be_stored_is_refused(harness: &dyn Harness) {
    let cases: [fn(&mut integrity_core::Finding); 5] = [
        |finding| finding.entity_id = "x".repeat(1001),
        |finding| finding.entity_id = String::new(),
        |finding| finding.entity_type = "x".repeat(64),
        |finding| "a\0b".clone_into(&mut finding.message),
        |finding| {
            finding.payload = integrity_core::Payload::from_json(r#"{"a": "\u0000"}"#).expect("an object");
        },
    ];
    for spoil in cases {
        let mut finding = tank("T1", Severity::Warn, 1);
        spoil(&mut finding);
        let bad = evaluation(CODE, harness.now().await, Outcome::Complete, vec![finding]);
        let error = harness
            .service()
            .apply(&Caller::Service, &bad)
            .await
            .expect_err("refused");
        assert!(
            matches!(&error, Error::Invalid { field, .. } if field == "findings"),
            "{error:?}"
        );
    }
    assert_eq!(Scene::new(harness).all().await, []);
}

pub(crate) async fn a_snapshot_is_an_instant_in_microseconds(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let at = harness.now().await + TimeDelta::nanoseconds(400);
    scene
        .saw(at, Outcome::Complete, vec![tank("T1", Severity::Warn, 1)])
        .await;
    assert!(
        scene.saw(at, Outcome::Complete, Vec::new()).await.stale,
        "the same evaluation again"
    );
}

pub(crate) async fn a_clock_set_back_is_an_error(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.sees_one(Severity::Warn).await;
    harness.pass(TimeDelta::days(-3)).await;
    let seen = evaluation(CODE, harness.now().await, Outcome::Complete, Vec::new());
    let error = harness
        .service()
        .apply(&Caller::Service, &seen)
        .await
        .expect_err("refused");
    assert!(
        matches!(&error, Error::Invalid { field, .. } if field == "seen_at"),
        "{error:?}"
    );
}
