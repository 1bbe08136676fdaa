//! The journal of accesses in numbers, as whoever asks may see it, and what its rules found.

use std::cmp::Reverse;

use access_journal::{
    journal::{self, Summary, SummaryRange},
    rules::Rule,
};
use alerts_store::{Alert, AlertFilter, AlertStore, Error};
use chrono::{DateTime, Utc};
use integrity_core::Caller;

use crate::app::App;

/// So many alerts of each rule are shown.
const OF_EACH: u32 = 10;

/// What happened lately.
///
/// # Errors
/// `Forbidden` for somebody without a role, `Unavailable` when the database does not answer.
pub(crate) async fn summary(app: &App, caller: &Caller, range: SummaryRange) -> Result<Summary, Error> {
    app.journal.summary(caller, range).await.map_err(of_the_journal)
}

/// What the rules that look into the journal say.
#[derive(Debug)]
pub(crate) struct Told {
    /// Their live alerts, the first of each rule, the worst rules first.
    pub(crate) alerts: Vec<Alert>,
    /// Which rules have more of them, by their codes, and how many more.
    pub(crate) more: Vec<(&'static str, u64)>,
    /// When all of them had looked last; `None` where one never did.
    pub(crate) judged_at: Option<DateTime<Utc>>,
}

/// What the rules say that look into the journal of this database.
///
/// # Errors
/// As [`summary`].
pub(crate) async fn told(store: &dyn AlertStore, database: &str, caller: &Caller) -> Result<Told, Error> {
    let known = store.checks(caller, database).await?;
    let known = |rule: Rule| {
        known
            .iter()
            .find(move |check| check.info.code.as_str() == rule.as_str())
    };
    let mut rules = Rule::ALL.to_vec();
    rules.sort_by_key(|rule| Reverse(rule.severity()));
    let looked = rules.iter().map(|rule| known(*rule)?.state.as_ref()?.complete_at);
    // One that never looked comes first.
    let judged_at = looked.min().flatten();
    let (mut alerts, mut more) = (Vec::new(), Vec::new());
    for rule in rules {
        let filter = AlertFilter {
            database: Some(database.to_owned()),
            check_code: Some(rule.as_str().to_owned()),
            limit: OF_EACH,
            ..AlertFilter::default()
        };
        let page = store.list(caller, &filter).await?;
        if page.next.is_some() {
            let live: u64 = known(rule).map_or(0, |check| check.live.iter().map(|live| live.count).sum());
            // Counted a moment earlier: there is one at least.
            more.push((rule.as_str(), live.saturating_sub(OF_EACH.into()).max(1)));
        }
        alerts.extend(page.alerts);
    }
    Ok(Told {
        alerts,
        more,
        judged_at,
    })
}

/// Both stores fail in the same ways where they are read, and people are told the same.
fn of_the_journal(error: journal::Error) -> Error {
    match error {
        journal::Error::Forbidden { reason } => Error::Forbidden { reason },
        journal::Error::Invalid { field, reason } => Error::Invalid { field, reason },
        journal::Error::Unavailable(source) => Error::Unavailable(source),
        journal::Error::Corrupt { reason } => Error::Corrupt { reason },
        other => Error::Corrupt {
            reason: other.code().to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use alerts_store::{Count, KnownCheck, MockAlertStore, Page, Position, Status};
    use integrity_core::Severity;

    use super::*;

    #[tokio::test]
    async fn every_rule_is_asked_for_and_what_is_not_shown_is_counted() {
        let mut store = MockAlertStore::new();
        let flooded = Rule::DeniedIp;
        store.expect_checks().returning(move |_, _| {
            let mut check = KnownCheck::sample();
            check.info.code = flooded.as_str().parse().expect("a code");
            check.live = vec![Count {
                severity: Severity::Warn,
                status: Status::Open,
                count: 48,
                overdue: 0,
            }];
            Ok(vec![check])
        });
        store.expect_list().returning(move |_, filter| {
            let alerts = if filter.check_code.as_deref() == Some(flooded.as_str()) {
                vec![Alert::sample(); 10]
            } else {
                Vec::new()
            };
            let at = Page::sample().at;
            let next = alerts.last().map(|last| Position::of(last, at));
            Ok(Page { at, alerts, next })
        });
        let told = told(&store, "depot", &Caller::Service).await.expect("told");
        assert_eq!(told.alerts.len(), 10);
        assert_eq!(told.more, [(flooded.as_str(), 38)]);
        assert_eq!(told.judged_at, None, "most rules never looked");
    }
}
