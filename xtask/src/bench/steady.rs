//! Whether a run of Vigie was a steady one, by its own report: everything was found that the floor found, and nothing
//! changed.

use std::collections::BTreeMap;

use serde_json::Value;

/// How long a steady run says that it took.
#[derive(Debug, PartialEq)]
pub(super) struct Steady {
    /// The run itself, without the start of the process.
    pub(super) milliseconds: f64,
    /// The sum over the checks.
    pub(super) evaluating: f64,
}

/// What a run counts that changed.
const CHANGES: &[&str] = &[
    "opened",
    "reopened",
    "changed",
    "cleared",
    "refuted",
    "about_check",
];

/// Reads the report of a run; `rows` is how many rows each check has.
pub(super) fn read(report: &str, rows: &BTreeMap<String, u64>) -> Result<Steady, String> {
    let report: Value =
        serde_json::from_str(report).map_err(|error| format!("the report of a run: {error}"))?;
    let checks = report["checks"]
        .as_array()
        .ok_or("the report of a run has no checks")?;
    if checks.len() != rows.len() {
        return Err(format!(
            "{} checks were run, {} were counted",
            checks.len(),
            rows.len()
        ));
    }
    let mut evaluating = 0.0;
    for check in checks {
        let code = check["code"].as_str().unwrap_or_default();
        judge(check, rows.get(code).copied())
            .map_err(|wrong| format!("the run is not steady: {code}: {wrong}"))?;
        evaluating += check["elapsed_ms"].as_f64().unwrap_or_default();
    }
    Ok(Steady {
        milliseconds: report["elapsed_ms"]
            .as_f64()
            .ok_or("the report of a run does not tell how long it took")?,
        evaluating,
    })
}

/// What could not be applied, by the report of a run.
pub(super) fn errors(report: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let checks = report["checks"].as_array().into_iter().flatten();
    checks
        .filter_map(|check| {
            Some(format!(
                "{}: {}",
                check["code"].as_str()?,
                check["error"].as_str()?
            ))
        })
        .collect()
}

fn judge(check: &Value, rows: Option<u64>) -> Result<(), String> {
    let number = |key: &str| check[key].as_u64().ok_or_else(|| format!("{key} is missing"));
    if let Some(error) = check["error"].as_str() {
        return Err(error.to_owned());
    }
    if check["stale"] != Value::Bool(false) {
        return Err("a later snapshot had been applied before".to_owned());
    }
    for key in CHANGES {
        let changed = number(key)?;
        if changed > 0 {
            return Err(format!("{key} {changed}"));
        }
    }
    let found = number("findings")? + number("merged")?;
    match check["outcome"].as_str() {
        Some("Complete") if Some(found) == rows => Ok(()),
        // More rows than a check may keep: the report of the bench says so.
        Some("Truncated") if rows.is_some_and(|rows| found < rows) => Ok(()),
        outcome => Err(format!(
            "{outcome:?}, {found} found of {rows:?} rows; {}",
            check["reason"]
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check() -> Value {
        json!({
            "code": "A", "outcome": "Complete", "findings": 3, "merged": 1, "elapsed_ms": 12,
            "opened": 0, "reopened": 0, "changed": 0, "cleared": 0, "refuted": 0, "about_check": 0,
            "stale": false,
        })
    }

    fn told(change: impl FnOnce(&mut Value)) -> Result<Steady, String> {
        let mut report = json!({ "checks": [check()], "elapsed_ms": 20.5 });
        change(&mut report);
        read(&report.to_string(), &BTreeMap::from([("A".to_owned(), 4)]))
    }

    #[test]
    fn a_steady_run_finds_everything_and_changes_nothing() {
        let steady = told(|_| {}).expect("steady");
        assert_eq!((steady.milliseconds, steady.evaluating), (20.5, 12.0));
        told(|report| {
            report["checks"][0]["outcome"] = json!("Truncated");
            report["checks"][0]["findings"] = json!(1);
        })
        .expect("truncated, and so it is told");
    }

    #[test]
    fn what_could_not_be_applied_is_told() {
        let report = json!({ "checks": [check(), { "code": "B", "error": "held up" }] });
        assert_eq!(errors(&report.to_string()), ["B: held up"]);
        assert!(errors("no report").is_empty());
    }

    #[test]
    fn whatever_else_is_refused() {
        for key in CHANGES {
            told(|report| report["checks"][0][*key] = json!(1)).expect_err(key);
            told(|report| report["checks"][0][*key] = Value::Null).expect_err(key);
        }
        for outcome in ["Failed", "Suspect", "Skipped", "Truncated"] {
            told(|report| report["checks"][0]["outcome"] = json!(outcome)).expect_err(outcome);
        }
        told(|report| report["checks"][0]["findings"] = json!(2)).expect_err("a row was not found");
        told(|report| report["checks"][0]["code"] = json!("B")).expect_err("a check that was not counted");
        told(|report| report["checks"] = json!([])).expect_err("no checks");
        told(|report| report["elapsed_ms"] = Value::Null).expect_err("how long it took is not told");
        told(|report| report["checks"][0]["stale"] = json!(true)).expect_err("not applied");
        told(|report| report["checks"][0]["error"] = json!("held up")).expect_err("not applied");
    }
}
