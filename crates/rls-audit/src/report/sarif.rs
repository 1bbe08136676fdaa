//! SARIF 2.1.0, for code scanning.

use integrity_core::Language;
use serde_json::{Value, json};

use super::{Tone, head};
use crate::{
    Audit, Baseline,
    audit::{Reported, Standing},
    baseline::{Change, Direction},
    digest::digest,
    rules::{self, Level, Object, Rule},
};

/// Stands for what no rule says, where a reader looks at results only.
const INCOMPLETE: &str = "INCOMPLETE";
const WIDENED: &str = "WIDENED";

/// The whole document.
#[must_use]
pub fn sarif(audit: &Audit) -> String {
    let results = incomplete(audit)
        .into_iter()
        .chain(audit.findings.iter().map(|found| result(found, audit)))
        .chain(wider(audit).map(widened));
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Vigie",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules(),
            } },
            "invocations": [{
                "executionSuccessful": audit.is_complete(),
                "endTimeUtc": audit.looked.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
                "toolExecutionNotifications": notifications(audit),
            }],
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    });
    format!("{document:#}")
}

/// Text in which braces and links mean themselves (§3.11.5 and §3.11.6).
fn message(text: &str) -> Value {
    let text = text.replace('{', "{{").replace('}', "}}");
    json!({ "text": text.replace("](", "\\](") })
}

fn rules() -> Vec<Value> {
    let described = |id: &str, title: &str, why: &str| {
        json!({
            "id": id,
            "shortDescription": message(title),
            "fullDescription": message(why),
            "help": message(why),
        })
    };
    let own = [
        described(
            INCOMPLETE,
            "too little is known",
            "Too little could be found out to say that anything is well; that there are no other results proves nothing.",
        ),
        described(
            WIDENED,
            "somebody can do more than was agreed to",
            "Since the baseline was written somebody has come to be able to do more.",
        ),
    ];
    let rules = rules::all().into_iter();
    own.into_iter()
        .chain(rules.map(|Rule { id, title, why, .. }| described(id, title, why)))
        .collect()
}

fn notifications(audit: &Audit) -> Vec<Value> {
    let level = |tone| match tone {
        Tone::Said => "note",
        Tone::Warned | Tone::Doubt => "warning",
        Tone::Gap => "error",
    };
    let lines = head(audit, Language::En).into_iter();
    lines
        .map(|line| json!({ "level": level(line.tone), "message": message(&line.text) }))
        .collect()
}

fn incomplete(audit: &Audit) -> Option<Value> {
    if audit.is_complete() {
        return None;
    }
    let lines = head(audit, Language::En).into_iter();
    let why: Vec<String> = lines
        .filter(|line| line.tone.takes_away())
        .map(|line| line.text)
        .collect();
    let place = json!({ "fullyQualifiedName": audit.looked.database, "kind": "database" });
    Some(plain_result(INCOMPLETE, INCOMPLETE, &why.join(" "), &place))
}

fn wider(audit: &Audit) -> impl Iterator<Item = &Change> {
    let changes = audit.drift.iter().flat_map(|drift| &drift.changes);
    changes.filter(|change| change.direction == Direction::Widened)
}

fn widened(change: &Change) -> Value {
    let text = format!("{}: {}", change.about, change.told());
    let place = json!({ "fullyQualifiedName": change.about });
    plain_result(WIDENED, &format!("{WIDENED} {text}"), &text, &place)
}

/// One of which a baseline knows nothing.
fn plain_result(rule: &str, fingerprint: &str, text: &str, place: &Value) -> Value {
    json!({
        "ruleId": rule,
        "level": "error",
        "message": message(text),
        "locations": [location(place)],
        "partialFingerprints": fingerprints(fingerprint),
    })
}

fn result(found: &Reported, audit: &Audit) -> Value {
    let mut result = json!({
        "ruleId": found.rule,
        "level": match found.level {
            Level::Error => "error",
            Level::Warn => "warning",
            Level::Info => "note",
        },
        "message": message(&found.message),
        "locations": [location(&logical(&found.object))],
        "partialFingerprints": fingerprints(&found.fingerprint),
        "properties": { "verdict": found.verdict, "evidence": found.evidence, "fix": found.fix },
    });
    if audit.drift.is_some() {
        result["baselineState"] = json!(match found.standing {
            Standing::New => "new",
            Standing::Known | Standing::Suppressed { .. } => "unchanged",
            Standing::Reopened { .. } => "updated",
        });
    }
    if let Standing::Suppressed {
        reason,
        author,
        until,
    } = &found.standing
    {
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": reason,
            "properties": { "author": author, "until": until },
        }]);
    }
    result
}

/// What tells a result from every other. Code scanning reads only the second, and would make it of the line in the file: the
/// same for all.
fn fingerprints(fingerprint: &str) -> Value {
    json!({ "vigie/v1": fingerprint, "primaryLocationLineHash": digest([fingerprint]) })
}

/// What a result is about. Code scanning takes only what is in a file: that is the baseline, where whoever answers writes the
/// answer.
fn location(logical: &Value) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": Baseline::FILE },
            "region": { "startLine": 1 },
        },
        "logicalLocations": [logical],
    })
}

/// The kinds are the standard's own (§3.33.7) where it has one.
fn logical(object: &Object) -> Value {
    let (kind, name) = match object {
        Object::Relation { relation } => ("relation", &relation.name),
        Object::Column { column, .. } => ("column", column),
        Object::Policy { policy, .. } => ("policy", policy),
        Object::Function { function, .. } => ("function", &function.name),
        Object::Schema { schema } => ("namespace", schema),
        Object::Role { role } => ("role", role),
        Object::Cell { relation, .. } => ("cell", &relation.name),
    };
    json!({ "fullyQualifiedName": object.to_string(), "name": name, "kind": kind })
}
