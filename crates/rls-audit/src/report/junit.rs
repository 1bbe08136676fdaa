//! `JUnit` XML, for CI servers: a test for each rule and object, and a passing one for each rule that found nothing. What
//! fails here is what makes the program's answer negative.

use integrity_core::{Language, plain::xml as plain};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::head;
use crate::{
    Audit,
    audit::{Reported, Standing},
    baseline::{Change, Direction},
    rules::{self, Level, Rule},
};

/// The whole document, where findings count from this level on.
///
/// # Panics
/// Never: names and texts are made so that XML can hold them.
#[must_use]
pub fn junit(audit: &Audit, from: Level) -> String {
    let mut document = Report::new("vigie audit rls");
    document.add_test_suite(looked(audit));
    document.add_test_suites(rules::all().into_iter().map(|rule| suite(audit, rule, from)));
    if let Some(drift) = &audit.drift {
        document.add_test_suite(drifted(&drift.changes));
    }
    document
        .to_string()
        .expect("what XML cannot hold has been escaped")
}

/// What ran, what was skipped and what is not known. Too little is an error: nothing below proves anything then.
fn looked(audit: &Audit) -> TestSuite {
    let lines = head(audit, Language::En);
    let told: Vec<_> = lines.iter().map(|line| plain(&line.text)).collect();
    let told = told.join("\n");
    let mut complete = if audit.is_complete() {
        TestCase::new("enough is known", TestCaseStatus::success())
    } else {
        let why: Vec<_> = lines
            .iter()
            .filter(|line| line.tone.takes_away())
            .map(|line| plain(&line.text))
            .collect();
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(why.join(" ")).set_description(told.clone());
        TestCase::new("enough is known", status)
    };
    complete.set_classname("audit").set_system_out(told);
    let mut suite = TestSuite::new("what was looked at");
    suite.add_test_case(complete);
    suite
}

fn suite(audit: &Audit, rule: &Rule, from: Level) -> TestSuite {
    let mut suite = TestSuite::new(format!("{} {}", rule.id, rule.title));
    let found: Vec<&Reported> = audit
        .findings
        .iter()
        .filter(|found| found.rule == rule.id)
        .collect();
    let skipped = audit.skipped.iter().find(|skipped| skipped.what == rule.id);
    let mut whole = |status| {
        let mut case = TestCase::new(rule.title, status);
        case.set_classname(rule.id);
        suite.add_test_case(case);
    };
    match (found.as_slice(), skipped) {
        ([], Some(skipped)) => whole(passed_over(&skipped.why)),
        ([], None) if !audit.is_complete() => whole(passed_over("it found nothing, and too little is known")),
        ([], None) => whole(TestCaseStatus::success()),
        (found, _) => {
            suite.add_test_cases(found.iter().map(|found| case(found, from)));
        }
    }
    suite
}

fn case(found: &Reported, from: Level) -> TestCase {
    let status = match &found.standing {
        Standing::Known => passed_over("the baseline knows it"),
        Standing::Suppressed {
            reason,
            author,
            until,
        } => passed_over(&format!("let be by {author} until {until}: {reason}")),
        Standing::New | Standing::Reopened { .. } if found.level < from => passed_over(&format!(
            "{}, which does not count: {}",
            found.level.as_str(),
            found.message
        )),
        Standing::New | Standing::Reopened { .. } => {
            let lines = [&found.message]
                .into_iter()
                .chain(&found.evidence)
                .chain(&found.fix);
            let lines: Vec<_> = lines.flat_map(|text| text.lines()).map(plain).collect();
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_type(found.level.as_str())
                .set_message(plain(&found.message).as_ref())
                .set_description(lines.join("\n"));
            status
        }
    };
    let mut case = TestCase::new(plain(&found.object.to_string()).as_ref(), status);
    case.set_classname(found.rule.as_str());
    case
}

fn passed_over(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(plain(why).as_ref());
    status
}

/// What has become wider than what was agreed to.
fn drifted(changes: &[Change]) -> TestSuite {
    let mut suite = TestSuite::new("the baseline");
    let mut add = |name: &str, status| {
        let mut case = TestCase::new(plain(name).as_ref(), status);
        case.set_classname("baseline");
        suite.add_test_case(case);
    };
    let wider: Vec<&Change> = changes
        .iter()
        .filter(|change| change.direction == Direction::Widened)
        .collect();
    for change in &wider {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status
            .set_type("widened")
            .set_message(plain(&change.told()).as_ref());
        add(&change.about, status);
    }
    if wider.is_empty() {
        add("nobody can do more", TestCaseStatus::success());
    }
    suite
}
