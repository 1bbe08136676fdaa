use std::{borrow::Cow, collections::BTreeMap, ops::RangeFrom};

use askama::Template;
use integrity_core::{Language, plain::plain};

use super::words::Words;
use crate::{
    Access, Audit, Command, Name,
    audit::{Outcome, Reported, Row, Standing},
    report::{Line, Tone, by_standing, causes, count, head, letter},
    rules::Level,
};

/// What the page shows.
#[derive(Template)]
#[template(path = "audit.html")]
pub(super) struct Page<'a> {
    words: &'static Words,
    database: Cow<'a, str>,
    at: String,
    outcome: Outcome,
    is_widened: bool,
    counts: Vec<Counted>,
    head: Vec<Line>,
    personas: Vec<Cow<'a, str>>,
    relations: Vec<Relation>,
    new: Vec<Cause<'a>>,
    settled: Vec<Cause<'a>>,
    drift: Option<Vec<Changed<'a>>>,
}

/// How many new findings are of a level.
struct Counted {
    level: &'static str,
    told: String,
}

/// A line of the matrix.
struct Relation {
    name: String,
    kind: &'static str,
    cells: Vec<Cell>,
    /// The numbers of the findings about it.
    findings: Vec<usize>,
}

/// What one persona can do with one relation.
struct Cell {
    squares: [Square; 4],
    /// All of it in words.
    told: String,
    /// The number of an error about it.
    error: Option<usize>,
}

struct Square {
    class: &'static str,
    letter: String,
    told: String,
}

/// Findings of one rule and level.
struct Cause<'a> {
    level: &'static str,
    level_told: &'static str,
    rule: &'a str,
    title: &'a str,
    findings: Vec<Numbered<'a>>,
}

struct Numbered<'a> {
    number: usize,
    object: String,
    verdict: &'static str,
    message: Cow<'a, str>,
    standing: Option<String>,
    evidence: Vec<Cow<'a, str>>,
    fix: Vec<Cow<'a, str>>,
}

struct Changed<'a> {
    direction: &'static str,
    told_direction: &'static str,
    about: Cow<'a, str>,
    told: String,
}

impl<'a> Page<'a> {
    pub(super) fn of(audit: &'a Audit, language: Language) -> Self {
        let words = Words::of(language);
        let (new, settled) = by_standing(audit);
        let numbered: Vec<(usize, &Reported)> = (1..).zip(new.iter().chain(&settled).copied()).collect();
        let levels = [Level::Error, Level::Warn, Level::Info].into_iter();
        let counts = levels
            .filter(|level| count(&new, *level) > 0)
            .map(|level| Counted {
                level: level.as_str(),
                told: words.counted(count(&new, level), level),
            });
        let drift = audit.drift.as_ref().map(|drift| {
            let changes = drift.changes.iter().map(|change| Changed {
                direction: change.direction.as_str(),
                told_direction: words.direction(change.direction),
                about: plain(&change.about),
                told: plain(&change.told()).into_owned(),
            });
            changes.collect()
        });
        Self {
            words,
            database: plain(&audit.looked.database),
            at: audit.looked.at.format("%Y-%m-%d %H:%M UTC").to_string(),
            outcome: audit.outcome(Level::Info),
            is_widened: audit.is_widened(),
            counts: counts.collect(),
            head: head(audit, language),
            personas: audit.looked.personas.iter().map(|who| plain(&who.name)).collect(),
            relations: relations(audit, &numbered, words),
            new: all(&new, 1, words),
            settled: all(&settled, new.len() + 1, words),
            drift,
        }
    }
}

/// By cause, numbered from this number on.
fn all<'a>(found: &[&'a Reported], first: usize, words: &Words) -> Vec<Cause<'a>> {
    let mut numbers = first..;
    let causes = causes(found).into_iter();
    causes.map(|own| cause(own, &mut numbers, words)).collect()
}

fn cause<'a>(own: &[&'a Reported], numbers: &mut RangeFrom<usize>, words: &Words) -> Cause<'a> {
    let first = own[0];
    let numbered = numbers.zip(own).map(|(number, found)| Numbered {
        number,
        object: plain(&found.object.to_string()).into_owned(),
        verdict: found.verdict.as_str(),
        message: plain(&found.message),
        standing: standing(&found.standing, words),
        evidence: found.evidence.iter().map(|line| plain(line)).collect(),
        fix: found.fix.iter().flat_map(|fix| fix.lines()).map(plain).collect(),
    });
    Cause {
        level: first.level.as_str(),
        level_told: words.level(first.level),
        rule: &first.rule,
        title: &first.title,
        findings: numbered.collect(),
    }
}

fn standing(standing: &Standing, words: &Words) -> Option<String> {
    match standing {
        Standing::New | Standing::Known => None,
        Standing::Suppressed {
            reason,
            author,
            until,
        } => Some(plain(&format!("{author}, {until}: {reason}")).into_owned()),
        Standing::Reopened { because } => Some(format!("{}: {}", words.reopened, because.as_str())),
    }
}

fn relations(audit: &Audit, numbered: &[(usize, &Reported)], words: &Words) -> Vec<Relation> {
    let mut about: BTreeMap<&Name, Vec<(usize, &Reported)>> = BTreeMap::new();
    for (number, found) in numbered {
        if let Some(relation) = found.object.relation() {
            about.entry(relation).or_default().push((*number, *found));
        }
    }
    let relation = |(name, rows): (&Name, BTreeMap<&str, &Row>)| {
        let found = about.get(name).map(Vec::as_slice).unwrap_or_default();
        let cells = audit.looked.personas.iter().map(|persona| {
            let row = rows.get(persona.name.as_str()).copied();
            let is_open = row.is_some_and(|row| row.access.values().any(Access::is_open));
            let error = found.iter().find(|(_, found)| {
                let about = found.object.persona();
                found.level == Level::Error && about.map_or(is_open, |about| about == persona.name)
            });
            cell(row, error.map(|(number, _)| *number), words)
        });
        Relation {
            name: plain(&name.to_string()).into_owned(),
            kind: rows.values().next().map_or("", |row| row.kind.as_str()),
            cells: cells.collect(),
            findings: found.iter().map(|(number, _)| *number).collect(),
        }
    };
    audit.by_relation().into_iter().map(relation).collect()
}

fn cell(row: Option<&Row>, error: Option<usize>, words: &Words) -> Cell {
    let squares = Command::ALL.map(|command| {
        let access = row.and_then(|row| row.access.get(&command));
        let (class, told) = words.class(access);
        let columns = row.and_then(|row| row.columns.get(&command));
        let columns = columns.map_or_else(String::new, |columns| {
            format!(" ({})", plain(&columns.join(", ")))
        });
        Square {
            class,
            letter: letter(command, access),
            told: format!("{} {told}{columns}", command.as_str()),
        }
    });
    Cell {
        told: squares.each_ref().map(|square| square.told.as_str()).join("; "),
        squares,
        error,
    }
}
