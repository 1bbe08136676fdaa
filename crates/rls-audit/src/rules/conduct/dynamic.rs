//! SQL that a function makes up and runs: what it comes to, as far as its pieces say so.

use super::{given, touched};
use crate::rules::body::{Named, Statement, statements};

/// What SQL that is made up does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rules) enum MadeUp {
    /// Nothing in it says.
    Unknown,
    /// It writes, or changes what there is: a piece of it begins so.
    Writes,
    /// Whatever the caller says: it is an argument as it stands.
    Told,
}

/// What this statement makes up and runs, in a function of these statements; `None` where it runs nothing.
pub(super) fn made_up(statement: &Statement, all: &[Statement]) -> Option<MadeUp> {
    let at = run(statement)?;
    let named = statement.named(at + 1).map(|(named, _)| named);
    let name = named
        .as_ref()
        .filter(|named| !named.is_call && named.parts.len() == 1)
        .map_or("", Named::last);
    let gives = |own: &&Statement| given(own).contains(&name) || declares(own, name);
    let from: Vec<&Statement> = all.iter().filter(gives).collect();
    let is_argument = statement.is_mark(at + 1, "$1") || (!name.is_empty() && from.is_empty());
    if is_argument && statement.texts().next().is_none() {
        return Some(MadeUp::Told);
    }
    let pieces = statement
        .texts()
        .chain(from.into_iter().flat_map(Statement::texts));
    let writes = pieces.into_iter().any(writes);
    Some(if writes { MadeUp::Writes } else { MadeUp::Unknown })
}

/// Where the word stands that runs it: `execute …`, `return query execute …`, `for … in execute …`.
fn run(statement: &Statement) -> Option<usize> {
    let is_run = |at: &usize| {
        statement.word(*at) == "execute"
            && (*at == 0 || ["query", "in", "for"].contains(&statement.word(*at - 1)))
    };
    (0..statement.len()).find(is_run)
}

/// Whether the variable is one of the function's own, that nothing has been put into here.
fn declares(statement: &Statement, name: &str) -> bool {
    let types = ["text", "varchar", "character", "record"];
    statement.first() == name && types.contains(&statement.word(1))
}

fn writes(piece: &str) -> bool {
    let changes = [
        "drop", "alter", "create", "grant", "revoke", "truncate", "comment", "copy",
    ];
    let found = statements(piece).unwrap_or_default();
    found.iter().any(|statement| {
        changes.contains(&statement.first())
            || touched(statement).iter().any(|(command, _)| *command != "SELECT")
            || ["insert", "update", "delete"].contains(&statement.first())
    })
}
