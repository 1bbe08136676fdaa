use alerts_store::{CheckInfo, Error, KnownCheck};
use chrono::TimeDelta;
use integrity_core::{Caller, Outcome, Role, Severity};

use super::{
    Harness, check,
    scene::{CODE, Scene, failed, tank},
};

pub(crate) async fn a_person_has_a_role_or_none(harness: &dyn Harness) {
    let people = harness.people();
    for (who, expected) in [
        ("amina", Some(Role::Admin)),
        ("didier", Some(Role::Directeur)),
        ("patricia", Some(Role::Pca)),
        ("etranger", None),
        ("", None),
    ] {
        let role = people.role(&Caller::person(who)).await;
        assert_eq!(role.expect("no error for a stranger"), expected, "{who:?}");
    }
    let refused = harness.service().role(&Caller::Service).await;
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
}

async fn known(harness: &dyn Harness) -> Vec<KnownCheck> {
    let patricia = Caller::person("patricia");
    let checks = harness.people().checks(&patricia, "main").await;
    checks.expect("a pca reads")
}

pub(crate) async fn checks_are_known_with_how_they_stand(harness: &dyn Harness) {
    let (scene, service) = (Scene::new(harness), harness.service());
    let disabled = CheckInfo {
        enabled: false,
        proved: true,
        ..check("DISABLED")
    };
    let registered = [check(CODE), disabled.clone(), check("OTHER_CHECK")];
    for (database, checks) in [("main", &registered[..]), ("elsewhere", &[check("ELSEWHERE")])] {
        service
            .register_checks(&Caller::Service, database, checks)
            .await
            .expect("registered");
    }
    let never = known(harness).await;
    let codes: Vec<_> = never.iter().map(|known| known.info.code.as_str()).collect();
    assert_eq!(
        codes,
        ["DISABLED", "OTHER_CHECK", CODE],
        "by code, of this database"
    );
    assert_eq!(never[0].info, disabled, "as it was registered");
    for known in &never {
        assert!(known.active && known.state.is_none() && !known.fresh, "{known:?}");
        assert_eq!(known.live, []);
    }

    let findings = [
        tank("T1", Severity::Critical, 1),
        tank("T2", Severity::Warn, 1),
        tank("T3", Severity::Warn, 1),
        tank("T4", Severity::Warn, 1),
    ];
    let seen_at = harness.now().await;
    scene.saw(seen_at, Outcome::Complete, findings.to_vec()).await;
    let taken_up = scene.alert("T2").await;
    scene.ack(&taken_up, "didier").await;
    let done = scene.alert("T4").await;
    scene.resolve(&done, "didier").await;
    let [_, other, it] = known(harness).await.try_into().expect("three");
    let live: Vec<_> = it
        .live
        .iter()
        .map(|count| (count.severity.as_str(), count.status.as_str(), count.count))
        .collect();
    assert_eq!(
        live,
        [("CRITICAL", "OPEN", 1), ("WARN", "OPEN", 1), ("WARN", "ACK", 1)],
        "worst first, what is resolved left out"
    );
    assert!(it.fresh);
    let state = it.state.expect("it was evaluated");
    assert_eq!((state.seen_at, state.complete_at), (seen_at, Some(seen_at)));
    assert!(other.state.is_none() && other.live.is_empty(), "{other:?}");

    scene.sees(failed(), Vec::new()).await;
    service
        .register_checks(&Caller::Service, "main", &[check("OTHER_CHECK")])
        .await
        .expect("registered");
    harness.pass(TimeDelta::days(3)).await;
    let [_, other, it] = known(harness).await.try_into().expect("three: none is forgotten");
    assert!(other.active && !it.active, "{it:?}");
    assert!(!it.fresh, "nobody has looked for three days");
    assert_eq!(it.state.map(|state| state.outcome).as_deref(), Some("Failed"));
    let overdue: Vec<_> = it.live.iter().map(|count| count.overdue).collect();
    assert_eq!(overdue, [1, 1, 0], "an ack stops the clock of a WARN");
}
