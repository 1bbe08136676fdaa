mod access;

use std::slice;

use alerts_store::Verb;
use integrity_core::Severity::{Critical, Warn};
use release_info::{
    decision::{Decision, Verified, decide},
    ledger::EventKind::{
        self, Deployed, RollbackStarted, RolledBack, Started, VerifyFailed, VerifyInconclusive, VerifyPassed,
    },
};

use super::{
    super::scene::{A, B, Scene, info, web},
    *,
};

async fn facts(scene: &Scene) -> DecisionFacts {
    facts_beside(scene, &[]).await
}

async fn facts_beside(scene: &Scene, configured: &[CheckInfo]) -> DecisionFacts {
    facts_by(scene, configured, &Config::default()).await
}

async fn facts_by(scene: &Scene, configured: &[CheckInfo], config: &Config) -> DecisionFacts {
    let gathered = Gathered::of(&*scene.ledger, &Caller::Service, &web())
        .await
        .expect("gathered");
    let live = gathered.live.clone().expect("something is live");
    let facts = gather(
        (&*scene.ledger, &scene.alerts, &scene.journal),
        &Caller::Service,
        (config, configured),
        (&gathered, &live),
        None,
    );
    facts.await.expect("facts")
}

async fn decided(scene: &Scene) -> Decision {
    decided_of(&facts(scene).await)
}

fn decided_of(facts: &DecisionFacts) -> Decision {
    decide(facts, &Config::default().release.thresholds()).decision
}

/// A is live and seen, and both checks were looked at before.
async fn scene() -> Scene {
    scene_at("2026-11-23T08:00:00Z").await
}

async fn scene_at(now: &str) -> Scene {
    let scene = Scene::at(now);
    scene.knows(&["AAA", "BBB"]).await;
    scene.records(A, &[Started, Deployed, VerifyPassed]).await;
    scene.looks().await;
    scene
}

impl Scene {
    /// Both checks are looked at, and find nothing.
    async fn looks(&self) {
        self.finds("AAA", Critical, &[]).await;
        self.finds("BBB", Critical, &[]).await;
    }

    /// They find what they once have found.
    async fn looks_again(&self) {
        self.finds_by("AAA", Critical, &["T1"], 2).await;
        self.finds("BBB", Critical, &[]).await;
    }
}

#[tokio::test]
async fn it_never_passes_before_every_check_was_looked_at_since() {
    let scene = scene().await;
    assert_eq!(decided(&scene).await, Decision::Pass);
    scene.records(B, &[Started, Deployed, VerifyPassed]).await;
    assert_eq!(decided(&scene).await, Decision::Inconclusive);
    scene.finds("AAA", Critical, &[]).await;
    assert_eq!(decided(&scene).await, Decision::Inconclusive, "one of two");
    scene.finds("BBB", Critical, &[]).await;
    assert_eq!(decided(&scene).await, Decision::Pass);
}

#[tokio::test]
async fn an_alert_that_was_open_before_does_not_count_and_one_since_does() {
    let scene = scene().await;
    scene.finds("AAA", Critical, &["T1"]).await;
    scene.records(B, &[Started, Deployed, VerifyPassed]).await;
    scene.finds("AAA", Critical, &["T1"]).await;
    scene.finds("BBB", Critical, &[]).await;
    assert_eq!(decided(&scene).await, Decision::Pass);
    scene.finds("AAA", Critical, &["T1", "T2"]).await;
    assert_eq!(decided(&scene).await, Decision::Rollback);
    scene.finds("AAA", Critical, &["T1"]).await;
    assert_eq!(decided(&scene).await, Decision::Pass, "seen to be gone");
}

#[tokio::test]
async fn what_came_while_it_was_deployed_is_of_it_and_what_came_while_another_was_live_is_not() {
    let scene = scene().await;
    scene.records(B, &[Started]).await;
    scene.finds("AAA", Critical, &["T1"]).await;
    scene.records(B, &[Deployed, VerifyPassed]).await;
    scene.finds("AAA", Critical, &["T1"]).await;
    scene.finds("BBB", Critical, &[]).await;
    assert_eq!(
        decided(&scene).await,
        Decision::Rollback,
        "found before it was recorded"
    );
    // A is live again since the rollback began: what B has done is not A's.
    scene.records(B, &[RollbackStarted]).await;
    let began = scene.now();
    scene.records(B, &[RolledBack]).await;
    scene.records(A, &[VerifyPassed]).await;
    scene.finds("AAA", Critical, &["T1"]).await;
    scene.finds("BBB", Critical, &[]).await;
    assert_eq!(decided(&scene).await, Decision::Pass);
    assert_eq!(facts(&scene).await.began_at, began);
}

#[tokio::test]
async fn what_a_release_makes_worse_is_new_and_what_only_comes_back_from_an_acceptance_is_not() {
    let scene = scene().await;
    scene.finds("AAA", Warn, &["T1"]).await;
    scene.records(B, &[Started, Deployed, VerifyPassed]).await;
    scene.finds("AAA", Critical, &["T1"]).await;
    scene.finds("BBB", Critical, &[]).await;
    assert_eq!(decided(&scene).await, Decision::Rollback, "raised by the release");

    let scene = self::scene().await;
    scene.finds("AAA", Critical, &["T1"]).await;
    scene.acts(Verb::Accept).await;
    scene.records(B, &[Started, Deployed, VerifyPassed]).await;
    scene.pass(20);
    scene.finds("AAA", Critical, &["T1"]).await;
    scene.finds("BBB", Critical, &[]).await;
    let facts = facts(&scene).await;
    assert_eq!(facts.alerts.len(), 1, "the acceptance has ended");
    assert_eq!(decided_of(&facts), Decision::Pass);
    // It was gone, and comes back: that is new.
    scene.finds("AAA", Critical, &[]).await;
    scene.finds("AAA", Critical, &["T1"]).await;
    assert_eq!(decided(&scene).await, Decision::Rollback);
}

#[tokio::test]
async fn a_word_ends_no_alert_until_it_is_confirmed() {
    let scene = scene().await;
    scene.records(B, &[Started, Deployed, VerifyPassed]).await;
    scene.finds("AAA", Critical, &["T1"]).await;
    scene.finds("BBB", Critical, &[]).await;
    scene.acts(Verb::Resolve).await;
    assert_eq!(decided(&scene).await, Decision::Rollback, "nothing confirms it");
    scene.finds("AAA", Critical, &[]).await;
    assert_eq!(decided(&scene).await, Decision::Pass, "seen to be gone");
    scene.finds("AAA", Critical, &["T2"]).await;
    scene.acts(Verb::Accept).await;
    let facts = facts(&scene).await;
    assert_eq!(decided_of(&facts), Decision::Pass);
    assert_eq!(facts.alerts.len(), 1, "it is told: {:?}", facts.alerts);
}

#[tokio::test]
async fn what_is_back_is_new_however_long_it_was_gone_and_however_old_it_is() {
    let scene = scene().await;
    scene.finds_by("AAA", Critical, &["T1"], 2).await;
    scene.finds_by("AAA", Critical, &[], 2).await;
    scene.records(B, &[Started, Deployed, VerifyPassed]).await;
    scene.looks_again().await;
    assert_eq!(decided(&scene).await, Decision::Rollback, "once unseen, and back");

    let scene = self::scene().await;
    scene.finds("AAA", Critical, &["T1"]).await;
    scene.finds("AAA", Critical, &[]).await;
    scene.pass(60 * 24 * 40);
    scene.records(B, &[Started, Deployed, VerifyPassed]).await;
    scene.looks_again().await;
    scene.acts(Verb::Resolve).await;
    assert_eq!(
        decided(&scene).await,
        Decision::Rollback,
        "forty days old, back, and only said to be fixed"
    );
}

#[tokio::test]
async fn a_check_that_is_configured_has_to_be_looked_at_whatever_the_last_run_was_about() {
    let scene = scene().await;
    scene.records(B, &[Started, Deployed, VerifyPassed]).await;
    scene.knows(&["BBB"]).await;
    scene.finds("BBB", Critical, &[]).await;
    assert_eq!(decided(&scene).await, Decision::Pass, "nobody has configured AAA");
    let mut off = info("CCC");
    off.enabled = false;
    let facts = facts_beside(&scene, &[info("AAA"), info("BBB"), off]).await;
    let codes: Vec<_> = facts.checks.iter().map(|check| &*check.code).collect();
    assert_eq!(codes, ["AAA", "BBB"]);
    assert_eq!(decided_of(&facts), Decision::Inconclusive);
}

/// The machine's own clock is nowhere near any of these.
#[tokio::test]
async fn only_the_clock_of_the_rooms_is_told() {
    for now in ["1999-12-31T23:59:00Z", "2077-01-01T00:00:00Z"] {
        let scene = scene_at(now).await;
        assert_eq!(decided(&scene).await, Decision::Pass, "{now}");
        scene.records(B, &[Started, Deployed, VerifyPassed]).await;
        assert_eq!(decided(&scene).await, Decision::Inconclusive, "{now}");
        scene.finds("AAA", Critical, &["T1"]).await;
        assert_eq!(decided(&scene).await, Decision::Rollback, "{now}");
    }
}

#[tokio::test]
async fn a_clock_that_went_back_proves_nothing() {
    let scene = scene().await;
    scene.records(B, &[Started, Deployed]).await;
    scene.pass(-60);
    assert_ne!(
        facts(&scene).await.clock_went_back,
        None,
        "what was is still to come"
    );
    scene.records(B, &[VerifyPassed]).await;
    // Then everything is looked at, and the clock is where it was long ago.
    scene.pass(180);
    scene.looks().await;
    let facts = facts(&scene).await;
    let shown = facts.clock_went_back.as_deref().expect("shown");
    assert!(shown.contains("verify_passed"), "{shown}");
    assert_eq!(decided_of(&facts), Decision::Inconclusive);
}

#[tokio::test]
async fn warnings_are_measured_by_what_was_usual() {
    let scene = scene().await;
    let many: Vec<String> = (0..168).map(|n| format!("T{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    scene.finds("AAA", Warn, &many).await;
    // Half of them are past due by now, which comes first in a list.
    scene.pass(3 * 24 * 60);
    scene.records(B, &[Started, Deployed, VerifyPassed]).await;
    scene.finds("BBB", Critical, &[]).await;
    let usual = facts(&scene).await.usual_warnings.expect("known");
    assert!(
        (usual - 1.0).abs() < 1e-9,
        "168 in 7 days are one an hour: {usual}"
    );
    let mut more = many.clone();
    more.extend(["N1", "N2", "N3"]);
    scene.finds("AAA", Warn, &more).await;
    assert_eq!(decided(&scene).await, Decision::Hold, "in some seconds");
    scene.pass(60);
    assert_eq!(decided(&scene).await, Decision::Pass, "in an hour");
}

#[tokio::test]
async fn what_was_seen_counts_since_it_is_live() {
    let verified = async |kinds: &[EventKind]| {
        let scene = scene().await;
        scene.records(B, kinds).await;
        facts(&scene).await.verified
    };
    let deployed = [Started, Deployed];
    assert_eq!(verified(&deployed).await, Verified::Never);
    for (kind, is) in [
        (VerifyPassed, (|look| Verified::Passed(look)) as fn(_) -> _),
        (VerifyFailed, |look| Verified::Failed(look)),
        (VerifyInconclusive, |look| Verified::Inconclusive(look)),
    ] {
        let told = verified(&[&deployed[..], slice::from_ref(&kind)].concat()).await;
        let (Verified::Passed(look) | Verified::Failed(look) | Verified::Inconclusive(look)) = &told else {
            panic!("{kind}: {told:?}")
        };
        let shown = (look.by.as_deref(), look.evidence.as_deref());
        assert_eq!(shown, (Some("amina"), Some(r#"{"seen":"here"}"#)));
        assert_eq!(told, is(look.clone()), "{kind}");
    }
    // What was seen of A before it was replaced says nothing of it now.
    let scene = scene().await;
    scene
        .records(B, &[Started, Deployed, RollbackStarted, RolledBack])
        .await;
    let facts = facts(&scene).await;
    assert_eq!(
        (facts.release.to_string().as_str(), facts.verified),
        (A, Verified::Never)
    );
}

#[tokio::test]
async fn what_is_under_way_is_told() {
    let scene = scene().await;
    assert_eq!(facts(&scene).await.under_way, None);
    scene.records(B, &[Started]).await;
    assert_eq!(decided(&scene).await, Decision::Inconclusive);
    scene.records(B, &[Deployed, RollbackStarted]).await;
    assert_eq!(
        facts(&scene).await.under_way.as_deref(),
        Some("a rollback is under way")
    );
}
