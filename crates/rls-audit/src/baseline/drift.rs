//! What has changed since, and whether somebody can do more.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{AccessLine, Baseline};
use crate::{
    Access, Command, Name,
    audit::{Audit, Row},
    definition::{Definition, Effect},
};

/// What has changed since a baseline.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// What, the worst first.
    pub changes: Vec<Change>,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What it comes to.
    pub direction: Direction,
    /// What it is about: `table public.notes`, `SELECT on public.notes as anon`.
    pub about: String,
    /// What was so; `None`: it was not there.
    pub before: Option<String>,
    /// What is so; `None`: it is gone.
    pub after: Option<String>,
}

/// What a change comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Direction {
    /// The text differs, and no cell does; or a cell does, and no text: then the rows have changed, and not the rules.
    Equivalent,
    /// The text differs, and what it comes to is the same in kind, which proves nothing: some rows before, some rows now.
    Changed,
    /// Somebody can do less.
    Narrowed,
    /// Somebody can do more.
    Widened,
}

impl Change {
    /// What was so, and what is so.
    #[must_use]
    pub fn told(&self) -> String {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("{before} → {after}"),
            (Some(before), None) => format!("gone: {before}"),
            (None, Some(after)) => format!("new: {after}"),
            (None, None) => String::new(),
        }
    }
}

impl Direction {
    /// In a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equivalent => "EQUIVALENT",
            Self::Changed => "CHANGED",
            Self::Narrowed => "NARROWED",
            Self::Widened => "WIDENED",
        }
    }
}

impl Drift {
    /// What it all comes to; `None` where nothing has changed.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        self.changes.iter().map(|change| change.direction).max()
    }
}

pub(super) fn between(before: &Baseline, now: &Audit) -> Drift {
    let (gone, come) = differences(&before.definitions, &now.definitions);
    let is_same_text = gone.is_empty() && come.is_empty();
    let cells = cells(before, now, is_same_text);
    let moved: BTreeSet<&Name> = cells.iter().map(|(relation, _)| relation).collect();
    let undecided = undecided(&now.access);
    let is_measured_whole = |own: &Definition| {
        let about = |relation: &&Name| is_about(&own.about, relation);
        !moved.iter().copied().any(|relation| about(&relation))
            && !undecided.iter().copied().any(|relation| about(&relation))
    };
    let mut changes: Vec<Change> = Vec::new();
    for (own, has_come) in gone
        .into_iter()
        .map(|own| (own, false))
        .chain(come.into_iter().map(|own| (own, true)))
    {
        let direction = match (own.effect, has_come) {
            (Effect::Opens, true) => Direction::Widened,
            (Effect::Opens, false) => Direction::Narrowed,
            (Effect::Measured, _) if is_measured_whole(own) => Direction::Equivalent,
            (Effect::Measured | Effect::Text, _) => Direction::Changed,
        };
        let said = Some(own.says.clone());
        let (before, after) = if has_come { (None, said) } else { (said, None) };
        changes.push(Change {
            direction,
            about: own.about.clone(),
            before,
            after,
        });
    }
    changes.extend(cells.into_iter().map(|(_, change)| change));
    changes.sort_by(|a, b| (b.direction, &a.about, &a.before).cmp(&(a.direction, &b.about, &b.before)));
    Drift { changes }
}

/// What is gone, and what has come.
fn differences<'a>(
    before: &'a [Definition],
    now: &'a [Definition],
) -> (Vec<&'a Definition>, Vec<&'a Definition>) {
    fn key(own: &Definition) -> (&str, &str) {
        (&own.about, &own.says)
    }
    let was: BTreeSet<_> = before.iter().map(key).collect();
    let is: BTreeSet<_> = now.iter().map(key).collect();
    (
        before.iter().filter(|own| !is.contains(&key(own))).collect(),
        now.iter().filter(|own| !was.contains(&key(own))).collect(),
    )
}

/// Relations of which some rows, and not all, can be reached: which ones, the class does not say.
fn undecided(rows: &[Row]) -> BTreeSet<&Name> {
    let is_undecided =
        |access: &Access| matches!(access, Access::Some | Access::Conditional(_) | Access::Unknown(_));
    rows.iter()
        .filter(|row| row.access.values().any(is_undecided))
        .map(|row| &row.relation)
        .collect()
}

fn is_about(about: &str, relation: &Name) -> bool {
    let name = relation.to_string();
    let own = about.split_once(' ').map_or(about, |(_, rest)| rest);
    own.strip_prefix(&name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(", column "))
}

/// Cells that differ. Of a persona that was not there nothing is said: nobody has agreed to anything about it.
fn cells(before: &Baseline, now: &Audit, is_same_text: bool) -> Vec<(Name, Change)> {
    let was: BTreeMap<(&str, &Name), &AccessLine> = before
        .access
        .iter()
        .map(|line| ((line.persona.as_str(), &line.relation), line))
        .collect();
    let known: BTreeSet<&str> = before.access.iter().map(|line| line.persona.as_str()).collect();
    let mut changes = Vec::new();
    for row in now
        .access
        .iter()
        .filter(|row| known.contains(row.persona.as_str()))
    {
        let line = was.get(&(row.persona.as_str(), &row.relation));
        for (command, access) in &row.access {
            let class = line
                .and_then(|line| line.access.get(command))
                .map_or("denied", String::as_str);
            let (opened, closed) = moved(class, access);
            let columns = |command: &Command| line.and_then(|line| line.columns.get(command));
            let (named, names) = (columns(command), row.columns.get(command));
            let stays_open = is_open(class) && access.is_open();
            let direction = if opened || stays_open && has_more(named, names) {
                Direction::Widened
            } else if closed || stays_open && has_more(names, named) {
                Direction::Narrowed
            } else {
                continue;
            };
            let direction = if is_same_text {
                Direction::Equivalent
            } else {
                direction
            };
            let change = Change {
                direction,
                about: format!("{} on {} as {}", command.as_str(), row.relation, row.persona),
                before: Some(told(class, named)),
                after: Some(told(access.class(), names)),
            };
            changes.push((row.relation.clone(), change));
        }
    }
    changes.extend(dropped(before, now));
    changes
}

/// What could be reached and is not there any more.
fn dropped<'a>(before: &'a Baseline, now: &Audit) -> impl Iterator<Item = (Name, Change)> + 'a {
    let is: BTreeSet<Name> = now.access.iter().map(|row| row.relation.clone()).collect();
    let gone = before
        .access
        .iter()
        .filter(move |line| !is.contains(&line.relation));
    gone.flat_map(|line| {
        let open = line.access.iter().filter(|(_, class)| is_open(class));
        open.map(|(command, class)| {
            let change = Change {
                direction: Direction::Narrowed,
                about: format!("{} on {} as {}", command.as_str(), line.relation, line.persona),
                before: Some(told(class, line.columns.get(command))),
                after: None,
            };
            (line.relation.clone(), change)
        })
    })
}

fn is_open(class: &str) -> bool {
    ["some", "all", "conditional"].contains(&class)
}

/// Whether it has opened, and whether it has closed.
fn moved(before: &str, now: &Access) -> (bool, bool) {
    let rank = |class: &str| match class {
        "all" => Some(2),
        "some" | "conditional" => Some(1),
        "unknown" => None,
        _ => Some(0),
    };
    match (rank(before), rank(now.class())) {
        (Some(before), Some(now)) => (now > before, now < before),
        // What is no longer known may be anything.
        (Some(0 | 1), None) => (true, false),
        _ => (false, false),
    }
}

/// Whether the second names columns that the first does not; `None` names all.
fn has_more(first: Option<&Vec<String>>, second: Option<&Vec<String>>) -> bool {
    match (first, second) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(first), Some(second)) => second.iter().any(|column| !first.contains(column)),
    }
}

fn told(class: &str, columns: Option<&Vec<String>>) -> String {
    match columns {
        Some(columns) => format!("{class} ({})", columns.join(", ")),
        None => class.to_owned(),
    }
}
