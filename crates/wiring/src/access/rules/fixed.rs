//! What people have dealt with, as their alerts remember it.

use access_journal::rules::{Fixed, LOOKS_BACK, Rule};
use alerts_store::{Alert, AlertEvent, AlertFilter, AlertStore, Error, EventKind, Page, Resolution, Status};
use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Caller, Failure, FailureKind};

/// Alerts are read in pages of so many, and so many pages of them.
const AT_A_TIME: u32 = 200;
const PAGES: usize = 100;

/// What people called fixed and whose events are still seen, and the instant before which they did: of alerts that were
/// resolved lately, and of all that are live, since one that came back is live and its old events are as dealt with as before.
pub(super) async fn dealt_with(
    alerts: &dyn AlertStore,
    database: &str,
    at: DateTime<Utc>,
) -> Result<(DateTime<Utc>, Vec<Fixed>), Failure> {
    let mut reader = Reader {
        alerts,
        as_of: None,
        fixed: Vec::new(),
        pages: PAGES,
    };
    let resolved = AlertFilter {
        database: Some(database.to_owned()),
        statuses: vec![Status::Resolved],
        resolved_since: Some(at - LOOKS_BACK - TimeDelta::hours(1)),
        limit: AT_A_TIME,
        ..AlertFilter::all()
    };
    reader.read(resolved).await?;
    for rule in Rule::ALL.iter().filter(|rule| rule.is_about_events()) {
        let live = AlertFilter {
            database: Some(database.to_owned()),
            check_code: Some(rule.to_string()),
            limit: AT_A_TIME,
            ..AlertFilter::default()
        };
        reader.read(live).await?;
    }
    Ok((reader.as_of.unwrap_or(at), reader.fixed))
}

struct Reader<'a> {
    alerts: &'a dyn AlertStore,
    /// The store's clock, at the first answer.
    as_of: Option<DateTime<Utc>>,
    fixed: Vec<Fixed>,
    /// So many pages may still be read.
    pages: usize,
}

impl Reader<'_> {
    async fn read(&mut self, mut filter: AlertFilter) -> Result<(), Failure> {
        loop {
            if self.pages == 0 {
                let many = PAGES * 200;
                return Err(failure(format!(
                    "more than {many} alerts are live or were resolved in a day: which of them were dealt with is not known"
                )));
            }
            self.pages -= 1;
            let page = self.page(&filter).await?;
            self.as_of.get_or_insert(page.at);
            for alert in &page.alerts {
                let Ok(rule) = alert.check_code.parse::<Rule>() else {
                    continue;
                };
                let fixed_at = self.fixed_at(alert).await?;
                self.fixed.extend(fixed_at.map(|at| Fixed {
                    rule,
                    entity_id: alert.entity_id.clone(),
                    at,
                }));
            }
            filter.after = page.next;
            if filter.after.is_none() {
                return Ok(());
            }
        }
    }

    async fn page(&self, filter: &AlertFilter) -> Result<Page, Failure> {
        self.alerts
            .list(&Caller::Service, filter)
            .await
            .map_err(|error| unread(&error))
    }

    /// When a person said so last.
    async fn fixed_at(&self, alert: &Alert) -> Result<Option<DateTime<Utc>>, Failure> {
        if alert.resolution == Some(Resolution::Fixed) {
            return Ok(alert.resolved_at);
        }
        // To be called fixed and to come back changes it.
        if alert.version <= 1 {
            return Ok(None);
        }
        let events = self
            .alerts
            .last_events(&Caller::Service, alert.id, None, AlertEvent::MAX)
            .await
            .map_err(|error| unread(&error))?;
        let said = events.iter().find(|event| event.kind == EventKind::Resolved);
        Ok(said.map(|event| event.at))
    }
}

fn unread(error: &Error) -> Failure {
    failure(format!("what people have dealt with could not be read: {error}"))
}

fn failure(message: String) -> Failure {
    Failure {
        kind: FailureKind::Contract,
        message,
    }
}
