//! What a case expects against what came, in words.
//!
//! Each expected row needs a row of its own. Refused: to take for each the first that fits, which can take away the
//! only one that another fits.

use chrono::SecondsFormat;
use serde_json::{Map, Number, Value};

use super::case::{Case, ExpectedRow};
use crate::{Finding, Outcome, Severity, Suspicion};

impl Case {
    /// What is wrong with a result of the check, in words; nothing: the case passed.
    #[must_use]
    pub fn objections(&self, outcome: &Outcome, findings: &[Finding]) -> Vec<String> {
        let mut wrong = Vec::new();
        match (outcome, self.expect_suspect) {
            (Outcome::Complete, false) | (Outcome::Suspect(Suspicion::Guard), true) => {}
            (Outcome::Complete, true) => {
                wrong.push("expected the guard to be false (expect_suspect), and it is true".to_owned());
            }
            (Outcome::Suspect(suspicion), false) => wrong.push(format!(
                "{suspicion}; fill that source in `given`, or write expect_suspect = true"
            )),
            (Outcome::Truncated, _) => wrong.push("more rows came than the check's max_rows".to_owned()),
            (Outcome::Failed(failure), _) => return vec![format!("not evaluated: {failure}")],
            (other, _) => return vec![format!("not evaluated: {other}")],
        }
        wrong.extend(self.missing_and_unexpected(findings));
        wrong
    }

    fn missing_and_unexpected(&self, findings: &[Finding]) -> Vec<String> {
        let differences: Vec<Vec<Vec<String>>> = self
            .expect
            .iter()
            .map(|row| findings.iter().map(|finding| row.differences(finding)).collect())
            .collect();
        let owners = assigned(&differences, findings.len());
        let mut missing: Vec<usize> = (0..self.expect.len())
            .filter(|row| !owners.contains(&Some(*row)))
            .collect();
        let mut unexpected: Vec<usize> = (0..findings.len()).filter(|n| owners[*n].is_none()).collect();
        let mut wrong = Vec::new();
        if findings.len() != self.expect.len() {
            wrong.push(format!(
                "expected {}, got {}",
                rows(self.expect.len()),
                rows(findings.len())
            ));
        }
        // What comes closest is told side by side; what is left stands alone.
        while let Some((row, n)) = missing
            .iter()
            .flat_map(|row| unexpected.iter().map(|n| (*row, *n)))
            .min_by_key(|(row, n)| differences[*row][*n].len())
        {
            wrong.push(format!(
                "row {} of expect: {} (nearest row: {})",
                row + 1,
                differences[row][n].join(", "),
                described(&findings[n])
            ));
            missing.retain(|other| *other != row);
            unexpected.retain(|other| *other != n);
        }
        for row in missing {
            wrong.push(format!("row {} of expect did not come", row + 1));
        }
        for n in unexpected {
            wrong.push(format!("nobody expects the row {}", described(&findings[n])));
        }
        wrong
    }
}

/// For each finding the expected row that it is taken for: as many as possible (augmenting paths, after Kuhn).
fn assigned(differences: &[Vec<Vec<String>>], findings: usize) -> Vec<Option<usize>> {
    let mut owners = vec![None; findings];
    for row in 0..differences.len() {
        let mut visited = vec![false; findings];
        assign(row, differences, &mut owners, &mut visited);
    }
    owners
}

fn assign(
    row: usize,
    differences: &[Vec<Vec<String>>],
    owners: &mut [Option<usize>],
    visited: &mut [bool],
) -> bool {
    for n in 0..owners.len() {
        if visited[n] || !differences[row][n].is_empty() {
            continue;
        }
        visited[n] = true;
        if owners[n].is_none_or(|owner| assign(owner, differences, owners, visited)) {
            owners[n] = Some(row);
            return true;
        }
    }
    false
}

impl ExpectedRow {
    /// In which columns a finding is another than expected.
    fn differences(&self, finding: &Finding) -> Vec<String> {
        let mut wrong = Vec::new();
        let instant = |at: &chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let occurred_at = [self.occurred_at, finding.occurred_at].map(|at| at.as_ref().map(instant));
        for (column, expected, given) in [
            (
                "entity_type",
                self.entity_type.as_deref(),
                Some(finding.entity_type.as_str()),
            ),
            (
                "entity_id",
                self.entity_id.as_deref(),
                Some(finding.entity_id.as_str()),
            ),
            (
                "entity_label",
                self.entity_label.as_deref(),
                finding.entity_label.as_deref(),
            ),
            (
                "severity",
                self.severity.map(Severity::as_str),
                Some(finding.severity.as_str()),
            ),
            ("message", self.message.as_deref(), Some(finding.message.as_str())),
            ("scope", self.scope.as_deref(), finding.scope.as_deref()),
            (
                "occurred_at",
                occurred_at[0].as_deref(),
                occurred_at[1].as_deref(),
            ),
        ] {
            match (expected, given) {
                (Some(expected), Some(given)) if expected != given => {
                    wrong.push(format!("{column} is {given:?}, not {expected:?}"));
                }
                (Some(expected), None) => wrong.push(format!("{column} is absent, not {expected:?}")),
                _ => {}
            }
        }
        differ_in("payload", &self.payload, &finding.payload.fields(), &mut wrong);
        wrong
    }
}

/// Every key that is expected has to be there with its value.
fn differ_in(
    place: &str,
    expected: &Map<String, Value>,
    given: &Map<String, Value>,
    wrong: &mut Vec<String>,
) {
    for (key, expected) in expected {
        let place = format!("{place}.{key}");
        match given.get(key) {
            Some(given) => differ(&place, expected, given, wrong),
            None => wrong.push(format!("{place} is absent, not {expected}")),
        }
    }
}

fn differ(place: &str, expected: &Value, given: &Value, wrong: &mut Vec<String>) {
    match (expected, given) {
        (Value::Object(expected), Value::Object(given)) => differ_in(place, expected, given, wrong),
        (Value::Array(expected), Value::Array(given)) if expected.len() == given.len() => {
            for (n, (expected, given)) in expected.iter().zip(given).enumerate() {
                differ(&format!("{place}[{n}]"), expected, given, wrong);
            }
        }
        (Value::Number(one), Value::Number(other)) if is_same(one, other) => {}
        (expected, given) if expected == given => {}
        (expected, given) => wrong.push(format!("{place} is {given}, not {expected}")),
    }
}

/// By their values. As `f64`, two whole numbers beyond 2^53 would be the same.
fn is_same(one: &Number, other: &Number) -> bool {
    let wholes = (whole(one), whole(other));
    wholes.0 == wholes.1 && (wholes.0.is_some() || one.as_f64() == other.as_f64())
}

/// The value of a number without a fraction, however it is written.
fn whole(number: &Number) -> Option<i128> {
    number.as_i128().or_else(|| {
        let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
        format!("{float:.0}").parse().ok()
    })
}

fn described(finding: &Finding) -> String {
    format!(
        "{} {} ({}) {}",
        finding.entity_type,
        finding.entity_id,
        finding.severity,
        finding.payload.as_json()
    )
}

fn rows(n: usize) -> String {
    match n {
        0 => "no row".to_owned(),
        1 => "1 row".to_owned(),
        n => format!("{n} rows"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::{Failure, FailureKind, Payload};

    fn case(expect: Vec<ExpectedRow>, expect_suspect: bool) -> Case {
        Case {
            name: "a case".to_owned(),
            line: 1,
            as_of: None,
            before: None,
            given: None,
            after: None,
            params: BTreeMap::new(),
            expect,
            expect_suspect,
            alters_schema: false,
        }
    }

    fn row(id: Option<&str>, payload: &Value) -> ExpectedRow {
        ExpectedRow {
            entity_id: id.map(str::to_owned),
            payload: payload.as_object().cloned().unwrap_or_default(),
            ..ExpectedRow::default()
        }
    }

    fn finding(id: &str, payload: &Value) -> Finding {
        Finding {
            entity_type: "BAC".to_owned(),
            entity_id: id.to_owned(),
            entity_label: None,
            severity: Severity::Warn,
            message: "m".to_owned(),
            payload: Payload::from_json(payload.to_string()).expect("a payload"),
            occurred_at: None,
            scope: None,
        }
    }

    fn objections(expect: Vec<ExpectedRow>, findings: &[Finding]) -> Vec<String> {
        case(expect, false).objections(&Outcome::Complete, findings)
    }

    #[test]
    fn a_row_is_a_subset_and_numbers_are_values() {
        let given = finding(
            "1",
            &json!({ "stock": 101, "wide": 9_007_199_254_740_993_i64, "deep": { "list": [1, { "a": 2.50, "b": 0 }] }, "text": "101" }),
        );
        for fits in [
            json!({}),
            json!({ "stock": 101.0 }),
            json!({ "deep": { "list": [1.0, { "a": 2.5 }] } }),
            json!({ "text": "101" }),
        ] {
            assert_eq!(
                objections(vec![row(Some("1"), &fits)], std::slice::from_ref(&given)),
                [""; 0],
                "{fits}"
            );
        }
        for (wrong, said) in [
            (json!({ "stock": 102 }), "payload.stock is 101, not 102"),
            (json!({ "stock": "101" }), "payload.stock is 101, not \"101\""),
            (json!({ "text": 101 }), "payload.text is \"101\", not 101"),
            (json!({ "none": 1 }), "payload.none is absent, not 1"),
            (
                json!({ "wide": 9_007_199_254_740_992_i64 }),
                "payload.wide is 9007199254740993, not 9007199254740992",
            ),
            (
                json!({ "deep": { "list": [1] } }),
                "payload.deep.list is [1,{\"a\":2.5,\"b\":0}], not [1]",
            ),
            (
                json!({ "deep": { "list": [1, { "a": 3 }] } }),
                "payload.deep.list[1].a is 2.5, not 3",
            ),
        ] {
            let told = objections(vec![row(Some("1"), &wrong)], std::slice::from_ref(&given));
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(
                told[0].starts_with(&format!("row 1 of expect: {said} (nearest row: BAC 1 (WARN) ")),
                "{told:?}"
            );
        }
    }

    #[test]
    fn every_column_counts() {
        let given = finding("1", &json!({}));
        let told = objections(
            vec![ExpectedRow {
                entity_type: Some("CAMION".to_owned()),
                entity_id: Some("2".to_owned()),
                entity_label: Some("l".to_owned()),
                severity: Some(Severity::Info),
                message: Some("n".to_owned()),
                payload: Map::new(),
                occurred_at: Some("2026-01-01T00:00:00Z".parse().expect("an instant")),
                scope: Some("s".to_owned()),
            }],
            &[given],
        );
        assert_eq!(
            told,
            [
                "row 1 of expect: entity_type is \"BAC\", not \"CAMION\", entity_id is \"1\", not \"2\", \
              entity_label is absent, not \"l\", severity is \"WARN\", not \"INFO\", message is \"m\", not \"n\", \
              scope is absent, not \"s\", occurred_at is absent, not \"2026-01-01T00:00:00Z\" \
              (nearest row: BAC 1 (WARN) {})"
            ]
        );
    }

    #[test]
    fn each_expected_row_needs_a_row_of_its_own() {
        let (one, two) = (finding("1", &json!({ "n": 1 })), finding("2", &json!({ "n": 1 })));
        // The first expected row fits both and must not take away the only one that the second fits.
        let vague = row(None, &json!({ "n": 1 }));
        let exact = row(Some("1"), &json!({}));
        let both = [one.clone(), two.clone()];
        assert_eq!(objections(vec![vague.clone(), exact.clone()], &both), [""; 0]);
        assert_eq!(objections(vec![exact.clone(), vague.clone()], &both), [""; 0]);
        // One row cannot serve twice.
        assert_eq!(
            objections(vec![exact.clone(), exact.clone()], std::slice::from_ref(&one)),
            ["expected 2 rows, got 1 row", "row 2 of expect did not come"]
        );
        assert_eq!(
            objections(vec![exact], &both),
            [
                "expected 1 row, got 2 rows",
                "nobody expects the row BAC 2 (WARN) {\"n\":1}"
            ]
        );
        assert_eq!(
            objections(Vec::new(), &[two]),
            [
                "expected no row, got 1 row",
                "nobody expects the row BAC 2 (WARN) {\"n\":1}"
            ]
        );
        assert_eq!(
            objections(vec![vague], &[]),
            ["expected 1 row, got no row", "row 1 of expect did not come"]
        );
    }

    #[test]
    fn only_the_outcome_that_is_expected_passes() {
        let guard = Outcome::Suspect(Suspicion::Guard);
        let failed = Outcome::Failed(Failure {
            kind: FailureKind::Timeout,
            message: "too long".to_owned(),
        });
        let told = |suspect, outcome: &Outcome| case(Vec::new(), suspect).objections(outcome, &[]);
        assert_eq!(told(false, &Outcome::Complete), [""; 0]);
        assert_eq!(told(true, &guard), [""; 0]);
        assert_eq!(
            told(false, &guard),
            [
                "the guard is false: the source looks empty; fill that source in `given`, or write expect_suspect = true"
            ]
        );
        assert_eq!(
            told(true, &Outcome::Complete),
            ["expected the guard to be false (expect_suspect), and it is true"]
        );
        for suspect in [true, false] {
            assert_eq!(told(suspect, &failed), ["not evaluated: too long"]);
            assert_eq!(told(suspect, &Outcome::Skipped), ["not evaluated: Skipped"]);
            assert_eq!(
                told(suspect, &Outcome::Truncated),
                ["more rows came than the check's max_rows"]
            );
        }
    }
}
