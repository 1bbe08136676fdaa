use alerts_store::{Applied, Command, Error, Verb};
use chrono::TimeDelta;
use integrity_core::{AcceptRule, Caller, Evaluation, Outcome, Severity, Suspicion, Worse};

use super::{
    Harness,
    scene::{CODE, Scene, evaluation, failed, guarded, tank, tanks},
};

/// What is announced now, and then done.
async fn announced_then_done(scene: &Scene<'_>, given: Evaluation) -> Applied {
    let given = Evaluation {
        terms: scene.terms.clone(),
        ..given
    };
    let (service, before) = (scene.harness.service(), scene.everything().await);
    let announced = service
        .preview(&Caller::Service, &given)
        .await
        .expect("announced");
    assert_eq!(scene.everything().await, before, "a preview wrote something");
    let done = service.apply(&Caller::Service, &given).await.expect("applied");
    assert_eq!(announced, done, "what was announced is not what happened");
    done
}

pub(crate) async fn a_preview_announces_what_happens(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    scene.terms.accept = Some(AcceptRule {
        key: "stock".to_owned(),
        worse: Worse::Up,
        tolerance_millipercent: 0,
    });
    let now = async |outcome, findings| evaluation(CODE, harness.now().await, outcome, findings);
    let one = |figure| tank("T0", Severity::Warn, figure);

    let opened = announced_then_done(&scene, now(Outcome::Complete, tanks(9)).await).await;
    assert_eq!(opened.opened, 9);
    let again = announced_then_done(&scene, now(Outcome::Complete, tanks(9)).await).await;
    assert_eq!(again, Applied::nothing(Outcome::Complete));

    // T0 accepted and worse, T1 called fixed and still there, T2 changed, T3 gone, T4 gone but acted upon since.
    let until = harness.now().await + TimeDelta::days(9);
    let accept = Command::new(scene.alert("T0").await.id, Verb::Accept);
    scene
        .act("amina", &accept.comment("connu").until(until))
        .await
        .expect("accepted");
    let t1 = scene.alert("T1").await;
    scene.resolve(&t1, "didier").await;
    let mut findings = tanks(9);
    findings[0] = one(7);
    findings[2] = tank("T2", Severity::Critical, 1);
    findings.drain(3..5);
    let evaluation = now(Outcome::Complete, findings).await;
    let t4 = scene.alert("T4").await;
    scene.ack(&t4, "didier").await;
    let mixed = announced_then_done(&scene, evaluation).await;
    assert_eq!(
        mixed,
        Applied {
            reopened: 1,
            refuted: 1,
            changed: 1,
            cleared: 1,
            kept: 1,
            ..Applied::nothing(Outcome::Complete)
        }
    );

    let suspect = announced_then_done(&scene, now(Outcome::Complete, Vec::new()).await).await;
    assert_eq!(
        (suspect.outcome, suspect.kept, suspect.about_check),
        (Outcome::Suspect(Suspicion::MassClear), 8, 1)
    );
    for outcome in [failed(), guarded(), Outcome::Truncated, Outcome::Skipped] {
        announced_then_done(&scene, now(outcome, Vec::new()).await).await;
    }
    let late = evaluation_before_everything(harness).await;
    assert!(announced_then_done(&scene, late).await.stale);
    scene.verifies().await;
}

async fn evaluation_before_everything(harness: &dyn Harness) -> Evaluation {
    let long_ago = harness.now().await - TimeDelta::days(1);
    evaluation(CODE, long_ago, Outcome::Complete, tanks(2))
}

pub(crate) async fn a_first_run_is_known_without_a_store(harness: &dyn Harness) {
    let database = |name: &str, given: Evaluation| Evaluation {
        database: name.to_owned(),
        ..given
    };
    let at = harness.now().await;
    let mut twice = tanks(3);
    twice.extend(tanks(1));
    let mut given = vec![
        evaluation(CODE, at, Outcome::Complete, twice),
        evaluation(CODE, at, Outcome::Truncated, tanks(2)),
        evaluation(CODE, at, guarded(), tanks(1)),
        evaluation(CODE, at, failed(), Vec::new()),
        evaluation(CODE, at, failed(), Vec::new()),
        evaluation(CODE, at, Outcome::Skipped, Vec::new()),
    ];
    given[3].terms.severity = Severity::Critical;
    for (n, given) in given.into_iter().enumerate() {
        let given = database(&format!("d{n}"), given);
        let done = harness.service().apply(&Caller::Service, &given).await;
        assert_eq!(
            Applied::first(&given),
            done.expect("applied"),
            "{:?}",
            given.outcome
        );
    }
}

pub(crate) async fn a_preview_is_for_those_who_may_read(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.sees_one(Severity::Warn).await;
    let given = evaluation(CODE, harness.now().await, Outcome::Complete, Vec::new());
    for who in ["amina", "patricia"] {
        let announced = harness.people().preview(&Caller::person(who), &given).await;
        assert_eq!(announced.expect("may read").changed, 1);
    }
    for who in ["etranger", ""] {
        let error = harness.people().preview(&Caller::person(who), &given).await;
        let error = error.expect_err("a stranger");
        assert!(matches!(error, Error::Forbidden { .. }), "{error:?}");
    }
}

pub(crate) async fn a_preview_refuses_what_apply_refuses(harness: &dyn Harness) {
    let at = harness.now().await + TimeDelta::hours(1);
    for given in [
        evaluation(CODE, at, Outcome::Complete, Vec::new()),
        evaluation(
            "CHECK_FAILING",
            harness.now().await,
            Outcome::Complete,
            Vec::new(),
        ),
    ] {
        let error = harness.service().preview(&Caller::Service, &given).await;
        let error = error.expect_err("refused");
        assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    }
}
