//! The shipped rules: judged by promtool, and at work in a real Prometheus.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use crate::{
    harness::{World, check},
    http,
    monitor::{Monitor, shipped},
    service::Service,
};

fn read(name: &str) -> String {
    fs::read_to_string(shipped().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[track_caller]
fn promtool(args: &[&str]) {
    let output = Command::new("promtool")
        .args(args)
        .current_dir(shipped())
        .output();
    let output = output.expect("promtool runs (package prometheus; `cargo xtask setup` installs it)");
    assert!(output.status.success(), "promtool {args:?}: {output:#?}");
}

/// The rules' alerts.
fn alerts() -> Vec<String> {
    let rules = read("vigie.rules.yml");
    let names = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    let names: Vec<String> = names.map(str::to_owned).collect();
    assert!(names.len() > 10, "{names:?}");
    names
}

#[test]
fn promtool_accepts_the_rules_and_the_example() {
    promtool(&["check", "rules", "vigie.rules.yml"]);
    promtool(&["check", "config", "prometheus.yml"]);
}

#[test]
fn the_rules_fire_and_are_silent_as_their_tests_say() {
    promtool(&["test", "rules", "vigie.rules.test.yml"]);
    promtool(&["test", "rules", "vigie.whole.test.yml"]);
}

#[test]
fn every_alert_is_tested_where_it_fires_and_where_it_is_silent() {
    let tests = read("vigie.rules.test.yml");
    let (mut fires, mut silent) = (BTreeSet::new(), BTreeSet::new());
    for test in tests.split("  - name: ").skip(1) {
        let (alert, rest) = test.split_once(' ').expect("a name of several words");
        let expected = test.contains(&format!("labels: '{{alertname=\"{alert}\""));
        let looked = test.contains(&format!("alertname=\"{alert}\",alertstate=\"firing\""));
        if rest.starts_with("fires ") && expected {
            fires.insert(alert.to_owned());
        } else if rest.starts_with("is silent ") && looked && !test.contains("exp_samples") {
            silent.insert(alert.to_owned());
        } else {
            panic!("neither fires nor is silent: {test}");
        }
    }
    let alerts = alerts().into_iter().collect();
    assert_eq!(fires, alerts);
    assert_eq!(silent, alerts);
}

#[test]
fn every_alert_has_its_section_in_the_guide() {
    let rules = read("vigie.rules.yml");
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides/operations.md");
    let guide = fs::read_to_string(guide).expect("the guide");
    for alert in alerts() {
        let anchor = format!("runbook: docs/guides/operations.md#{}\n", alert.to_lowercase());
        assert_eq!(rules.matches(&anchor).count(), 1, "{alert}");
        assert_eq!(guide.matches(&format!("### {alert}\n")).count(), 1, "{alert}");
    }
}

/// The names of the service's metrics in a text.
fn metrics(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("vigie_")).collect()
}

#[test]
fn a_real_prometheus_fires_for_a_failing_check_an_overdue_critical_and_a_dead_service() {
    let world = World::migrated();
    world.pack(&[
        (
            "broken.sql",
            &check(
                "BROKEN",
                "CRITICAL",
                "",
                "select id as entity_id from no_such_table",
            ),
        ),
        (
            "wrong.sql",
            &check("WRONG", "CRITICAL", "", "select 'B1' as entity_id"),
        ),
    ]);
    let service = Service::start(&world, "packs = [\"checks\"]\n");
    let monitor = Monitor::of(service.address);

    let failing = [
        ("alertname", "VigieCheckFailing"),
        ("check", "BROKEN"),
        ("severity", "critical"),
    ];
    let told = monitor.fires(&failing);
    assert_eq!(
        told["annotations"]["summary"],
        "The check BROKEN cannot be evaluated"
    );

    world.until(
        "an alert",
        "select (count(*) > 0)::text from vigie.alerts where check_code = 'WRONG'",
    );
    world.sql("update vigie.alerts set due_at = now() - interval '1 hour' where check_code = 'WRONG'");
    let overdue = monitor.fires(&[("alertname", "VigieCriticalOverdue"), ("severity", "critical")]);
    assert_eq!(
        overdue["annotations"]["summary"],
        "CRITICAL alerts past due on main: 1"
    );

    // What the rules read is what the service says.
    let said = http::get(service.address, "/metrics").expect("metrics").body;
    let rules = read("vigie.rules.yml");
    let missing: Vec<_> = metrics(&rules).difference(&metrics(&said)).copied().collect();
    assert_eq!(missing, Vec::<&str>::new(), "{said}");

    service.kill();
    monitor.fires(&[("alertname", "VigieSyncDown")]);
    // A service that says nothing has not healed what was wrong.
    monitor.fires(&failing);
    monitor.fires(&[("alertname", "VigieCriticalOverdue")]);
}
