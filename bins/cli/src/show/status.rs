//! The numbers at a glance, beginning with how far they can be believed.

use alerts_store::{CheckState, Coverage, Durations, Heartbeat, Status, Summary, Times};
use chrono::TimeDelta;
use comfy_table::{Attribute, Cell};
use integrity_core::Severity;

use wiring::plain::plain;

use super::{
    table,
    words::{self, DIM, RED, ago, moment_utc, styled},
};

/// The numbers, and what is wrong with the checks themselves.
pub(crate) fn at_a_glance(summary: &Summary, times: &Times, states: &[CheckState]) -> String {
    let mut text = vec![
        last_run(&summary.heartbeat),
        last_complete(summary),
        coverage(&summary.coverage),
        health(&summary.coverage),
        String::new(),
        live(summary),
        String::new(),
        overdue(summary),
    ];
    let troubles = troubles(summary, states);
    if !troubles.is_empty() {
        text.push(String::new());
        text.extend(troubles);
    }
    text.push(String::new());
    text.push(durations("Time to acknowledge (MTTA)", &times.acknowledge));
    text.push(durations("Time to resolve (MTTR)    ", &times.resolve));
    text.join("\n")
}

/// How far the checks can be believed.
pub(crate) fn coverage(coverage: &Coverage) -> String {
    let Coverage {
        enabled,
        fresh,
        proved,
        covered,
        ..
    } = coverage;
    if *enabled == 0 {
        return styled(RED, "Coverage: no check is known yet; run `vigie sync`");
    }
    let counted = format!(
        "Coverage: {covered} of {enabled} enabled checks are fresh and proved ({fresh} fresh, {proved} proved by fixtures)"
    );
    if covered == enabled {
        counted
    } else {
        styled(words::BOLD, &counted)
    }
}

/// Whether anybody still looks. What is fresh may come from somebody who has stopped since.
fn last_run(heartbeat: &Heartbeat) -> String {
    let age = words::seconds(heartbeat.age_seconds);
    let every = heartbeat.silent_after_seconds.map(|after| after / 3);
    match every.and_then(|every| TimeDelta::try_seconds(every.try_into().ok()?)) {
        None => styled(RED, "SILENT: no check is enabled, nobody looks at anything"),
        Some(every) if heartbeat.silent => {
            let every = words::span(every);
            styled(
                RED,
                &format!("SILENT: no run for {age}, one is due every {every}"),
            )
        }
        Some(_) => format!("Last run {age} ago"),
    }
}

fn last_complete(summary: &Summary) -> String {
    match summary.complete_at {
        Some(at) if summary.coverage.fresh == summary.coverage.enabled => {
            format!(
                "Every enabled check was last completely evaluated at {}, {}",
                moment_utc(at),
                ago(at, summary.at)
            )
        }
        Some(at) => styled(
            RED,
            &format!(
                "Not everything is fresh: the oldest complete evaluation is of {}, {}",
                moment_utc(at),
                ago(at, summary.at)
            ),
        ),
        None => styled(RED, "Never completely evaluated: silence proves nothing yet"),
    }
}

fn health(coverage: &Coverage) -> String {
    if coverage.enabled == 0 {
        return "Health: unknown".to_owned();
    }
    format!(
        "Health: {} of {} checks are fresh and have no live alert of WARN or worse",
        coverage.healthy, coverage.enabled
    )
}

fn live(summary: &Summary) -> String {
    let mut rows = table::with_headings(&["LIVE ALERTS", "OPEN", "ACK"]);
    for severity in Severity::ALL.into_iter().rev() {
        let count = |status| {
            summary
                .live
                .iter()
                .filter(|n| n.severity == severity && n.status == status)
                .map(|n| n.count)
                .sum()
        };
        rows.add_row([
            Cell::new(severity)
                .fg(words::color(severity))
                .add_attribute(Attribute::Bold),
            table::number(count(Status::Open)),
            table::number(count(Status::Ack)),
        ]);
    }
    table::right_from(&mut rows, 1);
    table::lines(&mut rows)
}

fn overdue(summary: &Summary) -> String {
    match summary.overdue {
        0 => "None is past due.".to_owned(),
        n => styled(RED, &format!("{n} past due: `vigie alerts list --overdue`")),
    }
}

/// Checks whose silence proves nothing, each with the reason.
fn troubles(summary: &Summary, states: &[CheckState]) -> Vec<String> {
    let of = |code: &str| states.iter().find(|state| state.code.as_str() == code);
    let mut lines = Vec::new();
    for code in &summary.failing {
        let state = of(code);
        let times = state.map_or(0, |state| state.failures);
        let reason = state.map(|state| state.reason.as_str()).unwrap_or_default();
        lines.push(format!(
            "{}  {} ({times} in a row): {}",
            styled(RED, "failing"),
            plain(code),
            plain(reason)
        ));
    }
    for code in &summary.suspect {
        let reason = of(code).map(|state| state.reason.as_str()).unwrap_or_default();
        lines.push(format!(
            "{}  {}: {}",
            styled(RED, "suspect"),
            plain(code),
            plain(reason)
        ));
    }
    for state in states.iter().filter(|state| state.outcome == "Truncated") {
        lines.push(format!(
            "{}  {}: more findings than its max_rows",
            styled(RED, "cut off"),
            state.code
        ));
    }
    if !summary.frozen.is_empty() {
        lines.push(format!(
            "{}  live alerts that no enabled check of a chosen pack evaluates: {}",
            styled(RED, "frozen"),
            plain(&summary.frozen.join(", "))
        ));
    }
    if !summary.unproved.is_empty() {
        let codes = match summary.unproved.len() as u64 {
            all if all > 3 && all == summary.coverage.enabled => format!("all {all} checks"),
            _ => summary.unproved.join(", "),
        };
        lines.push(format!(
            "{}  no fixtures show that they can fire: {}",
            styled(DIM, "unproved"),
            plain(&codes)
        ));
    }
    lines
}

fn durations(what: &str, durations: &Durations) -> String {
    match (durations.n, durations.median, durations.p90) {
        (n @ 1.., Some(median), Some(p90)) => {
            format!(
                "{what}  median {}, p90 {} (n = {n})",
                words::seconds(median),
                words::seconds(p90)
            )
        }
        _ => format!("{what}  no data"),
    }
}
