//! What follows from a look.

use std::time::Duration;

use access_journal::layer::Counters;

use super::look::{Seen, Trouble};

/// What waits longer for the journal of accesses is late.
const LATE: Duration = Duration::from_secs(30);
/// For so long it is told that something was lost.
const REMEMBERED: Duration = Duration::from_hours(24);

/// How the service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Everything is looked at, completely, and nothing asks for attention.
    Pass,
    /// It works, and something asks for attention.
    Warn,
    /// It cannot do its work, or nobody makes the checks.
    Fail,
}

impl Verdict {
    /// The word of `application/health+json`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }

    /// What a monitor looks for in the answer; a page of HTML does not have it.
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::Pass => "VIGIE_HEALTH_PASS",
            Self::Warn => "VIGIE_HEALTH_WARN",
            Self::Fail => "VIGIE_HEALTH_FAIL",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) name: &'static str,
    pub(crate) verdict: Verdict,
    /// What was observed, and in which unit.
    pub(crate) observed: Option<(serde_json::Value, &'static str)>,
    /// Why it cannot be told.
    pub(crate) trouble: Option<&'static str>,
}

impl Item {
    fn number(
        name: &'static str,
        verdict: Verdict,
        value: impl Into<serde_json::Value>,
        unit: &'static str,
    ) -> Self {
        Self {
            name,
            verdict,
            observed: Some((value.into(), unit)),
            trouble: None,
        }
    }

    fn unknown(name: &'static str, trouble: Trouble) -> Self {
        Self {
            name,
            verdict: Verdict::Fail,
            observed: None,
            trouble: Some(trouble.as_str()),
        }
    }
}

/// Whether requests can be answered: the database answers, and its schema is the one that this program knows.
pub(crate) fn unready(seen: &Seen) -> Option<&'static str> {
    match (&seen.schema, &seen.vitals) {
        (Ok(true), Ok(_)) => None,
        (Ok(false), _) => Some("schema"),
        (Err(trouble), _) | (_, Err(trouble)) => Some(trouble.as_str()),
    }
}

/// Every single thing. What cannot be told fails: an error never looks like zero.
pub(crate) fn items(seen: &Seen) -> Vec<Item> {
    let mut items = vec![match &seen.schema {
        Ok(true) => Item {
            name: "schema:version",
            verdict: Verdict::Pass,
            observed: None,
            trouble: None,
        },
        Ok(false) => Item {
            name: "schema:version",
            verdict: Verdict::Fail,
            observed: None,
            trouble: Some("schema"),
        },
        Err(trouble) => Item::unknown("schema:version", *trouble),
    }];
    items.extend(accesses(seen.accesses.as_ref()));
    let vitals = match &seen.vitals {
        Ok(vitals) => vitals,
        Err(trouble) => {
            items.push(Item::unknown("database:responseTime", *trouble));
            items.push(Item::unknown("sync:age", *trouble));
            items.push(Item::unknown("checks:coverage", *trouble));
            return items;
        }
    };
    let (used, most) = seen.connections;
    items.push(Item::number(
        "database:connections",
        warn_if(used >= most),
        format!("{used}/{most}"),
        "connections",
    ));
    let milliseconds = u64::try_from(seen.took.as_millis()).unwrap_or(u64::MAX);
    items.push(Item::number(
        "database:responseTime",
        Verdict::Pass,
        milliseconds,
        "ms",
    ));
    items.push(Item::number(
        "sync:age",
        if vitals.silent {
            Verdict::Fail
        } else {
            Verdict::Pass
        },
        vitals.age_seconds.round(),
        "s",
    ));
    items.push(Item::number(
        "checks:coverage",
        warn_if(vitals.covered < vitals.enabled || vitals.enabled == 0),
        format!("{}/{}", vitals.covered, vitals.enabled),
        "checks",
    ));
    // Never a failure: a stock that is wrong must not take the service out of rotation.
    let counts = [
        ("checks:failing", vitals.failing, "checks"),
        ("checks:suspect", vitals.suspect, "checks"),
        ("checks:truncated", vitals.truncated, "checks"),
        ("checks:frozen", vitals.frozen, "checks"),
        ("alerts:critical", vitals.critical, "alerts"),
    ];
    items.extend(counts.map(|(name, count, unit)| Item::number(name, warn_if(count > 0), count, unit)));
    items
}

/// The journal of accesses: what is late, and what is lost. Never a failure: people are served without it.
fn accesses(counters: Option<&Counters>) -> Vec<Item> {
    let Some(counters) = counters else {
        return vec![Item {
            name: "journal:recording",
            verdict: Verdict::Warn,
            observed: None,
            trouble: Some("off"),
        }];
    };
    let is_lost_lately = counters.last_dropped.is_some_and(|ago| ago < REMEMBERED);
    vec![
        Item::number(
            "journal:lag",
            warn_if(counters.lag > LATE),
            counters.lag.as_secs(),
            "s",
        ),
        Item::number(
            "journal:dropped",
            warn_if(is_lost_lately),
            counters.dropped,
            "requests",
        ),
    ]
}

fn warn_if(is_so: bool) -> Verdict {
    if is_so { Verdict::Warn } else { Verdict::Pass }
}

/// The worst of all.
pub(crate) fn worst(items: &[Item]) -> Verdict {
    items
        .iter()
        .map(|item| item.verdict)
        .max()
        .unwrap_or(Verdict::Fail)
}
