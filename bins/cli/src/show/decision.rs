//! Whether a release stays, for people.

use anstyle::Style;
use release_info::decision::{Decision, Judged, Outcome, Verdict};
use wiring::plain::plain;

use super::words::{BOLD, DIM, GREEN, RED, YELLOW, moment_utc, styled};

/// The decision, then every rule with its evidence.
pub(crate) fn verdict(verdict: &Verdict) -> String {
    let mut lines = vec![format!(
        "{}: {} at {}, live since {}",
        styled(style(Some(verdict.decision)), verdict.decision.as_str()),
        styled(BOLD, &verdict.release.to_string()),
        verdict.place,
        moment_utc(verdict.deployed_at)
    )];
    for judged in &verdict.rules {
        lines.extend(rule(judged));
    }
    lines.join("\n")
}

fn rule(judged: &Judged) -> Vec<String> {
    let mut lines = vec![format!(
        "  {}  {:<19}  {}; {}",
        outcome(judged.outcome),
        judged.rule,
        plain(&judged.value),
        styled(DIM, &format!("right: {}", judged.threshold))
    )];
    let evidence = judged.evidence.iter();
    lines.extend(evidence.map(|line| format!("{:39}{}", "", plain(line))));
    lines
}

fn outcome(outcome: Outcome) -> String {
    styled(style(outcome.decision()), &format!("{outcome:<14}"))
}

fn style(decision: Option<Decision>) -> Style {
    match decision {
        Some(Decision::Pass) => GREEN,
        Some(Decision::Rollback) => RED,
        Some(Decision::Hold | Decision::Inconclusive) => YELLOW,
        None => DIM,
    }
}
