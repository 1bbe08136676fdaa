//! What the audit has seen.

use std::collections::BTreeMap;

use comfy_table::Cell;
use rls_audit::{
    Access, Audit, Command, Name,
    audit::{ExposedBy, Reopening, Reported, Row, Standing},
    baseline::{Change, Direction},
    rules::{Level, Rule, Verdict},
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
    let looked = &audit.looked;
    let personas: Vec<_> = looked
        .personas
        .iter()
        .map(|persona| plain(&persona.name))
        .collect();
    let mut lines = vec![
        format!(
            "Looked at {} relations and {} functions of {} (PostgreSQL {}{}), read-only, as {}.",
            looked.relations,
            looked.functions,
            plain(&looked.database),
            looked.server_version / 10_000,
            if looked.is_standby { ", a standby" } else { "" },
            plain(&looked.login),
        ),
        match personas.as_slice() {
            [] => styled(
                RED,
                "Nobody was tried: there is no role `anon` or `authenticated`, nothing is granted to anybody, and \
                 [[audit.personas]] names nobody.",
            ),
            personas => format!("Tried {} personas: {}.", personas.len(), personas.join(", ")),
        },
        exposed(audit),
    ];
    for skipped in &audit.skipped {
        let line = format!("Skipped: {}: {}.", plain(&skipped.what), plain(&skipped.why));
        lines.push(if skipped.expected {
            line
        } else {
            styled(RED, &line)
        });
    }
    let unknown: usize = looked.unknown.values().sum();
    lines.push(if unknown == 0 {
        format!("All of {} cells are known.", looked.cells)
    } else {
        let why: Vec<String> = looked
            .unknown
            .iter()
            .map(|(why, count)| format!("{why} {count}"))
            .collect();
        styled(
            YELLOW,
            &format!(
                "{unknown} of {} cells are not known: {}.",
                looked.cells,
                why.join(", ")
            ),
        )
    });
    if !audit.is_complete() {
        lines.push(styled(RED, "That is too little to say that anything is well."));
    }
    lines.join("\n")
}

fn exposed(audit: &Audit) -> String {
    let schemas: Vec<_> = audit
        .looked
        .exposed_schemas
        .iter()
        .map(|schema| plain(schema))
        .collect();
    let schemas = schemas.join(", ");
    match audit.looked.exposed_by {
        ExposedBy::Settings => format!("Callers reach the schemas {schemas} (audit.exposed_schemas)."),
        ExposedBy::Database => format!("Callers reach the schemas {schemas} (pgrst.db_schemas)."),
        ExposedBy::Nobody => format!(
            "Nothing says which schemas callers reach (pgrst.db_schemas, audit.exposed_schemas): taken is {schemas}."
        ),
    }
}

/// One line a relation.
pub(crate) fn matrix(audit: &Audit) -> String {
    let personas = &audit.looked.personas;
    let mut headings = vec!["RELATION".to_owned()];
    headings.extend(personas.iter().map(|persona| plain(&persona.name).into_owned()));
    let mut rows = table::with_headings(&headings.iter().map(String::as_str).collect::<Vec<_>>());
    let mut relations: BTreeMap<&Name, BTreeMap<&str, &Row>> = BTreeMap::new();
    for row in &audit.access {
        relations
            .entry(&row.relation)
            .or_default()
            .insert(&row.persona, row);
    }
    for (name, of_personas) in relations {
        let mut row = vec![Cell::new(plain(&name.to_string()))];
        row.extend(personas.iter().map(|persona| {
            let own = of_personas.get(persona.name.as_str());
            let letters =
                Command::ALL.map(|command| letter(command, own.and_then(|own| own.access.get(&command))));
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

fn letter(command: Command, access: Option<&Access>) -> String {
    let first = &command.as_str()[..1];
    match access {
        Some(Access::All) => first.to_owned(),
        Some(Access::Some | Access::Conditional(_)) => first.to_lowercase(),
        Some(Access::None | Access::Rls) => ".".to_owned(),
        Some(Access::Denied) => "-".to_owned(),
        Some(Access::Error(_)) => "!".to_owned(),
        Some(Access::Unknown(_)) | None => "?".to_owned(),
    }
}

/// What is wrong, by cause, the worst first; and what has changed.
pub(crate) fn findings(audit: &Audit) -> String {
    let mut lines = vec![looked(audit), String::new()];
    let settled = audit
        .findings
        .iter()
        .filter(|found| !found.standing.is_new())
        .count();
    let new: Vec<&Reported> = audit
        .findings
        .iter()
        .filter(|found| found.standing.is_new())
        .collect();
    for cause in new.chunk_by(|a, b| (a.level, &a.rule) == (b.level, &b.rule)) {
        lines.extend(caused(cause));
    }
    if audit.drift.is_some() {
        lines.extend([drifted(audit), String::new()]);
    }
    let count = |level| new.iter().filter(|found| found.level == level).count();
    lines.push(format!(
        "{} errors, {} warnings, {} notes{}.",
        count(Level::Error),
        count(Level::Warn),
        count(Level::Info),
        if audit.drift.is_some() {
            format!(" that are new; {settled} the baseline knows")
        } else {
            "; there is no baseline".to_owned()
        },
    ));
    lines.join("\n")
}

/// Findings of one rule and level.
fn caused(cause: &[&Reported]) -> Vec<String> {
    let mut lines = Vec::new();
    let (style, level) = match cause[0].level {
        Level::Error => (RED, "error"),
        Level::Warn => (YELLOW, "warn"),
        Level::Info => (DIM, "info"),
    };
    lines.push(format!(
        "{}  {}  {}",
        styled(style, level),
        styled(BOLD, &cause[0].rule),
        cause[0].title
    ));
    for found in cause {
        let verdict = match found.verdict {
            Verdict::Proved => "proved",
            Verdict::Refuted => "refuted",
            Verdict::Unproved => "unproved",
        };
        let again = match found.standing {
            Standing::Reopened {
                because: Reopening::EvidenceChanged,
            } => ", open again: what decides it has changed",
            Standing::Reopened {
                because: Reopening::Expired,
            } => ", open again: its suppression has run out",
            Standing::Reopened {
                because: Reopening::Worse,
            } => ", open again: it is worse than it was",
            _ => "",
        };
        lines.push(format!(
            "  {} ({verdict}{again})",
            plain(&found.object.to_string())
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
    let told = |text: &Option<String>| text.as_deref().map(|text| plain(text).into_owned());
    let what = match (told(&change.before), told(&change.after)) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (Some(before), None) => format!("gone: {before}"),
        (None, Some(after)) => format!("new: {after}"),
        (None, None) => String::new(),
    };
    format!("{}  {}: {what}", word(change.direction), plain(&change.about))
}

fn word(direction: Direction) -> String {
    match direction {
        Direction::Widened => styled(RED, "WIDENED"),
        Direction::Narrowed => styled(YELLOW, "NARROWED"),
        Direction::Changed => styled(YELLOW, "CHANGED"),
        Direction::Equivalent => styled(DIM, "EQUIVALENT"),
    }
}
