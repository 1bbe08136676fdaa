use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Finding, Payload, Severity};
use serde_json::{Map, Value, json};

use super::{Found, MAX_FINDINGS, Rule, Thresholds, Watch};
use crate::Source;

/// So many routes are told; the statements have the same number.
#[cfg(feature = "memory")]
pub(crate) const ROUTES: usize = 5;

/// How far a clock may be ahead of another one.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// That a rule speaks of an entity, in figures.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fired {
    /// Which rule.
    pub(crate) rule: Rule,
    /// A pseudonym, an actor's number, a resource, a source.
    pub(crate) entity: String,
    pub(crate) severity: Severity,
    /// How many events were counted, repeats included.
    pub(crate) events: u64,
    /// The most at once: in the bucket, or within the time; whole ones.
    pub(crate) peak: u64,
    /// The first and the last of these events.
    pub(crate) first_at: Option<DateTime<Utc>>,
    pub(crate) last_at: Option<DateTime<Utc>>,
    /// When it was first too much; for a silent source since when.
    pub(crate) since: Option<DateTime<Utc>>,
    /// When it came to succeed.
    pub(crate) success_at: Option<DateTime<Utc>>,
    /// What was usual at the worst time.
    pub(crate) usual: Option<f64>,
    /// The first few by name.
    pub(crate) routes: Vec<String>,
}

/// What each rule but those about seals found, in the order of the rules, the worst first.
pub(crate) fn findings(fired: Vec<Fired>, thresholds: &Thresholds) -> Vec<Found> {
    let mut found: Vec<Found> = Rule::ALL
        .iter()
        .filter(|rule| **rule != Rule::JournalTampered)
        .map(|rule| Found {
            rule: *rule,
            findings: Vec::new(),
            untold: 0,
        })
        .collect();
    let mut fired = fired;
    fired.sort_by(|a, b| {
        let worst = (b.severity, b.peak, b.events).cmp(&(a.severity, a.peak, a.events));
        worst.then_with(|| a.entity.cmp(&b.entity))
    });
    for one in fired {
        let Some(of_rule) = found.iter_mut().find(|found| found.rule == one.rule) else {
            continue;
        };
        if of_rule.findings.len() < MAX_FINDINGS {
            of_rule.findings.push(one.finding(thresholds));
        } else {
            of_rule.untold += 1;
        }
    }
    found
}

/// Sources that should be heard, and are not. One that was never heard is silent at once: nothing shows that it ever spoke.
pub(crate) fn silent(
    watch: &Watch,
    heard: &BTreeMap<Source, DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Vec<Fired> {
    let after = delta(watch.thresholds.silent_after);
    let expected: BTreeSet<_> = watch.expected.iter().collect();
    let silent = expected.into_iter().filter_map(|source| {
        // What was heard by a clock that went back since says nothing of now.
        let heard_at = heard
            .get(source)
            .copied()
            .filter(|heard_at| *heard_at - at <= AHEAD);
        let is_silent = heard_at.is_none_or(|heard_at| at - heard_at >= after);
        is_silent.then(|| Fired {
            rule: Rule::JournalSilent,
            entity: source.to_string(),
            severity: Rule::JournalSilent.severity(),
            events: 0,
            peak: 0,
            first_at: None,
            last_at: None,
            since: heard_at,
            success_at: None,
            usual: None,
            routes: Vec::new(),
        })
    });
    silent.collect()
}

/// A time as instants have it. What nobody lives to see is as good as for ever.
pub(crate) fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

impl Fired {
    fn finding(&self, thresholds: &Thresholds) -> Finding {
        let kind = self.rule.about();
        // Pseudonyms are long, and nobody knows one by heart.
        let label = match kind {
            "ADDRESS" | "ACCOUNT" => self.entity.chars().take(12).collect(),
            _ => self.entity.clone(),
        };
        Finding {
            entity_type: kind.to_owned(),
            entity_id: self.entity.clone(),
            message: self.message(&label, thresholds),
            entity_label: Some(label),
            severity: self.severity,
            payload: self.payload(),
            // It would move with the day that is looked at, and each move would be a change of the alert.
            occurred_at: None,
            scope: None,
        }
    }

    fn message(&self, who: &str, thresholds: &Thresholds) -> String {
        let (events, peak) = (self.events, self.peak);
        match self.rule {
            Rule::BruteForceIp => {
                format!("address {who}: {events} failed sign-ins in a day, faster than people mistype")
            }
            Rule::BruteForceAccount => {
                let minutes = thresholds.brute_force_account.within.as_secs() / 60;
                let then = if self.success_at.is_some() {
                    ", and then one succeeded: whoever it was is in"
                } else {
                    ""
                };
                format!("account {who}: {peak} failed sign-ins within {minutes} min{then}")
            }
            Rule::PasswordSpray => {
                let minutes = thresholds.password_spray.within.as_secs() / 60;
                format!("address {who}: tried {peak} accounts within {minutes} min")
            }
            Rule::DeniedIp => {
                format!("address {who}: {events} refusals in a day, faster than programs of ours ask")
            }
            Rule::DeniedUser => format!("user {who}: {events} refusals in a day, faster than people try"),
            Rule::Enumeration => {
                let minutes = thresholds.enumeration.within.as_secs() / 60;
                format!("address {who}: asked for {peak} resources within {minutes} min and got none of them")
            }
            Rule::Spike => {
                let usual = self.usual.unwrap_or_default();
                format!("{peak} refusals in five minutes, usually {usual}")
            }
            Rule::AnonDataExposed if self.severity == Severity::Warn => {
                format!(
                    "{who}: may have been given to somebody who had not signed in, within rows of another, {events} times \
                     in a day; no log tells how many rows of it there were"
                )
            }
            Rule::AnonDataExposed => {
                format!("{who}: rows were given to somebody who had not signed in, {events} times in a day")
            }
            Rule::ServiceRoleFromBrowser => {
                format!(
                    "address {who}: a browser used the service's key, {events} times in a day: change the key"
                )
            }
            Rule::JournalSilent => match self.since {
                Some(since) => format!(
                    "nothing was heard of the source {who} since {}: what it would tell is not known",
                    since.format("%Y-%m-%d %H:%M UTC")
                ),
                None => format!("the source {who} was never heard: what it would tell is not known"),
            },
            Rule::JournalTampered => String::new(),
        }
    }

    fn payload(&self) -> Payload {
        let mut fields = Map::new();
        let times = [
            ("first_at", self.first_at),
            ("last_at", self.last_at),
            ("since", self.since),
            ("success_at", self.success_at),
        ];
        if self.rule != Rule::JournalSilent {
            fields.insert("events".to_owned(), json!(self.events));
            fields.insert("peak".to_owned(), json!(self.peak));
            fields.insert("routes".to_owned(), json!(self.routes));
        }
        for (name, at) in times {
            if let Some(at) = at {
                fields.insert(name.to_owned(), json!(at));
            }
        }
        if let Some(usual) = self.usual {
            fields.insert("usual".to_owned(), json!(usual));
        }
        let text = Value::Object(fields).to_string();
        Payload::from_json(text).expect("a few figures and at most five routes of 200 characters")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fired(entity: usize, peak: u64) -> Fired {
        Fired {
            rule: Rule::DeniedIp,
            entity: format!("{entity:032x}"),
            severity: Severity::Warn,
            events: peak,
            peak,
            first_at: None,
            last_at: None,
            since: None,
            success_at: None,
            usual: None,
            routes: Vec::new(),
        }
    }

    #[test]
    fn who_was_heard_by_a_clock_that_went_back_is_not_heard() {
        let at = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(9_000);
        let watch = Watch {
            expected: vec![Source::Api],
            ..Watch::default()
        };
        let silent_at =
            |heard: TimeDelta| silent(&watch, &BTreeMap::from([(Source::Api, at + heard)]), at).len();
        assert_eq!(silent_at(TimeDelta::minutes(-59)), 0);
        assert_eq!(silent_at(TimeDelta::minutes(-60)), 1);
        assert_eq!(silent_at(TimeDelta::minutes(5)), 0, "clocks differ");
        assert_eq!(silent_at(TimeDelta::minutes(6)), 1);
    }

    #[test]
    fn the_worst_are_told_and_the_others_counted() {
        let many = (0..MAX_FINDINGS + 2).map(|n| fired(n, n as u64)).collect();
        let found = findings(many, &Thresholds::default());
        assert_eq!(found.len(), Rule::ALL.len() - 1, "seals are verified by others");
        let denied = found
            .iter()
            .find(|found| found.rule == Rule::DeniedIp)
            .expect("each rule answers");
        assert_eq!((denied.findings.len(), denied.untold), (MAX_FINDINGS, 2));
        assert_eq!(denied.findings[0].entity_id, format!("{:032x}", MAX_FINDINGS + 1));
        assert!(
            found
                .iter()
                .all(|found| found.rule == Rule::DeniedIp || found.findings.is_empty())
        );
    }
}
