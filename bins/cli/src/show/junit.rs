//! What came of the cases of fixtures, as `JUnit` XML for CI servers: a suite per pack, a test per case.
//!
//! Whatever makes the answer "no" without being a case (a file that is wrong, missing fixtures, a record that does not
//! hold) is a test that failed: a CI server that reads nothing else must not show green.

use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use wiring::plain::xml as plain;
use wiring::stop::{Exit, Stop};

use crate::command::checks::test::report::{CaseReport, FileReport, PackReport, Report};

/// The whole document.
pub(crate) fn written(report: &Report) -> Result<String, Stop> {
    let mut document = quick_junit::Report::new("vigie checks test");
    document.add_test_suites(report.packs.iter().map(suite));
    document.to_string().map_err(|error| {
        Stop::new(
            Exit::Usage,
            "corrupt",
            format!("cannot be written as JUnit: {error}"),
        )
    })
}

fn suite(pack: &PackReport) -> TestSuite {
    let mut suite = TestSuite::new(&pack.pack);
    for problem in &pack.problems {
        suite.add_test_case(failed(&problem.file, &problem.file, &problem.to_string()));
    }
    for file in &pack.files {
        suite.add_test_cases(file.cases.iter().map(|report| case(file, report)));
        suite.add_test_cases(proof(file));
    }
    if let Some(record) = &pack.record {
        suite.add_test_case(failed(&pack.pack, "the record of proofs", record));
    }
    suite
}

fn case(file: &FileReport, report: &CaseReport) -> TestCase {
    let mut case = match report.objections.as_slice() {
        [] => TestCase::new(plain(&report.name).as_ref(), TestCaseStatus::success()),
        [first, ..] => {
            let place = format!("{}:{}", plain(&file.fixture), report.line);
            let objections = report.objections.iter().map(|what| plain(what).into_owned());
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(plain(first).as_ref()).set_description(
                [place]
                    .into_iter()
                    .chain(objections)
                    .collect::<Vec<_>>()
                    .join("\n"),
            );
            TestCase::new(plain(&report.name).as_ref(), status)
        }
    };
    case.set_classname(file.code.as_str())
        .set_time(Duration::from_millis(report.elapsed_ms));
    case
}

/// That a file is unproved is an error where its pack insists on fixtures, and else said and passed over.
fn proof(file: &FileReport) -> Option<TestCase> {
    if let Some(lacks) = file.lacks.as_deref().filter(|_| file.required) {
        return Some(failed(file.code.as_str(), &file.file, lacks));
    }
    let why = file.unproved_because.as_deref()?;
    if file.failed() > 0 {
        return None;
    }
    let mut status = TestCaseStatus::skipped();
    status.set_message(format!("UNPROVED: {}", plain(why)));
    let mut case = TestCase::new(plain(&file.file).as_ref(), status);
    case.set_classname(file.code.as_str());
    Some(case)
}

fn failed(class: &str, name: &str, what: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(plain(what).as_ref());
    let mut case = TestCase::new(plain(name).as_ref(), status);
    case.set_classname(plain(class).as_ref());
    case
}
