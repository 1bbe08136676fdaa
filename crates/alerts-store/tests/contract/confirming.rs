use alerts_store::{Alert, CHECK_SUSPECT, Condition, Error, EventKind, Status};
use chrono::TimeDelta;
use integrity_core::{Caller, Outcome, Severity, Suspicion};

use super::{
    Harness,
    scene::{CODE, Scene, emptied, failed, guarded, tank, tanks},
};

async fn confirm(harness: &dyn Harness, who: &str) -> Result<Alert, Error> {
    harness
        .people()
        .confirm(&Caller::person(who), "main", CODE, "le dépôt est vidé")
        .await
}

fn is_nothing_to_confirm(result: Result<Alert, Error>) -> bool {
    let error = result.expect_err("refused");
    assert_eq!(error.code(), "conflict");
    matches!(error, Error::NothingToConfirm { .. })
}

pub(crate) async fn a_confirmed_guard_is_believed_once(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    scene.sees(Outcome::Complete, tanks(2)).await;
    assert_eq!(scene.sees(guarded(), Vec::new()).await.kept, 2);
    let seen_before = harness.now().await;
    let meta = confirm(harness, "amina").await.expect("confirmed");
    assert_eq!(
        (meta.check_code.as_str(), meta.entity_id.as_str(), meta.status),
        (CHECK_SUSPECT, CODE, Status::Open)
    );
    let kept = scene.saw(seen_before, guarded(), Vec::new()).await;
    assert_eq!(
        (kept.outcome, kept.kept),
        (guarded(), 2),
        "seen before it was confirmed"
    );
    scene.sees(failed(), Vec::new()).await;
    let believed = scene.sees(guarded(), vec![tank("T1", Severity::Warn, 1)]).await;
    assert_eq!(
        (believed.outcome, believed.cleared, believed.kept),
        (Outcome::Complete, 1, 0),
        "a failed evaluation used it up"
    );
    assert_eq!(scene.alert("T0").await.status, Status::Resolved);
    assert_eq!(scene.alert(CODE).await.status, Status::Resolved);
    let after = scene.sees(guarded(), Vec::new()).await;
    assert_eq!((after.outcome, after.kept), (guarded(), 1), "only that one");
    assert_eq!(scene.alert(CODE).await.status, Status::Open);

    let events = harness
        .service()
        .events(&Caller::Service, meta.id)
        .await
        .expect("events");
    let confirmed = events.get(1).expect("a second event");
    assert_eq!(
        (confirmed.kind, confirmed.actor.as_deref(), confirmed.comment()),
        (EventKind::Confirmed, Some("amina"), Some("le dépôt est vidé"))
    );
    scene.verifies().await;
}

pub(crate) async fn a_confirmed_mass_clear_needs_no_second_showing(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.sees(Outcome::Complete, tanks(6)).await;
    assert_eq!(scene.sees_nothing().await.outcome, emptied());
    confirm(harness, "amina").await.expect("confirmed");
    scene.sees(failed(), Vec::new()).await;
    let believed = scene.sees_nothing().await;
    assert_eq!(
        (believed.outcome, believed.changed, believed.cleared),
        (Outcome::Complete, 6, 0),
        "one complete evaluation of the two that clear"
    );
    assert_eq!(scene.alert("T0").await.condition, Condition::Missing);
    assert_eq!(scene.sees_nothing().await.cleared, 6);
    scene.verifies().await;
}

/// Nobody has said anything about what makes the check suspect now.
pub(crate) async fn a_confirmation_is_of_what_was_seen(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    for (seen, then) in [(emptied(), guarded()), (guarded(), emptied())] {
        let shows = |outcome: &Outcome| match outcome {
            Outcome::Suspect(Suspicion::Guard) => guarded(),
            _ => Outcome::Complete,
        };
        scene.sees(Outcome::Complete, tanks(6)).await;
        assert_eq!(scene.sees(shows(&seen), Vec::new()).await.outcome, seen);
        confirm(harness, "amina").await.expect("confirmed");
        let other = scene.sees(shows(&then), Vec::new()).await;
        assert_eq!((&other.outcome, other.kept), (&then, 6), "{seen} was confirmed");
        scene.sees(Outcome::Truncated, tanks(6)).await;
        let again = scene.sees(shows(&seen), Vec::new()).await;
        assert_eq!((&again.outcome, again.kept), (&seen, 6), "it was dropped");
        confirm(harness, "amina").await.expect("confirmed anew");
        scene.sees(Outcome::Complete, tanks(6)).await;
    }
    // Seen before it was confirmed, applied after: it is now another suspicion.
    scene.sees(guarded(), Vec::new()).await;
    let seen_before = harness.now().await;
    confirm(harness, "amina").await.expect("confirmed");
    let late = scene.saw(seen_before, Outcome::Complete, Vec::new()).await;
    assert_eq!(late.outcome, emptied());
    assert_eq!(scene.sees(guarded(), Vec::new()).await.kept, 6);
    // The other way round, where no second showing is believed either.
    scene.sees(Outcome::Complete, tanks(6)).await;
    assert_eq!(scene.sees_nothing().await.outcome, emptied());
    let seen_before = harness.now().await;
    confirm(harness, "amina").await.expect("confirmed");
    let late = scene.saw(seen_before, guarded(), Vec::new()).await;
    assert_eq!(late.outcome, guarded());
    assert_eq!(scene.sees(guarded(), Vec::new()).await.kept, 6);
}

pub(crate) async fn a_confirmation_ends_after_a_day(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    scene.sees(Outcome::Complete, tanks(2)).await;
    scene.sees(guarded(), Vec::new()).await;
    confirm(harness, "amina").await.expect("confirmed");
    harness.pass(TimeDelta::hours(23)).await;
    assert!(is_nothing_to_confirm(confirm(harness, "amina").await), "twice");
    harness.pass(TimeDelta::hours(2)).await;
    let late = scene.sees(guarded(), Vec::new()).await;
    assert_eq!((late.outcome, late.kept), (guarded(), 2), "too late");

    confirm(harness, "amina").await.expect("confirmed");
    harness.pass(TimeDelta::hours(25)).await;
    confirm(harness, "amina").await.expect("the one before has ended");
    let believed = scene.sees(guarded(), Vec::new()).await;
    assert_eq!((believed.outcome, believed.cleared), (Outcome::Complete, 2));
}

pub(crate) async fn a_confirmation_is_used_up_by_what_needs_none(harness: &dyn Harness) {
    let mut scene = Scene::new(harness);
    scene.terms.resolve_after = 1;
    for outcome in [Outcome::Complete, Outcome::Truncated] {
        scene.sees(Outcome::Complete, tanks(2)).await;
        scene.sees(guarded(), Vec::new()).await;
        confirm(harness, "amina").await.expect("confirmed");
        scene.sees(outcome, tanks(2)).await;
        // Twice: it must not wait for the suspicion that it was about to come back.
        for _ in 0..2 {
            let after = scene.sees(guarded(), Vec::new()).await;
            assert_eq!((after.outcome, after.kept), (guarded(), 2));
        }
    }
}

pub(crate) async fn only_what_is_suspect_is_confirmed(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let unknown = confirm(harness, "amina").await.expect_err("never evaluated");
    assert!(matches!(unknown, Error::NotFound), "{unknown:?}");
    scene.sees(Outcome::Complete, tanks(2)).await;
    assert!(
        is_nothing_to_confirm(confirm(harness, "amina").await),
        "never suspect"
    );
    scene.sees(guarded(), Vec::new()).await;
    for who in ["didier", "patricia", "etranger", ""] {
        let error = confirm(harness, who).await.expect_err("refused");
        assert!(matches!(error, Error::Forbidden { .. }), "{who}: {error:?}");
    }
    for comment in ["", " \t\n", &"é".repeat(4001)] {
        let error = harness
            .people()
            .confirm(&Caller::person("amina"), "main", CODE, comment)
            .await
            .expect_err("refused");
        assert!(
            matches!(&error, Error::Invalid { field, .. } if field == "comment"),
            "{error:?}"
        );
    }
    scene.sees(failed(), Vec::new()).await;
    confirm(harness, "amina")
        .await
        .expect("a failed evaluation proves nothing");
    assert!(is_nothing_to_confirm(confirm(harness, "amina").await), "twice");
    scene.sees(Outcome::Complete, tanks(2)).await;
    assert!(
        is_nothing_to_confirm(confirm(harness, "amina").await),
        "no longer suspect"
    );
    let events = scene.kinds(&scene.alert(CODE).await).await;
    assert_eq!(
        events,
        [EventKind::Opened, EventKind::Confirmed, EventKind::Cleared]
    );
}
