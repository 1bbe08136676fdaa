use alerts_store::{AlertFilter, Applied, CHECK_SUSPECT, Condition, EventKind, Resolution, Status};
use chrono::TimeDelta;
use integrity_core::{Caller, Clearing, Outcome, Severity};

use super::{
    Harness,
    scene::{CODE, Scene, emptied, failed, guarded, tank, tanks},
};

pub(crate) async fn a_gone_finding_clears_after_two(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.sees_one(Severity::Warn).await;
    let missing = scene.sees_nothing().await;
    assert_eq!(
        missing,
        Applied {
            changed: 1,
            ..Applied::nothing(Outcome::Complete)
        }
    );
    let alert = scene.alert("T1").await;
    assert_eq!(
        (alert.status, alert.condition, alert.missing_count),
        (Status::Open, Condition::Missing, 1)
    );
    let cleared = scene.sees_nothing().await;
    assert_eq!(
        cleared,
        Applied {
            cleared: 1,
            ..Applied::nothing(Outcome::Complete)
        }
    );
    let alert = scene.alert("T1").await;
    assert_eq!(
        (alert.status, alert.resolution),
        (Status::Resolved, Some(Resolution::Cleared))
    );
    assert_eq!(
        (alert.condition, alert.resolved_by.as_deref()),
        (Condition::Absent, None)
    );
    assert_eq!(scene.sees_nothing().await.written(), 0);
    scene.verifies().await;
}

pub(crate) async fn a_finding_that_returns_in_time_never_left(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Warn).await;
    scene.ack(&alert, "didier").await;
    scene.sees_nothing().await;
    scene.sees_one(Severity::Warn).await;
    scene.sees_nothing().await;
    let after = scene.alert("T1").await;
    assert_eq!(
        (after.status, after.missing_count),
        (Status::Ack, 1),
        "counted from the start again"
    );
}

pub(crate) async fn defect_04_only_a_complete_evaluation_clears(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    let alert = scene.sees_one(Severity::Critical).await;
    scene.ack(&alert, "amina").await;
    for outcome in [failed(), guarded(), Outcome::Truncated, failed()] {
        let applied = scene.sees(outcome, Vec::new()).await;
        assert_eq!((applied.kept, applied.cleared), (1, 0), "{:?}", applied.outcome);
        let alert = scene.alert("T1").await;
        assert_eq!((alert.status, alert.condition), (Status::Ack, Condition::Present));
    }
    assert_eq!(scene.sees_nothing().await.cleared, 1);
}

pub(crate) async fn defect_04_a_mass_clear_is_not_believed_at_once(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    scene.sees(Outcome::Complete, tanks(6)).await;
    let first = scene.sees(Outcome::Complete, tanks(1)).await;
    assert_eq!(
        first,
        Applied {
            kept: 5,
            about_check: 1,
            ..Applied::nothing(emptied())
        }
    );
    let meta = scene.alert(CODE).await;
    assert_eq!(
        (meta.check_code.as_str(), meta.status),
        (CHECK_SUSPECT, Status::Open)
    );
    let second = scene.sees(Outcome::Complete, tanks(1)).await;
    assert_eq!(
        (second.cleared, second.outcome),
        (5, Outcome::Complete),
        "shown again with the guard true"
    );
    assert_eq!(scene.alert(CODE).await.status, Status::Resolved);
    scene.verifies().await;
}

pub(crate) async fn a_false_guard_is_never_believed(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    scene.sees(Outcome::Complete, tanks(6)).await;
    for _ in 0..4 {
        assert_eq!(scene.sees(guarded(), Vec::new()).await.kept, 6);
    }
    assert_eq!(
        scene
            .sees(guarded(), vec![tank("T9", Severity::Warn, 1)])
            .await
            .opened,
        1,
        "what is found counts"
    );
}

pub(crate) async fn a_fix_is_verified(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Critical).await;
    let fixed = scene.resolve(&alert, "didier").await;
    assert_eq!(
        (fixed.status, fixed.resolution),
        (Status::Resolved, Some(Resolution::Fixed))
    );
    assert_eq!((fixed.verified_at, fixed.condition), (None, Condition::Present));
    let unconfirmed = AlertFilter {
        unconfirmed: true,
        ..AlertFilter::all()
    };
    let unconfirmed = async || {
        let page = harness.service().list(&Caller::Service, &unconfirmed).await;
        page.expect("a list").alerts.len()
    };
    assert_eq!(unconfirmed().await, 1);
    scene.sees(failed(), Vec::new()).await;
    assert_eq!(
        scene.alert("T1").await.verified_at,
        None,
        "a failed evaluation verifies nothing"
    );
    scene.sees_nothing().await;
    let verified = scene.alert("T1").await;
    assert!(verified.verified_at.is_some());
    assert_eq!(unconfirmed().await, 0);
    let resolved_at = verified.resolved_at.expect("resolved");
    for (since, expected) in [(resolved_at, 1), (resolved_at + TimeDelta::microseconds(1), 0)] {
        let resolved = AlertFilter {
            resolved_since: Some(since),
            ..AlertFilter::all()
        };
        let page = harness.service().list(&Caller::Service, &resolved).await;
        assert_eq!(
            page.expect("a list").alerts.len(),
            expected,
            "resolved since {since}"
        );
    }
    assert_eq!(verified.resolved_by.as_deref(), Some("didier"));
    assert_eq!(
        scene.kinds(&alert).await,
        [EventKind::Opened, EventKind::Resolved, EventKind::Verified]
    );
}

pub(crate) async fn defect_05_a_fix_is_refuted_not_undone(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Critical).await;
    scene.ack(&alert, "didier").await;
    scene.resolve(&alert, "didier").await;
    let applied = scene
        .sees(Outcome::Truncated, vec![tank("T1", Severity::Critical, 1)])
        .await;
    assert_eq!(
        applied,
        Applied {
            refuted: 1,
            ..Applied::nothing(Outcome::Truncated)
        }
    );
    let refuted = scene.alert("T1").await;
    assert_eq!(
        (refuted.status, refuted.resolution, refuted.reopen_count),
        (Status::Open, None, 0)
    );
    assert_eq!(refuted.due_at, alert.due_at, "the due date is kept");
    let kinds = scene.kinds(&alert).await;
    assert_eq!(
        kinds,
        [
            EventKind::Opened,
            EventKind::Acknowledged,
            EventKind::Resolved,
            EventKind::Refuted
        ]
    );
}

pub(crate) async fn a_fix_of_an_absent_alert_is_verified_at_once(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.clearing = Clearing::Manual;
    scene.terms.resolve_after = 1;
    let alert = scene.sees_one(Severity::Warn).await;
    scene.sees_nothing().await;
    assert_eq!(scene.alert("T1").await.condition, Condition::Absent);
    let fixed = scene.resolve(&alert, "didier").await;
    assert!(fixed.verified_at.is_some());
}

pub(crate) async fn a_critical_waits_for_a_person_where_the_check_says_so(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.clearing = Clearing::ManualWhenCritical;
    scene
        .sees(
            Outcome::Complete,
            vec![tank("T1", Severity::Critical, 1), tank("T2", Severity::Warn, 1)],
        )
        .await;
    for _ in 0..3 {
        scene.sees_nothing().await;
    }
    let critical = scene.alert("T1").await;
    assert_eq!(
        (critical.status, critical.condition),
        (Status::Open, Condition::Absent)
    );
    assert_eq!(scene.alert("T2").await.status, Status::Resolved);
    assert_eq!(
        scene.kinds(&critical).await,
        [EventKind::Opened, EventKind::Missing, EventKind::Absent]
    );
}

pub(crate) async fn an_alert_that_comes_back_is_the_same_alert(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    let alert = scene.sees_one(Severity::Warn).await;
    scene.ack(&alert, "didier").await;
    scene.sees_nothing().await;
    let back = scene.sees_one(Severity::Warn).await;
    assert_eq!(
        (back.id, back.status, back.reopen_count),
        (alert.id, Status::Open, 1)
    );
    assert_eq!((back.acknowledged_by.as_deref(), back.resolved_at), (None, None));
    assert_eq!(back.due_at, alert.due_at, "within a day it is the same incident");
    assert_eq!(back.first_detected_at, alert.first_detected_at);
}

pub(crate) async fn an_alert_that_comes_back_late_has_a_new_due_date(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    scene.sees_one(Severity::Warn).await;
    scene.sees_nothing().await;
    harness.pass(TimeDelta::hours(25)).await;
    let back = scene.sees_one(Severity::Warn).await;
    assert_eq!(back.due_at, Some(back.opened_at + TimeDelta::hours(48)));
}

pub(crate) async fn an_old_snapshot_undoes_no_act(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    let alert = scene.sees_one(Severity::Warn).await;
    let seen_before_resolving = harness.now().await;
    scene.resolve(&alert, "didier").await;
    let applied = scene
        .saw(
            seen_before_resolving,
            Outcome::Complete,
            vec![tank("T1", Severity::Warn, 5)],
        )
        .await;
    assert_eq!(applied.written(), 0);
    assert_eq!(
        scene.alert("T1").await.resolution,
        Some(Resolution::Fixed),
        "not refuted by what was seen before"
    );
    scene
        .sees(Outcome::Complete, vec![tank("T1", Severity::Warn, 5)])
        .await;
    let seen_before_the_ack = harness.now().await;
    scene.ack(&alert, "didier").await;
    let applied = scene
        .saw(seen_before_the_ack, Outcome::Complete, Vec::new())
        .await;
    assert_eq!((applied.cleared, applied.kept), (0, 1));
    assert_eq!(scene.alert("T1").await.status, Status::Ack);
}

pub(crate) async fn an_old_snapshot_changes_nothing(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let (old, new) = (harness.now().await, harness.now().await);
    scene
        .saw(new, Outcome::Complete, vec![tank("T1", Severity::Warn, 1)])
        .await;
    let late = scene
        .saw(old, Outcome::Complete, vec![tank("T2", Severity::Warn, 1)])
        .await;
    assert_eq!(
        late,
        Applied {
            stale: true,
            ..Applied::nothing(Outcome::Complete)
        }
    );
    assert_eq!(scene.all().await.len(), 1);
}

pub(crate) async fn a_mass_clear_that_was_disproved_is_not_believed(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    scene.sees(Outcome::Complete, tanks(6)).await;
    assert_eq!(scene.sees_nothing().await.outcome, emptied());
    assert_eq!(
        scene.sees(Outcome::Truncated, tanks(6)).await.written(),
        0,
        "they are all there"
    );
    assert_eq!(
        scene.sees_nothing().await.outcome,
        emptied(),
        "the first showing again"
    );
}

/// What lies in between was not whole: it showed nothing, so what is seen after it is a first showing.
pub(crate) async fn a_mass_clear_is_believed_by_the_very_next_whole_look(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    scene.sees(Outcome::Complete, tanks(6)).await;
    assert_eq!(scene.sees_nothing().await.outcome, emptied());
    for between in [guarded(), failed(), Outcome::Truncated] {
        scene.sees(between.clone(), Vec::new()).await;
        let after = scene.sees_nothing().await;
        assert_eq!((after.outcome, after.kept), (emptied(), 6), "after {between}");
    }
    let shown = scene.sees_nothing().await;
    assert_eq!((shown.outcome, shown.cleared), (Outcome::Complete, 6));
    scene.verifies().await;
}
