//! The matrix as a picture: relations × personas, four squares each. What is open to somebody stands first, and so many
//! cells are on a page that it stays light.

use std::{cmp::Reverse, collections::BTreeMap};

use rls_audit::{
    Access, Audit, Command, Name,
    audit::{Row, Who},
    catalog::RelationKind,
    report,
};

use crate::screens::{
    frame::Frame,
    number,
    words::{AccessWords, fill},
};

/// So many cells are on a page, at least of [`FEWEST`] relations.
const CELLS: usize = 240;
const FEWEST: usize = 5;

#[derive(Debug, Default)]
pub(super) struct Matrix<'a> {
    pub(super) personas: Vec<&'a Who>,
    pub(super) rows: Vec<Line>,
    /// Which relations these are, of how many.
    pub(super) told: String,
    pub(super) is_first: bool,
    /// Where the next page begins.
    pub(super) next: Option<usize>,
}

/// A relation.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) relation: String,
    /// What it is, where that is no table.
    pub(super) kind: Option<&'static str>,
    /// By persona.
    pub(super) cells: Vec<[Square; 4]>,
}

/// What one command comes to: by its sign, and by its looks besides.
#[derive(Debug)]
pub(super) struct Square {
    pub(super) class: &'static str,
    pub(super) mark: String,
}

pub(super) fn matrix<'a>(frame: &Frame, audit: &'a Audit, from: usize) -> Matrix<'a> {
    let personas: Vec<&Who> = audit.looked.personas.iter().collect();
    let mut relations: Vec<_> = audit.by_relation().into_iter().collect();
    relations.sort_by_cached_key(|(name, rows)| (Reverse(openness(&personas, rows)), *name));
    let total = relations.len();
    let size = (CELLS / personas.len().max(1)).max(FEWEST);
    let from = from.min(total.saturating_sub(1));
    let rows: Vec<Line> = relations
        .into_iter()
        .skip(from)
        .take(size)
        .map(|(name, rows)| line(name, &rows, &personas))
        .collect();
    let to = from + rows.len();
    let counted = |n: usize| number::count(n as u64, frame.language);
    Matrix {
        told: fill(
            AccessWords::of(frame.language).page_told,
            &[&counted(from + 1), &counted(to), &counted(total)],
        ),
        personas,
        rows,
        is_first: from == 0,
        next: (to < total).then_some(to),
    }
}

/// How many squares are open, first to those who have not shown who they are.
fn openness(personas: &[&Who], rows: &BTreeMap<&str, &Row>) -> (usize, usize) {
    let open = |is_anonymous: bool| -> usize {
        let those = personas.iter().filter(|who| who.is_anonymous == is_anonymous);
        let rows = those.filter_map(|who| rows.get(who.name.as_str()));
        rows.map(|row| row.access.values().filter(|access| access.is_open()).count())
            .sum()
    };
    (open(true), open(false))
}

fn line(name: &Name, rows: &BTreeMap<&str, &Row>, personas: &[&Who]) -> Line {
    let kind = rows.values().next().map(|row| row.kind);
    let cell = |who: &&Who| {
        let row = rows.get(who.name.as_str());
        Command::ALL.map(|command| square(command, row.and_then(|row| row.access.get(&command))))
    };
    Line {
        relation: name.to_string(),
        kind: kind
            .filter(|kind| *kind != RelationKind::Table)
            .map(RelationKind::as_str),
        cells: personas.iter().map(cell).collect(),
    }
}

fn square(command: Command, access: Option<&Access>) -> Square {
    let class = match access {
        Some(Access::All) => "a",
        Some(Access::Some | Access::Conditional(_)) => "s",
        Some(Access::None | Access::Rls | Access::Denied) => "",
        Some(Access::Error(_)) => "e",
        Some(Access::Unknown(_)) | None => "u",
    };
    Square {
        class,
        mark: report::letter(command, access),
    }
}
