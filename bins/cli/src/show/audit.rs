//! What the audit has seen.

use comfy_table::Cell;
use rls_audit::{
    Audit, Command,
    audit::{Reported, Standing},
    baseline::{Change, Direction},
    integrity_core::Language,
    report::{self, Tone},
    rules::{Level, Rule},
};

use wiring::plain::plain;

use super::{
    table,
    words::{BOLD, DIM, RED, YELLOW, styled},
};

/// What a rule means.
pub(crate) fn rule(rule: &Rule) -> String {
    format!("{}  {}\n\n{}", styled(BOLD, rule.id), rule.title, rule.why)
}

/// What was looked at, what was not, and what is not known: never a finding without it.
pub(crate) fn looked(audit: &Audit) -> String {
    let lines = report::head(audit, Language::En).into_iter();
    let told = lines.map(|line| match line.tone {
        Tone::Said => line.text,
        Tone::Warned | Tone::Doubt => styled(YELLOW, &line.text),
        Tone::Gap => styled(RED, &line.text),
    });
    told.collect::<Vec<_>>().join("\n")
}

/// One line a relation.
pub(crate) fn matrix(audit: &Audit) -> String {
    let personas = &audit.looked.personas;
    let mut headings = vec!["RELATION".to_owned()];
    headings.extend(personas.iter().map(|persona| plain(&persona.name).into_owned()));
    let mut rows = table::with_headings(&headings.iter().map(String::as_str).collect::<Vec<_>>());
    for (name, of_personas) in audit.by_relation() {
        let mut row = vec![Cell::new(plain(&name.to_string()))];
        row.extend(personas.iter().map(|persona| {
            let own = of_personas.get(persona.name.as_str());
            let letters = Command::ALL
                .map(|command| report::letter(command, own.and_then(|own| own.access.get(&command))));
            Cell::new(letters.join(""))
        }));
        rows.add_row(row);
    }
    format!(
        "{}\n\n{}\n\n{}",
        looked(audit),
        table::lines(&mut rows),
        styled(
            DIM,
            "S I U D all rows, s i u d some, . none, - denied, ! fails, ? not known"
        )
    )
}

/// What is wrong, by cause, the worst first; and what has changed.
pub(crate) fn findings(audit: &Audit) -> String {
    let mut lines = vec![looked(audit), String::new()];
    let (new, settled) = report::by_standing(audit);
    for cause in report::causes(&new) {
        lines.extend(caused(cause));
    }
    if audit.drift.is_some() {
        lines.extend([drifted(audit), String::new()]);
    }
    lines.push(format!(
        "{} errors, {} warnings, {} notes{}.",
        report::count(&new, Level::Error),
        report::count(&new, Level::Warn),
        report::count(&new, Level::Info),
        if audit.drift.is_some() {
            format!(" that are new; {} the baseline knows", settled.len())
        } else {
            "; there is no baseline".to_owned()
        },
    ));
    lines.join("\n")
}

/// Findings of one rule and level.
fn caused(cause: &[&Reported]) -> Vec<String> {
    let mut lines = Vec::new();
    let level = cause[0].level;
    let style = match level {
        Level::Error => RED,
        Level::Warn => YELLOW,
        Level::Info => DIM,
    };
    lines.push(format!(
        "{}  {}  {}",
        styled(style, level.as_str()),
        styled(BOLD, &cause[0].rule),
        cause[0].title
    ));
    for found in cause {
        let again = match found.standing {
            Standing::Reopened { because } => format!(", open again: {}", because.as_str()),
            _ => String::new(),
        };
        lines.push(format!(
            "  {} ({}{again})",
            plain(&found.object.to_string()),
            found.verdict.as_str()
        ));
        lines.push(format!("      {}", plain(&found.message)));
        let fix = found.fix.iter().flat_map(|fix| fix.lines());
        lines.extend(fix.map(|line| format!("      {}", styled(DIM, &plain(line)))));
    }
    lines.push(String::new());
    lines
}

/// What has changed since the baseline.
pub(crate) fn drift(audit: &Audit) -> String {
    format!("{}\n\n{}", looked(audit), drifted(audit))
}

fn drifted(audit: &Audit) -> String {
    let changes = audit.drift.iter().flat_map(|drift| &drift.changes);
    let mut lines: Vec<String> = changes.map(changed).collect();
    let direction = audit
        .drift
        .as_ref()
        .and_then(rls_audit::baseline::Drift::direction);
    lines.push(match direction {
        None => "Nothing has changed since the baseline.".to_owned(),
        Some(direction) => format!("Since the baseline: {}", word(direction)),
    });
    lines.join("\n")
}

fn changed(change: &Change) -> String {
    format!(
        "{}  {}: {}",
        word(change.direction),
        plain(&change.about),
        plain(&change.told())
    )
}

fn word(direction: Direction) -> String {
    let style = match direction {
        Direction::Widened => RED,
        Direction::Narrowed | Direction::Changed => YELLOW,
        Direction::Equivalent => DIM,
    };
    styled(style, direction.as_str())
}
