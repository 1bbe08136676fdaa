//! What has changed since, and whether somebody can do more.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{AccessLine, Baseline, abouts, causes::Causes};
use crate::{
    Access, Command, Name,
    audit::Audit,
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
    let both = gone.iter().chain(&come);
    // Other programs make and drop their own roles all day.
    let felt = both.filter(|own| !(own.effect == Effect::Text && own.about.starts_with("role ")));
    let abouts_changed = felt.map(|own| own.about.as_str());
    let causes = Causes::new(
        abouts_changed.collect(),
        before.definitions.iter().chain(&now.definitions),
    );
    let cells = cells(before, now, &causes);
    let mut unproved = unproved(now);
    unproved.extend(cells.iter().map(|(relation, _)| relation));
    let unproved: BTreeSet<String> = unproved.into_iter().flat_map(abouts).collect();
    let is_proved = |about: &str| {
        let whole = about.match_indices(", column ").map(|(at, _)| &about[..at]);
        !whole.chain([about]).any(|about| unproved.contains(about))
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
            (Effect::Measured, _) if is_proved(&own.about) => Direction::Equivalent,
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

/// Relations of which the cells do not say which rows are reached: those reached in part, and what they are views of.
fn unproved(now: &Audit) -> BTreeSet<&Name> {
    let is_undecided =
        |access: &Access| matches!(access, Access::Some | Access::Conditional(_) | Access::Unknown(_));
    let in_part = now
        .access
        .iter()
        .filter(|row| row.access.values().any(is_undecided));
    let mut unproved: BTreeSet<&Name> = in_part.map(|row| &row.relation).collect();
    let all: BTreeSet<&Name> = now.access.iter().map(|row| &row.relation).collect();
    let mut said: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for own in &now.definitions {
        said.entry(&own.about).or_default().push(&own.says);
    }
    let mut left: Vec<&Name> = unproved.iter().copied().collect();
    while let Some(relation) = left.pop() {
        let texts = abouts(relation).filter(|about| about.contains("view "));
        let texts: Vec<&str> = texts
            .filter_map(|about| said.get(about.as_str()))
            .flatten()
            .copied()
            .collect();
        for read in &all {
            let name = read.name.replace('"', "\"\"");
            if texts.iter().any(|text| text.contains(&name)) && unproved.insert(read) {
                left.push(read);
            }
        }
    }
    unproved
}

/// Cells that differ. Of a persona that was not there nothing is said: nobody has agreed to anything about it.
fn cells(before: &Baseline, now: &Audit, causes: &Causes<'_>) -> Vec<(Name, Change)> {
    let was: BTreeMap<(&str, &Name), &AccessLine> = before
        .access
        .iter()
        .map(|line| ((line.persona.as_str(), &line.relation), line))
        .collect();
    let same = now
        .looked
        .personas
        .iter()
        .filter(|who| before.personas.contains(who));
    let known: BTreeSet<&str> = same.map(|who| who.name.as_str()).collect();
    let relations: BTreeSet<&Name> = now.access.iter().map(|row| &row.relation).collect();
    let by_text: BTreeSet<&Name> = relations.into_iter().filter(|own| causes.may_move(own)).collect();
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
            let columns = |command: &Command| line.and_then(|line| line.columns.get(command));
            let (could_name, may_name) = (columns(command), row.columns.get(command));
            let stays_open = is_open(class) && access.is_open();
            let direction = match moved(class, access) {
                Some(Direction::Widened) => Direction::Widened,
                _ if stays_open && has_more(could_name, may_name) => Direction::Widened,
                Some(direction) => direction,
                None if stays_open && has_more(may_name, could_name) => Direction::Narrowed,
                None => continue,
            };
            let direction = if by_text.contains(&row.relation) {
                direction
            } else {
                Direction::Equivalent
            };
            let change = Change {
                direction,
                about: format!("{} on {} as {}", command.as_str(), row.relation, row.persona),
                before: Some(told(class, could_name)),
                after: Some(told(access.class(), may_name)),
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

/// What comes of it that a cell was of this class.
fn moved(before: &str, now: &Access) -> Option<Direction> {
    let rank = |class: &str| match class {
        "all" => Some(2),
        "some" | "conditional" => Some(1),
        "unknown" => None,
        _ => Some(0),
    };
    match (rank(before), rank(now.class())) {
        (Some(before), Some(now)) if now > before => Some(Direction::Widened),
        (Some(before), Some(now)) if now < before => Some(Direction::Narrowed),
        // What is no longer known may be anything, and nobody has agreed to what was not known.
        (Some(0 | 1), None) | (None, Some(1 | 2)) => Some(Direction::Widened),
        _ => None,
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
