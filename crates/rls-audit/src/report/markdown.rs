//! Markdown, for the comment of a pull request.

use std::fmt::Write as _;

use integrity_core::{Language, plain::plain};

use super::{Tone, by_standing, causes, count, head, letter};
use crate::{Audit, Command, audit::Reported, baseline::Direction, rules::Level};

/// A comment takes 65,536 characters; the parts share them, and what does not fit is counted.
const HEAD: usize = 12_000;
const FINDINGS: usize = 24_000;
const DRIFT: usize = 8_000;
const MATRIX: usize = 16_000;

/// The whole comment.
#[must_use]
pub fn markdown(audit: &Audit) -> String {
    let (new, settled) = by_standing(audit);
    let mut parts = vec![
        format!("## {}", headline(audit, &new)),
        fitting(told(audit), HEAD),
    ];
    if !new.is_empty() {
        parts.push("### Findings".to_owned());
        parts.push(fitting(found(&new), FINDINGS).trim_start().to_owned());
    }
    if !settled.is_empty() {
        parts.push(format!("{} more findings are known or let be.", settled.len()));
    }
    parts.extend(drifted(audit));
    parts.push(matrix(audit));
    parts.join("\n\n") + "\n"
}

fn headline(audit: &Audit, new: &[&Reported]) -> String {
    let (errors, warnings, notes) = (
        count(new, Level::Error),
        count(new, Level::Warn),
        count(new, Level::Info),
    );
    let found = format!("{errors} errors, {warnings} warnings, {notes} notes");
    let which = if audit.drift.is_some() { "new: " } else { "" };
    let complete = if audit.is_complete() { "" } else { "INCOMPLETE, " };
    let wider = if audit.is_widened() { "WIDENED, " } else { "" };
    format!(
        "Who can do what in {}: {complete}{wider}{which}{found}",
        code(&audit.looked.database)
    )
}

fn told(audit: &Audit) -> Vec<String> {
    let lines = head(audit, Language::En).into_iter();
    let line = |line: super::Line| match line.tone {
        Tone::Said => format!("- {}", text(&line.text)),
        Tone::Warned | Tone::Doubt | Tone::Gap => format!("- ⚠️ **{}**", text(&line.text)),
    };
    // The worst stands last in the head, and first where it may be cut.
    let mut lines: Vec<_> = lines.collect();
    lines.sort_by_key(|line| line.tone != Tone::Gap);
    lines.into_iter().map(line).collect()
}

fn found(new: &[&Reported]) -> Vec<String> {
    let mut lines = Vec::new();
    for cause in causes(new) {
        let first = cause[0];
        lines.push(format!(
            "\n**{} {}: {}** ({})\n",
            first.rule,
            first.level.as_str(),
            text(&first.title),
            cause.len()
        ));
        lines.extend(cause.iter().map(|found| {
            format!(
                "- {} ({}): {}",
                code(&found.object.to_string()),
                found.verdict.as_str(),
                text(&found.message)
            )
        }));
    }
    lines
}

fn drifted(audit: &Audit) -> Option<String> {
    let drift = audit.drift.as_ref()?;
    let lines = drift.changes.iter().map(|change| {
        let word = match change.direction {
            Direction::Widened => "**WIDENED**",
            other => other.as_str(),
        };
        format!("- {word} {}: {}", code(&change.about), text(&change.told()))
    });
    let lines: Vec<String> = lines.collect();
    Some(if lines.is_empty() {
        "Nothing has changed since the baseline.".to_owned()
    } else {
        format!("### Since the baseline\n\n{}", fitting(lines, DRIFT))
    })
}

/// One line a relation.
fn matrix(audit: &Audit) -> String {
    let personas = &audit.looked.personas;
    let relations = audit.by_relation();
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let names = personas.iter().map(|persona| code(&persona.name));
    let mut lines = vec![
        line(std::iter::once("relation".to_owned()).chain(names).collect()),
        line(vec!["---".to_owned(); personas.len() + 1]),
    ];
    lines.extend(relations.iter().map(|(name, of_personas)| {
        let letters = personas.iter().map(|persona| {
            let own = of_personas.get(persona.name.as_str());
            let letters =
                Command::ALL.map(|command| letter(command, own.and_then(|own| own.access.get(&command))));
            code(&letters.join(""))
        });
        line(std::iter::once(code(&name.to_string())).chain(letters).collect())
    }));
    format!(
        "<details><summary>Who can do what: {} relations, {} personas</summary>\n\n{}\n\n\
         S I U D: SELECT, INSERT, UPDATE, DELETE; upper case all rows, lower case some, `.` none, `-` denied, `!` fails, \
         `?` not known\n\n</details>",
        relations.len(),
        personas.len(),
        fitting(lines, MATRIX)
    )
}

/// As many lines as fit, and how many do not.
fn fitting(lines: Vec<String>, room: usize) -> String {
    let all = lines.len();
    let mut used = 0;
    let fitting: Vec<String> = lines
        .into_iter()
        .take_while(|line| {
            used += line.chars().count() + 1;
            used <= room
        })
        .collect();
    let left = all - fitting.len();
    let told = fitting.join("\n");
    if left == 0 {
        told
    } else {
        format!(
            "{told}\n\n⚠️ **{left} more lines do not fit into a comment: `vigie audit rls --format html` shows them.**"
        )
    }
}

/// A name, set apart: in it nothing is a mention of somebody.
fn code(own: &str) -> String {
    format!("<code>{}</code>", entities(&plain(own)))
}

/// A sentence that others wrote: what would mention somebody or something is broken by a comment.
fn text(own: &str) -> String {
    ["&#64;", "&#35;", "&#33;"]
        .iter()
        .fold(entities(&plain(own)), |text, sign| {
            text.replace(sign, &format!("{sign}<!-- -->"))
        })
}

/// An entity is never markup, not even in a table. What stays as it is means nothing inside a line.
fn entities(own: &str) -> String {
    own.chars().fold(String::with_capacity(own.len()), |mut safe, c| {
        if c.is_ascii_punctuation() && !".,;()-".contains(c) {
            // A `String` takes everything.
            let _ = write!(safe, "&#{};", u32::from(c));
        } else {
            safe.push(c);
        }
        safe
    })
}
