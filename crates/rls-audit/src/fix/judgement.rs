//! Whom a fix would break. What is judged, and why so, says `docs/decisions/0026-what-breaks-a-persona.md`.

use std::{collections::BTreeSet, fmt};

use super::{Change, Fix};
use crate::{
    Access, Catalog, Inspection, Name, Persona,
    catalog::Relation,
    rules::{Level, Object},
};

/// The SQLSTATE of a command for which a privilege lacks.
const LACKS_A_PRIVILEGE: &str = "42501";

/// A change that nobody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Which.
    pub change: Change,
    /// Why it is none that a fix may make.
    pub why: Why,
}

/// Why a change is none that a fix may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// What worked, or was refused in order, now fails.
    Fails,
    /// What it comes to is not known.
    Unknown,
    /// It is what was expected, and no longer is.
    Expected,
    /// Somebody can do more.
    Opens,
    /// Somebody can do less, and what the fix is for is no error.
    NoError,
    /// Somebody can do less with something that the fix is not about.
    Elsewhere,
    /// Somebody who is known loses something, and nothing that the authors wrote says that they should.
    Known,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.why {
            Why::Fails => "it fails",
            Why::Unknown => "what that comes to is not known",
            Why::Expected => "their `expect` says otherwise",
            Why::Opens => "a fix opens nothing",
            Why::NoError => "only an error is reason enough to take something away",
            Why::Elsewhere => "the finding is not about that",
            Why::Known => {
                "give them a way of their own first, such as a policy, or say in their `expect` that they have none"
            }
        };
        write!(f, "{}: {why}", self.change)
    }
}

/// The changes that this fix may not make; `before` is how it was.
#[must_use]
pub fn breaks(fix: &Fix, before: &Inspection, changes: &[Change]) -> Vec<Break> {
    let doors = doors(&before.catalog, &fix.object);
    let judged = changes.iter().filter_map(|change| {
        let persona = before
            .matrix
            .personas
            .iter()
            .find(|own| own.name == change.persona)?;
        let why = why(fix, before, persona, &doors, change)?;
        let change = change.clone();
        Some(Break { change, why })
    });
    judged.collect()
}

fn why(
    fix: &Fix,
    before: &Inspection,
    persona: &Persona,
    doors: &BTreeSet<&Name>,
    change: &Change,
) -> Option<Why> {
    match (&change.before, &change.after) {
        (Access::Unknown(_), after) if after.is_open() => return None,
        (_, Access::Unknown(_)) => return change.before.is_open().then_some(Why::Unknown),
        (Access::Error(_), _) => {}
        (_, Access::Error(code)) if !is_held_back(code, persona, change) => return Some(Why::Fails),
        _ if change.opens() => return Some(Why::Opens),
        _ => {}
    }
    if let Some(is_as_expected) = expectation(persona, change) {
        return (!is_as_expected).then_some(Why::Expected);
    }
    if !change.narrows() {
        None
    } else if fix.level < Level::Error {
        Some(Why::NoError)
    } else if !doors.contains(&change.relation) {
        Some(Why::Elsewhere)
    } else if change.closes() && is_known(persona) && !is_said(before, change) {
        Some(Why::Known)
    } else {
        None
    }
}

/// Whether that is a stranger who lacks the privilege for what is behind a door that was open: it is closed to them, whatever
/// the refusal is called.
fn is_held_back(code: &str, persona: &Persona, change: &Change) -> bool {
    code == LACKS_A_PRIVILEGE && change.may_have_worked() && !is_known(persona)
}

/// Whether it is as the persona is expected to find it; `None` where nothing is expected, or where it was not met before.
fn expectation(persona: &Persona, change: &Change) -> Option<bool> {
    let relation = change.relation.to_string();
    let expected = persona
        .expect
        .iter()
        .find(|own| own.relation == relation && own.command == change.command)?;
    let meets = |access: &Access| expected.access.iter().any(|class| class == access.class());
    (meets(&change.before) || meets(&change.after)).then(|| meets(&change.after))
}

/// Whether more is known of them than the role that they act under.
fn is_known(persona: &Persona) -> bool {
    persona.name != persona.database_role
}

/// Whether the authors have said that it is so: by policies that only had to be switched on, or by leaving open the whole of
/// which this is a part.
fn is_said(before: &Inspection, change: &Change) -> bool {
    let Some(relation) = before.catalog.relation(&change.relation) else {
        return false;
    };
    let above = relation
        .parents
        .iter()
        .filter_map(|name| before.catalog.relation(name));
    let is_policed = |own: &Relation| !own.policies.is_empty();
    let is_asleep = !relation.rls && (is_policed(relation) || above.clone().any(is_policed));
    let stays_open = above.clone().any(|whole| {
        let access = before.matrix.access(&change.persona, &whole.name, change.command);
        access.is_some_and(Access::is_open)
    });
    is_asleep || stays_open
}

/// What a finding is about, and the views through which that is seen.
fn doors<'a>(catalog: &'a Catalog, object: &Object) -> BTreeSet<&'a Name> {
    let of = |name: &Name| catalog.relation(name).map(|own| &own.name).into_iter().collect();
    let mut doors: BTreeSet<&Name> = match object {
        Object::Relation { relation }
        | Object::Column { relation, .. }
        | Object::Policy { relation, .. }
        | Object::Cell { relation, .. } => of(relation),
        // Whoever takes on another role takes all that it has.
        Object::Role { .. } => catalog.relations.iter().map(|own| &own.name).collect(),
        Object::Function { .. } | Object::Schema { .. } => BTreeSet::new(),
    };
    loop {
        let more: Vec<&Name> = catalog
            .relations
            .iter()
            .filter(|own| !doors.contains(&own.name))
            .filter(|own| {
                let mut reads = own.view.iter().flat_map(|view| &view.reads);
                reads.any(|reads| doors.contains(&reads.relation))
            })
            .map(|own| &own.name)
            .collect();
        if more.is_empty() {
            return doors;
        }
        doors.extend(more);
    }
}
