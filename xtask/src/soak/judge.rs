//! What must be true whatever happened, asked in plain SQL that shares nothing with the product.

use serde_json::Value;

use super::{fault::Trouble, people::Act, psql::Psql, stand::Stand};
use crate::failure::Failure;

const QUESTIONS: [&str; 4] = [
    include_str!("lost.sql"),
    include_str!("doubled.sql"),
    include_str!("undone.sql"),
    include_str!("unproved.sql"),
];

/// Everything that is not as it must be, of what happened since then.
pub(super) fn violations(psql: &Psql, since: &str) -> Result<Vec<String>, Failure> {
    let mut violations = Vec::new();
    for question in QUESTIONS {
        let printed = psql.run_with(&[("since", since)], question)?;
        violations.extend(printed.lines().filter(|line| !line.is_empty()).map(str::to_owned));
    }
    Ok(violations)
}

/// Remembers acts where they are compared with what is in the events.
pub(super) fn remember(psql: &Psql, acts: &[Act]) -> Result<(), Trouble> {
    if acts.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = acts.iter().map(Act::row).collect();
    psql.run(&format!(
        "insert into soak.acts (request_id, alert_id, answer) values\n{};",
        rows.join(",\n")
    ))?;
    Ok(())
}

/// Whether Vigie itself finds its books in order: every chain whole, every row its events.
pub(super) fn verify(stand: &Stand) -> Result<Vec<String>, Failure> {
    let printed = match stand.vigie(&["alerts", "verify", "--json"]) {
        Ok(printed) => printed,
        Err(failure) => return Ok(vec![format!("broken: {failure}")]),
    };
    let told: Value = serde_json::from_str(&printed)?;
    if told["broken"] == 0 && told["events"].as_u64() > Some(0) {
        return Ok(Vec::new());
    }
    Ok(vec![format!("broken: {told}")])
}
