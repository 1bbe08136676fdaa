//! How a rehearsal went, for people.

use wiring::plain::plain;

use super::words::{BOLD, DIM, GREEN, RED, styled};
use crate::command::release::drill::{Done, Report};

/// What was done and how long it took, and what the ledger tells of it.
pub(crate) fn report(report: &Report) -> String {
    let mut lines: Vec<String> = report.steps.iter().map(step).collect();
    if !report.story.is_empty() {
        lines.push(styled(
            BOLD,
            "What the ledger tells of the release that went back:",
        ));
        let told = report.story.iter().map(|event| {
            let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
            format!("  {}  {}", styled(DIM, &text("at")), text("kind"))
        });
        lines.extend(told);
    }
    let rollback = report
        .rollback_seconds
        .map(|seconds| format!("; from the decision to the verified release {seconds:.1} s"));
    let verdict = if report.passed {
        styled(GREEN, "The drill went as planned")
    } else {
        styled(RED, "The drill did not go as planned")
    };
    lines.push(format!(
        "{verdict}: {:.1} s{}",
        report.seconds,
        rollback.unwrap_or_default()
    ));
    lines.join("\n")
}

fn step(done: &Done) -> String {
    let line = format!("{:>6.1} s  {}", done.seconds, done.what);
    match &done.wrong {
        None => line,
        Some(wrong) => format!("{line}\n{:10}{}", "", styled(RED, &plain(wrong))),
    }
}
