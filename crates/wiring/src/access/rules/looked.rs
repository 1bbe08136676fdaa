//! When the rules were looked at before, as the alerts know it.

use std::collections::BTreeMap;

use access_journal::rules::Rule;
use alerts_store::{AlertStore, CheckState};
use chrono::{DateTime, Utc};
use integrity_core::{Caller, Failure, FailureKind, Outcome};

/// Of each rule that ever was.
pub(super) async fn looked(
    alerts: &dyn AlertStore,
    database: &str,
) -> Result<BTreeMap<Rule, DateTime<Utc>>, Failure> {
    let states = alerts.check_states(&Caller::Service, database).await;
    let states = states.map_err(|error| Failure {
        kind: FailureKind::Contract,
        message: format!("when the rules were looked at before could not be read: {error}"),
    })?;
    let looked = states.iter().filter_map(|state| {
        let rule = state.code.as_str().parse::<Rule>().ok()?;
        Some((rule, at(state)?))
    });
    Ok(looked.collect())
}

/// Where more was found than is told, all was looked at.
fn at(state: &CheckState) -> Option<DateTime<Utc>> {
    if state.outcome == Outcome::Truncated.as_str() {
        Some(state.seen_at)
    } else {
        state.complete_at
    }
}
