use access_journal::rules::LOOKS_BACK;
use access_journal::{
    AccessEvent, EventKind, Outcome as Came,
    journal::{Heartbeat, MemoryAccessJournal},
    privacy::{Month, Pseudonym},
};
use alerts_store::{Alert, AlertFilter, Command, MemoryAlertStore, Verb};
use chrono::TimeDelta;
use integrity_core::{Clock as _, ManualClock, Role, Severity};

use super::*;

/// A journal and alerts in memory that tell the same time.
struct Scene {
    clock: Arc<ManualClock>,
    journal: Arc<MemoryAccessJournal>,
    alerts: Arc<MemoryAlertStore>,
    config: Config,
}

impl Scene {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T08:00:00Z".parse().expect("a time")));
        Self {
            journal: Arc::new(MemoryAccessJournal::new(clock.clone())),
            alerts: Arc::new(MemoryAlertStore::new(clock.clone()).with_member("amina", Role::Admin)),
            clock,
            config: Config::default(),
        }
    }

    fn rules(&self) -> AccessRules {
        AccessRules::new(self.journal.clone(), self.alerts.clone(), &self.config)
    }

    /// So many at once from one address, a second later.
    async fn happens(&self, event: EventKind, count: u32) {
        self.clock.advance(TimeDelta::seconds(1));
        let event = AccessEvent {
            occurred_at: self.clock.now(),
            event,
            outcome: Came::Refused,
            count,
            address_hash: Some(Pseudonym::from_bytes([9; 16])),
            account_hash: Some(Pseudonym::from_bytes([8; 16])),
            dedup_key: self.clock.now().to_string(),
            ..AccessEvent::sample()
        };
        let month = Month::of(event.occurred_at);
        self.journal
            .salt(&Caller::Service, month, None)
            .await
            .expect("a key");
        self.journal
            .record(&Caller::Service, &[event])
            .await
            .expect("recorded");
    }

    /// Every rule is looked at, a minute later, and what it found applied.
    async fn looks(&self) -> Vec<Evaluation> {
        self.clock.advance(TimeDelta::minutes(1));
        let told = self.rules().evaluations(self.clock.now()).await;
        for evaluation in &told {
            self.alerts
                .apply(&Caller::Service, evaluation)
                .await
                .expect("applied");
        }
        told
    }

    /// The alerts that are live.
    async fn live(&self) -> Vec<Alert> {
        let page = self.alerts.list(&Caller::Service, &AlertFilter::default()).await;
        page.expect("a list").alerts
    }

    async fn codes(&self) -> Vec<String> {
        let live = self.live().await;
        let mut codes: Vec<_> = live.into_iter().map(|alert| alert.check_code).collect();
        codes.sort();
        codes
    }

    async fn fixes(&self, alert: &Alert) {
        self.clock.advance(TimeDelta::seconds(1));
        let command = Command {
            alert: alert.id,
            verb: Verb::Resolve,
            comment: Some("blocked at the gateway".to_owned()),
            until: None,
            expected_version: None,
            request_id: None,
        };
        let done = self.alerts.act(&Caller::person("amina"), &command).await;
        done.expect("done");
    }

    fn pass(&self, hours: i64) {
        self.clock.advance(TimeDelta::hours(hours));
    }
}

#[tokio::test]
async fn a_journal_that_nobody_uses_has_no_rules() {
    let mut scene = Scene::new();
    let chosen = Chosen::new(&Config::default(), &[], &[]).expect("the default pack");
    assert!(scene.rules().checks(&chosen).await.is_empty());
    assert!(scene.looks().await.is_empty());
    scene.config.access.expected = vec![Source::Api];
    let checks = scene.rules().checks(&chosen).await;
    assert_eq!(checks.len(), Rule::ALL.len());
    assert!(
        checks
            .iter()
            .all(|check| check.pack == "access" && is_access_rule(check.code.as_str()))
    );
    assert_eq!(scene.looks().await.len(), checks.len());
    assert_eq!(
        scene.codes().await,
        ["ACCESS_JOURNAL_SILENT"],
        "it was never heard"
    );
    let heartbeat = Heartbeat::of(Source::Api);
    scene
        .journal
        .beat(&Caller::Service, &heartbeat)
        .await
        .expect("heard");
    scene.looks().await;
    assert!(scene.live().await.is_empty(), "heard, with nothing to tell");
    scene.config.access.expected = Vec::new();
    assert_eq!(
        scene.rules().checks(&chosen).await.len(),
        checks.len(),
        "it is in use"
    );
}

#[tokio::test]
async fn an_alert_appears_once_and_goes_after_a_day_of_quiet() {
    let scene = Scene::new();
    scene.happens(EventKind::AuthzFail, 10).await;
    scene.looks().await;
    assert!(scene.live().await.is_empty(), "as many as the bucket holds");
    scene.happens(EventKind::AuthzFail, 7).await;
    scene.looks().await;
    let [alert] = &scene.live().await[..] else {
        panic!("one alert")
    };
    assert_eq!(
        (alert.check_code.as_str(), alert.severity),
        ("ACCESS_DENIED_IP", Severity::Warn)
    );
    let written = alert.version;
    scene.happens(EventKind::AuthzFail, 2).await;
    scene.looks().await;
    let [same] = &scene.live().await[..] else {
        panic!("still one alert")
    };
    assert_eq!(
        (same.id, same.version),
        (alert.id, written),
        "more of the same is no change"
    );
    scene.pass(23);
    scene.looks().await;
    assert_eq!(scene.live().await.len(), 1, "not yet a day");
    scene.pass(1);
    scene.looks().await;
    assert!(scene.live().await.is_empty());
}

/// Nobody ran the service for days: what happened meanwhile is found when somebody does.
#[tokio::test]
async fn what_happened_while_nobody_looked_is_found() {
    let scene = Scene::new();
    scene.happens(EventKind::ServiceRoleFromBrowser, 1).await;
    scene.pass(72);
    scene.looks().await;
    assert_eq!(
        scene.codes().await,
        ["SERVICE_ROLE_FROM_BROWSER"],
        "nobody ever looked"
    );
    scene.pass(2);
    scene.happens(EventKind::AuthzFail, 17).await;
    scene.pass(72);
    scene.looks().await;
    assert_eq!(
        scene.codes().await,
        ["ACCESS_DENIED_IP", "SERVICE_ROLE_FROM_BROWSER"]
    );
    scene.looks().await;
    assert_eq!(
        scene.codes().await,
        ["SERVICE_ROLE_FROM_BROWSER"],
        "quiet for a day, as is known now"
    );
}

#[tokio::test]
async fn what_is_critical_waits_for_a_person_and_what_was_fixed_stays_fixed() {
    let scene = Scene::new();
    scene.happens(EventKind::ServiceRoleFromBrowser, 1).await;
    scene.looks().await;
    scene.pass(30);
    scene.looks().await;
    assert_eq!(
        scene.codes().await,
        ["SERVICE_ROLE_FROM_BROWSER"],
        "the day is over, the alert is not"
    );
    scene.happens(EventKind::ServiceRoleFromBrowser, 1).await;
    scene.looks().await;
    let [alert] = &scene.live().await[..] else {
        panic!("one alert")
    };
    scene.fixes(alert).await;
    for hours in [0, 1, 20] {
        scene.pass(hours);
        scene.looks().await;
        assert!(
            scene.live().await.is_empty(),
            "its events are dealt with, {hours} h later"
        );
    }
    scene.happens(EventKind::ServiceRoleFromBrowser, 1).await;
    scene.looks().await;
    let [again] = &scene.live().await[..] else {
        panic!("it was not mended")
    };
    assert_eq!((again.id, again.reopen_count), (alert.id, 1));
}

/// A success that a person has dealt with is none of the failures that come after.
#[tokio::test]
async fn what_was_fixed_stays_fixed_when_the_alert_comes_back() {
    let scene = Scene::new();
    scene.happens(EventKind::AuthnLoginFail, 5).await;
    scene.happens(EventKind::AuthnLoginSuccess, 1).await;
    scene.looks().await;
    let [alert] = &scene.live().await[..] else {
        panic!("one alert")
    };
    assert_eq!(
        (alert.check_code.as_str(), alert.severity),
        ("ACCESS_BRUTE_FORCE_ACCOUNT", Severity::Critical)
    );
    scene.fixes(alert).await;
    scene.pass(1);
    scene.happens(EventKind::AuthnLoginFail, 5).await;
    for look in 0..3 {
        scene.looks().await;
        let [again] = &scene.live().await[..] else {
            panic!("it came back")
        };
        assert_eq!(
            (again.id, again.severity),
            (alert.id, Severity::Warn),
            "look {look}: nobody came to be in since"
        );
    }
}

#[tokio::test]
async fn a_rule_that_cannot_be_looked_at_leaves_the_others() {
    let scene = Scene::new();
    scene.happens(EventKind::AuthzFail, 17).await;
    scene.looks().await;
    assert_eq!(scene.codes().await, ["ACCESS_DENIED_IP"]);
    let mut told = scene
        .journal
        .detect(&Caller::Service, &Watch::default())
        .await
        .expect("an answer");
    told.at += LOOKS_BACK * 2;
    told.found.retain(|found| found.rule != Rule::DeniedIp);
    told.failed.push(Unjudged {
        rule: Rule::DeniedIp,
        is_forbidden: false,
        reason: "it took too long".to_owned(),
    });
    let mut broken = access_journal::journal::MockAccessJournal::new();
    broken.expect_detect().returning(move |_, _| Ok(told.clone()));
    broken
        .expect_seal()
        .returning(|_| Err(Error::forbidden("no role")));
    scene.pass(48);
    let rules = AccessRules::new(Arc::new(broken), scene.alerts.clone(), &scene.config);
    let told = rules.evaluations(scene.clock.now()).await;
    assert_eq!(told.len(), Rule::ALL.len());
    for evaluation in told {
        let is_failed = ["ACCESS_DENIED_IP", "ACCESS_JOURNAL_TAMPERED"].contains(&evaluation.code.as_str());
        assert_eq!(
            !evaluation.outcome.was_evaluated(),
            is_failed,
            "{}",
            evaluation.code
        );
        let applied = scene.alerts.apply(&Caller::Service, &evaluation).await;
        applied.expect("applied");
    }
    let live = scene.codes().await;
    assert!(
        live.contains(&"ACCESS_DENIED_IP".to_owned()),
        "not resolved: {live:?}"
    );
}

#[tokio::test]
async fn what_a_person_does_while_it_is_looked_at_is_not_refuted() {
    let scene = Scene::new();
    scene.happens(EventKind::ServiceRoleFromBrowser, 1).await;
    scene.looks().await;
    scene.clock.advance(TimeDelta::minutes(1));
    let told = scene.rules().evaluations(scene.clock.now()).await;
    let [alert] = &scene.live().await[..] else {
        panic!("one alert")
    };
    scene.fixes(alert).await;
    for evaluation in &told {
        scene
            .alerts
            .apply(&Caller::Service, evaluation)
            .await
            .expect("applied");
    }
    assert!(scene.live().await.is_empty(), "the look is older than the word");
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_is_not_a_quiet_one() {
    let scene = Scene::new();
    scene.happens(EventKind::AuthnLoginFail, 6).await;
    scene.looks().await;
    let alerts = scene.codes().await;
    assert_eq!(alerts, ["ACCESS_BRUTE_FORCE_ACCOUNT", "ACCESS_BRUTE_FORCE_IP"]);
    let mut broken = access_journal::journal::MockAccessJournal::new();
    broken
        .expect_is_used()
        .returning(|_| Err(Error::forbidden("no role")));
    broken
        .expect_detect()
        .returning(|_, _| Err(Error::forbidden("no role")));
    broken
        .expect_seal()
        .returning(|_| Err(Error::forbidden("no role")));
    let rules = AccessRules::new(Arc::new(broken), scene.alerts.clone(), &scene.config);
    let chosen = Chosen::new(&Config::default(), &[], &[]).expect("the default pack");
    assert_eq!(rules.checks(&chosen).await.len(), Rule::ALL.len());
    scene.pass(48);
    let told = rules.evaluations(scene.clock.now()).await;
    assert_eq!(told.len(), Rule::ALL.len());
    for evaluation in told {
        assert!(!evaluation.outcome.was_evaluated(), "{:?}", evaluation.outcome);
        scene
            .alerts
            .apply(&Caller::Service, &evaluation)
            .await
            .expect("applied");
    }
    let live = scene.codes().await;
    assert!(
        alerts.iter().all(|code| live.contains(code)),
        "nothing is resolved: {live:?}"
    );
}
