//! Sealing, as the functions of migrations 404 and 407 have it. Nobody changes what stands in memory, so that there is
//! less to find.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
};

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::state::State;
use crate::{
    AccessEvent,
    journal::{BrokenSeal, Discrepancy, Scope, Seal, Tampering, Verification},
    privacy::Month,
};

type Hash = [u8; 32];

/// A seal, and what it is of.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    seal: Seal,
    events: Vec<(Hash, Month)>,
}

impl State {
    pub(super) fn seal(&mut self, now: DateTime<Utc>) -> Option<Seal> {
        let events = self.unsealed();
        if events.is_empty() {
            return None;
        }
        let last = self.seals.last();
        let number = last.map_or(1, |last| last.seal.number + 1);
        let mut hasher = Sha256::new();
        hasher.update(number.to_be_bytes());
        hasher.update(last.map(|last| last.seal.hash.as_str()).unwrap_or_default());
        for (hash, _) in &events {
            hasher.update(hash);
        }
        let seal = Seal {
            number,
            generation: 1,
            rows: events.len() as u64,
            sealed_at: now,
            hash: hex(&hasher.finalize().into()),
        };
        self.seals.push(Sealed {
            seal: seal.clone(),
            events,
        });
        Some(seal)
    }

    pub(super) fn verify(
        &mut self,
        scope: Scope,
        expected: Option<&Hash>,
        now: DateTime<Utc>,
    ) -> Verification {
        let newest = match scope {
            Scope::Whole => self.seals.len(),
            Scope::Newest(newest) => usize::try_from(newest).unwrap_or(usize::MAX),
        };
        let seals = &self.seals[self.seals.len().saturating_sub(newest)..];
        let present: HashSet<Hash> = self.events.iter().map(digest).collect();
        let is_gone = |month: &Month| matches!(self.months.get(month), Some(None));
        let (mut rows, mut gone, mut discrepancies) = (0, 0, Vec::new());
        let mut broken_seals = Vec::new();
        for sealed in seals {
            let before = discrepancies.len();
            for (hash, month) in &sealed.events {
                if is_gone(month) {
                    gone += 1;
                    continue;
                }
                rows += 1;
                if !present.contains(hash) {
                    discrepancies.push(Discrepancy {
                        kind: Tampering::Deleted,
                        seal: sealed.seal.number,
                        seq: None,
                        occurred_at: None,
                        moved_to: None,
                    });
                }
            }
            let broken = (discrepancies.len() - before) as u64;
            if broken > 0 {
                broken_seals.push(BrokenSeal {
                    seal: sealed.seal.number,
                    broken,
                    kinds: BTreeMap::from([(Tampering::Deleted, broken)]),
                });
            }
        }
        let broken = discrepancies.len() as u64;
        discrepancies.truncate(100);
        let found = Verification {
            at: now,
            whole: seals.len() == self.seals.len(),
            // There is one server for ever.
            generation_due: false,
            seals: seals.len() as u64,
            rows,
            gone,
            unsealed: self.unsealed().len() as u64,
            // Nothing keeps it waiting.
            unsealed_since: None,
            held_by: None,
            head: self.head(),
            expected: expected.map(|hash| self.seals.iter().any(|sealed| sealed.seal.hash == hex(hash))),
            broken,
            seals_broken: broken_seals.len() as u64,
            broken_seals,
            discrepancies,
        };
        if scope == Scope::Whole {
            self.verified = Some(Verification {
                expected: None,
                ..found.clone()
            });
        }
        found
    }

    pub(super) fn head(&self) -> Option<Seal> {
        self.seals.last().map(|sealed| sealed.seal.clone())
    }

    fn unsealed(&self) -> Vec<(Hash, Month)> {
        let sealed: HashSet<&Hash> = self
            .seals
            .iter()
            .flat_map(|sealed| sealed.events.iter().map(|(hash, _)| hash))
            .collect();
        let events = self
            .events
            .iter()
            .map(|event| (digest(event), Month::of(event.occurred_at)));
        events.filter(|(hash, _)| !sealed.contains(hash)).collect()
    }
}

fn digest(event: &AccessEvent) -> Hash {
    let json = serde_json::to_vec(event).expect("plain data is JSON");
    Sha256::digest(json).into()
}

fn hex(hash: &Hash) -> String {
    hash.iter().fold(String::new(), |mut hex, byte| {
        // A `String` takes everything.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
