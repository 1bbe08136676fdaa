use alerts_store::{Error, PastRun, Run, RunStatus, TrendDay};
use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;
use integrity_core::{Caller, Evaluation, Outcome, Severity};
use serde_json::{Value, json};

use super::{
    Harness, check,
    scene::{CODE, Scene, evaluation, tank},
};

/// Where no day begins or ends while a test runs.
fn far_from_midnight(now: DateTime<Utc>) -> Tz {
    if (6..18).contains(&now.hour()) {
        Tz::UTC
    } else {
        Tz::Asia__Tokyo
    }
}

pub(crate) async fn a_trend_is_told_by_the_events(harness: &dyn Harness) {
    let (scene, service) = (Scene::new(harness), harness.service());
    let zone = far_from_midnight(harness.now().await);
    let (critical, warn, info) = (Severity::Critical, Severity::Warn, Severity::Info);
    let first = [tank("T1", critical, 1), tank("T2", warn, 1), tank("T3", info, 1)];
    scene.sees(Outcome::Complete, first.to_vec()).await;
    let elsewhere = Evaluation {
        database: "elsewhere".to_owned(),
        ..evaluation(CODE, harness.now().await, Outcome::Complete, first.to_vec())
    };
    service
        .apply(&Caller::Service, &elsewhere)
        .await
        .expect("applied");
    harness.pass(TimeDelta::days(2)).await;
    let raised = [
        tank("T1", critical, 1),
        tank("T2", critical, 1),
        tank("T3", info, 1),
    ];
    scene.sees(Outcome::Complete, raised.to_vec()).await;
    let alert = scene.alert("T1").await;
    scene.ack(&alert, "didier").await;
    scene.resolve(&alert, "didier").await;
    harness.pass(TimeDelta::days(2)).await;
    scene.sees(Outcome::Complete, raised.to_vec()).await;
    harness.pass(TimeDelta::days(1)).await;

    let patricia = Caller::person("patricia");
    let trend = harness
        .people()
        .trend(&patricia, "main", 7, zone)
        .await
        .expect("a trend");
    let told: Vec<_> = trend
        .iter()
        .map(|day| (day.critical, day.warn, day.info))
        .collect();
    assert_eq!(
        told,
        [
            (0, 0, 0),
            (1, 1, 1),
            (1, 1, 1),
            (1, 0, 1),
            (1, 0, 1),
            (2, 0, 1),
            (2, 0, 1)
        ],
        "opened; one raised, another called fixed; refuted"
    );
    let today = harness.now().await.with_timezone(&zone).date_naive();
    let dates: Vec<_> = trend.iter().map(|day| (today - day.date).num_days()).collect();
    assert_eq!(dates, [6, 5, 4, 3, 2, 1, 0]);

    let only_today = service
        .trend(&Caller::Service, "main", 1, zone)
        .await
        .expect("a trend");
    assert_eq!(only_today, trend[6..]);
    let nowhere = service
        .trend(&Caller::Service, "nowhere", 2, zone)
        .await
        .expect("a trend");
    let live = |day: &TrendDay| day.critical + day.warn + day.info;
    assert_eq!(nowhere.iter().map(live).collect::<Vec<_>>(), [0, 0]);
}

fn run(database: &str, started_at: DateTime<Utc>, outcomes: Value) -> Run {
    Run {
        database: database.to_owned(),
        started_at,
        status: RunStatus::Partial,
        outcomes,
        parameters: json!({ CODE: { "most": 3 } }),
    }
}

/// Writes a run into the book that finishes later than any before.
async fn ran(harness: &dyn Harness, database: &str, outcomes: Value) -> Run {
    let run = run(database, harness.now().await, outcomes);
    let recorded = harness.service().record_run(&Caller::Service, &run).await;
    recorded.expect("recorded");
    run
}

pub(crate) async fn runs_are_read_back(harness: &dyn Harness) {
    let mut written = Vec::new();
    for n in 0..3 {
        // two at once
        let started_at = harness.now().await;
        for place in [2 * n, 2 * n + 1] {
            let run = run(
                "main",
                started_at,
                json!({ CODE: { "outcome": "Complete", "findings": place } }),
            );
            let recorded = harness.service().record_run(&Caller::Service, &run).await;
            recorded.expect("recorded");
            written.push(run);
        }
        ran(harness, "elsewhere", json!({})).await;
    }
    let patricia = Caller::person("patricia");
    let read = async |before, limit| -> Vec<PastRun> {
        let runs = harness.people().runs(&patricia, "main", before, limit).await;
        runs.expect("a pca reads")
    };
    let all = read(None, PastRun::MAX).await;
    assert!(
        all.is_sorted_by(|one, next| one.finished_at >= next.finished_at),
        "the last one first: {all:?}"
    );
    assert_eq!(all.len(), written.len());
    for run in &written {
        let is_there = all.iter().any(|past| past.run == *run);
        assert!(is_there, "as it was written: {run:?} in {all:?}");
    }
    assert!(
        all.iter().all(|past| past.finished_at >= past.run.started_at),
        "{all:?}"
    );
    for limit in 1..=3 {
        let (mut walked, mut before) = (Vec::new(), None);
        while let Some(last) = {
            let some = read(before, limit).await;
            assert!(walked.len() <= all.len(), "it goes on for ever");
            walked.extend(some.iter().cloned());
            some.last().map(|past| past.finished_at)
        } {
            before = Some(last);
        }
        assert_eq!(walked, all, "{limit} at a time");
    }
}

pub(crate) async fn what_came_of_a_check_is_read_back(harness: &dyn Harness) {
    ran(
        harness,
        "main",
        json!({ CODE: { "outcome": "Complete", "findings": 3, "opened": 3, "elapsed_ms": 12 } }),
    )
    .await;
    ran(
        harness,
        "main",
        json!({ "OTHER_CHECK": { "outcome": "Complete" } }),
    )
    .await;
    ran(harness, "elsewhere", json!({ CODE: { "outcome": "Complete" } })).await;
    ran(
        harness,
        "main",
        json!({ CODE: { "outcome": "Failed", "kind": "Sql", "reason": "division by zero", "elapsed_ms": 7 } }),
    )
    .await;
    let patricia = Caller::person("patricia");
    let read = async |code, limit| {
        let outcomes = harness.people().outcomes(&patricia, "main", code, limit).await;
        outcomes.expect("a pca reads")
    };
    let outcomes = read(CODE, PastRun::MAX).await;
    let told: Vec<_> = outcomes
        .iter()
        .map(|past| {
            let words = (
                past.outcome.as_str(),
                past.kind.as_deref(),
                past.reason.as_deref(),
            );
            (words, past.findings, past.elapsed_ms)
        })
        .collect();
    assert_eq!(
        told,
        [
            (("Failed", Some("Sql"), Some("division by zero")), 0, 7),
            (("Complete", None, None), 3, 12)
        ],
        "the last one first; a run that did not look at it says nothing"
    );
    let runs = harness
        .service()
        .runs(&Caller::Service, "main", None, 3)
        .await
        .expect("runs");
    assert_eq!(
        (outcomes[0].at, outcomes[1].at),
        (runs[0].finished_at, runs[2].finished_at)
    );
    assert_eq!(read(CODE, 1).await, outcomes[..1]);
    assert_eq!(read("NOWHERE", 9).await, []);

    ran(harness, "main", json!({ CODE: "Complete" })).await;
    let odd = harness
        .service()
        .outcomes(&Caller::Service, "main", CODE, 9)
        .await;
    assert!(
        matches!(odd, Err(Error::Corrupt { .. })),
        "not what a run writes: {odd:?}"
    );
}

pub(crate) async fn the_past_badly_asked_for_is_refused(harness: &dyn Harness) {
    let (service, who) = (harness.service(), Caller::Service);
    let mut answers = vec![
        (
            "before",
            service
                .runs(&who, "main", Some(DateTime::<Utc>::MAX_UTC), 1)
                .await
                .err(),
        ),
        (
            "before",
            service
                .runs(&who, "main", Some(DateTime::<Utc>::MIN_UTC), 1)
                .await
                .err(),
        ),
    ];
    for limit in [0, PastRun::MAX + 1, u32::MAX] {
        answers.push(("limit", service.runs(&who, "main", None, limit).await.err()));
        answers.push(("limit", service.outcomes(&who, "main", CODE, limit).await.err()));
    }
    for days in [0, TrendDay::MAX_DAYS + 1, u32::MAX] {
        answers.push(("days", service.trend(&who, "main", days, Tz::UTC).await.err()));
    }
    for (field, answer) in answers {
        assert!(
            matches!(&answer, Some(Error::Invalid { field: found, .. }) if found == field),
            "{field}: {answer:?}"
        );
    }
    let longest = service.trend(&who, "main", TrendDay::MAX_DAYS, Tz::UTC).await;
    assert_eq!(longest.expect("a trend").len(), 366);
}

pub(crate) async fn times_are_of_one_check_or_of_all(harness: &dyn Harness) {
    let (scene, service) = (Scene::new(harness), harness.service());
    let checks = [check(CODE), check("OTHER_CHECK")];
    let registered = service.register_checks(&Caller::Service, "main", &checks).await;
    registered.expect("registered");
    let two = vec![tank("T1", Severity::Warn, 1), tank("T2", Severity::Warn, 1)];
    scene.sees(Outcome::Complete, two.clone()).await;
    let other = evaluation("OTHER_CHECK", harness.now().await, Outcome::Complete, two);
    service.apply(&Caller::Service, &other).await.expect("applied");
    for alert in scene.all().await {
        let is_meant = alert.check_code == CODE && alert.entity_id == "T1";
        if is_meant || alert.check_code == "OTHER_CHECK" {
            scene.ack(&alert, "didier").await;
        }
    }
    let fixed = scene.all().await;
    let fixed = fixed
        .iter()
        .find(|alert| alert.check_code == CODE && alert.entity_id == "T2");
    scene.resolve(fixed.expect("an alert"), "didier").await;
    let patricia = Caller::person("patricia");
    let times = async |code: Option<&str>| {
        harness
            .people()
            .times(&patricia, "main", code.map(str::to_owned))
            .await
            .expect("a pca reads")
    };
    let before = times(Some(CODE)).await;
    assert_eq!(
        (before.acknowledge.n, before.resolve.n),
        (1, 0),
        "a fix counts once it is verified"
    );
    scene
        .sees(Outcome::Complete, vec![tank("T1", Severity::Warn, 1)])
        .await;
    let after = times(Some(CODE)).await;
    assert_eq!((after.acknowledge, after.resolve.n), (before.acknowledge, 1));
    assert!(
        after.resolve.median.is_some_and(|seconds| seconds > 0.0),
        "{after:?}"
    );
    assert_eq!(times(Some("OTHER_CHECK")).await.acknowledge.n, 2);
    let nothing = times(Some("NOWHERE")).await;
    assert_eq!((nothing.acknowledge.n, nothing.acknowledge.median), (0, None));
    let all = times(None).await;
    assert_eq!(
        (all.acknowledge.n, all.resolve),
        (3, after.resolve),
        "all checks together"
    );
    harness.pass(TimeDelta::days(91)).await;
    let long_ago = times(Some(CODE)).await;
    assert_eq!(
        (long_ago.acknowledge.n, long_ago.resolve.n),
        (0, 0),
        "of the last 90 days"
    );
}
