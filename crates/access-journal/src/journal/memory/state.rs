//! What stands in the journal: as the functions of migration 402 have it.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::seal::Sealed;
use crate::{
    AccessEvent, Source,
    journal::{Blind, Error, Heartbeat, Lately, Recorded, SensitiveRelations, Verification, form},
    privacy::{KeyCheck, Keyed, Month, Pseudonym, Salt},
};

/// How far the clock of a source may be ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

#[derive(Debug)]
pub(super) struct State {
    pub(super) events: Vec<AccessEvent>,
    /// What is known already, and when it was recorded.
    pub(super) known: HashMap<(Source, String, DateTime<Utc>), DateTime<Utc>>,
    /// The months that were begun; a salt that is gone was destroyed.
    pub(super) months: BTreeMap<Month, Option<Salt>>,
    /// With what the pseudonyms of the months are made that were used.
    pub(super) keyed: BTreeMap<Month, Keyed>,
    pub(super) retention: TimeDelta,
    pub(super) sources: BTreeMap<Source, Heard>,
    /// What the last audit of each database calls sensitive.
    pub(super) sensitive: BTreeMap<String, SensitiveRelations>,
    /// When something was recorded last.
    pub(super) recorded_at: Option<DateTime<Utc>>,
    pub(super) seals: Vec<Sealed>,
    pub(super) verified: Option<Verification>,
}

/// When a source was heard, and what was lost of it.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub(super) first_at: DateTime<Utc>,
    pub(super) last_at: DateTime<Utc>,
    pub(super) seen: u64,
    pub(super) bad: u64,
    pub(super) dropped: u64,
    pub(super) dropped_at: Option<DateTime<Utc>>,
    pub(super) unjudged: u64,
    pub(super) blind: Option<Blind>,
    /// By the hour, counted since 1970.
    pub(super) hours: BTreeMap<i64, Lately>,
    /// What was told of each stream.
    streams: HashMap<Pseudonym, Lately>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            known: HashMap::new(),
            months: BTreeMap::new(),
            keyed: BTreeMap::new(),
            retention: TimeDelta::days(180),
            sources: BTreeMap::new(),
            sensitive: BTreeMap::new(),
            recorded_at: None,
            seals: Vec::new(),
            verified: None,
        }
    }
}

impl State {
    pub(super) fn salt(
        &mut self,
        month: Month,
        check: Option<KeyCheck>,
        now: DateTime<Utc>,
    ) -> Result<Option<Salt>, Error> {
        if month.begins_at() > now + AHEAD || month.after().begins_at() <= now - self.retention {
            return Ok(None);
        }
        let Some(salt) = self.begin(month).clone() else {
            return Ok(None);
        };
        let keyed = self.keyed.entry(month).or_insert(Keyed {
            month,
            check,
            is_bare: false,
        });
        keyed.is_bare |= keyed.check.is_none() && check.is_none();
        keyed.check = keyed.check.or(check);
        if keyed.check == check {
            return Ok(Some(salt));
        }
        let whose = match check {
            None => "a secret, and this program has none",
            Some(_) => "another secret than this program's",
        };
        Err(Error::OtherSecret {
            reason: format!(
                "the pseudonyms of {month} are made with {whose}: give it VIGIE_ACCESS_KEY, or access.key_file, as whatever \
                 else records accesses has it"
            ),
        })
    }

    /// Begins a month, unless it was.
    pub(super) fn begin(&mut self, month: Month) -> &mut Option<Salt> {
        self.months.entry(month).or_insert_with(|| {
            let mut bytes = [0; 32];
            bytes[..16].copy_from_slice(Uuid::new_v4().as_bytes());
            bytes[16..].copy_from_slice(Uuid::new_v4().as_bytes());
            Some(Salt::from_bytes(bytes))
        })
    }

    pub(super) fn record(&mut self, events: &[AccessEvent], now: DateTime<Utc>) -> Result<Recorded, Error> {
        let mut refused = Vec::new();
        for (at, event) in events.iter().enumerate() {
            let reason = if event.occurred_at > now + AHEAD {
                "is in the future"
            } else if event.occurred_at < now - self.retention {
                "is older than what is kept"
            } else if !matches!(self.months.get(&Month::of(event.occurred_at)), Some(Some(_))) {
                "is of a month whose key was never made, or is destroyed"
            } else {
                continue;
            };
            refused.push((at, "occurred_at".to_owned(), reason.to_owned()));
        }
        form::refuse(&refused)?;
        let mut recorded = Recorded::default();
        for event in events {
            let key = (event.source, event.dedup_key.clone(), event.occurred_at);
            if let Entry::Vacant(new) = self.known.entry(key) {
                new.insert(now);
                recorded.added += 1;
                self.recorded_at = Some(now);
                self.events.push(event.clone());
            } else {
                recorded.known += 1;
            }
        }
        Ok(recorded)
    }

    pub(super) fn tell_sensitive(&mut self, database: &str, sensitive: &SensitiveRelations) {
        let known = self.sensitive.get(database);
        if known.is_none_or(|known| known.audited_at <= sensitive.audited_at) {
            self.sensitive.insert(database.to_owned(), sensitive.clone());
        }
    }

    pub(super) fn beat(&mut self, heartbeat: &Heartbeat, now: DateTime<Utc>) {
        let heard = self.sources.entry(heartbeat.source).or_insert(Heard {
            first_at: now,
            last_at: now,
            seen: 0,
            bad: 0,
            dropped: 0,
            dropped_at: None,
            unjudged: 0,
            blind: None,
            hours: BTreeMap::new(),
            streams: HashMap::new(),
        });
        let told = Lately {
            seen: heartbeat.seen,
            bad: heartbeat.bad,
            dropped: heartbeat.dropped,
            unjudged: heartbeat.unjudged,
        };
        let mut new = told;
        if let Some(stream) = heartbeat.stream {
            let known = heard.streams.entry(stream).or_default();
            new = both(told, *known, u64::saturating_sub);
            *known = both(told, *known, u64::max);
        }
        // A clock that was ahead and went back does not silence for so long that nobody is heard.
        let is_ahead = heard.last_at > now + AHEAD;
        heard.last_at = if is_ahead { now } else { heard.last_at.max(now) };
        heard.blind = heartbeat.blind;
        let hour = heard.hours.entry(now.timestamp().div_euclid(3600)).or_default();
        *hour = both(*hour, new, u64::saturating_add);
        heard.seen = heard.seen.saturating_add(new.seen);
        heard.bad = heard.bad.saturating_add(new.bad);
        heard.dropped = heard.dropped.saturating_add(new.dropped);
        heard.unjudged = heard.unjudged.saturating_add(new.unjudged);
        if new.dropped > 0 {
            heard.dropped_at = Some(now);
        }
    }
}

impl Heard {
    /// The last 24 hours, and what of the hour before has to be told with them.
    pub(super) fn lately(&self, now: DateTime<Utc>) -> Lately {
        let since = now.timestamp().div_euclid(3600) - 24;
        let hours = self.hours.range(since..).map(|(_, hour)| *hour);
        hours.fold(Lately::default(), |sum, hour| {
            both(sum, hour, u64::saturating_add)
        })
    }
}

fn both(a: Lately, b: Lately, of: fn(u64, u64) -> u64) -> Lately {
    Lately {
        seen: of(a.seen, b.seen),
        bad: of(a.bad, b.bad),
        dropped: of(a.dropped, b.dropped),
        unjudged: of(a.unjudged, b.unjudged),
    }
}
