use alerts_store::AlertStore as _;
use chrono::TimeDelta;
use release_info::ledger::EventKind::{Deployed, DrillPassed, Failed, Started, VerifyFailed, VerifyPassed};

use super::{
    super::scene::{A, B, Scene},
    *,
};

/// What is found in the scene's ledger, as of now: the things, by rule; `None` where the rule is not looked at.
async fn found(scene: &Scene) -> [Option<Vec<String>>; 2] {
    let rules = rules(scene);
    let evaluations = rules.evaluations(scene.now()).await;
    [UNVERIFIED, DRILL_OVERDUE].map(|rule| {
        let evaluation = evaluations.iter().find(|told| told.code.as_str() == rule)?;
        assert_eq!(evaluation.outcome, Outcome::Complete);
        assert_eq!(evaluation.snapshot_at, scene.now(), "the ledger's clock");
        let things = evaluation.findings.iter().map(|found| found.entity_id.clone());
        Some(things.collect())
    })
}

fn rules(scene: &Scene) -> ReleaseRules {
    ReleaseRules {
        ledger: scene.ledger.clone(),
        database: "main".to_owned(),
        unverified_after: Duration::from_mins(30),
        drill_every: Duration::from_hours(90 * 24),
    }
}

/// A rule is looked at, and finds nothing.
const NOTHING: Option<Vec<String>> = Some(Vec::new());

#[tokio::test]
async fn a_ledger_that_nobody_uses_has_no_rules() {
    let scene = Scene::new();
    assert_eq!(found(&scene).await, [None, None]);
    let chosen = Chosen::new(&Config::default(), &[], &[]).expect("the default pack");
    assert!(rules(&scene).checks(&chosen).await.is_empty());
    scene.records(A, &[Started]).await;
    let checks = rules(&scene).checks(&chosen).await;
    assert_eq!(checks.len(), 2);
    let shortest = chosen.known.iter().map(|check| check.every_seconds).min();
    assert!(checks.iter().all(|check| Some(check.every_seconds) == shortest));
    assert_eq!(found(&scene).await, [NOTHING, NOTHING], "nothing is live yet");
}

#[tokio::test]
async fn what_is_live_and_unproved_for_half_an_hour_is_found_until_it_is_verified() {
    let scene = Scene::new();
    scene.records(A, &[Started, Deployed, DrillPassed]).await;
    let [unverified, _] = found(&scene).await;
    assert_eq!(unverified, NOTHING);
    scene.pass(30);
    let [unverified, drills] = found(&scene).await;
    assert_eq!(unverified, Some(vec![format!("production web {A}")]));
    assert_eq!(drills, NOTHING, "it was rehearsed");
    scene.records(A, &[VerifyFailed]).await;
    assert_eq!(found(&scene).await[0], unverified, "refuted is not proved");
    scene.records(A, &[VerifyPassed]).await;
    assert_eq!(found(&scene).await[0], NOTHING);
    // What replaced it has its own half hour.
    scene.records(B, &[Started, Deployed]).await;
    assert_eq!(found(&scene).await[0], NOTHING);
}

#[tokio::test]
async fn a_deployment_that_was_left_open_is_found_until_somebody_says_how_it_ended() {
    let scene = Scene::new();
    scene
        .records(A, &[Started, Deployed, VerifyPassed, DrillPassed])
        .await;
    scene.records(B, &[Started]).await;
    assert_eq!(found(&scene).await[0], NOTHING);
    scene.pass(30);
    let evaluations = rules(&scene).evaluations(scene.now()).await;
    let finding = &evaluations[0].findings[0];
    assert_eq!(
        finding.message,
        format!(
            "{B} is being deployed at production web for more than 30m, and nobody has said how it ended: record \
             deployed or failed, `vigie release record`"
        )
    );
    assert_eq!(finding.occurred_at, Some(scene.now() - TimeDelta::minutes(30)));
    scene.records(B, &[Failed]).await;
    assert_eq!(found(&scene).await[0], NOTHING);
}

#[tokio::test]
async fn a_place_in_production_without_a_drill_in_ninety_days_is_found() {
    let scene = Scene::new();
    let web = Some(vec!["production web".to_owned()]);
    scene.records(A, &[Started, Deployed, VerifyPassed]).await;
    assert_eq!(found(&scene).await, [NOTHING, web.clone()], "never rehearsed");
    scene.records(A, &[DrillPassed]).await;
    assert_eq!(found(&scene).await[1], NOTHING);
    scene.pass(90 * 24 * 60);
    assert_eq!(found(&scene).await[1], NOTHING, "90 days to the minute");
    scene.pass(1);
    assert_eq!(found(&scene).await[1], web);
}

#[tokio::test]
async fn they_become_alerts_and_clear_as_any_other() {
    let scene = Scene::new();
    scene.records(A, &[Started, Deployed, DrillPassed]).await;
    scene.pass(31);
    let live = async || {
        for evaluation in rules(&scene).evaluations(scene.now()).await {
            scene.applies(&evaluation).await;
        }
        let filter = alerts_store::AlertFilter::default();
        let page = scene
            .alerts
            .list(&Caller::Service, &filter)
            .await
            .expect("a list");
        page.alerts
            .into_iter()
            .map(|alert| alert.check_code)
            .collect::<Vec<_>>()
    };
    assert_eq!(live().await, [UNVERIFIED]);
    scene.records(A, &[VerifyPassed]).await;
    assert!(live().await.is_empty());
}
