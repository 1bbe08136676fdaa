//! What came of the cases of fixtures, for people.

use wiring::plain::plain;

use super::words::{BOLD, DIM, RED, count, styled};
use crate::command::checks::test::report::{CaseReport, FileReport, PackReport, Report};

/// Pack by pack, file by file; what failed with its reasons.
pub(crate) fn told(report: &Report) -> String {
    let mut lines: Vec<String> = report.packs.iter().flat_map(pack).collect();
    lines.push(summary(report));
    lines.join("\n")
}

fn pack(pack: &PackReport) -> Vec<String> {
    let mut lines = vec![styled(BOLD, &plain(&pack.pack))];
    for problem in &pack.problems {
        lines.push(format!(
            "  {} {}",
            styled(RED, "wrong"),
            plain(&problem.to_string())
        ));
    }
    for report in &pack.files {
        lines.extend(file(report));
    }
    if let Some(record) = &pack.record {
        lines.push(format!("  {} {}", styled(RED, "wrong"), plain(record)));
    }
    lines.push(String::new());
    lines
}

fn file(file: &FileReport) -> Vec<String> {
    let failed = file.failed();
    let cases = count(file.cases.len() as u64, "case");
    let name = plain(&file.file);
    let mut lines = Vec::new();
    if failed > 0 {
        lines.push(format!(
            "  {} {name}: {failed} of {cases} failed",
            styled(RED, "FAILED")
        ));
    } else if !file.cases.is_empty() {
        lines.push(format!("  ok {name}: {cases}"));
    }
    for case in &file.cases {
        lines.extend(failure(file, case));
    }
    if let Some(why) = &file.unproved_because {
        let word = if file.required && file.lacks.is_some() {
            styled(RED, "UNPROVED")
        } else {
            styled(BOLD, "UNPROVED")
        };
        lines.push(format!("  {word} {name}: {}", plain(why)));
    }
    lines
}

fn failure(file: &FileReport, case: &CaseReport) -> Vec<String> {
    if case.objections.is_empty() {
        return Vec::new();
    }
    let place = format!("{}:{}", plain(&file.fixture), case.line);
    let head = format!("    {} {}", plain(&case.name), styled(DIM, &place));
    let reasons = case
        .objections
        .iter()
        .map(|what| format!("      {}", plain(what)));
    std::iter::once(head).chain(reasons).collect()
}

fn summary(report: &Report) -> String {
    let cases = match (report.cases, report.failed_cases) {
        (0, _) => "no cases".to_owned(),
        (all, 0) => format!("{} passed", count(all as u64, "case")),
        (all, failed) => format!("{failed} of {} FAILED", count(all as u64, "case")),
    };
    format!(
        "{cases}; {} of {} proved",
        report.proved,
        count(report.files as u64, "file")
    )
}
