//! Sealing, as the functions of migrations 404 and 407 have it. Nobody changes what stands in memory, so that there is
//! less to find.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::state::State;
use crate::{
    AccessEvent,
    journal::{Discrepancy, Scope, Seal, Tampering, Verification},
};

/// A seal, and up to where it goes.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    seal: Seal,
    from: usize,
    to: usize,
    digest: [u8; 32],
}

impl State {
    pub(super) fn seal(&mut self, now: DateTime<Utc>) -> Option<Seal> {
        let last = self.seals.last();
        let (from, to) = (last.map_or(0, |last| last.to), self.events.len());
        if from == to {
            return None;
        }
        let digest = digest(&self.events[from..to]);
        let previous = last.map(|last| last.seal.hash.clone()).unwrap_or_default();
        let number = last.map_or(1, |last| last.seal.number + 1);
        let mut hasher = Sha256::new();
        hasher.update(number.to_be_bytes());
        hasher.update(digest);
        hasher.update(previous);
        let hash = hasher.finalize().iter().fold(String::new(), |mut hash, byte| {
            // A `String` takes everything.
            let _ = write!(hash, "{byte:02x}");
            hash
        });
        let seal = Seal {
            number,
            generation: 1,
            rows: to as u64 - from as u64,
            sealed_at: now,
            hash,
        };
        self.seals.push(Sealed {
            seal: seal.clone(),
            from,
            to,
            digest,
        });
        Some(seal)
    }

    pub(super) fn verify(
        &mut self,
        scope: Scope,
        expected: Option<&[u8; 32]>,
        now: DateTime<Utc>,
    ) -> Verification {
        let newest = match scope {
            Scope::Whole => self.seals.len(),
            Scope::Newest(newest) => usize::try_from(newest).unwrap_or(usize::MAX),
        };
        let seals = &self.seals[self.seals.len().saturating_sub(newest)..];
        let hex = expected.map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        let is_broken = |sealed: &&Sealed| digest(&self.events[sealed.from..sealed.to]) != sealed.digest;
        let discrepancies: Vec<Discrepancy> = seals
            .iter()
            .filter(is_broken)
            .map(|sealed| Discrepancy {
                kind: Tampering::Edited,
                seal: sealed.seal.number,
                seq: None,
                occurred_at: None,
                moved_to: None,
            })
            .collect();
        let head = self.seals.last();
        let found = Verification {
            at: now,
            whole: seals.len() == self.seals.len(),
            seals: seals.len() as u64,
            rows: seals.iter().map(|sealed| sealed.seal.rows).sum(),
            gone: 0,
            unsealed: (self.events.len() - head.map_or(0, |head| head.to)) as u64,
            head: head.map(|head| head.seal.clone()),
            expected: hex.map(|hash| self.seals.iter().any(|sealed| sealed.seal.hash == hash)),
            broken: discrepancies.len() as u64,
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
}

fn digest(events: &[AccessEvent]) -> [u8; 32] {
    let json = serde_json::to_vec(events).expect("plain data is JSON");
    Sha256::digest(json).into()
}
