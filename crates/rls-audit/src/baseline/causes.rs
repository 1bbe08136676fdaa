//! What may have moved a cell: something that is written down, or rows alone.

use std::collections::{BTreeMap, BTreeSet};

use super::abouts;
use crate::{
    Name,
    catalog::RelationKind,
    definition::{Definition, Effect},
};

/// These ask who the caller is, and read no table.
const OF_THE_CALLER: [&str; 4] = ["auth.uid(", "auth.jwt(", "auth.role(", "auth.email("];

/// What is written down otherwise, and what can tell of which relations that may be felt.
pub(super) struct Causes<'a> {
    /// The relations about which something is written down otherwise.
    changed: BTreeSet<&'a str>,
    /// Something is that every cell may depend on: a function, a role, a schema.
    is_felt_everywhere: bool,
    /// What decides about the rows of each relation: policies, and what views say.
    said: BTreeMap<&'a str, Vec<&'a str>>,
    /// The functions, each as a call of it begins: what they read is not known here.
    functions: BTreeSet<&'a str>,
}

impl<'a> Causes<'a> {
    /// What has changed is given by what it is about; what is written down, before and now.
    pub(super) fn new(changed: Vec<&'a str>, all: impl Iterator<Item = &'a Definition>) -> Self {
        let (of_relations, others): (Vec<&str>, Vec<&str>) =
            changed.into_iter().partition(|about| relation(about).is_some());
        let mut said: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut functions = BTreeSet::new();
        for own in all {
            if relation(&own.about).is_some() {
                let texts = said.entry(whole(&own.about)).or_default();
                texts.extend((own.effect == Effect::Measured).then_some(own.says.as_str()));
            } else if let Some(signature) = own.about.strip_prefix("function ")
                && !OF_THE_CALLER.iter().any(|known| signature.starts_with(known))
            {
                functions.insert(last(signature.split('(').next().unwrap_or(signature)));
            }
        }
        Self {
            changed: of_relations.into_iter().map(whole).collect(),
            is_felt_everywhere: !others.is_empty(),
            said,
            functions,
        }
    }

    /// Whether a cell of this relation may have moved because of what is written down.
    pub(super) fn may_move(&self, relation: &Name) -> bool {
        if self.is_felt_everywhere || self.changed.is_empty() {
            return self.is_felt_everywhere;
        }
        let own: Vec<String> = abouts(relation).collect();
        let own = own.iter().map(|about| whole(about));
        let mut seen: BTreeSet<&str> = own
            .filter_map(|about| self.said.get_key_value(about))
            .map(|(about, _)| *about)
            .collect();
        let mut left: Vec<&str> = seen.iter().copied().collect();
        while let Some(about) = left.pop() {
            let texts = &self.said[about];
            if self.changed.contains(about) || texts.iter().any(|text| self.calls(text)) {
                return true;
            }
            for other in self.said.keys() {
                if texts.iter().any(|text| text.contains(last(other))) && seen.insert(other) {
                    left.push(other);
                }
            }
        }
        false
    }

    fn calls(&self, text: &str) -> bool {
        let is_called = |name: &&str| {
            let mut places = text.match_indices(*name).map(|(at, _)| &text[at + name.len()..]);
            places.any(|after| after.starts_with('(') || after.starts_with("\"("))
        };
        self.functions.iter().any(is_called)
    }
}

/// What the relation is called, where a definition is about one.
fn relation(about: &str) -> Option<&str> {
    RelationKind::ALL
        .into_iter()
        .find_map(|kind| about.strip_prefix(kind.as_str())?.strip_prefix(' '))
}

/// Of a column, its relation.
fn whole(about: &str) -> &str {
    about.split(", column ").next().unwrap_or(about)
}

/// The name without its schema and quotes; other texts may have them or not.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name).trim_matches('"')
}
