use std::time::Duration;

use chrono_tz::Tz;
use integrity_core::{Evaluation, Finding, Outcome, Payload};
use rls_audit::{
    Audit, Inspection,
    audit::Standing,
    baseline::{Change, Direction, Drift},
    rules::Settings,
};

use super::evaluations::{AUDIT, Terrain, checks, found};
use crate::config::AuditConfig;

fn told(audit: &Audit) -> Vec<Evaluation> {
    found(
        audit,
        &Terrain {
            database: "main",
            is_agreed: false,
            elapsed: Duration::from_secs(1),
        },
    )
}

fn of<'e>(evaluations: &'e [Evaluation], code: &str) -> &'e Evaluation {
    let mut own = evaluations.iter().filter(|own| own.code.as_str() == code);
    own.next().expect(code)
}

#[test]
fn a_complete_audit_tells_of_every_check() {
    let mut known: Vec<_> = checks(Duration::from_hours(24), Tz::UTC)
        .into_iter()
        .map(|check| check.code)
        .collect();
    let mut told: Vec<_> = told(&Audit::sample()).into_iter().map(|own| own.code).collect();
    known.sort();
    told.sort();
    assert_eq!(known, told);
}

#[test]
fn what_somebody_lets_be_is_no_alert() {
    let mut audit = Audit::sample();
    assert_eq!(of(&told(&audit), "RLS_101").findings.len(), 1);
    audit.findings[0].standing = Standing::Suppressed {
        reason: "a public list".to_owned(),
        author: "amina".to_owned(),
        until: audit.looked.at.date_naive(),
    };
    assert_eq!(of(&told(&audit), "RLS_101").findings, []);
}

#[test]
fn an_audit_that_tried_nobody_proves_nothing() {
    let mut inspection = Inspection::sample();
    inspection.matrix.personas.clear();
    let told = told(&Audit::new(&inspection, &Settings::default()));
    assert!(matches!(of(&told, AUDIT).outcome, Outcome::Failed(_)));
    let rules: Vec<_> = told.iter().filter(|own| own.code.as_str() != AUDIT).collect();
    assert!(!rules.is_empty(), "what it found is told");
    assert!(
        rules
            .iter()
            .all(|own| own.outcome == Outcome::Truncated && !own.findings.is_empty())
    );
}

#[test]
fn a_thing_that_is_wider_in_many_ways_is_one_alert() {
    let mut audit = Audit::sample();
    let change = |about: &str| Change {
        direction: Direction::Widened,
        about: about.to_owned(),
        before: None,
        after: Some("all".to_owned()),
    };
    let things = [
        "table public.notes",
        "table public.notes, column text",
        "SELECT on public.notes as anon",
        "INSERT on public.notes as authenticated",
        "function public.f()",
    ];
    audit.drift = Some(Drift {
        changes: things.map(change).into(),
    });
    let told = told(&audit);
    let keys = of(&told, AUDIT).findings.iter().map(|own| own.entity_id.as_str());
    assert_eq!(keys.collect::<Vec<_>>(), ["public.f()", "public.notes"]);
}

#[test]
fn long_names_and_long_evidence_fit_into_an_alert() {
    let mut audit = Audit::sample();
    audit.findings[0].fingerprint = format!("RLS-101 {}", "é".repeat(600));
    audit.findings[0].evidence = vec!["\u{1}".repeat(Payload::MAX_BYTES)];
    let mut other = audit.findings[0].clone();
    other.fingerprint.push('é');
    audit.findings.push(other);
    audit.drift = Some(Drift {
        changes: vec![Change {
            direction: Direction::Widened,
            about: "table public.tanks".to_owned(),
            before: None,
            after: Some("x".repeat(2 * Payload::MAX_BYTES)),
        }],
    });
    let told = told(&audit);
    let mut found: Vec<&Finding> = of(&told, "RLS_101").findings.iter().collect();
    assert_ne!(found[0].entity_id, found[1].entity_id);
    found.extend(&of(&told, AUDIT).findings);
    assert_eq!(found.len(), 3);
    for own in found {
        assert!(own.entity_id.len() <= Finding::MAX_ENTITY_ID);
        assert!(own.payload.as_json().len() <= Payload::MAX_BYTES);
    }
}

#[test]
fn a_baseline_that_was_named_has_to_be_there() {
    let mut config = AuditConfig {
        baseline: Some("nowhere/agreed.json".into()),
        ..AuditConfig::default()
    };
    let refused = config.baseline_file().read().expect_err("refused");
    assert!(
        refused
            .message()
            .contains("audit.baseline: there is no nowhere/agreed.json"),
        "{refused:?}"
    );
    config.baseline = None;
    config.folder = "nowhere".into();
    assert_eq!(config.baseline_file().read().expect("nobody has named it"), None);
}
