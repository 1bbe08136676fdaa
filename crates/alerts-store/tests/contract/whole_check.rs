use alerts_store::{CheckCommand, Error, EventKind, Resolution, Verb};
use chrono::TimeDelta;
use integrity_core::{Caller, Evaluation, Outcome, Severity};

use super::{
    Harness,
    scene::{CODE, Scene, evaluation, tank, tanks},
};

async fn refused(harness: &dyn Harness, who: &str, command: CheckCommand) -> Error {
    let acted = harness
        .people()
        .act_on_check(&Caller::person(who), &command)
        .await;
    acted.expect_err("refused")
}

pub(crate) async fn a_whole_check_is_accepted_at_once(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.sees(Outcome::Complete, tanks(7)).await;
    let t0 = scene.alert("T0").await;
    scene.ack(&t0, "didier").await;
    let t1 = scene.alert("T1").await;
    scene.resolve(&t1, "didier").await;
    let elsewhere = Evaluation {
        database: "other".to_owned(),
        ..evaluation(CODE, harness.now().await, Outcome::Complete, tanks(1))
    };
    harness
        .service()
        .apply(&Caller::Service, &elsewhere)
        .await
        .expect("applied");

    let until = harness.now().await + TimeDelta::days(90);
    let accept = CheckCommand::new("main", CODE, Verb::Accept)
        .comment("de l'ancien système")
        .until(until);
    let didier = Caller::person("didier");
    let accepted = harness.people().act_on_check(&didier, &accept).await;
    assert_eq!(accepted.expect("accepted"), 6, "the live ones: OPEN and ACK");
    for alert in scene.all().await {
        let is_meant = alert.database == "main" && alert.entity_id != "T1";
        assert_eq!(alert.accepted_until.is_some(), is_meant, "{alert:?}");
        if is_meant {
            assert_eq!(alert.resolved_by.as_deref(), Some("didier"));
            assert_eq!(
                alert.accepted.map(|accepted| accepted.payload),
                Some(alert.payload)
            );
        }
    }
    let events = harness
        .service()
        .events(&Caller::Service, t0.id)
        .await
        .expect("events");
    assert_eq!(
        events.last().and_then(|event| event.comment()),
        Some("de l'ancien système")
    );
    let quiet = scene.sees(Outcome::Complete, tanks(7)).await;
    assert_eq!(
        (quiet.written(), quiet.refuted),
        (1, 1),
        "nothing accepted comes back"
    );
    scene.verifies().await;
}

pub(crate) async fn a_whole_check_is_retired_by_an_admin(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene.sees(Outcome::Complete, tanks(3)).await;
    let retire = || CheckCommand::new("main", CODE, Verb::Retire);
    let error = refused(harness, "didier", retire()).await;
    assert!(matches!(error, Error::Forbidden { .. }), "{error:?}");
    let amina = Caller::person("amina");
    let retired = harness.people().act_on_check(&amina, &retire()).await;
    assert_eq!(retired.expect("retired"), 3);
    for alert in scene.all().await {
        assert_eq!(alert.resolution, Some(Resolution::Retired));
    }
    let error = refused(harness, "amina", retire()).await;
    assert!(
        matches!(error, Error::NotFound),
        "nothing is live any more: {error:?}"
    );
    assert_eq!(
        scene.sees(Outcome::Complete, tanks(3)).await.reopened,
        3,
        "a check that still runs opens them again"
    );
    scene.verifies().await;
}

pub(crate) async fn an_act_on_a_check_is_all_or_nothing(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let mut findings = tanks(6);
    findings.push(tank("CRITIQUE", Severity::Critical, 1));
    scene.sees(Outcome::Complete, findings).await;
    let before = scene.everything().await;
    let until = harness.now().await + TimeDelta::days(9);
    let act = |verb| CheckCommand::new("main", CODE, verb).comment("essai");
    let accept = || act(Verb::Accept).until(until);

    let error = refused(harness, "didier", accept()).await;
    assert!(
        matches!(&error, Error::Forbidden { reason } if reason.contains("CRITICAL")),
        "a directeur accepts no CRITICAL: {error:?}"
    );
    for who in ["patricia", "etranger", ""] {
        for verb in Verb::ALL {
            let error = refused(harness, who, act(verb)).await;
            assert!(
                matches!(error, Error::Forbidden { .. }),
                "{who} {verb}: {error:?}"
            );
        }
    }
    for verb in [Verb::Ack, Verb::Unack, Verb::Comment] {
        let error = refused(harness, "amina", act(verb)).await;
        assert!(
            matches!(&error, Error::Invalid { field, .. } if field == "verb"),
            "{verb}: {error:?}"
        );
    }
    for (command, wrong) in [
        (act(Verb::Accept), "until"),
        (act(Verb::Accept).until(until + TimeDelta::days(365)), "until"),
        (act(Verb::Resolve).comment(" "), "comment"),
        (act(Verb::Resolve).until(until), "until"),
    ] {
        let error = refused(harness, "amina", command).await;
        assert!(
            matches!(&error, Error::Invalid { field, .. } if field == wrong),
            "{error:?}"
        );
    }
    for command in [
        CheckCommand::new("main", "UNKNOWN_CHECK", Verb::Retire),
        CheckCommand::new("elsewhere", CODE, Verb::Retire),
    ] {
        let error = refused(harness, "amina", command).await;
        assert!(matches!(error, Error::NotFound), "{error:?}");
    }
    assert_eq!(
        scene.everything().await,
        before,
        "something was done all the same"
    );

    let amina = Caller::person("amina");
    let acted = harness.people().act_on_check(&amina, &accept()).await;
    assert_eq!(acted.expect("an admin may"), 7);
    let alert = scene.alert("CRITIQUE").await;
    assert_eq!(
        scene.kinds(&alert).await,
        [EventKind::Opened, EventKind::Accepted]
    );
}
