//! What the proposed fixes come to, once they are applied, beside what `fixes.toml` says.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use rls_audit::{
    Access, AccessMatrix, Audit, Command, Inspection, Name,
    fix::{self, Change, Outcome, Simulation},
    rules::Level,
};
use serde::Deserialize;

use crate::corpus::{Case, Corpus};

/// The `fixes.toml` of a schema. Without one no error stays, and nobody who is known loses anything whole.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Known {
    left: Vec<Left>,
    taken: Vec<Taken>,
}

/// Errors that stay.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Left {
    because: Because,
    /// Why it is right that they do, in a sentence.
    #[serde(rename = "why")]
    _why: String,
    errors: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Because {
    /// There is no fix.
    Unfixed,
    /// The fix was refused.
    Refused,
    /// The fix closes less than it should.
    Narrowed,
}

/// What somebody who is known can no longer do anything with, by a command or more.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Taken {
    relation: String,
    /// Why the fix is to take it, in a sentence.
    #[serde(rename = "why")]
    _why: String,
}

impl Known {
    fn of(case: &Case) -> Self {
        let Ok(text) = fs::read_to_string(case.folder().join("fixes.toml")) else {
            return Self::default();
        };
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", case.name))
    }

    fn left(&self) -> BTreeMap<&str, Because> {
        let errors = self.left.iter().flat_map(|left| {
            let because = left.because;
            left.errors.iter().map(move |error| (error.as_str(), because))
        });
        errors.collect()
    }
}

/// Applies what is proposed, twice, to the database of the case itself: which errors stay that were not to, and which cells
/// are not as they were to be.
pub(crate) async fn differences(corpus: &Corpus, case: &Case, before: &Inspection) -> Vec<String> {
    let settings = case.expected().settings();
    let audit = Audit::new(before, &settings);
    if fix::fixes(&audit.findings).is_empty() {
        let simulation = Simulation::without_a_copy(&audit.findings, "there is nothing to try");
        return left(&Known::of(case), &simulation, &audit);
    }
    let url = corpus.url(case, "postgres");
    let simulation = fix::rehearse(&url, &audit, &case.personas(), &settings)
        .await
        .expect("rehearsed");
    let script = simulation.to_sql();
    corpus.run(case, &script);
    corpus.run(case, &script);
    let after = corpus.inspected(case, "postgres").await;

    let known = Known::of(case);
    let mut wrong = left(&known, &simulation, &Audit::new(&after, &settings));
    wrong.extend(cells(&known, &simulation, &before.matrix, &after.matrix));
    if !simulation.is_whole() {
        wrong.push(format!("the fixes were not tried whole: {simulation:#?}"));
    }
    wrong
}

/// The findings that stay and were not to, and the errors that were to stay and do not.
fn left(known: &Known, simulation: &Simulation, after: &Audit) -> Vec<String> {
    let mut listed = known.left();
    let mut wrong = Vec::new();
    for finding in &after.findings {
        let tried = simulation
            .tried
            .iter()
            .find(|own| own.fix.fingerprint == finding.fingerprint);
        let because = match tried.map(|own| &own.outcome) {
            Some(Outcome::Proposed { instead: None, .. } | Outcome::Settled) => {
                wrong.push(format!("was mended, and is still there: {}", finding.fingerprint));
                continue;
            }
            Some(Outcome::Proposed { .. }) => Some(Because::Narrowed),
            Some(Outcome::Refused(_)) => Some(Because::Refused),
            _ => finding.fix.is_none().then_some(Because::Unfixed),
        };
        if finding.level == Level::Error
            && (because.is_none() || listed.remove(&*finding.fingerprint) != because)
        {
            wrong.push(format!("stays ({because:?}): {}", finding.fingerprint));
        }
    }
    wrong.extend(listed.keys().map(|error| format!("does not stay: {error}")));
    wrong
}

/// The cells that changed otherwise than the file says, that opened, or that somebody who is known has lost.
fn cells(known: &Known, simulation: &Simulation, before: &AccessMatrix, after: &AccessMatrix) -> Vec<String> {
    let announced: BTreeSet<_> = simulation
        .tried
        .iter()
        .filter_map(|own| match &own.outcome {
            Outcome::Proposed { changes, .. } => Some(changes),
            _ => None,
        })
        .flatten()
        .map(cell)
        .collect();
    let mut taken: BTreeSet<&str> = known.taken.iter().map(|own| own.relation.as_str()).collect();
    let mut lost = BTreeSet::new();
    let mut wrong = Vec::new();
    for change in &fix::changes(before, after) {
        let is_unknown = |access: &Access| matches!(access, Access::Unknown(_));
        let worked = change.before.is_open() || is_unknown(&change.before);
        let is_known = before
            .personas
            .iter()
            .any(|own| own.name == change.persona && own.name != own.database_role);
        if !announced.contains(&cell(change)) {
            wrong.push(format!("is not in the file: {change}"));
        }
        if !worked && change.after.is_open() {
            wrong.push(format!("opens: {change}"));
        }
        if is_known && worked && !change.after.is_open() {
            lost.insert(change.relation.to_string());
        }
    }
    wrong.extend(
        lost.iter()
            .filter(|name| !taken.remove(name.as_str()))
            .map(|name| format!("is lost: {name}")),
    );
    wrong.extend(taken.iter().map(|name| format!("is not lost: {name}")));
    wrong
}

fn cell(change: &Change) -> (&str, &Name, Command) {
    (&change.persona, &change.relation, change.command)
}
