//! What a baseline says of findings.

use chrono::NaiveDate;

use crate::{
    Audit, Baseline,
    audit::{Reopening, Reported, Standing},
    baseline::Suppression,
    rules::{
        Level,
        sample::{Sample, table},
    },
};

fn audit() -> Audit {
    let open = table("tanks").without_rls().granting("anon", &["SELECT"]);
    Sample::new().with(open).audit()
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// The day of the samples' audits.
fn today() -> NaiveDate {
    day("2026-11-23")
}

fn suppression(found: &Reported, until: &str) -> Suppression {
    Suppression {
        fingerprint: found.fingerprint.clone(),
        evidence: found.evidence_hash.clone(),
        level: found.level,
        reason: "it is meant so".to_owned(),
        author: "A. Mbuyi".to_owned(),
        until: day(until),
    }
}

fn reopened(because: Reopening) -> Standing {
    Standing::Reopened { because }
}

#[test]
fn what_was_there_is_known_and_the_rest_is_new() {
    let audit = audit();
    let found = &audit.findings[0];
    let baseline = Baseline::of(&audit, &Baseline::default());
    assert_eq!(baseline.standing(found, today()), Standing::Known);
    assert_eq!(Baseline::default().standing(found, today()), Standing::New);
}

#[test]
fn what_was_there_for_other_reasons_is_open_again() {
    let audit = audit();
    let baseline = Baseline::of(&audit, &Baseline::default());
    let mut found = audit.findings[0].clone();
    found.evidence_hash = "another".to_owned();
    let changed = reopened(Reopening::EvidenceChanged);
    assert_eq!(baseline.standing(&found, today()), changed);
}

#[test]
fn what_has_become_worse_is_open_again() {
    let mut audit = audit();
    audit.findings[0].level = Level::Warn;
    let baseline = Baseline::of(&audit, &Baseline::default());
    let mut suppressing = baseline.clone();
    suppressing.suppress(suppression(&audit.findings[0], "2027-06-30"));
    let mut found = audit.findings[0].clone();
    found.level = Level::Error;
    assert_eq!(baseline.standing(&found, today()), reopened(Reopening::Worse));
    assert_eq!(suppressing.standing(&found, today()), reopened(Reopening::Worse));
    found.level = Level::Info;
    assert_eq!(baseline.standing(&found, today()), Standing::Known);
}

#[test]
fn two_things_that_a_rule_says_of_one_object_are_both_known() {
    let mut audit = audit();
    let mut other = audit.findings[0].clone();
    other.evidence_hash = "another".to_owned();
    audit.findings.push(other);
    let baseline = Baseline::of(&audit, &Baseline::default());
    for found in &audit.findings {
        assert_eq!(baseline.standing(found, today()), Standing::Known);
    }
}

#[test]
fn a_suppression_holds_through_its_last_day() {
    let audit = audit();
    let found = &audit.findings[0];
    let mut baseline = Baseline::default();
    baseline.suppress(suppression(found, "2026-11-23"));
    let held = Standing::Suppressed {
        reason: "it is meant so".to_owned(),
        author: "A. Mbuyi".to_owned(),
        until: today(),
    };
    assert_eq!(baseline.standing(found, today()), held);
    let expired = reopened(Reopening::Expired);
    assert_eq!(baseline.standing(found, day("2026-11-24")), expired);
}

#[test]
fn a_suppression_is_of_what_decided_it() {
    let audit = audit();
    let mut baseline = Baseline::default();
    baseline.suppress(suppression(&audit.findings[0], "2027-06-30"));
    let mut found = audit.findings[0].clone();
    found.evidence_hash = "another".to_owned();
    let changed = reopened(Reopening::EvidenceChanged);
    assert_eq!(baseline.standing(&found, today()), changed);
}

#[test]
fn a_new_baseline_keeps_suppressions_of_what_is_still_there() {
    let audit = audit();
    let mut before = Baseline::of(&audit, &Baseline::default());
    before.suppress(suppression(&audit.findings[0], "2027-06-30"));
    let mut gone = suppression(&audit.findings[0], "2027-06-30");
    gone.fingerprint = "RLS-101 public.gone".to_owned();
    before.suppress(gone);
    let after = Baseline::of(&audit, &before);
    assert_eq!(
        after.suppressions,
        [suppression(&audit.findings[0], "2027-06-30")]
    );
    let is_accepted = |own: &Reported| after.findings.iter().any(|it| it.fingerprint == own.fingerprint);
    assert!(
        !is_accepted(&audit.findings[0]),
        "a finding is accepted or suppressed"
    );
    assert!(audit.findings[1..].iter().all(is_accepted));
}

#[test]
fn evidence_in_another_order_is_the_same() {
    let found = |evidence: &[&str]| {
        let mut found = Sample::new()
            .with(table("tanks").without_rls().granting("anon", &["SELECT"]))
            .found(crate::rules::all()[0])
            .remove(0);
        found.evidence = evidence.iter().map(|&line| line.to_owned()).collect();
        Reported::new(found).evidence_hash
    };
    assert_eq!(found(&["a", "b"]), found(&["b", "a"]));
    assert_ne!(found(&["a", "b"]), found(&["ab"]));
}
