//! What a doctor says: what is wrong, what to do about it, and what was looked at and is fine.

use anstyle::{AnsiColor, Style};
use integrity_core::postgres::examination::{Level, Symptom};

use wiring::plain::plain;

use super::words::{BOLD, DIM, RED, count, styled};

const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// What an identifier's first word stands for, in the order in which people read.
const AREAS: [(&str, &str); 11] = [
    ("connection", "Connection"),
    ("server", "Server"),
    ("login", "Login"),
    ("schema", "Schema"),
    ("role", "Roles"),
    ("privilege", "Privileges"),
    ("source", "Where people's roles come from"),
    ("exposure", "Exposure to strangers"),
    ("evaluator", "The checks' SQL"),
    ("check", "Checks"),
    ("freshness", "Freshness"),
];

/// Everything, area by area, and the count at the end.
pub(crate) fn findings(symptoms: &[Symptom]) -> String {
    let mut lines = Vec::new();
    let mut areas: Vec<&str> = AREAS.iter().map(|(area, _)| *area).collect();
    for symptom in symptoms {
        if !areas.contains(&area(symptom)) {
            areas.push(area(symptom));
        }
    }
    for name in areas {
        let mut here: Vec<_> = symptoms.iter().filter(|symptom| area(symptom) == name).collect();
        if here.is_empty() {
            continue;
        }
        here.sort_by_key(|symptom| std::cmp::Reverse(symptom.level));
        lines.push(styled(BOLD, title(name)));
        lines.extend(here.into_iter().flat_map(finding));
    }
    lines.push(String::new());
    lines.push(summary(symptoms));
    lines.join("\n")
}

fn finding(symptom: &Symptom) -> Vec<String> {
    let (style, mark) = match symptom.level {
        Level::Ok => (GREEN, "ok     "),
        Level::Warning => (YELLOW, "warning"),
        Level::NotLookedAt => (YELLOW, "unknown"),
        Level::Error => (RED, "error  "),
    };
    let mut lines = vec![format!("  {}  {}", styled(style, mark), plain(&symptom.what))];
    if !symptom.remedy.is_empty() {
        lines.push(format!(
            "           {} {}",
            styled(DIM, "→"),
            plain(&symptom.remedy)
        ));
    }
    lines
}

fn summary(symptoms: &[Symptom]) -> String {
    let of = |level| symptoms.iter().filter(|symptom| symptom.level == level).count() as u64;
    let (errors, warnings, unseen) = (of(Level::Error), of(Level::Warning), of(Level::NotLookedAt));
    let mut text = format!("{}, {}", count(errors, "error"), count(warnings, "warning"));
    if unseen > 0 {
        text = format!("{text}, {} not looked at", count(unseen, "thing"));
    }
    match (errors, warnings + unseen) {
        (1.., _) => styled(RED, &text),
        (0, 1..) => styled(YELLOW, &text),
        (0, 0) => styled(GREEN, "Nothing is wrong"),
    }
}

fn area(symptom: &Symptom) -> &str {
    symptom.id.split('.').next().unwrap_or_default()
}

fn title(area: &str) -> &str {
    match AREAS.iter().find(|(name, _)| *name == area) {
        Some((_, title)) => title,
        None if area == "view" => "Views for clients that know them",
        None => area,
    }
}
