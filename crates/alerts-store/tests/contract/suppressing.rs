use EventKind::{Absent, Accepted, Missing, Opened, Returned};
use alerts_store::{Alert, Command, Condition, Error, EventKind, Resolution, Status, Verb};
use chrono::TimeDelta;
use integrity_core::{AcceptRule, Outcome, Severity, Worse};

use super::{
    Harness,
    scene::{Scene, tank},
};

async fn accept(scene: &Scene<'_>, alert: &Alert, who: &str) -> Result<Alert, Error> {
    let until = scene.harness.now().await + TimeDelta::days(9);
    let command = Command::new(alert.id, Verb::Accept)
        .comment("connu, réparation prévue")
        .until(until);
    scene.act(who, &command).await.map(|acted| acted.alert)
}

pub(crate) async fn an_accepted_alert_stays_resolved(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Warn).await;
    let accepted = accept(&scene, &alert, "didier").await.expect("accepted");
    assert_eq!(
        (accepted.resolution, accepted.condition),
        (Some(Resolution::Accepted), Condition::Present)
    );
    scene
        .sees(Outcome::Complete, vec![tank("T1", Severity::Warn, 1)])
        .await;
    scene.sees_nothing().await;
    scene.sees_nothing().await;
    let gone = scene.alert("T1").await;
    assert_eq!(
        (gone.resolution, gone.condition),
        (Some(Resolution::Accepted), Condition::Absent),
        "follows the SQL"
    );
    scene.sees_one(Severity::Warn).await;
    let back = scene.alert("T1").await;
    assert_eq!(
        (back.status, back.condition),
        (Status::Resolved, Condition::Present)
    );
    assert_eq!(
        scene.kinds(&alert).await,
        [Opened, Accepted, Missing, Absent, Returned]
    );
    scene.verifies().await;
}

pub(crate) async fn an_accepted_alert_comes_back_when_it_expires(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Warn).await;
    accept(&scene, &alert, "didier").await.expect("accepted");
    harness.pass(TimeDelta::days(10)).await;
    let applied = scene
        .sees(Outcome::Complete, vec![tank("T1", Severity::Warn, 1)])
        .await;
    assert_eq!(applied.reopened, 1);
    let back = scene.alert("T1").await;
    assert_eq!(
        (back.status, back.resolution, back.accepted_until),
        (Status::Open, None, None)
    );
    assert_eq!(back.due_at, Some(back.opened_at + TimeDelta::hours(48)));
    assert_eq!(scene.kinds(&alert).await.last(), Some(&EventKind::Expired));
}

pub(crate) async fn an_accepted_alert_comes_back_when_it_gets_worse(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.accept = Some(AcceptRule {
        key: "stock".to_owned(),
        worse: Worse::Up,
        tolerance_millipercent: 2000,
    });
    // a key that decides counts even when it is volatile
    scene.terms.volatile = vec!["stock".to_owned()];
    scene
        .sees(Outcome::Complete, vec![tank("T1", Severity::Warn, 100)])
        .await;
    let alert = scene.alert("T1").await;
    accept(&scene, &alert, "didier").await.expect("accepted");
    scene
        .sees(Outcome::Complete, vec![tank("T1", Severity::Warn, 102)])
        .await;
    assert_eq!(
        scene.alert("T1").await.status,
        Status::Resolved,
        "102.50 is within 2 % of 100.50"
    );
    scene
        .sees(Outcome::Complete, vec![tank("T1", Severity::Warn, 103)])
        .await;
    assert_eq!(scene.alert("T1").await.status, Status::Open);
    assert_eq!(scene.kinds(&alert).await.last(), Some(&EventKind::Voided));
}

pub(crate) async fn an_accepted_alert_comes_back_when_its_severity_rises(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Warn).await;
    accept(&scene, &alert, "didier").await.expect("accepted");
    scene
        .sees(Outcome::Complete, vec![tank("T1", Severity::Info, 1)])
        .await;
    scene
        .sees(Outcome::Complete, vec![tank("T1", Severity::Warn, 1)])
        .await;
    assert_eq!(
        scene.alert("T1").await.status,
        Status::Resolved,
        "no worse than what was accepted"
    );
    scene
        .sees(Outcome::Complete, vec![tank("T1", Severity::Critical, 1)])
        .await;
    assert_eq!(scene.alert("T1").await.status, Status::Open);
    assert_eq!(scene.kinds(&alert).await.last(), Some(&EventKind::Voided));
}

pub(crate) async fn an_accepted_alert_that_is_gone_at_its_end_stays_gone(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    let alert = scene.sees_one(Severity::Warn).await;
    accept(&scene, &alert, "didier").await.expect("accepted");
    scene.sees_nothing().await;
    harness.pass(TimeDelta::days(10)).await;
    assert_eq!(scene.sees_nothing().await.written(), 0);
    let after = scene.alert("T1").await;
    assert_eq!(
        (after.status, after.condition),
        (Status::Resolved, Condition::Absent)
    );
}

pub(crate) async fn a_false_positive_has_an_end(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Critical).await;
    let command = Command::new(alert.id, Verb::FalsePositive).comment("jauge en essai");
    let after = scene.act("didier", &command).await.expect("said").alert;
    assert_eq!(after.resolution, Some(Resolution::FalsePositive));
    let days = (after.accepted_until.expect("an end") - after.resolved_at.expect("a time")).num_days();
    assert_eq!(days, 30);
}

pub(crate) async fn a_critical_is_accepted_by_an_admin_only(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Critical).await;
    let error = accept(&scene, &alert, "didier").await.expect_err("refused");
    assert!(matches!(error, Error::Forbidden { .. }), "{error:?}");
    accept(&scene, &alert, "amina").await.expect("an admin may");
}

pub(crate) async fn a_suppression_ends_without_an_evaluation(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Critical).await;
    accept(&scene, &alert, "amina").await.expect("accepted");
    let service = harness.service();
    let caller = integrity_core::Caller::Service;
    assert_eq!(service.record_dates(&caller).await.expect("recorded").expired, 0);
    harness.pass(TimeDelta::days(10)).await;
    assert_eq!(
        service.record_dates(&caller).await.expect("recorded").expired,
        1,
        "the check may never run again"
    );
    let back = scene.alert("T1").await;
    assert_eq!(
        (back.status, back.resolution, back.accepted_until),
        (Status::Open, None, None)
    );
    assert!(back.due_at >= Some(back.opened_at + TimeDelta::hours(4)));
    assert_eq!(scene.kinds(&alert).await.last(), Some(&EventKind::Expired));
    assert_eq!(service.record_dates(&caller).await.expect("recorded").expired, 0);
}

pub(crate) async fn a_figure_that_is_none_any_more_counts_as_worse(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.accept = Some(AcceptRule {
        key: "stock".to_owned(),
        worse: Worse::Up,
        tolerance_millipercent: 0,
    });
    let alert = scene.sees_one(Severity::Warn).await;
    accept(&scene, &alert, "didier").await.expect("accepted");
    let mut odd = tank("T1", Severity::Warn, 1);
    odd.payload = integrity_core::Payload::from_json(r#"{"stock": "NaN"}"#).expect("an object");
    scene.sees(Outcome::Complete, vec![odd]).await;
    assert_eq!(
        scene.alert("T1").await.status,
        Status::Open,
        "nothing shows that it is no worse"
    );
}
