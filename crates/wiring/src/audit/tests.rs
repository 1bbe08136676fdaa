use std::{sync::Arc, time::Duration};

use access_journal::journal::{AccessJournal as _, MemoryAccessJournal};
use chrono_tz::Tz;
use integrity_core::{Caller, Evaluation, Finding, Outcome, Payload, SystemClock};
use rls_audit::{
    Access, Audit, AuditStore, Error, Inspection, MemoryAuditStore, MockAuditStore, MockDatabaseInspector,
    Name,
    audit::Standing,
    baseline::{Change, Direction, Drift},
    rules::{Object, Settings},
};

use super::{
    Auditor,
    auditor::sensitive,
    evaluations::{AUDIT, Terrain, checks, found},
};
use crate::config::{AuditConfig, Config};

fn told(audit: &Audit) -> Vec<Evaluation> {
    found(
        audit,
        &Terrain {
            database: "main",
            is_agreed: false,
            not_compared: None,
            elapsed: Duration::from_secs(1),
        },
    )
}

fn widened(about: &str) -> Change {
    Change {
        direction: Direction::Widened,
        about: about.to_owned(),
        before: None,
        after: Some("all".to_owned()),
    }
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
fn what_one_unknown_cell_hides_is_not_resolved() {
    let mut audit = Audit::sample();
    audit.looked.cells = 1000;
    audit.looked.unknown.insert("timeout".to_owned(), 1);
    assert!(audit.is_complete());
    let told = told(&audit);
    assert_eq!(told.len(), checks(Duration::from_hours(24), Tz::UTC).len());
    assert!(told.iter().all(|own| own.outcome == Outcome::Truncated));
    // What can never be known is no reason to keep everything open for ever.
    audit.looked.unknown = [("instead of trigger".to_owned(), 1)].into();
    let told = self::told(&audit);
    assert!(told.iter().all(|own| own.outcome == Outcome::Complete));
}

#[test]
fn more_that_is_wider_than_is_told_resolves_nothing() {
    let mut audit = Audit::sample();
    let changes = |n: usize| Drift {
        changes: (0..n).map(|n| widened(&format!("table public.t{n}"))).collect(),
    };
    for (n, kept, outcome) in [(1000, 1000, Outcome::Complete), (1001, 1000, Outcome::Truncated)] {
        audit.drift = Some(changes(n));
        let told = told(&audit);
        let own = of(&told, AUDIT);
        assert_eq!((own.findings.len(), &own.outcome), (kept, &outcome));
    }
}

/// What an auditor over this store tells of the audit itself.
async fn audited(store: impl AuditStore + 'static, inspection: Inspection) -> (Outcome, usize) {
    let mut inspector = MockDatabaseInspector::new();
    inspector
        .expect_inspect()
        .returning(move |_| Ok(inspection.clone()));
    let auditor = Auditor::new(inspector, store, &Config::default()).expect("an auditor");
    let told = auditor.evaluations(Inspection::sample().at).await;
    let own = of(&told, AUDIT);
    (own.outcome.clone(), own.findings.len())
}

#[tokio::test]
async fn what_has_changed_is_counted_from_the_last_complete_audit() {
    let mut closed = Inspection::sample();
    closed.catalog.relations[0].rls = true;
    for cell in &mut closed.matrix.cells {
        cell.access = Access::Denied;
    }
    let before = Audit::new(&closed, &Settings::default());
    let mut store = MockAuditStore::new();
    // What was saved last, and saw too little, is not asked for.
    store
        .expect_latest_complete()
        .returning(move |_, _| Ok(Some(before.clone())));
    store.expect_save().returning(|_, _, _| Ok(()));
    assert_eq!(audited(store, Inspection::sample()).await, (Outcome::Complete, 1));
}

#[tokio::test]
async fn an_audit_before_that_cannot_be_read_is_told_and_not_passed_over() {
    let mut store = MockAuditStore::new();
    store.expect_latest_complete().returning(|_, _| {
        Err(Error::Corrupt {
            reason: "another version".to_owned(),
        })
    });
    // The next one is compared with this one.
    store.expect_save().times(1).returning(|_, _, _| Ok(()));
    let (outcome, _) = audited(store, Inspection::sample()).await;
    let Outcome::Failed(failure) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(failure.message.contains("another version"), "{failure:?}");
}

#[test]
fn relations_with_a_sensitive_column_are_sensitive_once_each() {
    let mut audit = Audit::sample();
    assert!(sensitive(&audit).relations.is_empty(), "other rules name none");
    let of = |relation: &str, column: &str| {
        let mut found = audit.findings[0].clone();
        found.rule = "RLS-109".to_owned();
        found.object = Object::Column {
            relation: Name::new("public", relation),
            column: column.to_owned(),
        };
        found
    };
    let found = [of("tanks", "secret"), of("notes", "iban"), of("notes", "token")];
    audit.findings.extend(found);
    assert_eq!(sensitive(&audit).relations, ["public.notes", "public.tanks"]);
    assert_eq!(sensitive(&audit).audited_at, audit.looked.at);
}

#[tokio::test]
async fn only_a_whole_audit_says_what_is_sensitive() {
    let journal = Arc::new(MemoryAccessJournal::new(Arc::new(SystemClock)));
    let told = async |inspection: Inspection| {
        let mut inspector = MockDatabaseInspector::new();
        inspector
            .expect_inspect()
            .returning(move |_| Ok(inspection.clone()));
        let config = Config::default();
        let auditor = Auditor::new(inspector, MemoryAuditStore::default(), &config).expect("an auditor");
        let auditor = auditor.telling(journal.clone());
        auditor.evaluations(Inspection::sample().at).await;
        let told = journal.sensitive(&Caller::Service, &config.database).await;
        told.expect("an answer").map(|told| told.audited_at)
    };
    let mut blind = Inspection::sample();
    blind.matrix.personas.clear();
    assert_eq!(told(blind).await, None);
    assert_eq!(told(Inspection::sample()).await, Some(Inspection::sample().at));
}

#[test]
fn a_thing_that_is_wider_in_many_ways_is_one_alert() {
    let mut audit = Audit::sample();
    let things = [
        "table public.notes",
        "table public.notes, column text",
        "SELECT on public.notes as anon",
        "INSERT on public.notes as authenticated",
        "function public.f()",
    ];
    audit.drift = Some(Drift {
        changes: things.map(widened).into(),
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
