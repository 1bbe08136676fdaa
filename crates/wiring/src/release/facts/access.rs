//! What the journal of accesses says of the time since a release began to be live.

use access_journal::{
    journal::{AccessJournal, Around, Change, Exposed, SourceChange},
    rules::Rule,
};
use alerts_store::{Alert, AlertFilter, AlertStore, KnownCheck};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use integrity_core::Caller;
use release_info::decision::{Access, Refused, Standing};

use super::{AT_A_TIME, alerts::standing};
use crate::{config::Config, stop::Stop};

/// So many pages of alerts about what was read are looked at.
const PAGES: usize = 25;

/// Less time than this says nothing of what is usual.
const LEAST: TimeDelta = TimeDelta::hours(1);

/// Asks the journal; `None` where nobody uses one, and nobody should.
pub(super) async fn since(
    (journal, alerts): (&dyn AccessJournal, &dyn AlertStore),
    caller: &Caller,
    (config, known): (&Config, &[KnownCheck]),
    (began_at, deployed_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<Access>, Stop> {
    let within = TimeDelta::from_std(config.release.attributed_within).unwrap_or_default();
    let around = Around {
        since: began_at,
        until: deployed_at.max(began_at) + within,
        baseline: config.release.baseline_over,
    };
    let change = journal.change(caller, around).await?;
    if !change.is_used && config.access.expected.is_empty() {
        return Ok(None);
    }
    let mut access = Access {
        refused: change
            .sources
            .iter()
            .map(|source| refused(source, &around, change.at))
            .collect(),
        exposed: Vec::new(),
        not_counted: Vec::new(),
        looked_at: looked_at(known),
        missing: missing(&change, config, &around, deployed_at),
    };
    if !change.exposed.is_empty() {
        let about_reads = of_reads(alerts, caller, &config.database).await?;
        for read in &change.exposed {
            match excuse(read, &about_reads) {
                Some(why) => access.not_counted.push(format!("{}: {why}", told(read))),
                None => access.exposed.push(told(read)),
            }
        }
    }
    Ok(Some(access))
}

/// A minute at least, so that a release that is live since a second is not measured by one request.
fn refused(source: &SourceChange, around: &Around, at: DateTime<Utc>) -> Refused {
    let per_minute = |count: u64, time: TimeDelta| {
        #[expect(clippy::cast_precision_loss, reason = "a number of requests")]
        let count = count as f64;
        count / (time.to_std().unwrap_or_default().as_secs_f64() / 60.0)
    };
    let before = around.since - source.known_since;
    Refused {
        source: source.source.clone(),
        a_minute: per_minute(
            source.refused,
            (at.min(around.until) - around.since).max(TimeDelta::minutes(1)),
        ),
        usually: (before >= LEAST).then(|| per_minute(source.refused_before, before)),
    }
}

/// When the rule about such reads has looked last.
fn looked_at(known: &[KnownCheck]) -> Option<DateTime<Utc>> {
    let rule = Rule::AnonDataExposed.as_str();
    let check = known.iter().find(|check| check.info.code.as_str() == rule)?;
    check.state.as_ref()?.complete_at
}

/// What was not heard since says nothing of it, however much was heard before.
fn missing(change: &Change, config: &Config, around: &Around, deployed_at: DateTime<Utc>) -> Vec<String> {
    let mut missing = Vec::new();
    let never = config
        .access
        .expected
        .iter()
        .map(|source| source.as_str())
        .filter(|expected| change.sources.iter().all(|source| source.source != *expected));
    missing.extend(never.map(|source| format!("{source} should be heard, and never was")));
    let baseline = TimeDelta::from_std(around.baseline).unwrap_or(TimeDelta::MAX);
    let from = around.since.checked_sub_signed(baseline);
    for source in &change.sources {
        let name = &source.source;
        let is_expected = config
            .access
            .expected
            .iter()
            .any(|expected| expected.as_str() == name);
        match source.heard_at {
            Some(at) if at > deployed_at => {}
            // One that was given up long before is not waited for.
            Some(at) if !is_expected && from.is_some_and(|from| at < from) => {}
            Some(at) => missing.push(format!("{name} was last heard at {}", moment(at))),
            None => missing.push(format!("{name} never said that it is heard")),
        }
        if let Some(at) = source.dropped_at.filter(|at| *at >= around.since) {
            missing.push(format!(
                "something of {name} was lost, the last at {}",
                moment(at)
            ));
        }
    }
    let is_heard = |source: &SourceChange| source.heard_at.is_some_and(|at| at > deployed_at);
    if missing.is_empty() && !change.sources.iter().any(is_heard) {
        missing.push("nobody was heard since it is live".to_owned());
    }
    if around.since < change.kept_since {
        missing.push(format!(
            "what happened before {} need not be kept any more",
            moment(change.kept_since)
        ));
    }
    missing
}

/// All alerts about what was read without signing in.
async fn of_reads(alerts: &dyn AlertStore, caller: &Caller, database: &str) -> Result<Vec<Alert>, Stop> {
    let mut filter = AlertFilter {
        database: Some(database.to_owned()),
        check_code: Some(Rule::AnonDataExposed.to_string()),
        limit: AT_A_TIME,
        ..AlertFilter::all()
    };
    let mut found = Vec::new();
    // What is not found among them counts.
    for _ in 0..PAGES {
        let page = alerts.list(caller, &filter).await?;
        found.extend(page.alerts);
        filter.after = page.next;
        if filter.after.is_none() {
            break;
        }
    }
    Ok(found)
}

/// Why what was read is not put down to the release; `None` where it is.
fn excuse(read: &Exposed, alerts: &[Alert]) -> Option<&'static str> {
    if read.was_before {
        return Some("it was read so before");
    }
    let alert = alerts
        .iter()
        .filter(|alert| alert.entity_id == read.resource)
        .max_by_key(|alert| alert.updated_at)?;
    match standing(alert) {
        Some(Standing::PutAside) => Some("a person has put it aside"),
        // It was seen to be gone after that.
        None if alert.resolved_at.is_some_and(|at| at >= read.last_at) => Some("it is dealt with"),
        None | Some(Standing::Live | Standing::SaidToBeFixed) => None,
    }
}

fn told(read: &Exposed) -> String {
    let (resource, count, at) = (&read.resource, read.count, moment(read.last_at));
    format!("{resource} was read without signing in, {count} times, the last at {at}")
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
