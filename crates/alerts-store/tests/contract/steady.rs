//! Evaluations that change nothing.

use alerts_store::{CHECK_FAILING, Command, Condition, Error, Unchanged, Verb};
use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Caller, Evaluation, Finding, Outcome, Severity};

use super::{
    Harness,
    scene::{CODE, Scene, evaluation, failed, guarded, tank, tanks},
};

/// What the check sees at `at`, on the scene's terms.
fn given(scene: &Scene<'_>, at: DateTime<Utc>, outcome: Outcome, findings: Vec<Finding>) -> Evaluation {
    Evaluation {
        terms: scene.terms.clone(),
        ..evaluation(CODE, at, outcome, findings)
    }
}

async fn unchanged(scene: &Scene<'_>, given: &Evaluation) -> Option<Unchanged> {
    let before = scene.everything().await;
    let answer = scene.harness.service().unchanged(&Caller::Service, given).await;
    assert_eq!(scene.everything().await, before, "a look wrote something");
    answer.expect("an answer")
}

/// Whether what is seen now is steady; where it is not, it is applied.
async fn is_steady(scene: &Scene<'_>, findings: Vec<Finding>) -> bool {
    let at = scene.harness.now().await;
    let given = given(scene, at, Outcome::Complete, findings);
    let steady = unchanged(scene, &given).await.is_some();
    if !steady {
        let applied = scene.harness.service().apply(&Caller::Service, &given).await;
        applied.expect("applied");
    }
    steady
}

async fn advance(harness: &dyn Harness, unchanged: &[Unchanged]) -> Vec<String> {
    let service = harness.service();
    let overtaken = service.advance(&Caller::Service, unchanged).await;
    overtaken
        .expect("an answer")
        .iter()
        .map(ToString::to_string)
        .collect()
}

async fn seen(harness: &dyn Harness) -> Vec<(String, DateTime<Utc>, Option<DateTime<Utc>>)> {
    let states = harness.service().check_states(&Caller::Service, "main").await;
    states
        .expect("states")
        .into_iter()
        .map(|state| (state.code.to_string(), state.seen_at, state.complete_at))
        .collect()
}

pub(crate) async fn a_steady_evaluation_only_moves_its_check_on(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.sees(Outcome::Complete, tanks(3)).await;
    let before = scene.alert("T1").await;
    let at = harness.now().await;
    let one = unchanged(&scene, &given(&scene, at, Outcome::Complete, tanks(3))).await;
    let one = one.expect("it tells nothing new");
    assert_eq!(one.code().as_str(), CODE);
    assert_eq!(advance(harness, &[]).await, Vec::<String>::new());
    assert_eq!(scene.alert("T1").await, before, "nothing to move on");

    assert_eq!(advance(harness, &[one]).await, Vec::<String>::new());
    assert_eq!(seen(harness).await, [(CODE.to_owned(), at, Some(at))]);
    let after = scene.alert("T1").await;
    assert_eq!(
        (after.last_detected_at, after.version),
        (at, 1),
        "seen, not written"
    );
    assert_eq!(scene.kinds(&after).await.len(), 1);
    let stale = scene.saw(at, Outcome::Complete, Vec::new()).await;
    assert!(stale.stale, "as if it had been applied");
    scene.verifies().await;
}

pub(crate) async fn a_check_that_was_overtaken_is_not_moved(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let other = async |at| evaluation("OTHER_CHECK", at, Outcome::Complete, tanks(1));
    scene.sees(Outcome::Complete, tanks(2)).await;
    let service = harness.service();
    let first = other(harness.now().await).await;
    service.apply(&Caller::Service, &first).await.expect("applied");

    let at = harness.now().await;
    let looks = [given(&scene, at, Outcome::Complete, tanks(2)), other(at).await];
    let mut both = Vec::new();
    for look in &looks {
        both.push(unchanged(&scene, look).await.expect("it tells nothing new"));
    }
    let later = harness.now().await;
    scene.saw(later, Outcome::Complete, tanks(2)).await;
    assert_eq!(advance(harness, &both).await, [CODE]);
    let expected = [("OTHER_CHECK", at), (CODE, later)];
    assert_eq!(
        seen(harness).await,
        expected.map(|(code, at)| (code.to_owned(), at, Some(at))),
        "the other one is"
    );
    assert_eq!(
        advance(harness, &both).await,
        [CODE, "OTHER_CHECK"],
        "moved on already, in the order given"
    );
}

pub(crate) async fn what_differs_is_not_steady(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    assert!(!is_steady(&scene, tanks(3)).await, "never seen before");
    assert!(is_steady(&scene, tanks(3)).await);
    let twice = [tanks(3), tanks(1)].concat();
    assert!(is_steady(&scene, twice).await, "the same finding twice is one");
    assert!(!is_steady(&scene, tanks(4)).await, "a new finding");
    let with = |tank: Finding| [vec![tank], tanks(4)[1..].to_vec()].concat();
    let first = tank("T0", Severity::Warn, 1);
    for (changed, what) in [
        (tank("T0", Severity::Warn, 2), "payload and message"),
        (
            Finding {
                message: "autre".to_owned(),
                ..first.clone()
            },
            "message",
        ),
        (tank("T0", Severity::Info, 1), "severity"),
    ] {
        assert!(!is_steady(&scene, with(changed.clone())).await, "{what}");
        assert!(is_steady(&scene, with(changed)).await, "{what}, told already");
    }
    assert!(!is_steady(&scene, tanks(4)).await, "what it was");
    scene.terms.volatile = vec!["age".to_owned(), "stock".to_owned()];
    let volatile = Finding {
        message: first.message.clone(),
        ..tank("T0", Severity::Warn, 7)
    };
    assert!(!is_steady(&scene, tanks(4)).await, "other terms");
    assert!(is_steady(&scene, with(volatile)).await, "a volatile figure");

    assert!(!is_steady(&scene, tanks(3)).await, "T3 is missing");
    assert_eq!(scene.alert("T3").await.condition, Condition::Missing);
    assert!(!is_steady(&scene, tanks(3)).await, "missing once more");
    assert!(is_steady(&scene, tanks(3)).await, "cleared");
    assert!(!is_steady(&scene, tanks(4)).await, "it comes back");
    assert!(is_steady(&scene, tanks(4)).await);

    let ack = scene.alert("T0").await;
    scene.ack(&ack, "didier").await;
    assert!(
        is_steady(&scene, tanks(4)).await,
        "an ack changes nothing that is seen"
    );
    let fixed = scene.alert("T1").await;
    scene.resolve(&fixed, "didier").await;
    assert!(
        !is_steady(&scene, tanks(4)).await,
        "called fixed, and still there"
    );
    let until = harness.now().await + TimeDelta::days(9);
    let accept = Command::new(fixed.id, Verb::Accept).comment("connu").until(until);
    scene.act("amina", &accept).await.expect("accepted");
    assert!(is_steady(&scene, tanks(4)).await, "accepted");
    harness.pass(TimeDelta::days(10)).await;
    assert!(!is_steady(&scene, tanks(4)).await, "the suppression has ended");
    assert!(is_steady(&scene, tanks(4)).await);
}

pub(crate) async fn how_a_check_stands_can_make_it_unsteady(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.sees(Outcome::Complete, tanks(2)).await;
    for (outcome, times) in [
        (Outcome::Truncated, 1),
        (failed(), 1),
        (failed(), 3),
        (guarded(), 1),
    ] {
        for _ in 0..times {
            let at = harness.now().await;
            let itself = given(&scene, at, outcome.clone(), tanks(2));
            assert_eq!(unchanged(&scene, &itself).await, None, "{outcome:?} itself");
            scene.saw(at, outcome.clone(), tanks(2)).await;
        }
        assert!(!is_steady(&scene, tanks(2)).await, "{outcome:?} before");
        assert!(is_steady(&scene, tanks(2)).await, "{outcome:?} is over");
    }

    scene.sees(guarded(), tanks(2)).await;
    let amina = Caller::person("amina");
    let confirmed = harness.people().confirm(&amina, "main", CODE, "vu").await;
    confirmed.expect("confirmed");
    assert!(!is_steady(&scene, tanks(2)).await, "confirmed before");
    assert!(is_steady(&scene, tanks(2)).await, "the word was used up");

    // Seen before a person acted on it, the alert about the check was kept: it still has to clear.
    for _ in 0..3 {
        scene.sees(failed(), Vec::new()).await;
    }
    let seen_before = harness.now().await;
    let meta = scene.alert(CODE).await;
    assert_eq!(meta.check_code, CHECK_FAILING);
    scene.ack(&meta, "didier").await;
    scene.saw(seen_before, Outcome::Complete, tanks(2)).await;
    assert_eq!(scene.alert(CODE).await.condition, Condition::Present);
    assert!(!is_steady(&scene, tanks(2)).await, "an alert about it stands");
    assert_eq!(scene.alert(CODE).await.condition, Condition::Absent);
    assert!(is_steady(&scene, tanks(2)).await);
}

pub(crate) async fn what_cannot_be_applied_is_not_steady(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let at = harness.now().await;
    scene.saw(at, Outcome::Complete, tanks(2)).await;
    let now = harness.now().await;
    let complete = |at, findings| given(&scene, at, Outcome::Complete, findings);
    let nul = Finding {
        message: "\0".to_owned(),
        ..tank("T0", Severity::Warn, 1)
    };
    for (wrong, what) in [
        (complete(at, tanks(2)), "stale"),
        (given(&scene, now, Outcome::Skipped, Vec::new()), "skipped"),
        (complete(now + TimeDelta::hours(1), tanks(2)), "of the future"),
        (complete(now, vec![nul]), "not to be stored"),
        (
            evaluation(CHECK_FAILING, now, Outcome::Complete, Vec::new()),
            "the store's own",
        ),
        (
            evaluation("OTHER_CHECK", now, Outcome::Complete, Vec::new()),
            "another check",
        ),
        (
            Evaluation {
                database: "elsewhere".to_owned(),
                ..complete(now, tanks(2))
            },
            "another database",
        ),
    ] {
        assert_eq!(unchanged(&scene, &wrong).await, None, "{what}");
    }
    assert!(unchanged(&scene, &complete(now, tanks(2))).await.is_some());
    // As after a clock that was set back: applying says so.
    harness.pass(-TimeDelta::hours(1)).await;
    let back = complete(harness.now().await, tanks(2));
    assert_eq!(unchanged(&scene, &back).await, None);
}

pub(crate) async fn only_the_service_moves_checks_on(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.sees(Outcome::Complete, tanks(1)).await;
    let look = given(&scene, harness.now().await, Outcome::Complete, tanks(1));
    let one = unchanged(&scene, &look).await.expect("it tells nothing new");
    let (people, amina) = (harness.people(), Caller::person("amina"));
    let refused = [
        people.unchanged(&amina, &look).await.err(),
        people.advance(&amina, &[one]).await.err(),
        people.advance(&amina, &[]).await.err(),
    ];
    for error in refused {
        assert!(matches!(error, Some(Error::Forbidden { .. })), "{error:?}");
    }
}
