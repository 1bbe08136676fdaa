//! An audit as evaluations: each rule is a check, and so is the audit itself.
//!
//! Refused: one check with the rules in its findings. What is said of a check (that it is new, that it fails, that nearly
//! all its alerts would vanish) would then be said of all rules at once.

use std::{collections::BTreeMap, time::Duration};

use alerts_store::CheckInfo;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use integrity_core::{
    CheckCode, Clearing, Evaluation, Failure, FailureKind, Finding, Outcome, Payload, Severity, Terms, Text,
};
use rls_audit::{
    Audit, Command, Doubt,
    audit::{Reported, Standing},
    baseline::{Change, Direction},
    rules::{self, Level, Object},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The check that is the audit itself: it fails where too little could be seen, and finds who can do more than before.
pub const AUDIT: &str = "RLS_AUDIT";

/// What the checks page calls the pack of all these checks.
const PACK: &str = "rls-audit";

/// So many findings of one rule are kept apart; of more, the others are left out until these are gone.
const MOST: usize = 1000;

/// The checks that an audit comes to.
#[must_use]
pub(crate) fn checks(every: Duration, zone: Tz) -> Vec<CheckInfo> {
    let info = |code: CheckCode, title: String| CheckInfo {
        code,
        pack: PACK.to_owned(),
        severity: Severity::Critical,
        title: Text {
            fr: None,
            en: Some(title),
        },
        time_zone: zone,
        every_seconds: u32::try_from(every.as_secs()).unwrap_or(u32::MAX).max(1),
        enabled: true,
        proved: true,
    };
    let rules = rules::all().into_iter();
    let mut checks = vec![info(
        code(AUDIT),
        "Who can do what is as it was agreed".to_owned(),
    )];
    checks.extend(rules.map(|rule| info(of_rule(rule.id), format!("{}: {}", rule.id, rule.title))));
    checks
}

/// What is known besides the audit.
#[derive(Debug)]
pub(super) struct Terrain<'a> {
    pub(super) database: &'a str,
    /// Whether what has changed is counted from what somebody has agreed to, and not only from the audit before.
    pub(super) is_agreed: bool,
    /// Why it could not be compared with the audit before, where that is so.
    pub(super) not_compared: Option<Failure>,
    pub(super) elapsed: Duration,
}

/// Whether this check is one of the rules: they are looked at with the audit, and have no turn of their own.
#[must_use]
pub fn is_rule(check: &CheckInfo) -> bool {
    check.pack == PACK && check.code.as_str() != AUDIT
}

/// What an audit found. Only one that saw everything can lead to a resolve; of an incomplete one, rules that found
/// nothing say nothing.
pub(super) fn found(audit: &Audit, terrain: &Terrain<'_>) -> Vec<Evaluation> {
    let at = audit.looked.at;
    let is_complete = audit.is_complete();
    // What a trigger does in place of a command nobody ever sees: it hides nothing that was seen before.
    let always = Doubt::InsteadOf.to_string();
    let is_all_seen = is_complete && audit.looked.unknown.keys().all(|why| *why == always);
    let kept = |mut findings: Vec<Finding>| {
        let outcome = if is_all_seen && findings.len() <= MOST {
            Outcome::Complete
        } else {
            Outcome::Truncated
        };
        findings.truncate(MOST);
        (outcome, findings)
    };
    let mut evaluations = Vec::new();
    for rule in rules::all() {
        let errors = audit
            .findings
            .iter()
            .filter(|found| found.rule == rule.id && counts(found));
        let findings: Vec<Finding> = errors.map(finding).collect();
        if !is_complete && findings.is_empty() {
            continue;
        }
        let (outcome, findings) = kept(findings);
        evaluations.push(evaluation(of_rule(rule.id), at, outcome, findings, terrain));
    }
    let (outcome, findings) = match missing(audit).or_else(|| terrain.not_compared.clone()) {
        None => kept(widened(audit)),
        Some(failure) => (Outcome::Failed(failure), Vec::new()),
    };
    evaluations.push(evaluation(code(AUDIT), at, outcome, findings, terrain));
    evaluations
}

/// What is told where there was no audit: the rules keep what they have.
pub(super) fn nothing(failure: Failure, at: DateTime<Utc>, terrain: &Terrain<'_>) -> Vec<Evaluation> {
    let failed = Outcome::Failed(failure);
    vec![evaluation(code(AUDIT), at, failed, Vec::new(), terrain)]
}

/// What somebody has looked at and lets be is no alert.
fn counts(found: &Reported) -> bool {
    found.level == Level::Error && !matches!(found.standing, Standing::Suppressed { .. })
}

/// What an incomplete audit could not see.
fn missing(audit: &Audit) -> Option<Failure> {
    if audit.is_complete() {
        return None;
    }
    let unknown: usize = audit.looked.unknown.values().sum();
    let reasons = audit
        .looked
        .unknown
        .iter()
        .map(|(why, count)| format!("{count} {why}"));
    let skipped = audit.skipped.iter().filter(|skipped| !skipped.expected);
    let lines = [
        format!("{} personas", audit.looked.personas.len()),
        format!(
            "{unknown} of {} cells are not known ({})",
            audit.looked.cells,
            reasons.collect::<Vec<_>>().join(", ")
        ),
        format!("{} policies could not be read", skipped.count()),
    ];
    Some(Failure {
        kind: FailureKind::Privilege,
        message: format!("the audit is incomplete: {}", lines.join("; ")),
    })
}

fn evaluation(
    code: CheckCode,
    at: DateTime<Utc>,
    outcome: Outcome,
    findings: Vec<Finding>,
    terrain: &Terrain<'_>,
) -> Evaluation {
    let is_audit = code.as_str() == AUDIT;
    Evaluation {
        database: terrain.database.to_owned(),
        code,
        snapshot_at: at,
        outcome,
        findings,
        merged: 0,
        terms: Terms {
            resolve_after: 1,
            // The next audit is compared with this one: that it finds no change mends nothing.
            clearing: if is_audit && !terrain.is_agreed {
                Clearing::Manual
            } else {
                Clearing::Auto
            },
            ..Terms::new(Severity::Critical)
        },
        elapsed: if is_audit { terrain.elapsed } else { Duration::ZERO },
    }
}

fn finding(found: &Reported) -> Finding {
    let (rule, verdict, object) = (&found.rule, found.verdict, found.object.to_string());
    let whole = json!({
        "rule": rule, "verdict": verdict, "object": object, "evidence": found.evidence, "fix": found.fix,
    });
    let short = json!({ "rule": rule, "verdict": verdict });
    Finding {
        entity_type: kind(&found.object).to_owned(),
        entity_id: key(&found.fingerprint),
        entity_label: Some(object),
        severity: Severity::Critical,
        message: found.message.clone(),
        payload: fitting([whole, short]),
        occurred_at: None,
        scope: None,
    }
}

/// Who can do more than before: one finding for each thing, however many have come to it, and in however many ways.
fn widened(audit: &Audit) -> Vec<Finding> {
    let changes = audit.drift.iter().flat_map(|drift| &drift.changes);
    let mut things: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in changes.filter(|change| change.direction == Direction::Widened) {
        things.entry(thing(&change.about)).or_default().push(change);
    }
    things
        .into_iter()
        .map(|(thing, changes)| widening(thing, &changes))
        .collect()
}

/// `public.notes` of `SELECT on public.notes as anon`, and of `table public.notes, column text`.
fn thing(about: &str) -> &str {
    let cell = Command::ALL.into_iter().find_map(|command| {
        let rest = about.strip_prefix(command.as_str())?.strip_prefix(" on ")?;
        rest.rsplit_once(" as ").map(|(relation, _)| relation)
    });
    let definition = || about.split_once(' ').map_or(about, |(_, thing)| thing);
    let thing = cell.unwrap_or_else(definition);
    thing
        .split_once(", column ")
        .map_or(thing, |(relation, _)| relation)
}

fn widening(thing: &str, changes: &[&Change]) -> Finding {
    let said = |change: &Change| {
        let (before, after) = (change.before.as_deref(), change.after.as_deref());
        let [before, after] = [before, after].map(|side| side.unwrap_or("nothing"));
        format!("{}: {after} (before: {before})", change.about)
    };
    let lines: Vec<String> = changes.iter().map(|change| said(change)).collect();
    Finding {
        entity_type: "ACCESS".to_owned(),
        entity_id: key(thing),
        entity_label: Some(thing.to_owned()),
        severity: Severity::Warn,
        message: format!("somebody can do more with {thing} than before"),
        payload: fitting([json!({ "changes": lines }), json!({ "changes": lines.len() })]),
        occurred_at: None,
        scope: None,
    }
}

/// The fingerprint, or where that is too long for a key, its beginning and a digest of it.
fn key(fingerprint: &str) -> String {
    if fingerprint.len() <= Finding::MAX_ENTITY_ID {
        return fingerprint.to_owned();
    }
    let digest = Sha256::digest(fingerprint);
    let digest = format!(
        "{:032x}",
        u128::from_be_bytes(std::array::from_fn(|at| digest[at]))
    );
    let begin = fingerprint.floor_char_boundary(Finding::MAX_ENTITY_ID - digest.len() - 1);
    format!("{} {digest}", &fingerprint[..begin])
}

/// The first of these that fits into an alert.
fn fitting(candidates: impl IntoIterator<Item = Value>) -> Payload {
    let mut fitting = candidates
        .into_iter()
        .filter_map(|value| Payload::from_json(value.to_string()).ok());
    fitting
        .next()
        .unwrap_or_else(|| Payload::from_json("{}").expect("an object"))
}

fn kind(object: &Object) -> &'static str {
    match object {
        Object::Relation { .. } => "RELATION",
        Object::Column { .. } => "COLUMN",
        Object::Policy { .. } => "POLICY",
        Object::Function { .. } => "FUNCTION",
        Object::Schema { .. } => "SCHEMA",
        Object::Role { .. } => "ROLE",
        Object::Cell { .. } => "CELL",
    }
}

/// `RLS_101` of `RLS-101`.
fn of_rule(id: &str) -> CheckCode {
    code(&id.replace('-', "_"))
}

fn code(text: &str) -> CheckCode {
    text.parse().expect("the codes of rules are codes of checks")
}
