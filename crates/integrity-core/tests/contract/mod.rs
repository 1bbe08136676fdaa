//! What every runner promises, whatever it runs on. Each promise is one function, run against each runner.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use integrity_core::{
    Check, CheckCode, CheckRunner, Evaluation, Finding, Outcome, Overrides, Pack, Payload, Severity, Snapshot,
};

/// A runner and the source that its checks read.
#[async_trait]
pub(crate) trait World: Sync {
    fn runner(&self) -> Arc<dyn CheckRunner>;

    /// From now on the check finds these rows.
    async fn put(&self, code: &CheckCode, rows: &[Finding]);

    /// From now on the check cannot be evaluated.
    async fn spoil(&self, code: &CheckCode);
}

/// A check that finds the rows that stand under its code in the table `public.source`.
pub(crate) fn check(code: &str) -> Check {
    let file = format!("{}.sql", code.to_ascii_lowercase());
    let text = format!(
        "/*+++\ncode = \"{code}\"\nformat = 1\nseverity = \"WARN\"\nentity = \"TANK\"\n\
         title = {{ en = \"A tank\" }}\nmessage = {{ en = \"{{{{ entity_label }}}}\" }}\nmax_rows = 3\n+++*/\n\
         select entity_type, entity_id, entity_label, severity, message, payload, occurred_at, scope\n\
         from public.source where code = '{code}' and 1 / case when spoilt then 0 else 1 end = 1"
    );
    let files = [
        ("pack.toml", "name = \"contract\"\nformat = 1"),
        (file.as_str(), text.as_str()),
    ];
    let mut pack = Pack::from_files(files.map(|(name, text)| (name, text.as_bytes()))).expect("a pack");
    assert_eq!(pack.bad, []);
    pack.checks.remove(0)
}

fn row(id: &str, severity: Severity, payload: &str) -> Finding {
    Finding {
        entity_type: "TANK".to_owned(),
        entity_id: id.to_owned(),
        entity_label: Some(format!("Tank {id}")),
        severity,
        message: format!("{id} leaks"),
        payload: Payload::from_json(payload).expect("a payload"),
        occurred_at: DateTime::<Utc>::from_timestamp(1_769_846_400, 123_456_000),
        scope: Some("North".to_owned()),
    }
}

async fn begin(world: &impl World) -> Box<dyn Snapshot> {
    world.runner().begin().await.expect("a snapshot")
}

async fn evaluate(world: &impl World, check: &Check) -> Evaluation {
    let mut snapshot = begin(world).await;
    let evaluation = snapshot.evaluate(check).await.expect("an evaluation");
    snapshot.end().await;
    evaluation
}

fn ids(evaluation: &Evaluation) -> Vec<&str> {
    evaluation
        .findings
        .iter()
        .map(|finding| finding.entity_id.as_str())
        .collect()
}

pub(crate) async fn a_finding_comes_back_whole(world: &impl World) {
    let check = check("LEAKS");
    let rows = [row("T-1", Severity::Info, r#"{"level": 1.50}"#)];
    world.put(check.code(), &rows).await;
    let evaluation = evaluate(world, &check).await;
    assert_eq!(evaluation.outcome, Outcome::Complete);
    assert_eq!(evaluation.findings, rows);
    assert_eq!((evaluation.merged, evaluation.database.as_str()), (0, "main"));
    assert_eq!(
        (&evaluation.code, evaluation.terms),
        (check.code(), check.terms())
    );
}

pub(crate) async fn nothing_found_is_complete(world: &impl World) {
    let check = check("LEAKS");
    world.put(check.code(), &[]).await;
    let evaluation = evaluate(world, &check).await;
    assert_eq!(
        (evaluation.outcome, evaluation.findings),
        (Outcome::Complete, Vec::new())
    );
}

pub(crate) async fn every_check_of_a_snapshot_has_its_instant(world: &impl World) {
    let (leaks, heats) = (check("LEAKS"), check("HEATS"));
    world.put(leaks.code(), &[]).await;
    world.put(heats.code(), &[]).await;
    let mut snapshot = begin(world).await;
    let taken_at = snapshot.taken_at();
    for check in [&leaks, &heats, &leaks] {
        assert_eq!(
            snapshot.evaluate(check).await.expect("an evaluation").snapshot_at,
            taken_at
        );
    }
    snapshot.end().await;
}

pub(crate) async fn a_snapshot_does_not_see_what_came_later(world: &impl World) {
    let check = check("LEAKS");
    world.put(check.code(), &[row("T-1", Severity::Warn, "{}")]).await;
    let mut snapshot = begin(world).await;
    world.put(check.code(), &[row("T-2", Severity::Warn, "{}")]).await;
    let before = snapshot.evaluate(&check).await.expect("an evaluation");
    snapshot.end().await;
    assert_eq!(ids(&before), ["T-1"]);
    assert_eq!(ids(&evaluate(world, &check).await), ["T-2"]);
}

pub(crate) async fn duplicates_merge_into_the_worst_and_are_counted(world: &impl World) {
    let check = check("LEAKS");
    let rows = [
        row("T-1", Severity::Warn, r#"{"owner": "a"}"#),
        row("T-1", Severity::Critical, r#"{"owner": "c"}"#),
        row("T-1", Severity::Critical, r#"{"owner": "b"}"#),
        row("T-2", Severity::Info, "{}"),
    ];
    world.put(check.code(), &rows).await;
    let evaluation = evaluate(world, &check).await;
    assert_eq!(evaluation.outcome, Outcome::Complete);
    assert_eq!(evaluation.findings, [rows[2].clone(), rows[3].clone()]);
    assert_eq!(evaluation.merged, 2);
}

pub(crate) async fn too_many_findings_leave_the_most_severe_in_a_fixed_order(world: &impl World) {
    let check = check("LEAKS");
    let mut rows = vec![
        row("b", Severity::Info, "{}"),
        row("B", Severity::Warn, "{}"),
        row("a", Severity::Warn, "{}"),
        row("z", Severity::Critical, "{}"),
        row("a", Severity::Info, "{}"),
    ];
    for _ in 0..rows.len() {
        rows.rotate_left(1);
        world.put(check.code(), &rows).await;
        let evaluation = evaluate(world, &check).await;
        assert_eq!(evaluation.outcome, Outcome::Truncated);
        assert_eq!(
            ids(&evaluation),
            ["z", "B", "a"],
            "severity, then the bytes of the key"
        );
    }
    world.put(check.code(), &rows.split_off(2)).await;
    assert_eq!(
        evaluate(world, &check).await.outcome,
        Outcome::Complete,
        "as many as allowed are not too many"
    );
}

pub(crate) async fn a_failing_check_leaves_the_others(world: &impl World) {
    let (leaks, heats) = (check("LEAKS"), check("HEATS"));
    world.put(leaks.code(), &[row("T-1", Severity::Warn, "{}")]).await;
    world.put(heats.code(), &[row("T-2", Severity::Warn, "{}")]).await;
    world.spoil(leaks.code()).await;
    let mut snapshot = begin(world).await;
    let failed = snapshot.evaluate(&leaks).await.expect("an evaluation");
    let healthy = snapshot.evaluate(&heats).await.expect("an evaluation");
    snapshot.end().await;
    assert!(
        matches!(failed.outcome, Outcome::Failed(_)),
        "{:?}",
        failed.outcome
    );
    assert_eq!((failed.findings, failed.terms), (Vec::new(), leaks.terms()));
    assert_eq!(
        (healthy.outcome.clone(), ids(&healthy)),
        (Outcome::Complete, vec!["T-2"])
    );
}

pub(crate) async fn a_disabled_check_is_skipped(world: &impl World) {
    let check = check("LEAKS");
    world.put(check.code(), &[row("T-1", Severity::Warn, "{}")]).await;
    let off = Overrides {
        enabled: Some(false),
        ..Overrides::default()
    };
    let evaluation = evaluate(world, &check.with_overrides(&off).expect("fine")).await;
    assert_eq!(
        (evaluation.outcome, evaluation.findings),
        (Outcome::Skipped, Vec::new())
    );
}

/// Makes a test of each promise; `$world` is an expression that may await.
macro_rules! contract {
    ($($promise:ident)*) => {
        macro_rules! keep_contract {
            ($test:meta, ($parameter:ident: $kind:ty), $world:expr) => {
                $(
                    #[$test]
                    async fn $promise($parameter: $kind) {
                        contract::$promise(&$world).await;
                    }
                )*
            };
            ($test:meta, $world:expr) => {
                $(
                    #[$test]
                    async fn $promise() {
                        contract::$promise(&$world).await;
                    }
                )*
            };
        }
        pub(crate) use keep_contract;
    };
}

contract! {
    a_finding_comes_back_whole
    nothing_found_is_complete
    every_check_of_a_snapshot_has_its_instant
    a_snapshot_does_not_see_what_came_later
    duplicates_merge_into_the_worst_and_are_counted
    too_many_findings_leave_the_most_severe_in_a_fixed_order
    a_failing_check_leaves_the_others
    a_disabled_check_is_skipped
}
