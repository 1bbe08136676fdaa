//! What each output says, and that it never says that all is well without knowing it.

use std::collections::BTreeSet;

use integrity_core::Language;
use quick_junit::{NonSuccessKind, TestCaseStatus};

use super::{all, incomplete, read, settled, world};
use crate::{
    Access, Baseline, Command,
    report::{html, junit, markdown, sarif},
    rules::{
        self, Level,
        sample::{Sample, table},
    },
};

#[test]
fn every_output_begins_with_what_was_looked_at() {
    let audit = world("tanks").audit();
    for told in all(&audit) {
        for part in ["PostgreSQL 15", "auditor", "RLS-310", "RLS-501"] {
            assert!(told.contains(part), "{part} in {told}");
        }
    }
}

#[test]
fn an_incomplete_audit_looks_incomplete() {
    let audit = incomplete();
    assert!(!audit.is_complete());

    let document = read::sarif(&sarif(&audit));
    let run = &document["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(read::results(&document)[0]["ruleId"], "INCOMPLETE");
    assert_eq!(read::results(&document)[0]["level"], "error");
    let told = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(told.contains("1 of 2 cells are not known: timeout 1."), "{told}");

    let report = read::junit(&junit(&audit, Level::Error));
    assert_eq!(report.errors, 1);
    let passed = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let passed: Vec<_> = passed
        .filter(|case| matches!(case.status, TestCaseStatus::Success { .. }))
        .collect();
    assert!(passed.is_empty(), "nothing passes: {passed:#?}");

    let comment = markdown(&audit);
    assert!(
        comment
            .lines()
            .next()
            .is_some_and(|line| line.contains("INCOMPLETE")),
        "{comment}"
    );

    for (language, words) in [(Language::En, "Incomplete"), (Language::Fr, "Incomplet")] {
        let page = read::html(&html(&audit, language));
        let verdict = read::texts(&page, "header .verdict.error");
        assert!(verdict.len() == 1 && verdict[0].starts_with(words), "{verdict:?}");
    }
}

#[test]
fn where_all_is_well_it_is_said() {
    let audit = Sample::new().audit();
    assert!(
        audit.is_complete() && audit.findings.is_empty(),
        "{:#?}",
        audit.findings
    );
    let document = read::sarif(&sarif(&audit));
    assert_eq!(document["runs"][0]["invocations"][0]["executionSuccessful"], true);
    assert!(read::results(&document).is_empty());
    let report = read::junit(&junit(&audit, Level::Info));
    assert_eq!((report.failures, report.errors), (0, 0));
    // One for each rule, and one for the audit itself; two rules have nothing to look at.
    assert_eq!(report.tests, rules::all().len() + 1);
    assert_eq!(report.skipped, 2);
    assert!(markdown(&audit).contains("0 errors, 0 warnings, 0 notes"));
    let page = read::html(&html(&audit, Language::Fr));
    assert_eq!(read::texts(&page, "header .verdict"), ["Rien de nouveau."]);
}

#[test]
fn sarif_says_what_a_baseline_knows() {
    let audit = settled();
    let document = read::sarif(&sarif(&audit));
    let states: Vec<_> = read::results(&document)
        .iter()
        .map(|own| own["baselineState"].as_str().expect("a state"))
        .collect();
    assert_eq!(states[..2], ["unchanged", "unchanged"]);
    assert!(states[2..].iter().all(|state| *state == "new") && states.len() > 2);
    let second = &read::results(&document)[1];
    assert_eq!(
        second["suppressions"],
        serde_json::json!([{
            "kind": "external", "status": "accepted", "justification": "it is meant so",
            "properties": { "author": "A. Mbuyi", "until": "2027-06-30" },
        }])
    );
    assert_eq!(
        second["partialFingerprints"]["vigie/v1"],
        audit.findings[1].fingerprint.as_str()
    );
    let alone = world("tanks").audit();
    let document = read::sarif(&sarif(&alone));
    assert!(
        read::results(&document)
            .iter()
            .all(|own| own.get("baselineState").is_none())
    );
}

#[test]
fn sarif_tells_its_results_apart() {
    let audit = world("tanks").audit();
    let document = read::sarif(&sarif(&audit));
    let results = read::results(&document);
    let of = |path: &str| -> BTreeSet<&str> {
        let texts = results
            .iter()
            .map(|own| own.pointer(path).and_then(|own| own.as_str()));
        texts.map(|own| own.expect("a text")).collect()
    };
    // The one that code scanning reads.
    let fingerprints = of("/partialFingerprints/primaryLocationLineHash");
    assert_eq!(fingerprints.len(), results.len(), "{results:#?}");
    let place = "/locations/0/logicalLocations/0";
    let objects: BTreeSet<String> = audit.findings.iter().map(|own| own.object.to_string()).collect();
    assert_eq!(
        of(&format!("{place}/fullyQualifiedName")),
        objects.iter().map(String::as_str).collect()
    );
    let kinds = of(&format!("{place}/kind"));
    assert!(kinds.len() > 1 && kinds.contains("relation"), "{kinds:?}");
}

#[test]
fn a_superuser_who_looked_is_named_everywhere() {
    let mut sample = world("tanks");
    assert!(
        all(&sample.audit())
            .iter()
            .all(|told| !told.contains("superuser"))
    );
    sample.catalog.server.login = "postgres".to_owned();
    let audit = sample.audit();
    assert!(audit.is_complete());
    for told in all(&audit) {
        assert!(
            told.contains("postgres is a superuser") || told.contains("postgres est superutilisateur"),
            "{told}"
        );
    }
    // It takes nothing away from what was measured.
    let mut incomplete = incomplete();
    incomplete.looked.is_superuser = true;
    let document = read::sarif(&sarif(&incomplete));
    let why = read::message(&read::results(&document)[0]);
    assert!(!why.contains("superuser"), "{why}");
}

#[test]
fn junit_fails_for_what_counts() {
    let audit = settled();
    let failures = |from| read::junit(&junit(&audit, from)).failures;
    let counts = |from| {
        audit
            .findings
            .iter()
            .filter(|found| found.standing.is_new() && found.level >= from)
            .count()
    };
    for from in [Level::Error, Level::Warn, Level::Info] {
        assert_eq!(failures(from), counts(from), "{from:?}");
    }
    let report = read::junit(&junit(&audit, Level::Info));
    let suppressed = report
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases)
        .find_map(|case| {
            let TestCaseStatus::Skipped { message, .. } = &case.status else {
                return None;
            };
            message
                .as_ref()
                .filter(|own| own.as_str().starts_with("let be"))
                .map(|own| own.as_str().to_owned())
        });
    assert_eq!(
        suppressed.as_deref(),
        Some("let be by A. Mbuyi until 2027-06-30: it is meant so")
    );
}

#[test]
fn what_has_become_wider_is_told_everywhere() {
    let before = Sample::new()
        .with(table("tanks"))
        .reading("tanks", Access::Denied, Access::Denied)
        .audit();
    let now = Sample::new()
        .with(table("tanks").granting("authenticated", &["SELECT"]))
        .reading("tanks", Access::Denied, Access::All)
        .audit()
        .beside(&Baseline::of(&before, &Baseline::default()));
    let what = "SELECT on public.tanks as authenticated";
    let document = read::sarif(&sarif(&now));
    let wider = read::results(&document)
        .iter()
        .find(|own| own["ruleId"] == "WIDENED");
    let wider = wider.expect("a result");
    assert_eq!(read::message(wider), format!("{what}: denied → all"));
    let report = read::junit(&junit(&now, Level::Error));
    let cases = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let failed = |status: &TestCaseStatus| {
        matches!(
            status,
            TestCaseStatus::NonSuccess {
                kind: NonSuccessKind::Failure,
                ..
            }
        )
    };
    assert!(
        cases
            .into_iter()
            .any(|case| case.name.as_str() == what && failed(&case.status))
    );
    let comment = markdown(&now);
    let headline = comment.lines().next().expect("a headline");
    assert!(headline.contains(": WIDENED, new: 0 errors"), "{headline}");
    let comment = read::markdown(&comment);
    assert!(
        comment.text.contains(&format!("WIDENED {what}: denied → all")),
        "{}",
        comment.text
    );
    let page = read::html(&html(&now, Language::Fr));
    let changes = read::texts(&page, "[aria-labelledby=drift] li");
    assert_eq!(changes[0], format!("ÉLARGI {what}: denied → all"));
    let verdict = read::texts(&page, "header .verdict");
    assert_eq!(verdict, ["Quelqu’un peut faire plus que ne le dit la référence."]);
}

#[test]
fn a_comment_never_becomes_too_long_and_says_what_it_leaves_out() {
    let mut sample = Sample::new();
    for number in 0..2_000 {
        let name = format!("a_table_with_a_long_name_{number:04}");
        sample = sample
            .with(table(&name).without_rls().granting("anon", &["SELECT"]))
            .reading(&name, Access::All, Access::Denied);
    }
    sample.matrix.cells.truncate(3_000);
    let told = markdown(&sample.audit());
    assert!(told.chars().count() < 65_536, "{}", told.chars().count());
    assert_eq!(
        told.matches("more lines do not fit").count(),
        2,
        "findings, matrix"
    );
}

#[test]
fn the_page_shows_the_matrix_in_colours_and_in_letters() {
    let mut sample = Sample::new().with(
        table("tanks")
            .without_rls()
            .granting("anon", &["SELECT", "INSERT"]),
    );
    let seen = [
        Access::All,
        Access::Some,
        Access::Rls,
        Access::Error("42501".to_owned()),
    ];
    for (command, access) in Command::ALL.into_iter().zip(seen) {
        sample = sample.cell("anon", "tanks", command, access);
    }
    sample = sample.cell("authenticated", "tanks", Command::Select, Access::Denied);
    let page = read::html(&html(&sample.audit(), Language::En));
    let cells: Vec<_> = page.select(&read::every("td")).collect();
    let squares = |cell: &scraper::ElementRef<'_>| -> Vec<String> {
        let selector = read::every("i");
        let squares = cell.select(&selector).map(|own| {
            let class = own.attr("class").unwrap_or_default();
            format!("{} {class}", own.text().collect::<String>())
        });
        squares.collect()
    };
    assert_eq!(squares(&cells[0]), ["S all", "i some", ". none", "! error"]);
    assert_eq!(
        squares(&cells[1]),
        ["- denied", "? unknown", "? unknown", "? unknown"]
    );
    let told: String = cells[0]
        .select(&read::every(".unseen"))
        .flat_map(|own| own.text())
        .collect();
    assert_eq!(
        told,
        "SELECT all rows; INSERT some rows; UPDATE none; DELETE fails"
    );
    // The open cell leads to the error that is about it.
    let link = cells[0].select(&read::every("a")).next().expect("a link");
    assert_eq!(link.attr("href"), Some("#f1"));
    assert!(cells[1].select(&read::every("a")).next().is_none());
}
