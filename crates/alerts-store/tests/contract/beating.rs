//! Whether anybody still looks.

use alerts_store::{AlertFilter, CheckInfo, Heartbeat, LastSeen, Run, RunStatus, Summary};
use chrono::TimeDelta;
use integrity_core::{Caller, Outcome, Severity};
use serde_json::json;

use super::{
    Harness,
    reading::check,
    scene::{CODE, Scene, evaluation, failed, tank},
};

async fn registers(harness: &dyn Harness, checks: &[CheckInfo]) {
    harness
        .service()
        .register_checks(&Caller::Service, "main", checks)
        .await
        .expect("registered");
}

async fn runs(harness: &dyn Harness, database: &str) {
    ends(harness, database, RunStatus::Ok).await;
}

async fn ends(harness: &dyn Harness, database: &str, status: RunStatus) {
    let run = Run {
        database: database.to_owned(),
        started_at: harness.now().await,
        status,
        outcomes: json!({ CODE: "Complete" }),
        parameters: json!({}),
    };
    harness
        .service()
        .record_run(&Caller::Service, &run)
        .await
        .expect("recorded");
}

async fn summary(harness: &dyn Harness) -> Summary {
    let reader = Caller::person("patricia");
    harness.people().summary(&reader, "main").await.expect("numbers")
}

async fn heartbeat(harness: &dyn Harness) -> Heartbeat {
    summary(harness).await.heartbeat
}

async fn last_seen(harness: &dyn Harness) -> LastSeen {
    let service = harness.service();
    service
        .last_seen(&Caller::Service, "main")
        .await
        .expect("an answer")
}

pub(crate) async fn what_was_last_seen_is_known(harness: &dyn Harness) {
    let before = harness.now().await;
    let nothing = last_seen(harness).await;
    assert_eq!((nothing.run_at, nothing.seen.len()), (None, 0));
    assert!(nothing.at >= before);

    let (first, second) = (harness.now().await, harness.now().await);
    for (database, code, at, outcome) in [
        ("main", CODE, first, Outcome::Complete),
        ("main", "OTHER_CHECK", second, failed()),
        ("elsewhere", "THIRD_CHECK", second, Outcome::Complete),
    ] {
        let mut given = evaluation(code, at, outcome, Vec::new());
        database.clone_into(&mut given.database);
        let applied = harness.service().apply(&Caller::Service, &given).await;
        applied.expect("applied");
    }
    runs(harness, "elsewhere").await;
    assert_eq!(last_seen(harness).await.run_at, None, "another database's");
    let begun = harness.now().await;
    runs(harness, "main").await;
    let seen = last_seen(harness).await;
    let expected = [(CODE, first), ("OTHER_CHECK", second)];
    assert_eq!(
        seen.seen,
        expected
            .map(|(code, at)| (code.parse().expect("a code"), at))
            .into()
    );
    let run_at = seen.run_at.expect("a run");
    assert!(begun <= run_at && run_at <= seen.at, "{seen:?}");
    let by_a_member = harness
        .people()
        .last_seen(&Caller::person("patricia"), "main")
        .await;
    assert_eq!(by_a_member.expect("a pca reads").run_at, Some(run_at));
}

pub(crate) async fn silence_shows_after_three_intervals(harness: &dyn Harness) {
    let disabled = CheckInfo {
        every_seconds: 60,
        enabled: false,
        ..check("DISABLED")
    };
    let slow = CheckInfo {
        every_seconds: 3600,
        ..check("SLOW_CHECK")
    };
    registers(harness, &[check(CODE), slow, disabled]).await;
    runs(harness, "main").await;
    let alive = heartbeat(harness).await;
    assert_eq!(
        (alive.silent_after_seconds, alive.silent),
        (Some(900), false),
        "three times the shortest interval of those that are enabled"
    );
    assert_eq!(alive.run_at, last_seen(harness).await.run_at);
    harness.pass(TimeDelta::minutes(14)).await;
    let late = heartbeat(harness).await;
    assert!(!late.silent && late.age_seconds >= 840.0, "{late:?}");
    harness.pass(TimeDelta::minutes(1)).await;
    runs(harness, "elsewhere").await;
    let silent = heartbeat(harness).await;
    assert!(silent.silent && silent.age_seconds > 900.0, "{silent:?}");
    runs(harness, "main").await;
    let again = heartbeat(harness).await;
    assert!(!again.silent && again.age_seconds < 840.0, "{again:?}");
    registers(harness, &[check(CODE)]).await;
    registers(harness, &[]).await;
    let nothing = heartbeat(harness).await;
    assert_eq!(
        (nothing.silent_after_seconds, nothing.silent),
        (None, true),
        "nobody looks at anything"
    );
}

pub(crate) async fn silence_is_measured_without_a_run(harness: &dyn Harness) {
    registers(harness, &[check(CODE)]).await;
    harness.pass(TimeDelta::minutes(20)).await;
    let never = heartbeat(harness).await;
    assert_eq!((never.run_at, never.silent), (None, true));
    assert!(never.age_seconds >= 1200.0, "since the store was made: {never:?}");
    Scene::new(harness).sees_nothing().await;
    let seen = heartbeat(harness).await;
    assert_eq!((seen.run_at, seen.silent), (None, false));
    assert!(seen.age_seconds < 1200.0, "since the last sighting: {seen:?}");
    harness.pass(TimeDelta::days(91)).await;
    let silent = heartbeat(harness).await;
    assert!(
        silent.silent && silent.age_seconds >= 91.0 * 86400.0,
        "{silent:?}"
    );
}

pub(crate) async fn a_run_that_evaluated_nothing_is_silence(harness: &dyn Harness) {
    registers(harness, &[check(CODE)]).await;
    runs(harness, "main").await;
    harness.pass(TimeDelta::minutes(20)).await;
    Scene::new(harness).sees(failed(), vec![]).await;
    ends(harness, "main", RunStatus::Failed).await;
    let blind = heartbeat(harness).await;
    assert!(blind.silent && blind.age_seconds >= 1200.0, "{blind:?}");
    let run_at = blind.run_at.expect("the run before");
    assert_eq!(last_seen(harness).await.run_at, Some(run_at));
    ends(harness, "main", RunStatus::Partial).await;
    assert!(!heartbeat(harness).await.silent, "something was evaluated");
}

/// As after a clock that was set back: it must not look like news for as long.
pub(crate) async fn what_lies_in_the_future_is_no_news(harness: &dyn Harness) {
    registers(harness, &[check(CODE)]).await;
    runs(harness, "main").await;
    harness.pass(TimeDelta::minutes(20)).await;
    Scene::new(harness).sees_nothing().await;
    runs(harness, "main").await;
    harness.pass(-TimeDelta::minutes(10)).await;
    let (seen, beat) = (last_seen(harness).await, heartbeat(harness).await);
    let run_at = seen.run_at.expect("the first run");
    assert!(run_at <= seen.at, "{seen:?}");
    assert_eq!(beat.run_at, Some(run_at));
    assert!(beat.age_seconds >= 600.0, "since the run before: {beat:?}");
}

pub(crate) async fn what_is_past_due_is_counted_where_it_stands(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let findings = vec![
        tank("T1", Severity::Critical, 1),
        tank("T2", Severity::Warn, 1),
        tank("T3", Severity::Warn, 1),
        tank("T4", Severity::Info, 1),
    ];
    scene.sees(Outcome::Complete, findings).await;
    for name in ["T1", "T3"] {
        let alert = scene.alert(name).await;
        scene.ack(&alert, "didier").await;
    }
    let counted = async || -> Vec<(&str, &str, u64, u64)> {
        let live = summary(harness).await.live;
        live.iter()
            .map(|one| (one.severity.as_str(), one.status.as_str(), one.count, one.overdue))
            .collect()
    };
    let before = counted().await;
    assert!(
        before
            .iter()
            .all(|(_, _, count, overdue)| (*count, *overdue) == (1, 0)),
        "{before:?}"
    );
    harness.pass(TimeDelta::days(3)).await;
    assert_eq!(
        counted().await,
        [
            ("CRITICAL", "ACK", 1, 1),
            ("WARN", "OPEN", 1, 1),
            ("WARN", "ACK", 1, 0),
            ("INFO", "OPEN", 1, 0)
        ]
    );
    let overdue = AlertFilter {
        overdue: true,
        ..AlertFilter::default()
    };
    let listed = harness.service().list(&Caller::Service, &overdue).await;
    assert_eq!(listed.expect("a list").alerts.len(), 2);
}
