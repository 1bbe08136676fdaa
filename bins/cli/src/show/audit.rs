//! What the audit has seen.

use comfy_table::Cell;
use rls_audit::{
    Access, Command, Inspection,
    rules::{Finding, Level, Rule, Verdict},
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

/// What was looked at: never a finding without it.
fn looked(inspected: &Inspection) -> String {
    let (catalog, matrix) = (&inspected.catalog, &inspected.matrix);
    let unknown: Vec<&Access> = matrix.unknown().map(|cell| &cell.access).collect();
    let personas: Vec<String> = matrix
        .personas
        .iter()
        .map(|persona| plain(&persona.name).into_owned())
        .collect();
    let mut lines = vec![
        format!(
            "Looked at {} relations and {} functions of {} (PostgreSQL {}), read-only, as {}.",
            catalog.relations.len(),
            catalog.functions.len(),
            plain(&catalog.server.database),
            catalog.server.version / 10_000,
            plain(&catalog.server.login),
        ),
        match personas.as_slice() {
            [] => styled(
                RED,
                "Nobody was tried: there is no role `anon` or `authenticated`, nothing is granted to anybody, and \
                 [[audit.personas]] names nobody.",
            ),
            personas => format!("Tried {} personas: {}.", personas.len(), personas.join(", ")),
        },
    ];
    for role in ["anon", "authenticated"] {
        if catalog.role(role).is_none() {
            lines.push(format!("Skipped: there is no role `{role}`."));
        }
    }
    if catalog.server.exposed_schemas.is_none() {
        lines.push("Nothing says which schemas callers reach (pgrst.db_schemas, audit.exposed_schemas): taken is public.".to_owned());
    }
    lines.push(match unknown.len() {
        0 => format!("All of {} cells are known.", matrix.cells.len()),
        n => {
            let mut why: Vec<String> = unknown.iter().map(ToString::to_string).collect();
            why.sort();
            why.dedup();
            styled(
                YELLOW,
                &format!(
                    "{n} of {} cells are not known: {}.",
                    matrix.cells.len(),
                    why.join(", ")
                ),
            )
        }
    });
    lines.join("\n")
}

/// One line a relation.
pub(crate) fn matrix(inspected: &Inspection) -> String {
    let personas = &inspected.matrix.personas;
    let mut headings = vec!["RELATION".to_owned()];
    headings.extend(personas.iter().map(|persona| plain(&persona.name).into_owned()));
    let mut rows = table::with_headings(&headings.iter().map(String::as_str).collect::<Vec<_>>());
    for relation in inspected.catalog.own_relations() {
        let mut row = vec![Cell::new(plain(&relation.name.to_string()))];
        row.extend(personas.iter().map(|persona| {
            let letters = Command::ALL.map(|command| {
                letter(
                    command,
                    inspected.matrix.access(&persona.name, &relation.name, command),
                )
            });
            Cell::new(letters.join(""))
        }));
        rows.add_row(row);
    }
    format!(
        "{}\n\n{}\n\n{}",
        looked(inspected),
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

/// What is wrong, the worst first.
pub(crate) fn findings(inspected: &Inspection, findings: &[Finding]) -> String {
    let mut lines = vec![looked(inspected), String::new()];
    for finding in findings {
        let (style, level) = match finding.level {
            Level::Error => (RED, "error"),
            Level::Warn => (YELLOW, "warn"),
            Level::Info => (DIM, "info"),
        };
        let verdict = match finding.verdict {
            Verdict::Proved => "proved",
            Verdict::Refuted => "refuted",
            Verdict::Unproved => "unproved",
        };
        lines.push(format!(
            "{}  {}  {} ({verdict})",
            styled(style, level),
            finding.rule,
            plain(&finding.object.to_string())
        ));
        lines.push(format!("       {}", plain(&finding.message)));
        if let Some(fix) = &finding.fix {
            lines.extend(
                fix.lines()
                    .map(|line| format!("       {}", styled(DIM, &plain(line)))),
            );
        }
    }
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    lines.push(format!(
        "{} errors, {} warnings, {} notes.",
        count(Level::Error),
        count(Level::Warn),
        count(Level::Info)
    ));
    lines.join("\n")
}
