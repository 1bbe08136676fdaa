use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::Severity;
use proptest::prelude::*;

use super::*;
use crate::AppEnv;

fn deployed() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn after(seconds: i64) -> DateTime<Utc> {
    deployed() + TimeDelta::seconds(seconds)
}

/// A release of which everything is known, and all of it is well.
fn well() -> DecisionFacts {
    DecisionFacts {
        at: after(3600),
        place: Place::new(AppEnv::Production, "web"),
        release: "depot-web@1.4.0+4110b38a1b2c".parse().expect("a release"),
        began_at: after(-30),
        deployed_at: deployed(),
        clock_went_back: None,
        under_way: None,
        verified: Verified::Passed(look(60)),
        alerts: Vec::new(),
        unread_alerts: 0,
        usual_warnings: Some(1.0),
        checks: vec![
            check("STOCK_NEGATIF", Some(300)),
            check("STOCK_OVER_CAPACITY", Some(301)),
        ],
        readiness: Some(Readiness::Ready),
        access: None,
    }
}

/// A journal that is heard, looked at, and knows of nothing bad.
fn calm() -> Access {
    Access {
        refused: vec![refused("nginx", 1.0, Some(1.0))],
        exposed: Vec::new(),
        not_counted: Vec::new(),
        looked_at: Some(after(300)),
        missing: Vec::new(),
    }
}

fn with(access: Access) -> DecisionFacts {
    DecisionFacts {
        access: Some(access),
        ..well()
    }
}

fn refused(source: &str, a_minute: f64, usually: Option<f64>) -> Refused {
    Refused {
        source: source.to_owned(),
        a_minute,
        usually,
    }
}

fn look(seconds: i64) -> Look {
    Look {
        at: after(seconds),
        by: Some("amina".to_owned()),
        evidence: Some("3 rounds in a row".to_owned()),
    }
}

fn check(code: &str, complete: Option<i64>) -> CheckFact {
    CheckFact {
        code: code.to_owned(),
        complete_at: complete.map(after),
    }
}

fn alert(severity: Severity, opened: i64) -> NewAlert {
    NewAlert {
        id: "7f1d0c9e".to_owned(),
        code: "STOCK_NEGATIF".to_owned(),
        severity,
        about: "TANK T1".to_owned(),
        since: after(opened),
        standing: Standing::Live,
    }
}

#[track_caller]
fn decided(facts: &DecisionFacts) -> Verdict {
    decide(facts, &Thresholds::default())
}

fn rule<'a>(verdict: &'a Verdict, name: &str) -> &'a Judged {
    let found = verdict.rules.iter().find(|judged| judged.rule == name);
    found.expect("the rule")
}

#[test]
fn what_is_well_passes_and_rooms_that_are_not_there_do_not_decide() {
    let verdict = decided(&well());
    assert_eq!(verdict.decision, Decision::Pass, "{verdict:#?}");
    for name in ["anonymous_exposure", "refused_requests"] {
        assert_eq!(rule(&verdict, name).outcome.to_string(), "not installed");
    }
    let told = serde_json::to_value(&verdict).expect("JSON");
    assert_eq!(told["decision"], "PASS");
    assert_eq!(told["rules"][3]["outcome"], "not installed");
    assert_eq!(told["environment"], "production");
}

#[test]
fn what_was_not_looked_at_since_never_passes() {
    for complete in [None, Some(-1), Some(0)] {
        let mut facts = well();
        facts.checks[1] = check("STOCK_OVER_CAPACITY", complete);
        let verdict = decided(&facts);
        assert_eq!(verdict.decision, Decision::Inconclusive, "{complete:?}");
        let job = rule(&verdict, "integrity_job");
        assert_eq!(job.value, "1 of 2 checks");
        assert!(job.evidence[0].starts_with("STOCK_OVER_CAPACITY "), "{job:?}");
    }
    let mut nobody = well();
    nobody.checks.clear();
    assert_eq!(decided(&nobody).decision, Decision::Inconclusive);
    for verified in [Verified::Never, Verified::Inconclusive(look(1))] {
        let facts = DecisionFacts { verified, ..well() };
        assert_eq!(
            decided(&facts).decision,
            Decision::Inconclusive,
            "{:?}",
            facts.verified
        );
    }
    let open = DecisionFacts {
        under_way: Some("depot-web@1.5.0+9d8e7f6a5b4c is started".to_owned()),
        ..well()
    };
    assert_eq!(decided(&open).decision, Decision::Inconclusive);
}

#[test]
fn an_alert_since_it_began_sends_it_back_within_the_hour_and_holds_it_after() {
    for (since, decision, value) in [
        (-31, Decision::Pass, "0 new"),
        (-30, Decision::Rollback, "1 new"),
        (3600, Decision::Rollback, "1 new"),
        (3601, Decision::Hold, "0 new, 1 later"),
    ] {
        let facts = DecisionFacts {
            alerts: vec![alert(Severity::Critical, since)],
            ..well()
        };
        let verdict = decided(&facts);
        assert_eq!(verdict.decision, decision, "{since}");
        let judged = rule(&verdict, "critical_alerts");
        assert_eq!(judged.value, value);
        assert_eq!(judged.evidence.len(), usize::from(decision != Decision::Pass));
    }
}

#[test]
fn a_word_that_nothing_confirms_ends_no_alert_and_one_put_aside_is_told() {
    for (standing, decision) in [
        (Standing::SaidToBeFixed, Decision::Rollback),
        (Standing::PutAside, Decision::Pass),
    ] {
        let mut facts = well();
        facts.alerts = vec![NewAlert {
            standing,
            ..alert(Severity::Critical, 10)
        }];
        let verdict = decided(&facts);
        assert_eq!(verdict.decision, decision, "{standing:?}");
        let evidence = &rule(&verdict, "critical_alerts").evidence;
        assert!(evidence[0].contains("a person"), "{evidence:?}");
    }
    let unread = DecisionFacts {
        unread_alerts: 1,
        ..well()
    };
    assert_eq!(decided(&unread).decision, Decision::Inconclusive);
}

#[test]
fn who_says_that_it_was_seen_and_what_shows_it_is_told() {
    let mut facts = well();
    let told = |facts: &DecisionFacts| rule(&decided(facts), "verification").evidence[0].clone();
    assert_eq!(
        told(&facts),
        "at 2024-10-04T00:01:00.000Z, recorded by amina; what shows it: 3 rounds in a row"
    );
    facts.verified = Verified::Passed(Look {
        by: None,
        evidence: None,
        ..look(60)
    });
    assert!(told(&facts).ends_with("recorded by the service; nothing shows it"));
}

#[test]
fn the_other_reasons_to_go_back() {
    let failed = DecisionFacts {
        verified: Verified::Failed(look(60)),
        ..well()
    };
    let not_ready = DecisionFacts {
        readiness: Some(Readiness::Failing("503, 3 times of 3".to_owned())),
        ..well()
    };
    let exposed = DecisionFacts {
        access: Some(Access {
            exposed: vec!["public.tanks".to_owned()],
            ..calm()
        }),
        ..well()
    };
    for facts in [failed, not_ready, exposed] {
        assert_eq!(decided(&facts).decision, Decision::Rollback, "{facts:?}");
    }
    let unknown = DecisionFacts {
        readiness: Some(Readiness::Unknown(
            "the host's name has no address (DNS)".to_owned(),
        )),
        ..well()
    };
    assert_eq!(decided(&unknown).decision, Decision::Inconclusive);
    let nobody = DecisionFacts {
        readiness: None,
        ..well()
    };
    assert_eq!(decided(&nobody).decision, Decision::Pass);
}

#[test]
fn more_than_three_times_the_baseline_holds() {
    for (new, usual, decision) in [
        (3, Some(1.0), Decision::Pass),
        (4, Some(1.0), Decision::Hold),
        (1, Some(0.0), Decision::Hold),
        (1, None, Decision::Hold),
        (0, None, Decision::Pass),
    ] {
        let facts = DecisionFacts {
            alerts: vec![alert(Severity::Warn, 10); new],
            usual_warnings: usual,
            ..well()
        };
        assert_eq!(decided(&facts).decision, decision, "{new} beside {usual:?}");
    }
    // After 20 of 60 minutes a third of it is usual.
    for (new, decision) in [(1, Decision::Pass), (2, Decision::Hold)] {
        let facts = DecisionFacts {
            at: after(1200),
            alerts: vec![alert(Severity::Warn, 10); new],
            ..well()
        };
        let verdict = decided(&facts);
        assert_eq!(verdict.decision, decision, "{new}");
        let value = &rule(&verdict, "warn_alerts").value;
        assert_eq!(value, &format!("{new} new; 20 min of 60 watched"));
    }
    for (a_minute, usually, decision) in [
        (6.0, Some(2.0), Decision::Pass),
        (6.1, Some(2.0), Decision::Hold),
        (0.0, None, Decision::Pass),
        (0.1, None, Decision::Hold),
    ] {
        // Another source, with many more of both, hides nothing of this one.
        let access = Access {
            refused: vec![
                refused("api", 100.0, Some(100.0)),
                refused("nginx", a_minute, usually),
            ],
            ..calm()
        };
        let verdict = decided(&with(access));
        assert_eq!(verdict.decision, decision, "{a_minute} beside {usually:?}");
        assert_eq!(rule(&verdict, "refused_requests").value, "100.00 a minute");
    }
}

#[test]
fn a_journal_that_does_not_know_never_passes() {
    assert_eq!(decided(&with(calm())).decision, Decision::Pass);
    let silent = Access {
        missing: vec!["nginx was not heard since".to_owned()],
        ..calm()
    };
    let nobody = Access {
        refused: Vec::new(),
        ..calm()
    };
    let unseen = |looked_at| Access { looked_at, ..calm() };
    for access in [silent.clone(), nobody, unseen(None), unseen(Some(deployed()))] {
        let verdict = decided(&with(access.clone()));
        assert_eq!(verdict.decision, Decision::Inconclusive, "{access:?}");
    }
    for name in ["anonymous_exposure", "refused_requests"] {
        let judged = rule(&decided(&with(silent.clone())), name).clone();
        assert_eq!(
            judged.outcome,
            Outcome::Decides(Decision::Inconclusive),
            "{judged:?}"
        );
        assert_eq!(judged.evidence[0], "nginx was not heard since");
    }
    // What is known to be wrong is known all the same, and what is not put down to it is told.
    let exposed = Access {
        exposed: vec!["public.tanks".to_owned()],
        ..silent
    };
    assert_eq!(decided(&with(exposed)).decision, Decision::Rollback);
    let put_aside = Access {
        not_counted: vec!["public.tanks, as before".to_owned()],
        ..calm()
    };
    let verdict = decided(&with(put_aside));
    assert_eq!(verdict.decision, Decision::Pass);
    let told = rule(&verdict, "anonymous_exposure");
    assert_eq!(told.evidence, ["public.tanks, as before"]);
}

#[test]
fn the_worst_wins() {
    let mut facts = well();
    facts.alerts = vec![alert(Severity::Warn, 10); 9];
    assert_eq!(decided(&facts).decision, Decision::Hold);
    facts.checks[0].complete_at = None;
    assert_eq!(decided(&facts).decision, Decision::Inconclusive, "over HOLD");
    facts.alerts.push(alert(Severity::Critical, 10));
    assert_eq!(decided(&facts).decision, Decision::Rollback, "over INCONCLUSIVE");
}

fn any_facts() -> impl Strategy<Value = DecisionFacts> {
    let instant = || -7200i64..7200;
    let verified = prop_oneof![
        Just(Verified::Never),
        instant().prop_map(|at| Verified::Passed(look(at))),
        instant().prop_map(|at| Verified::Failed(look(at))),
        instant().prop_map(|at| Verified::Inconclusive(look(at))),
    ];
    let severity = prop_oneof![Just(Severity::Warn), Just(Severity::Critical)];
    let alerts = prop::collection::vec((severity, instant()), 0..5);
    let checks = prop::collection::vec(prop::option::of(instant()), 0..4);
    (verified, alerts, checks, prop::option::of(0.0..3.0f64)).prop_map(|(verified, alerts, checks, usual)| {
        DecisionFacts {
            verified,
            alerts: alerts
                .into_iter()
                .map(|(severity, at)| alert(severity, at))
                .collect(),
            checks: checks.into_iter().map(|at| check("ABC", at)).collect(),
            usual_warnings: usual,
            ..well()
        }
    })
}

proptest! {
    /// It passes only where every check was looked at since, and what is served was seen.
    #[test]
    fn nothing_passes_without_proof(facts in any_facts()) {
        if decided(&facts).decision == Decision::Pass {
            prop_assert!(!facts.checks.is_empty());
            prop_assert!(facts.checks.iter().all(|check| check.complete_at > Some(facts.deployed_at)));
            prop_assert!(matches!(facts.verified, Verified::Passed(_)));
            let is_of_it = |alert: &NewAlert| alert.severity == Severity::Critical && alert.since >= facts.began_at;
            prop_assert!(!facts.alerts.iter().any(is_of_it));
        }
    }
}
