use alerts_store::{AlertId, Command, Error, EventKind, Status, Verb};
use chrono::TimeDelta;
use integrity_core::{Outcome, Severity};
use uuid::Uuid;

use super::{
    Harness,
    scene::{Scene, tank},
};

pub(crate) async fn an_ack_can_be_taken_back(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Warn).await;
    let acked = scene.ack(&alert, "didier").await;
    assert_eq!(
        (acked.status, acked.acknowledged_by.as_deref()),
        (Status::Ack, Some("didier"))
    );
    assert_eq!(acked.version, 2);
    let back = scene
        .act("amina", &Command::new(alert.id, Verb::Unack))
        .await
        .expect("taken back")
        .alert;
    assert_eq!(
        (back.status, back.acknowledged_by, back.acknowledged_at),
        (Status::Open, None, None)
    );
    scene.verifies().await;
}

pub(crate) async fn defect_10_an_act_that_touches_nothing_is_an_error(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let nobody = AlertId(Uuid::from_u128(7));
    let error = scene
        .act("amina", &Command::new(nobody, Verb::Ack))
        .await
        .expect_err("nothing there");
    assert!(matches!(error, Error::NotFound), "{error:?}");
    let alert = scene.sees_one(Severity::Warn).await;
    scene.ack(&alert, "didier").await;
    let error = scene
        .act("didier", &Command::new(alert.id, Verb::Ack))
        .await
        .expect_err("done already");
    let Error::Conflict { current, reason } = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (current.status, current.acknowledged_by.as_deref()),
        (Status::Ack, Some("didier"))
    );
    assert!(reason.contains("ACK"), "{reason}");
}

pub(crate) async fn each_role_may_do_what_it_may(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Warn).await;
    for who in ["patricia", "etranger", ""] {
        for verb in Verb::ALL {
            let command = Command::new(alert.id, verb).comment("essai");
            let error = scene.act(who, &command).await.expect_err("refused");
            assert!(
                matches!(error, Error::Forbidden { .. }),
                "{who} {verb}: {error:?}"
            );
        }
    }
    let retire = Command::new(alert.id, Verb::Retire);
    let error = scene.act("didier", &retire).await.expect_err("refused");
    assert!(matches!(error, Error::Forbidden { .. }), "{error:?}");
    assert_eq!(scene.kinds(&alert).await, [EventKind::Opened], "nothing happened");
    scene.act("amina", &retire).await.expect("an admin may");
}

pub(crate) async fn a_newer_version_refuses_the_act(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Warn).await;
    let ack = Command::new(alert.id, Verb::Ack).expecting(alert.version);
    scene.act("didier", &ack).await.expect("as expected");
    let resolve = Command::new(alert.id, Verb::Resolve)
        .comment("fait")
        .expecting(alert.version);
    let error = scene.act("amina", &resolve).await.expect_err("changed since");
    let Error::Conflict { current, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(current.version, alert.version + 1);
    let absurd = Command::new(alert.id, Verb::Comment)
        .comment("x")
        .expecting(u32::MAX);
    assert!(matches!(
        scene.act("amina", &absurd).await,
        Err(Error::Conflict { .. })
    ));
}

pub(crate) async fn a_request_is_done_once(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    scene
        .sees(
            Outcome::Complete,
            vec![tank("T1", Severity::Warn, 1), tank("T2", Severity::Warn, 1)],
        )
        .await;
    let (alert, other) = (scene.alert("T1").await, scene.alert("T2").await);
    let request = Uuid::new_v4();
    let ack = Command::new(alert.id, Verb::Ack)
        .comment("je regarde")
        .request(request);
    assert!(!scene.act("didier", &ack).await.expect("done").replayed);
    let again = scene.act("didier", &ack).await.expect("answered");
    assert!(again.replayed);
    assert_eq!((again.alert.status, again.alert.version), (Status::Ack, 2));
    let others = [
        (
            "didier",
            Command::new(alert.id, Verb::Resolve)
                .comment("je regarde")
                .request(request),
        ),
        (
            "didier",
            Command::new(alert.id, Verb::Ack)
                .comment("autre")
                .request(request),
        ),
        (
            "didier",
            Command::new(other.id, Verb::Ack)
                .comment("je regarde")
                .request(request),
        ),
        ("amina", ack.clone()),
    ];
    for (who, command) in others {
        let error = scene.act(who, &command).await.expect_err("refused");
        assert!(
            matches!(&error, Error::Invalid { field, .. } if field == "request_id"),
            "{error:?}"
        );
    }
    assert_eq!(
        scene.kinds(&alert).await,
        [EventKind::Opened, EventKind::Acknowledged]
    );
}

pub(crate) async fn a_comment_changes_nothing_but_is_told(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Warn).await;
    let said = "vu avec l'équipe — قيد المعالجة";
    let command = Command::new(alert.id, Verb::Comment).comment(said);
    let after = scene.act("didier", &command).await.expect("said").alert;
    assert_eq!((after.status, after.acted_at), (Status::Open, None));
    let events = harness
        .service()
        .events(&integrity_core::Caller::Service, alert.id)
        .await
        .expect("events");
    let last = events.last().expect("an event");
    assert_eq!(
        (last.kind, last.comment(), last.actor.as_deref()),
        (EventKind::Commented, Some(said), Some("didier"))
    );
}

pub(crate) async fn an_act_badly_asked_is_refused(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let alert = scene.sees_one(Severity::Warn).await;
    let now = harness.now().await;
    let command = |verb| Command::new(alert.id, verb);
    let cases = [
        (command(Verb::Resolve), "comment"),
        (command(Verb::Resolve).comment(" \t\n "), "comment"),
        (command(Verb::Comment), "comment"),
        (command(Verb::Comment).comment("x".repeat(4001)), "comment"),
        (command(Verb::Accept).until(now + TimeDelta::days(9)), "comment"),
        (command(Verb::Accept).comment("connu"), "until"),
        (
            command(Verb::Accept)
                .comment("connu")
                .until(now - TimeDelta::days(1)),
            "until",
        ),
        (
            command(Verb::Accept)
                .comment("connu")
                .until(now + TimeDelta::days(181)),
            "until",
        ),
        (
            command(Verb::FalsePositive)
                .comment("non")
                .until(now + TimeDelta::days(181)),
            "until",
        ),
        (command(Verb::Ack).until(now + TimeDelta::days(9)), "until"),
    ];
    for (command, wrong) in cases {
        let error = scene.act("amina", &command).await.expect_err("refused");
        assert!(
            matches!(&error, Error::Invalid { field, .. } if field == wrong),
            "{command:?}: {error:?}"
        );
    }
    assert_eq!(scene.kinds(&alert).await, [EventKind::Opened], "nothing happened");
    let longest = command(Verb::Comment).comment("é".repeat(4000));
    scene
        .act("amina", &longest)
        .await
        .expect("4000 characters are allowed");
}
