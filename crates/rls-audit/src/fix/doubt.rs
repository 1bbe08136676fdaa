//! What a copy does not show of what was audited. A fix that was tried without it may break what nobody has seen.

use std::collections::BTreeSet;

use crate::{Audit, Definition, Inspection};

/// So many are named; the others are counted.
const NAMED: usize = 5;

/// What the copy, as it was before anything was tried, lacks or has otherwise.
#[must_use]
pub fn doubts(original: &Audit, copy: &Audit, seen: &Inspection) -> Vec<String> {
    let mut doubts = Vec::new();
    let (here, there): (BTreeSet<&Definition>, BTreeSet<&Definition>) = (
        original.definitions.iter().collect(),
        copy.definitions.iter().collect(),
    );
    let line = |own: &&Definition| format!("{}: {}", own.about, own.says);
    let missing = here.difference(&there).map(line);
    doubts.extend(told("the copy lacks", missing));
    let others = there.difference(&here).map(line);
    doubts.extend(told("only the copy has", others));

    let tried: BTreeSet<&str> = seen.matrix.personas.iter().map(|own| own.name.as_str()).collect();
    let personas = original.looked.personas.iter().map(|own| own.name.clone());
    let absent = personas.filter(|name| !tried.contains(name.as_str()));
    doubts.extend(told("nobody on the copy is", absent));

    let closed = original.access.iter().flat_map(|row| {
        let open = row.access.iter().filter(|(_, access)| access.is_open());
        open.filter(|(command, _)| {
            let access = seen.matrix.access(&row.persona, &row.relation, **command);
            access.is_some_and(|access| !access.is_open())
        })
        .map(|(command, _)| format!("{} {} on {}", row.persona, command.as_str(), row.relation))
    });
    doubts.extend(told(
        "what goes through in the database does not on the copy",
        closed,
    ));
    doubts
}

fn told(what: &str, lines: impl Iterator<Item = String>) -> Option<String> {
    let mut lines: Vec<String> = lines.collect();
    let more = lines.len().saturating_sub(NAMED);
    if more > 0 {
        lines.truncate(NAMED);
        lines.push(format!("and {more} more"));
    }
    (!lines.is_empty()).then(|| format!("{what}: {}", lines.join("; ")))
}
